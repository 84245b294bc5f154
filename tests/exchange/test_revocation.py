"""Revocation lists of a throw-away IGC-Santé, fetched from a real server and kept through every failure."""

from __future__ import annotations

import json
import os
import socket
import ssl
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from hypothesis import given
from hypothesis import strategies as st

from demo_lgc.domain.errors import NetworkError
from demo_lgc.exchange.revocation import RevocationLists
from demo_lgc.exchange.revocation_fetch import _redirection
from demo_lgc.exchange.revocation_list import ListError, ListProblem, load_authorities, verify_list
from demo_lgc.sandbox.igc_sante import Authority, revocation_list, self_signed_authority
from demo_lgc.sandbox.key_files import load_authority
from demo_lgc.sandbox.pki import Holder, Pki, issue_bad_card, make_pki
from demo_lgc.sandbox.revocation_server import RevocationServer
from demo_lgc.settings import RevocationSettings

PEOPLE, ORGANISATIONS = "ACI-FO-PP-DEMO", "ACI-EL-ORG-DEMO"
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return make_pki(tmp_path_factory.mktemp("pki"), [Holder("899900000018", "MEDECIN5729", "PAUL")])


@pytest.fixture(scope="module")
def authorities(pki: Pki) -> Path:
    return pki.authorities


@pytest.fixture
def server(pki: Pki) -> Iterator[RevocationServer]:
    server = RevocationServer(pki)
    server.start()
    yield server
    server.stop()


@dataclass
class House:
    """A practice: its folder, its clock, the lists it wants. `lists` is the program started again."""

    folder: Path
    authorities: Path
    urls: list[str]
    deadline: float = 5.0
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def lists(self) -> RevocationLists:
        settings = RevocationSettings(self.urls, str(self.authorities), deadline=self.deadline)
        return RevocationLists(settings, self.folder, lambda: self.now)


@pytest.fixture
def house(server: RevocationServer, authorities: Path, tmp_path: Path) -> House:
    return House(tmp_path / "revocations", authorities, list(server.urls))


@pytest.fixture
def one(house: House, server: RevocationServer) -> House:
    """A house that wants a single list."""
    house.urls = [server.url(PEOPLE)]
    return house


def _authority(pki: Pki, name: str = "people") -> Authority:
    found = load_authority(pki.folder / "authorities" / name, "ANY")
    assert found is not None
    return found


def _list(pki: Pki, days: tuple[int, int] = (-1, 30)) -> bytes:
    made = revocation_list(_authority(pki), (), days)
    return made.public_bytes(serialization.Encoding.DER)


def _lists_in(pem: bytes) -> list[x509.CertificateRevocationList]:
    end = b"-----END X509 CRL-----\n"
    return [x509.load_pem_x509_crl(text + end) for text in pem.split(end)[:-1]]


def _problems(lists: RevocationLists) -> list[ListProblem | None]:
    return [state.problem for state in lists.state()]


# --- in the normal run of things ----------------------------------------------------------------------


def test_nothing_is_looked_up_without_any_list_in_the_settings(house, caplog):
    house.urls, house.authorities = [], Path()
    lists = house.lists()
    assert lists.path() == ""
    assert lists.cached() == b""
    assert lists.state() == ()
    lists.refresh()
    assert not house.folder.exists()
    assert caplog.messages == []


def test_every_list_is_fetched_verified_and_kept_for_its_owner_only(house, server, pki):
    lists = house.lists()
    assert lists.cached() == b""  # never asks a server
    assert server.asked == []
    path = Path(lists.path())
    assert len(server.asked) == len(house.urls) == 4
    assert path.read_bytes() == lists.cached()
    assert {found.issuer for found in _lists_in(lists.cached())} == {
        c.subject for c in x509.load_pem_x509_certificates(house.authorities.read_bytes())
    }
    assert _problems(lists) == [None] * 4
    assert all(state.fetched_at == house.now for state in lists.state())
    if os.name == "posix":
        assert stat.S_IMODE(house.folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in house.folder.iterdir()} == {0o600}


def test_openssl_reads_the_file_and_finds_no_certificate_in_it(house):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(house.lists().path())
    assert context.cert_store_stats() == {"crl": 4, "x509": 0, "x509_ca": 0}


def test_lists_are_asked_for_once_a_day_and_survive_the_program(house, server):
    house.lists().path()
    house.now += 23 * HOUR
    lists = house.lists()
    before = lists.cached()
    assert before
    lists.path()
    assert len(server.asked) == 4
    house.now += 2 * HOUR
    lists.path()
    assert [status for _, status in server.asked] == [200] * 4 + [304] * 4
    assert lists.cached() == before
    assert all(state.fetched_at == house.now for state in lists.state())


