"""A desk of values: what the pages ask of the services, answered from lists a test can read and change.

Every call is noted in `calls`; an answer that is an exception is raised. `gate` holds slow calls back until
it is set, to see the page while it waits (threaded mode only).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.delivery import Channel, Delivery, DeliveryState, Reason
from demo_lgc.domain.dmp import DmpAuthorisation, DmpExistence, DmpStatus
from demo_lgc.domain.document import DocumentSummary
from demo_lgc.domain.errors import NotAllowed, Refusal
from demo_lgc.domain.identity import Address, Patient
from demo_lgc.domain.message import Correspondent
from demo_lgc.domain.practitioner import PracticeContact, PractitionerSession
from demo_lgc.domain.results import Curve
from demo_lgc.domain.timeline import Lane, TimelineEvent
from demo_lgc.domain.vsm import Allergy, AllergyKind, Treatment
from demo_lgc.services.patient_file import PatientFile
from demo_lgc.services.sharing import ShareRequest
from tests import factory

WINTER = timezone(timedelta(hours=1))
TODAY = date(2014, 11, 6)
NOW = datetime(2014, 11, 6, 10, 21, 4, tzinfo=WINTER)
ACTIVE = DmpStatus(DmpExistence.ACTIVE, DmpAuthorisation.VALID)
NOT_AUTHORISED = DmpStatus(DmpExistence.ACTIVE, DmpAuthorisation.MISSING)
ROBERT = Correspondent(
    "Dr Robert SPECIALISTE5737", "robert.specialiste5737@mssante.example.fr", "Pneumologie", "Boulogne"
)
PAUL = Correspondent(
    "Dr Paul MEDECIN5978", "paul.medecin5978@mssante.example.fr", "Médecine générale", "Paris"
)


def a_patient(**changes: Any) -> Patient:
    """M. CHEMIN Henri, qualified, with a test INS."""
    numbers = ("01 99 00 10 05", "06 39 98 10 05")
    return factory.a_patient(**{"id": 7, "given_names": ("HENRI", "LOUIS"), "phones": numbers} | changes)


def a_session() -> PractitionerSession:
    """Dr Paul MEDECIN5729."""
    home = Address("8 rue de Lyon", "92100", "BOULOGNE")
    return factory.a_session(opened_at=NOW, contact=PracticeContact(home, "", "paul@mssante.example.fr"))


def allergies(*agents: str) -> tuple[Allergy, ...]:
    """Allergies to medicines."""
    return tuple(Allergy(agent, AllergyKind.MEDICATION, reaction="Urticaire") for agent in agents)


def a_delivery(number: int = 1, channel: Channel = Channel.DMP, **changes: Any) -> Delivery:
    """A branch written down a moment ago."""
    dmp = channel is Channel.DMP
    delivery = Delivery(
        id=number,
        share_id=1,
        channel=channel,
        destination="dmp" if dmp else ROBERT.address,
        label="DMP de M.\u00a0CHEMIN" if dmp else ROBERT.name,
        patient_id=7,
        document_id="2.25.1",
        wire_id=f"2.25.{number}",
        state=DeliveryState.READY,
        created_at=NOW,
        changed_at=NOW,
    )
    return replace(delivery, **changes)


def events() -> tuple[TimelineEvent, ...]:
    """A year of a diabetic's life."""
    day = date

    def document(d: date, title: str, origin: str = "practice", number: int = 0) -> TimelineEvent:
        return TimelineEvent(
            d, Lane.DOCUMENT, title, origin=origin, document_id=f"2.25.{number}" if number else ""
        )

    def planned(d: date, title: str, done: date | None = None) -> TimelineEvent:
        return TimelineEvent(d, Lane.PLANNED, title, done=done)

    return (
        document(day(2014, 2, 4), "CR de consultation"),
        document(day(2014, 3, 21), "Avis cardiologique", "mss", 12),
        document(day(2014, 4, 8), "CR de consultation", number=11),
        document(day(2014, 5, 12), "Radiographie de l’épaule droite", "dmp", 10),
        document(day(2014, 8, 26), "CR de consultation", number=7),
        document(day(2014, 8, 26), "Prescription médicamenteuse", number=9),
        document(day(2014, 9, 2), "CR d’examens biologiques", "dmp", 4),
        document(day(2014, 9, 9), "Synthèse médicale", number=3),
        document(day(2014, 11, 3), "CR d’hospitalisation", "dmp", 2),
        *(
            TimelineEvent(day(2014, m, d), Lane.ENCOUNTER, "Consultation")
            for m, d in ((2, 4), (4, 8), (7, 8))
        ),
        TimelineEvent(day(2014, 8, 26), Lane.ENCOUNTER, "Renouvellement"),
        TimelineEvent(
            day(2014, 7, 10), Lane.TREATMENT, "INSULATARD FLEXPEN 100 UI/ml", until=day(2014, 10, 16)
        ),
        planned(day(2014, 3, 15), "Cardiologue", day(2014, 3, 21)),
        planned(day(2014, 7, 5), "HbA1c", day(2014, 7, 8)),
        planned(day(2014, 8, 20), "Glycémie", day(2014, 9, 2)),
        planned(day(2014, 8, 20), "Bilan lipidique", day(2014, 9, 2)),
        planned(day(2014, 10, 5), "Fond d’œil"),
        planned(day(2014, 12, 2), "HbA1c"),
        planned(day(2015, 1, 20), "Bilan annuel"),
    )


