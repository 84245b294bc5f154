"""« Administration »: what is set is bounded and noted, and nothing of a patient is within reach."""

from __future__ import annotations

import dataclasses
import os
import sys
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

import pytest

from demo_lgc import machine, preferences
from demo_lgc.card.tls import selftest
from demo_lgc.domain.administration import LibraryState, LibraryTrouble, SessionAct
from demo_lgc.domain.errors import CardError, CardProblem, NetworkError, StorageError
from demo_lgc.domain.practitioner import CardHolder, Practitioner
from demo_lgc.domain.trust import CardInReader
from demo_lgc.exchange.revocation import RevocationLists
from demo_lgc.preferences import Preferences
from demo_lgc.records import patients, trace
from demo_lgc.records.store import Store
from demo_lgc.services.administration import Administration, Instruments
from demo_lgc.settings import (
    CardSettings,
    DmpSettings,
    Environment,
    MailSettings,
    ProSanteSettings,
    RevocationSettings,
)
from tests.factory import a_patient, a_session

WINTER = timezone(timedelta(hours=1))
NOW = datetime(2014, 11, 6, 9, 58, tzinfo=WINTER)
LISTS = ["http://127.0.0.1:9/a.crl", "http://127.0.0.1:9/b.crl"]
ENVIRONMENT = Environment(
    "production",
    DmpSettings("https://admin:hidden@dmp.example.test:8443/si-dmp?key=hidden", "anchors.pem"),
    MailSettings("imap.example.test", 993, "smtp.example.test", 465, "paul@hidden.example", "a", "b"),
    pro_sante=ProSanteSettings("https://auth.example.test/.well-known/x", "client", "hidden"),
)
HOLDER = CardHolder(Practitioner("899700057291", "MEDECIN5729", "PAUL"), date(2017, 3, 31), "9900057291")
needs_posix = pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")


@pytest.fixture
def seen():
    """What the readers hold; a CardProblem instead when they hold nothing."""
    return [CardInReader("Reader 1", HOLDER)]


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "profile" / "demo_lgc.db") as opened:
        yield opened


@pytest.fixture
def tools(tmp_path, store, seen) -> Instruments:
    def look() -> tuple[CardInReader, ...]:
        if isinstance(seen[0], CardProblem):
            raise CardError(seen[0])
        return tuple(seen)

    card = CardSettings(library=str(tmp_path / "absent.so"))
    settings = RevocationSettings(lists=LISTS, authorities=str(tmp_path / "none.pem"), deadline=2.0)
    lists = RevocationLists(settings, tmp_path / "crl", lambda: NOW)
    return machine.instruments(card, SimpleNamespace(look=look), lists, store, lambda: NOW)


@pytest.fixture
def service(tools, tmp_path, store):
    folder = tmp_path / "profile"
    noted = []
    made = Administration(
        folder, preferences.load(folder), ENVIRONMENT, tools, lambda *line: noted.append(line)
    )
    made.noted = noted
    return made


# --- settings -----------------------------------------------------------------------------------------


def test_what_is_set_is_kept_for_the_next_start_and_noted_without_an_author(service, tmp_path):
    service.save(Preferences(inactivity_minutes=30, theme="dark"))
    assert service.preferences.inactivity_minutes == 30
    assert preferences.load(tmp_path / "profile") == Preferences(inactivity_minutes=30, theme="dark")
    assert service.noted == [
        ("change-setting", "", "inactivity_minutes"),
        ("change-setting", "", "theme"),
    ]


def test_what_does_not_change_is_neither_written_nor_noted(service, tmp_path):
    service.save(Preferences())
    assert not (tmp_path / "profile" / preferences.FILE).exists()
    assert service.noted == []


def test_what_cannot_be_written_is_not_set_either(service, monkeypatch):
    def full(_folder: Path, _wanted: Preferences) -> None:
        raise StorageError(preferences.StorageProblem.DISK_FULL)

    monkeypatch.setattr(preferences, "save", full)
    with pytest.raises(StorageError):
        service.save(Preferences(inactivity_minutes=120))
    assert service.preferences == Preferences()
    assert service.noted == []