def test_a_server_without_etags_is_asked_by_date(one, server):
    server.etags = False
    one.lists().path()
    one.now += 25 * HOUR
    one.lists().path()
    assert [status for _, status in server.asked] == [200, 304]


def test_a_card_revoked_since_is_in_the_list_of_the_next_day(tmp_path):
    pki = make_pki(tmp_path / "pki", [Holder("899900000018", "MEDECIN5729", "PAUL")])
    server = RevocationServer(pki)
    server.start()
    try:
        house = House(tmp_path / "revocations", pki.authorities, list(server.urls))
        lists = house.lists()
        lists.path()
        card = issue_bad_card(pki, "revoked")
        serial = x509.load_pem_x509_certificate(card.signature.certificate.read_bytes()).serial_number
        assert not any(entry.serial_number == serial for crl in _lists_in(lists.cached()) for entry in crl)
        house.now += 25 * HOUR
        lists.path()
    finally:
        server.stop()
    assert any(entry.serial_number == serial for crl in _lists_in(lists.cached()) for entry in crl)


def test_a_list_may_be_pem(one, server, pki):
    server.content[PEOPLE] = revocation_list(_authority(pki), ()).public_bytes(serialization.Encoding.PEM)
    assert len(_lists_in(Path(one.lists().path()).read_bytes())) == 1


def test_refresh_asks_at_once_and_says_what_failed(house, server):
    lists = house.lists()
    lists.refresh()
    lists.refresh()
    assert len(server.asked) == 8
    server.content[PEOPLE] = b"not a list"
    with pytest.raises(NetworkError, match="unreadable"):
        lists.refresh()
    failed = {state.url: state.problem for state in lists.state() if state.problem}
    assert failed == {server.url(PEOPLE): ListProblem.UNREADABLE}
    assert len(_lists_in(lists.cached())) == 4


# --- servers that fail --------------------------------------------------------------------------------


def test_a_dead_server_stops_nobody_as_long_as_the_lists_are_good(house, server):
    house.lists().path()
    server.stop()
    house.now += 3 * DAY
    lists = house.lists()
    kept = Path(lists.path()).read_bytes()
    assert len(_lists_in(kept)) == 4
    assert _problems(lists) == [ListProblem.UNREACHABLE] * 4
    house.now += 4000 * DAY
    with pytest.raises(NetworkError, match="unreachable"):
        lists.path()
    assert len(_lists_in(lists.cached())) == 4  # what they name stays revoked
    server.stop = lambda: None


def test_without_any_list_nobody_is_believed(one, server):
    server.status = 503
    with pytest.raises(NetworkError) as caught:
        one.lists().path()
    assert (caught.value.service, caught.value.detail) == ("revocation", "refused")
    assert not caught.value.doubtful


def test_a_server_that_says_that_nothing_has_changed_since_nothing_is_not_believed(one, server):
    server.status = 304
    with pytest.raises(NetworkError, match="refused"):
        one.lists().path()


def test_one_list_that_is_missing_does_not_take_the_others_away(house, server):
    house.urls.append(f"{server.base_url}/CRL/ABSENT.crl")
    lists = house.lists()
    assert len(_lists_in(Path(lists.path()).read_bytes())) == 4
    assert _problems(lists) == [None] * 4 + [ListProblem.REFUSED]


def test_a_server_that_fails_is_not_asked_at_every_connection(one, server):
    server.status = 500
    lists = one.lists()
    for _ in range(3):
        with pytest.raises(NetworkError):
            lists.path()
    assert len(server.asked) == 1
    one.now += timedelta(seconds=31)  # nothing at all to show: soon again
    server.status = 200
    lists.path()
    assert len(server.asked) == 2
    one.now += 25 * HOUR
    server.status = 500
    for _ in range(3):
        lists.path()
        one.now += MINUTE
    assert len(server.asked) == 3
    one.now += 10 * MINUTE
    lists.path()
    assert len(server.asked) == 4


def test_a_slow_server_costs_one_deadline_for_all_its_lists(house, server):
    server.delay = 30.0
    house.deadline = 0.5
    began = time.monotonic()
    with pytest.raises(NetworkError, match="unreachable"):
        house.lists().path()
    assert time.monotonic() - began < 3.0
    assert len(server.asked) == 1


