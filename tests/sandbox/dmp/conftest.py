"""A running DMP, two cards, and a line for each."""

from __future__ import annotations

from datetime import date

import pytest

from demo_lgc.sandbox.dmp.server import DmpServer
from demo_lgc.sandbox.dmp.state import DmpRecord
from demo_lgc.sandbox.pki import Pki, make_pki
from tests.sandbox.dmp.dmp_line import Answer, Line
from tests.sandbox.dmp.dmp_lot import Lot
from tests.sandbox.dmp.dmp_requests import (
    CLOSED,
    COLLEAGUE,
    DOCTOR,
    MATRICULE,
    OTHER_MATRICULE,
    TEST_OID,
    UNKNOWN,
    Call,
)


@pytest.fixture(scope="session")
def dmp_pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return make_pki(tmp_path_factory.mktemp("dmp-pki"), [DOCTOR, COLLEAGUE])


def population() -> dict[str, DmpRecord]:
    records = [
        DmpRecord(MATRICULE, TEST_OID, family="Néssi", given="RUTH", birth_date=date(1979, 3, 27), sex="F"),
        DmpRecord(OTHER_MATRICULE, TEST_OID, authorisation="INTERDIT"),
        DmpRecord(CLOSED, TEST_OID, state="closed", closed_on=date(2026, 9, 14), closing_reason="DECES"),
        DmpRecord(UNKNOWN, TEST_OID, state="none"),
    ]
    return {record.matricule: record for record in records}


@pytest.fixture
def dmp(dmp_pki: Pki):
    server = DmpServer(dmp_pki, population())
    server.start()
    yield server
    server.stop()


class Desk:
    """What a test asks: a call or a lot, sent, answered."""

    def __init__(self, server: DmpServer, pki: Pki) -> None:
        self.server, self.pki = server, pki
        self.port = int(server.base_url.split(":")[2].split("/")[0])
        self.lines: list[Line] = []
        self.doctor = self.line(pki.card(DOCTOR.national_id).authentication)

    def line(self, identity, host: str = "localhost") -> Line:
        self.lines.append(Line(self.pki, self.port, identity, host))
        return self.lines[-1]

    def call(self, path: str, body: str, **changes) -> Call:
        return Call(path, self.server.base_url, body, **changes)

    def send(self, call: Call | Lot, line: Line | None = None) -> Answer:
        path = call.path if isinstance(call, Call) else "/repository"
        return (line or self.doctor).post(path, *call.entity())

    def ask(self, path: str, body: str, **changes) -> Answer:
        return self.send(self.call(path, body, **changes))

    def lot(self, **changes) -> Lot:
        signer = self.pki.card(DOCTOR.national_id).signature
        return Lot(self.server.base_url, changes.pop("signer", signer), **changes)

    def feed(self, **changes) -> Answer:
        return self.send(self.lot(**changes))


@pytest.fixture
def desk(dmp: DmpServer, dmp_pki: Pki):
    made = Desk(dmp, dmp_pki)
    yield made
    for line in made.lines:
        line.close()


@pytest.fixture
def dmp_desk_for(dmp_pki: Pki):
    """Make a desk on a server with other settings."""
    made: list[Desk] = []

    def make(**settings) -> Desk:
        server = DmpServer(dmp_pki, population(), **settings)
        server.start()
        made.append(Desk(server, dmp_pki))
        return made[-1]

    yield make
    for desk in made:
        for line in desk.lines:
            line.close()
        desk.server.stop()