def documents() -> tuple[DocumentSummary, ...]:
    """Documents of every origin, newest first."""

    def line(
        n: int, day: date, title: str, kind: str, author: str, place: str, origin: str, state: str = ""
    ) -> DocumentSummary:
        at = datetime(day.year, day.month, day.day, 9, tzinfo=WINTER)
        return DocumentSummary(f"2.25.{n}", title, kind, author, place, at, origin, state)

    bio = "CR d’examens biologiques"
    return (
        line(1, date(2014, 11, 3), bio, bio, "COMBE Jacques", "CH Marie Curie", "dmp"),
        line(
            2,
            date(2014, 11, 3),
            "CR d’hospitalisation",
            "CR hospitalier (séjour)",
            "MULLER Jacques",
            "CH Marie Curie",
            "dmp",
        ),
        line(
            3,
            date(2014, 9, 9),
            "Volet de Synthèse Médicale",
            "Synthèse",
            "Dr MEDECIN Paul",
            "Cabinet",
            "practice",
            "Dans le DMP",
        ),
        line(4, date(2014, 9, 2), bio, bio, "CLAN Sylvie", "Labo Auteuil", "dmp"),
        line(
            5,
            date(2014, 9, 2),
            "CR de consultation",
            "CR ou fiche de consultation",
            "SPECIALISTE5737 Robert",
            "Cabinet de pneumologie",
            "mss",
        ),
        line(6, date(2014, 9, 2), bio, bio, "CLAN Sylvie", "Laboratoire Tarro", "dmp"),
        line(
            7,
            date(2014, 8, 26),
            "CR consultation MG",
            "CR ou fiche de consultation",
            "Dr MEDECIN Paul",
            "Cabinet",
            "practice",
            "Non envoyé",
        ),
        line(
            9,
            date(2014, 8, 26),
            "Prescription médicamenteuse",
            "Prescription",
            "Dr MEDECIN Paul",
            "Cabinet",
            "practice",
            "Non envoyé",
        ),
        line(
            10,
            date(2014, 5, 12),
            "Radiographie de l’épaule droite",
            "CR d’imagerie",
            "LENOIR Anne",
            "Imagerie Boulogne",
            "dmp",
        ),
        line(
            11,
            date(2014, 4, 8),
            "CR consultation MG",
            "CR ou fiche de consultation",
            "Dr MEDECIN Paul",
            "Cabinet",
            "practice",
            "Dans le DMP",
        ),
        line(
            12,
            date(2014, 3, 21),
            "Avis cardiologique",
            "CR ou fiche de consultation",
            "ROBERT Claire",
            "Cardiologie Auteuil",
            "mss",
        ),
    )


def a_file(**changes: Any) -> PatientFile:
    """The whole file of M. CHEMIN, his DMP authorised when last asked."""
    insulin = Treatment("INSULATARD", "1 à 3 injections par jour", until=PartialDate(2014, 12, 10))
    vsm = factory.a_vsm(treatments=(insulin,))
    whole = PatientFile(a_patient(), vsm, documents(), events(), (), ACTIVE)
    return replace(whole, **changes)