@pytest.mark.parametrize("said", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_server_that_drips_is_given_up_as_well(one, said):
    stop = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(said)
            while not stop.wait(0.05):
                try:
                    connection.sendall(b"0")
                except OSError:
                    return

    thread = threading.Thread(target=drip)
    thread.start()
    one.urls, one.deadline = [f"http://127.0.0.1:{listener.getsockname()[1]}/CRL/a.crl"], 0.5
    began = time.monotonic()
    with pytest.raises(NetworkError, match="unreachable"):
        one.lists().path()
    assert time.monotonic() - began < 3.0
    stop.set()
    thread.join()
    listener.close()


def test_a_list_too_large_is_not_read_to_its_end(one, server, monkeypatch):
    monkeypatch.setattr("demo_lgc.exchange.revocation_fetch.LARGEST", 100_000)
    server.content[PEOPLE] = bytes(10_000_000)
    lists = one.lists()
    with pytest.raises(NetworkError, match="too-large"):
        lists.path()


def test_a_list_cut_in_its_middle_is_not_one(one, server, pki):
    class Cut(bytes):
        """Announces more than it gives."""

        def __len__(self) -> int:
            return super().__len__() + 100

    server.content[PEOPLE] = Cut(_list(pki))
    one.deadline = 0.5
    with pytest.raises(NetworkError, match="unreachable"):
        one.lists().path()


@pytest.mark.parametrize(
    "elsewhere",
    ["http://localhost.invalid/a", "ftp://127.0.0.1/a", "file:///etc/passwd", "", "http://user@127.0.0.1/"],
)
def test_a_server_does_not_send_elsewhere(one, server, elsewhere):
    server.redirect = elsewhere
    with pytest.raises(NetworkError, match="refused"):
        one.lists().path()


def test_a_server_may_send_to_another_address_of_its_own(one, server, pki):
    other = RevocationServer(pki)
    other.start()
    try:
        server.redirect = other.url(PEOPLE)
        assert one.lists().path()
        server.redirect = server.url(PEOPLE)  # for ever
        one.now += 25 * HOUR
        lists = one.lists()
        lists.path()
        assert _problems(lists) == [ListProblem.REFUSED]
    finally:
        other.stop()


def test_a_server_may_ask_for_tls_and_never_take_it_away():
    assert _redirection("http://a.test/x", "https://a.test/y") == "https://a.test/y"
    with pytest.raises(ListError):
        _redirection("https://a.test/x", "http://a.test/x")


@pytest.mark.parametrize(
    "url", ["ldap://127.0.0.1/cn=a", "http://", "http://127.0.0.1:99999/", "nonsense", "http://a b/"]
)
def test_an_address_that_cannot_be_asked_is_a_failure_and_no_crash(one, url):
    one.urls = [url]
    with pytest.raises(NetworkError):
        one.lists().path()


def test_the_proxy_of_the_machine_is_not_used(one, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert one.lists().path()


# --- lists that are not believed ----------------------------------------------------------------------


def test_what_cannot_be_believed_never_replaces_what_was(one, server, pki):
    lists = one.lists()
    kept = Path(lists.path()).read_bytes()
    good = (pki.folder / "crl" / f"{PEOPLE}.crl").read_bytes()
    stranger = self_signed_authority("DEMO AC INCONNUE", "ACR-XX")
    same_name = Authority(_authority(pki).name, stranger.key, "ANY")
    same_key = Authority(stranger.name, _authority(pki).key, "ANY")
    tampered = bytearray(good)
    tampered[len(good) // 3] ^= 1
    wrong = {
        ListProblem.UNTRUSTED: [
            revocation_list(stranger, ()).public_bytes(serialization.Encoding.DER),
            revocation_list(same_name, ()).public_bytes(serialization.Encoding.DER),
            revocation_list(same_key, ()).public_bytes(serialization.Encoding.DER),
            (pki.folder / "crl" / f"{ORGANISATIONS}.crl").read_bytes(),  # sound, and of another authority
        ],
        ListProblem.OUTDATED: [_list(pki, (-9, -1))],
        ListProblem.NOT_YET: [_list(pki, (2, 9))],
        ListProblem.OLDER: [_list(pki, (-5, 30))],
        ListProblem.UNREADABLE: [b"", b"<html>", good[:-9], b"-----BEGIN X509 CRL-----\nAAAA\n"],
    }
    for problem, contents in wrong.items():
        for content in contents:
            server.content[PEOPLE] = content
            one.now += 25 * MINUTE  # older than the pause, and far from the end of any list
            with pytest.raises(NetworkError):
                lists.refresh()
            assert _problems(lists) == [problem], content[:20]
            assert Path(lists.path()).read_bytes() == lists.cached() == kept
            assert one.lists().cached() == kept
    server.content[PEOPLE] = bytes(tampered)
    with pytest.raises(NetworkError):
        lists.refresh()
    assert lists.cached() == kept


def test_a_list_that_does_not_stand_alone_is_refused(pki, authorities):
    known = load_authorities(authorities.read_bytes())
    issuer, now = _authority(pki), datetime.now(UTC)

    def verdict(
        *extensions: tuple[x509.ExtensionType, bool], until: datetime = now + DAY
    ) -> ListProblem | None:
        builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.name)
        builder = builder.last_update(now - DAY).next_update(until)
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        try:
            made = builder.sign(issuer.key, hashes.SHA256())
            verify_list(made.public_bytes(serialization.Encoding.DER), known)
        except ListError as error:
            return error.problem
        return None

    def scope(**told: object) -> x509.IssuingDistributionPoint:
        flags = dict.fromkeys(
            (
                "only_contains_user_certs",
                "only_contains_ca_certs",
                "indirect_crl",
                "only_contains_attribute_certs",
            ),
            False,
        )
        names = [x509.UniformResourceIdentifier("http://igc-sante-demo.invalid/CRL/a.crl")]
        return x509.IssuingDistributionPoint(
            **{"full_name": names, "relative_name": None, "only_some_reasons": None, **flags, **told}
        )

    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    some = frozenset({x509.ReasonFlags.key_compromise})
    assert verdict() is None
    assert verdict((scope(), True)) is None
    assert verdict((scope(only_contains_user_certs=True), True)) is None
    assert verdict((unknown, False)) is None
    assert verdict((unknown, True)) is ListProblem.UNREADABLE
    assert verdict((x509.DeltaCRLIndicator(1), True)) is ListProblem.UNREADABLE
    assert verdict((x509.DeltaCRLIndicator(1), False)) is ListProblem.UNREADABLE
    assert verdict((scope(indirect_crl=True), True)) is ListProblem.UNREADABLE
    assert verdict((scope(only_some_reasons=some), True)) is ListProblem.UNREADABLE
    assert verdict((scope(only_contains_attribute_certs=True), True)) is ListProblem.UNREADABLE


def test_a_list_names_the_authority_that_signed_it(pki, authorities):
    other = self_signed_authority("DEMO AC INCONNUE", "ACR-XX").name
    made = revocation_list(Authority(other, _authority(pki).key, "ANY"), ())
    with pytest.raises(ListError) as caught:
        verify_list(made.public_bytes(serialization.Encoding.DER), load_authorities(authorities.read_bytes()))
    assert caught.value.problem is ListProblem.UNTRUSTED


def test_an_authority_that_may_not_sign_lists_signs_none(pki, tmp_path):
    leaf = pki.server.certificate.read_bytes()
    assert load_authorities(leaf) == ()
    key = serialization.load_pem_private_key(pki.server.key.read_bytes(), None)
    name = x509.load_pem_x509_certificate(leaf).subject
    forged = revocation_list(Authority(name, key, "ANY"), ())  # type: ignore[arg-type]
    with pytest.raises(ListError) as caught:
        verify_list(forged.public_bytes(serialization.Encoding.DER), load_authorities(leaf))
    assert caught.value.problem is ListProblem.UNTRUSTED


@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 255))
def test_any_bytes_are_survived(pki, authorities, noise, where, value):
    known = load_authorities(authorities.read_bytes())
    good = bytearray((pki.folder / "crl" / f"{PEOPLE}.crl").read_bytes())
    changed = good[where % len(good)] != value
    good[where % len(good)] = value
    for content in (noise, bytes(good)):
        try:
            verify_list(content, known)
        except ListError:
            continue
        assert not changed or content is noise