def test_the_library_of_the_environment_is_told_to_whoever_would_replace_it(service, monkeypatch):
    assert service.fixed_library == ""
    fixed = dataclasses.replace(ENVIRONMENT, card=CardSettings("/opt/cps.so"))
    monkeypatch.setattr(service, "_environment", fixed)
    assert service.fixed_library == "/opt/cps.so"


# --- a library before it is kept ----------------------------------------------------------------------


def test_a_file_that_is_not_there_is_said_so(service, tmp_path):
    assert service.check_library(str(tmp_path / "no.so")).trouble is LibraryTrouble.NOT_THERE
    assert service.check_library(str(tmp_path)).trouble is LibraryTrouble.NOT_THERE
    assert service.check_library("/" + "a" * 900).trouble is LibraryTrouble.NOT_THERE


def test_a_file_that_is_no_library_is_tried_and_refused(service, tmp_path):
    path = tmp_path / "text.so"
    path.write_text("bonjour", encoding="utf-8")
    found = service.check_library(str(path))
    assert found.trouble is LibraryTrouble.FAILS
    assert found.reason


def test_a_library_of_another_processor_is_told_apart(service, tmp_path):
    path = tmp_path / "lib.so"
    header = bytearray(64)
    header[:7] = b"\x7fELF\x02\x01\x01"
    header[18:20] = (0x15).to_bytes(2, "little")  # PowerPC 64
    path.write_bytes(bytes(header) + bytes(4096))
    if sys.platform == "linux":
        assert service.check_library(str(path)).trouble is LibraryTrouble.ARCHITECTURE


@needs_posix
@pytest.mark.parametrize("way", ["file", "folder", "link"])
def test_a_library_that_others_can_replace_is_not_even_loaded(service, tools, tmp_path, way, monkeypatch):
    folder = tmp_path / "lib"
    folder.mkdir()
    path = folder / "lib.so"
    path.write_bytes(b"")
    if way == "file":
        path.chmod(0o666)
    elif way == "folder":
        folder.chmod(0o777)
    else:
        path.chmod(0o666)
        (tmp_path / "sound.so").symlink_to(path)
        path = tmp_path / "sound.so"
    probed = []
    monkeypatch.setattr(service, "_ask", dataclasses.replace(tools, probe=probed.append))
    assert service.check_library(str(path)).trouble is LibraryTrouble.EXPOSED
    assert probed == []


@needs_posix
def test_a_library_in_the_folder_of_another_user_is_not_loaded(service, tmp_path, monkeypatch):
    """Its owner may put another file there under the same name."""
    (tmp_path / "theirs").mkdir()
    path = tmp_path / "theirs" / "lib.so"
    path.write_bytes(b"")
    stat_of = Path.stat

    def owned(self, **options):
        found = stat_of(self, **options)
        theirs = [*found[:4], 4242, *found[5:10]]
        return os.stat_result(theirs) if self.name == "theirs" else found

    monkeypatch.setattr(Path, "stat", owned)
    assert service.check_library(str(path)).trouble is LibraryTrouble.EXPOSED


@needs_posix
def test_a_library_of_another_user_is_not_loaded(service, tmp_path, monkeypatch):
    path = tmp_path / "lib.so"
    path.write_bytes(b"")
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    if path.stat().st_uid:  # what belongs to the administrator is everybody's
        assert service.check_library(str(path)).trouble is LibraryTrouble.EXPOSED
    else:
        os.chown(path, 4242, -1)
        assert service.check_library(str(path)).trouble is LibraryTrouble.EXPOSED


# --- how the machine stands ---------------------------------------------------------------------------


