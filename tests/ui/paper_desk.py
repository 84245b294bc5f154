"""A desk made of paper: the real session service on a card of values, and files answered from lists."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

from demo_lgc.domain import oids
from demo_lgc.domain.agenda import Appointment, Progress
from demo_lgc.domain.delivery import Channel, Delivery, DeliveryState
from demo_lgc.domain.dmp import DmpAuthorisation, DmpExistence, DmpStatus
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.identity import IdentityStatus, Ins, Patient, Sex
from demo_lgc.domain.practitioner import (
    CardHolder,
    CardKind,
    PracticeContact,
    PracticeSituation,
    Practitioner,
)
from demo_lgc.domain.trust import CardInReader
from demo_lgc.preferences import Preferences
from demo_lgc.services.session import SessionService

WINTER = timezone(timedelta(hours=1))
TODAY = date(2014, 11, 6)
NOW = datetime(2014, 11, 6, 9, 58, tzinfo=WINTER)
CODE = "1234"
UNBLOCKING_CODE = "12345678"
PRACTICE = PracticeSituation("499700057291001", "Cabinet", "SA07")
_NOT_OF_A_CARD = (
    CardProblem.NO_LIBRARY,
    CardProblem.LIBRARY_ARCHITECTURE,
    CardProblem.LIBRARY_FAILS,
    CardProblem.NO_READER,
    CardProblem.NO_CARD,
)
PAUL = Practitioner("899700057291", "MEDECIN5729", "PAUL")
ROBERT = Practitioner("899700057372", "SPECIALISTE5737", "ROBERT")


class PaperCard:
    """An open card of values."""

    def __init__(self, holder: CardHolder, situations: tuple[PracticeSituation, ...]) -> None:
        self.holder = holder
        self.situations = situations
        self.signer = self.tls = None
        self.closed = False

    def close(self) -> None:
        self.closed = True


class PaperReader:
    """A reader whose state a test changes: `problem`, `tries`, `practitioner`; `remove` pulls the card out.

    A gate that is not set keeps `open` waiting, to see the page meanwhile.
    """

    def __init__(self) -> None:
        self.problem: CardProblem | None = None
        self.tries = 3
        self.practitioner = PAUL
        self.kind = CardKind.CPS
        self.situations: tuple[PracticeSituation, ...] = (PRACTICE,)
        self.others: tuple[CardInReader, ...] = ()  # cards of other readers
        self.codes: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self._on_removed: Callable[[], None] | None = None

    def look(self) -> tuple[CardInReader, ...]:
        if self.problem in _NOT_OF_A_CARD:
            raise CardError(self.problem)
        problem = self.problem or (None if self.tries else CardProblem.BLOCKED)
        return (CardInReader("Lecteur 0", self._holder(), self.tries, problem), *self.others)

    def open(self, code: str, card_number: str = "") -> PaperCard:
        self.codes.append(code)
        self.gate.wait(5)
        card = self.look()[0]
        if card.problem is not None:
            raise CardError(card.problem)
        self._count(code == CODE)
        return PaperCard(self._holder(), self.situations)

    def unblock(self, unblocking_code: str, new_code: str, card_number: str = "") -> None:
        self.codes += [unblocking_code, new_code]
        if unblocking_code != UNBLOCKING_CODE:
            raise CardError(CardProblem.WRONG_UNBLOCKING_CODE)
        self.tries = 3

    def change_code(self, code: str, new_code: str, card_number: str = "") -> None:
        self.codes += [code, new_code]
        self._count(code == CODE)

    def _holder(self) -> CardHolder:
        return CardHolder(self.practitioner, date(2017, 3, 31), "9900057291", self.kind)

    def _count(self, right: bool) -> None:
        if right:
            self.tries = 3
            return
        self.tries -= 1
        raise CardError(CardProblem.WRONG_CODE if self.tries else CardProblem.BLOCKED, self.tries)

    def watch(self, on_removed: Callable[[], None]) -> None:
        self._on_removed = on_removed

    def remove(self) -> None:
        """Pull the card out, as the reader's own thread sees it."""
        self.problem = CardProblem.NO_CARD
        if self._on_removed is not None:
            puller = threading.Thread(target=self._on_removed)
            puller.start()
            puller.join()

    def close(self) -> None:
        """Nothing to stop."""


def patient(number: int, name: str, given: str, born: date, sex: Sex = Sex.FEMALE) -> Patient:
    """A qualified patient without a real number."""
    ins = Ins("148086322090266", oids.INS_NIR_TEST)
    return Patient(
        number, f"P{number:06}", name, (given.upper(),), born, sex, "63220", IdentityStatus.QUALIFIED, ins
    )