def test_without_authorities_nothing_is_believed(one, tmp_path):
    one.authorities = tmp_path / "absent.pem"
    with pytest.raises(NetworkError, match="untrusted"):
        one.lists().path()


def test_authorities_that_come_late_make_what_was_kept_believed_again(one, server, caplog):
    """Their folder may be a disk that is there later than the program: a revoked card must not pass since."""
    kept = one.lists()
    kept.path()
    there, one.authorities = one.authorities, one.folder / "late.pem"
    late = one.lists()
    assert [late.cached() for _ in range(3)] == [b""] * 3
    assert caplog.text.count("authorities of the revocation lists") == 1
    one.authorities.write_bytes(there.read_bytes())
    assert late.cached() == kept.cached()
    assert _problems(late) == [None]
    assert len(server.asked) == 1


# --- clocks, threads, kills ---------------------------------------------------------------------------


@pytest.mark.parametrize("moved", [DAY, -DAY - HOUR])
def test_a_clock_that_moves_by_a_day_asks_again(one, server, pki, moved):
    server.content[PEOPLE] = _list(pki, (-9, 30))
    lists = one.lists()
    lists.path()
    one.now += moved
    lists.path()
    assert len(server.asked) == 2


def test_a_list_that_ends_is_replaced_before_the_day_is_over(one, server, pki):
    server.content[PEOPLE] = _list(pki, (-1, 1))
    lists = one.lists()
    lists.path()
    one.now += DAY - HOUR
    lists.path()
    assert len(server.asked) == 1
    one.now = datetime.now(UTC) + DAY + MINUTE
    server.content[PEOPLE] = _list(pki, (0, 30))
    assert len(_lists_in(Path(lists.path()).read_bytes())) == 1
    assert _problems(lists) == [None]