@dataclass
class FakeDesk:
    """Answers for every service; change an attribute to change an answer."""

    file: PatientFile = field(default_factory=a_file)
    status: DmpStatus | Exception = ACTIVE
    authorised: DmpStatus | Exception = ACTIVE
    html: str | Exception = "<h2>Synthèse médicale (VSM)</h2><p>Diabète sucré insulino-dépendant</p>"
    known: tuple[Correspondent, ...] = (ROBERT, PAUL)
    prepared: Exception | None = None
    outcomes: dict[int, Any] = field(default_factory=dict)  # id: changes, or an exception
    waiting: tuple[Delivery, ...] = ()
    document: Any = field(default_factory=lambda: KeyError("2.25.1"))  # a ReceivedDocument, or an exception
    original: bytes | Exception = b""
    curves: tuple[Curve, ...] | Exception = ()
    arrival: Callable[..., Any] = field(default=lambda content, name: NotAllowed(Refusal.NO_SESSION))
    received: Callable[..., Any] = field(default=lambda *_, **__: NotAllowed(Refusal.NO_SESSION))
    gate: threading.Event = field(default_factory=threading.Event)
    slow: frozenset[str] = frozenset()
    calls: list[tuple[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.kept: dict[int, Delivery] = {d.id: d for d in self.waiting}
        session = a_session()
        self.session = SimpleNamespace(current=session, is_open=True)
        self.files = SimpleNamespace(
            open=self._answer("open", lambda patient_id: self.file),
            names=self._answer("names", lambda ids: dict.fromkeys(ids, self.file.patient.display_name)),
        )
        self.reading = SimpleNamespace(
            open=self._answer("open_document", lambda *_: self.document),
            seen=self._answer("seen", lambda _: None),
            original=self._answer("original", lambda *_: self.original),
        )
        self.results = SimpleNamespace(of=self._answer("results", lambda _: self.curves))
        self.reception = SimpleNamespace(
            look=self._answer("look", self.arrival),
            receive=self._answer("receive", self.received),
        )
        self.dmp = SimpleNamespace(
            status=self._answer("status", lambda patient: self.status),
            authorise=self._answer("authorise", self._authorise),
            record_opposition=self._answer("record_opposition", self._oppose),
        )
        self.sharing = SimpleNamespace(
            preview=self._answer("preview", lambda *_: self.html),
            complete=self._answer("complete", self._complete),
            correspondent=self._answer("correspondent", self._correspondent),
            prepare=self._answer("prepare", self._prepare),
        )
        self.deliveries = SimpleNamespace(
            deliver=self._answer("deliver", self._deliver),
            retry=self._answer("retry", self._deliver),
            give_up=self._answer("give_up", self._give_up),
            open_ones=self._answer("open_ones", self._open_ones),
        )

    def called(self, name: str) -> list[Any]:
        """What a service was called with, each time."""
        return [args for called, args in self.calls if called == name]

    def _answer(self, name: str, answer: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            noted = (*args, *named.values())
            self.calls.append((name, noted[0] if len(noted) == 1 else noted))
            if name in self.slow:
                assert self.gate.wait(5)
            result = answer(*args, **named)
            if isinstance(result, Exception):
                raise result
            return result

        return call

    def _authorise(self, patient: Patient) -> Any:
        if not isinstance(self.authorised, Exception):
            self.status = self.authorised
        return self.authorised

    def _oppose(self, patient: Patient, opposed: bool) -> Patient:
        changed = replace(self.file.patient, opposed_to_dmp=opposed)
        self.file = replace(self.file, patient=changed)
        return changed

    def _complete(self, typed: str) -> tuple[Correspondent, ...]:
        return tuple(c for c in self.known if typed.lower() in f"{c.name} {c.address}".lower())

    def _correspondent(self, address: str) -> Correspondent | Exception:
        if not address.endswith("@mssante.example.fr"):
            return NotAllowed(Refusal.OUTSIDE_TRUST_DOMAIN, address.rpartition("@")[2])
        return Correspondent(address, address)

    def _prepare(self, patient: Patient, request: ShareRequest) -> Any:
        if self.prepared:
            return self.prepared
        made = [a_delivery(1)] if request.to_dmp else []
        for number, who in enumerate(request.recipients, 2):
            made.append(a_delivery(number, Channel.MSSANTE, destination=who.address, label=who.name))
        self.kept |= {d.id: d for d in made}
        return tuple(made)

    def _deliver(self, delivery_id: int) -> Any:
        outcome = self.outcomes.get(delivery_id, {"state": DeliveryState.SENT})
        if isinstance(outcome, Exception):
            return outcome
        self.kept[delivery_id] = replace(self.kept[delivery_id], **outcome)
        return self.kept[delivery_id]

    def _give_up(self, delivery_id: int) -> Delivery:
        self.kept[delivery_id] = replace(self.kept[delivery_id], state=DeliveryState.GIVEN_UP)
        return self.kept[delivery_id]

    def _open_ones(self) -> tuple[Delivery, ...]:
        closed = {DeliveryState.SENT, DeliveryState.GIVEN_UP}
        return tuple(d for d in self.kept.values() if d.state not in closed)


REFUSED = {
    "state": DeliveryState.REFUSED,
    "reason": Reason("refusal", "550", "MSSanté\u00a0: 5.1.1 unknown recipient"),
}
IN_DOUBT = {"state": DeliveryState.IN_DOUBT, "reason": Reason("doubtful", "", "DMP")}
OFFLINE = {"state": DeliveryState.READY, "reason": Reason("network", "", "DMP")}