PEOPLE = (
    patient(1, "LEGRAND", "Chantal", date(1956, 3, 2)),
    patient(2, "SAUVEUR", "Sylvaine", date(1979, 1, 12)),
    patient(3, "BOUTON", "Jacques", date(1941, 7, 30), Sex.MALE),
    patient(4, "CARTON", "Jules", date(2003, 5, 9), Sex.MALE),
    patient(5, "CHEMIN", "Henri", date(1948, 8, 18), Sex.MALE),
    patient(6, "MARTIN", "Sylvie", date(1970, 11, 23)),
    patient(7, "VALLEE", "Dominique", date(1962, 2, 14)),
    patient(8, "CARTIER", "Karine", date(1984, 9, 1)),
    patient(9, "DEVILLE", "Mathieu", date(1990, 12, 5), Sex.MALE),
    patient(10, "ANNE", "Marie-José", date(1995, 4, 17)),
)
REASONS = (
    "Suivi oncologique",
    "Grossesse, 5e mois",
    "Renouvellement",
    "Certificat sport",
    "Suivi diabète, sortie d’hôpital",
    "Douleurs lombaires",
    "Suivi HTA",
    "Résultats de biologie",
    "Arrêt de travail",
    "Contraception",
)
ACTIVE = DmpExistence.ACTIVE
STATES = {
    1: DmpStatus(ACTIVE, DmpAuthorisation.VALID),
    2: DmpStatus(ACTIVE, DmpAuthorisation.VALID),
    3: DmpStatus(ACTIVE),
    4: DmpStatus(DmpExistence.NONE),
    5: DmpStatus(ACTIVE, DmpAuthorisation.VALID),
    7: DmpStatus(DmpExistence.CLOSED, closed_on=date(2014, 3, 12)),
    9: DmpStatus(ACTIVE, DmpAuthorisation.FORBIDDEN),
}


def consultations() -> tuple[Appointment, ...]:
    """Ten consultations: four seen, two waiting."""
    progress = [Progress.SEEN] * 4 + [Progress.ARRIVED] * 2 + [Progress.PLANNED] * 4
    nine = datetime(2014, 11, 6, 9, tzinfo=WINTER)
    rows = zip(PEOPLE, REASONS, progress, strict=True)
    return tuple(
        Appointment(100 + rank, nine + timedelta(minutes=15 * rank), who, why, how)
        for rank, (who, why, how) in enumerate(rows)
    )


def a_delivery(number: int, state: DeliveryState, **changes: Any) -> Delivery:
    """A branch on its way to a colleague."""
    delivery = Delivery(
        number,
        1,
        Channel.MSSANTE,
        "robert@example.test",
        "Dr\u00a0Robert SPECIALISTE5737",
        5,
        "2.25.1",
        f"2.25.{number}",
        state,
        NOW,
        NOW,
    )
    return replace(delivery, **changes)


class PaperFiles:
    """Records answered from lists; `trouble` is raised instead."""

    def __init__(self) -> None:
        self.appointments = consultations()
        self.states = dict(STATES)
        self.trouble: Exception | None = None

    def day(self, day: date) -> tuple[Appointment, ...]:
        if self.trouble is not None:
            raise self.trouble
        return self.appointments if day == TODAY else ()

    def dmp_states(self, patient_ids: tuple[int, ...]) -> dict[int, DmpStatus]:
        return {number: self.states[number] for number in patient_ids if number in self.states}

    def search(self, typed: str) -> tuple[Patient, ...]:
        return tuple(p for p in PEOPLE if p.birth_name.startswith(typed.upper()))


class PaperDeliveries:
    """Deliveries answered from a list."""

    def __init__(self) -> None:
        self.waiting: tuple[Delivery, ...] = ()
        self.due_calls = 0

    def open_ones(self) -> tuple[Delivery, ...]:
        return self.waiting

    def seconds_to_next(self) -> float | None:
        return None

    def deliver_due(self) -> tuple[Delivery, ...]:
        self.due_calls += 1
        return ()


class PaperDmp:
    """A DMP whose answers the files remember; `asked` lists about whom, `trouble` is raised instead."""

    def __init__(self, files: PaperFiles) -> None:
        self.asked: list[int] = []
        self.files = files
        self.trouble: Exception | None = None

    def status(self, patient: Patient) -> DmpStatus:
        if self.trouble is not None:
            raise self.trouble
        self.asked.append(patient.id)
        known = self.files.states.get(patient.id, DmpStatus(DmpExistence.NONE))
        self.files.states[patient.id] = replace(known, asked_at=NOW)
        return self.files.states[patient.id]


def paper_desk() -> Any:
    """A desk, with its `reader` beside."""
    reader, files = PaperReader(), PaperFiles()
    session = SessionService(reader, lambda _: PracticeContact(), lambda: NOW, lambda *_: None)
    return SimpleNamespace(
        reader=reader,
        session=session,
        administration=SimpleNamespace(preferences=Preferences()),
        files=files,
        deliveries=PaperDeliveries(),
        dmp=PaperDmp(files),
        sharing=None,
        reading=None,
        results=None,
        reception=None,
    )