def test_threads_that_need_the_lists_fetch_them_once(one, server):
    server.delay = 0.3
    lists = one.lists()
    paths: list[str] = []
    threads = [threading.Thread(target=lambda: paths.append(lists.path())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.asked) == 1
    assert len(paths) == 8
    assert len(set(paths)) == 1


def test_who_has_good_lists_does_not_wait_for_the_fetch_of_another(one, server, pki):
    lists = one.lists()
    lists.path()
    one.now += 25 * HOUR
    server.content[PEOPLE], server.delay = _list(pki, (0, 30)), 2.0
    fetching = threading.Thread(target=lists.refresh)
    fetching.start()
    time.sleep(0.3)
    began = time.monotonic()
    assert lists.path()
    assert lists.cached()
    assert lists.state()
    assert time.monotonic() - began < 1.0
    fetching.join()


def test_what_is_on_the_disk_is_verified_again(one, server):
    lists = one.lists()
    lists.path()
    (kept,) = one.folder.glob("*.crl")
    content = bytearray(kept.read_bytes())
    content[-1] ^= 1
    kept.write_bytes(bytes(content))
    server.status = 500
    with pytest.raises(NetworkError):
        one.lists().path()
    assert one.lists().cached() == b""


@pytest.mark.parametrize(
    "note", ["", "[]", "{}", '{"fetched_at": "2026-01-01", "etag": "", "modified": ""}', "\udcff"]
)
def test_a_note_that_is_damaged_costs_one_more_fetch(one, server, note):
    one.lists().path()
    (kept,) = one.folder.glob("*.json")
    kept.write_bytes(note.encode(errors="surrogateescape"))
    one.lists().path()
    assert [status for _, status in server.asked] == [200, 200]
    assert json.loads(kept.read_text())["url"] == one.urls[0]


def test_a_bundle_that_was_deleted_is_written_again(one):
    lists = one.lists()
    path = Path(lists.path())
    path.unlink()
    assert Path(lists.path()).exists()


def test_a_folder_that_cannot_be_written_is_a_network_failure(one, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(RevocationLists, "_write", full)
    with pytest.raises(NetworkError, match="OSError"):
        one.lists().path()


_KILLED = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from demo_lgc.exchange import revocation
from demo_lgc.settings import RevocationSettings
left = int(sys.argv[4])
def count(real):
    def act(*arguments):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return real(*arguments)
    return act
os.replace, os.fsync = count(os.replace), count(os.fsync)
lists = revocation.RevocationLists(
    RevocationSettings([sys.argv[1]], sys.argv[2]), Path(sys.argv[3]), lambda: datetime.now(UTC))
lists.refresh()
lists.path()
"""


@pytest.mark.parametrize("after", range(6))
def test_a_program_killed_while_writing_leaves_a_folder_that_works(one, server, pki, after):
    """Killed before each of the six steps that put three files in their place."""
    one.lists().path()
    server.content[PEOPLE] = _list(pki, (0, 30))
    command = [sys.executable, "-c", _KILLED, one.urls[0], str(one.authorities), str(one.folder), str(after)]
    assert subprocess.run(command, check=False).returncode == 9
    asked = len(server.asked)
    server.status = 500
    one.now = datetime.now(UTC)
    lists = one.lists()
    assert len(_lists_in(Path(lists.path()).read_bytes())) == 1
    assert len(server.asked) - asked <= 1
    server.status = 200
    lists.refresh()
    assert lists.cached() == x509.load_der_x509_crl(server.content[PEOPLE]).public_bytes(
        serialization.Encoding.PEM
    )