def test_the_machine_is_told_with_its_cards_and_without_a_code(service, seen):
    told = service.machine()
    assert told.cards == tuple(seen)
    assert told.problem is None
    assert [one.trouble for one in told.libraries] == [LibraryTrouble.NOT_THERE]
    assert told.engine.name == "openssl"
    assert not told.engine.is_fallback


def test_a_reader_without_a_card_is_a_fact_not_a_failure(service, seen):
    seen[:] = [CardProblem.NO_CARD]
    told = service.machine()
    assert told.cards == ()
    assert told.problem is CardProblem.NO_CARD


def test_the_fallback_of_the_connections_is_said_with_its_reason(service, monkeypatch):
    monkeypatch.setattr(machine, "self_test", lambda: selftest.Engine.TLSLITE)
    monkeypatch.setattr(machine, "what_is_wrong", lambda: "no provider")
    engine = service.machine().engine
    assert (engine.name, engine.is_fallback, engine.reason) == ("tlslite", True, "no provider")


def test_the_usual_places_where_nothing_is_are_told_only_when_nothing_is_anywhere(
    service, tools, monkeypatch
):
    nowhere = LibraryState("/usr/lib/a.so", LibraryTrouble.NOT_THERE)
    broken = LibraryState("/usr/lib/b.so", LibraryTrouble.FAILS, "no")
    for found, told in (((nowhere, broken), (broken,)), ((nowhere, nowhere), (nowhere, nowhere))):
        answering = dataclasses.replace(tools, libraries=lambda found=found: found)
        monkeypatch.setattr(service, "_ask", answering)
        assert service.machine().libraries == told


def test_revocation_lists_that_were_never_fetched_are_told_and_a_dead_server_too(service):
    assert [(one.address, one.until) for one in service.revocations()] == [(url, None) for url in LISTS]
    with pytest.raises(NetworkError):
        service.refresh_revocations()
    assert not any(one.current for one in service.revocations())


def test_the_last_acts_are_those_of_the_session_and_none_names_a_patient(service, store):
    patient = patients.add(store, a_patient())
    trace.add(store, a_session(), NOW, "open-record", patient.id, "ok")
    trace.note(store, NOW, "899700057291", "open-session", "card")
    trace.note(store, NOW + timedelta(minutes=1), "899700057291", "lock-session", "idle")
    acts = service.recent_acts()
    assert acts == (
        SessionAct(NOW + timedelta(minutes=1), "899700057291", "lock-session", "idle"),
        SessionAct(NOW, "899700057291", "open-session", "card"),
    )
    assert service.recent_acts(1) == acts[:1]
    assert {field.name for field in dataclasses.fields(SessionAct)} == {"at", "who", "act", "outcome"}


def test_the_places_of_the_services_hold_no_user_no_mailbox_and_no_secret(service):
    places = service.places()
    assert [(place.service, place.address) for place in places] == [
        ("dmp", "dmp.example.test:8443"),
        ("imap", "imap.example.test:993"),
        ("smtp", "smtp.example.test:465"),
        ("psc", "auth.example.test"),
    ]
    assert service.kind == "production"


@pytest.mark.parametrize("url", ["", "no url", "http://[", "https://host:port/"])
def test_an_address_that_is_none_is_left_out(service, monkeypatch, url):
    bad = dataclasses.replace(ENVIRONMENT, pro_sante=ProSanteSettings(url))
    monkeypatch.setattr(service, "_environment", bad)
    assert [place.service for place in service.places()] == ["dmp", "imap", "smtp"]


def test_versions_are_those_that_run(service):
    versions = dict(service.versions())
    assert versions["Python"] == ".".join(map(str, sys.version_info[:3]))
    assert versions["OpenSSL"][0].isdigit()


def test_nothing_of_the_service_leads_to_a_patient_or_a_key(service):
    """It is given no store and no card: there is nothing to reach from the login."""
    held = {type(value).__module__ for value in vars(service).values()}
    assert not any(".records" in name or ".card" in name for name in held)
