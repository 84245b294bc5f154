"""Cards of every kind behind the same few gestures, and a server that asks for their certificate."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from demo_lgc.card.reader import PkcsReader
from demo_lgc.card.software import SoftwareReader
from demo_lgc.domain.trust import CardReader
from demo_lgc.sandbox.pki import Holder, Issued, Pki, make_pki
from demo_lgc.sandbox.softcard import SoftCard, find_softhsm, make_card
from demo_lgc.settings import CardSettings

NUMBER = "899900000018"
ACTIVITIES = (
    ("499900000018001", "CABINET M MEDECIN5729", "SA07"),
    ("10B0999999", "HÔPITAL DÉMO", "SA01"),
)
POLL = 0.05


@dataclass
class Gestures:
    """A reader, and what a hand does to it. `counts` when wrong codes are really counted."""

    reader: CardReader
    pull_out: Callable[[], object] | None = None
    put_back: Callable[[], object] | None = None
    counts: bool = False


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    holders = [
        Holder(NUMBER, "MEDECIN5729", "PAUL", activities=ACTIVITIES),
        Holder("899900000026", "SEUL", "ÈVE"),
    ]
    return make_pki(tmp_path_factory.mktemp("pki"), holders)


@pytest.fixture(scope="session")
def soft_card(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> SoftCard:
    if find_softhsm() is None:
        pytest.skip("SoftHSM2 is not installed")
    return make_card(tmp_path_factory.mktemp("card"), pki.card(NUMBER), pki.intermediates)


@pytest.fixture(scope="session")
def fragile_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    softhsm = find_softhsm()
    if softhsm is None or shutil.which("gcc") is None:
        pytest.skip("SoftHSM2 and gcc are needed")
    library = tmp_path_factory.mktemp("fragile") / "fragile.so"
    source = Path(__file__).with_name("fragile.c")
    command = ["gcc", "-shared", "-fPIC", f'-DSOFTHSM="{softhsm}"', "-o", str(library), str(source), "-ldl"]
    subprocess.run(command, check=True)
    return library


@dataclass
class FragileReader:
    """A PkcsReader on SoftHSM2 behind fragile.c, and the folder of files that drive it."""

    reader: PkcsReader
    state: Path

    def tell(self, name: str, value: str = "") -> None:
        (self.state / name).write_text(value)

    def pull_out(self) -> None:
        (self.state / "card").unlink()

    def insert(self) -> None:
        self.tell("card")


@pytest.fixture
def fragile(fragile_library: Path, soft_card: SoftCard, tmp_path: Path) -> Iterator[FragileReader]:
    environment = {**soft_card.environment, "FRAGILE": str(tmp_path)}
    settings = CardSettings(str(fragile_library), environment, poll_interval=POLL)
    made = FragileReader(PkcsReader(settings), tmp_path)
    made.insert()
    yield made
    made.reader.close()


@pytest.fixture(
    params=[
        "software",
        "software-cps3",
        pytest.param("softhsm", marks=pytest.mark.card),
        pytest.param("fragile", marks=pytest.mark.card),
        pytest.param("fragile-cps3", marks=pytest.mark.card),
    ]
)
def gestures(request: pytest.FixtureRequest, pki: Pki) -> Iterator[Gestures]:
    """Every kind of card, with the code 1234."""
    kind, _, generation = request.param.partition("-")
    if kind == "software":
        software = SoftwareReader(pki.card(NUMBER), pss=not generation)
        card = software.insert(pki.card(NUMBER))
        yield Gestures(software, software.pull_out, lambda: software.insert(card), counts=True)
        software.close()
    elif kind == "softhsm":
        soft: SoftCard = request.getfixturevalue("soft_card")
        reader = PkcsReader(CardSettings(str(soft.library), soft.environment, poll_interval=POLL))
        yield Gestures(reader)
        reader.close()
    else:
        made: FragileReader = request.getfixturevalue("fragile")
        if generation:
            made.tell("cps3")
        yield Gestures(made.reader, made.pull_out, made.insert, counts=True)


# --- a server that asks for a certificate -------------------------------------------------------------


class _Who(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        self.request.settimeout(20)
        self.request.do_handshake()
        super().setup()

    def do_GET(self) -> None:
        subject = {k: v for rdn in self.connection.getpeercert()["subject"] for k, v in rdn}
        body = json.dumps({"version": self.connection.version(), "subject": subject}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        pass  # a refused handshake is what the tests are about


Serve = Callable[..., AbstractContextManager[int]]


@pytest.fixture
def serve(pki: Pki) -> Serve:
    """`with serve() as port`: a server of localhost that wants a certificate from the roots' people."""

    @contextmanager
    def start(
        identity: Issued = pki.server, maximum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
    ) -> Iterator[int]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(identity.chain, identity.key)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(pki.anchors)  # roots only: the client must send what is between
        context.maximum_version = maximum
        server = _Server(("127.0.0.1", 0), _Who)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    return start
