"""What may be asked of the DMP, and what is remembered of its answers."""

from __future__ import annotations

import pytest

from demo_lgc.domain import oids
from demo_lgc.domain.dmp import DmpAuthorisation, DmpExistence, DmpStatus
from demo_lgc.domain.errors import IdentityError
from demo_lgc.domain.identity import IdentityStatus, Ins, Patient
from demo_lgc.domain.practitioner import PractitionerSession
from demo_lgc.records import patients, trace
from demo_lgc.records.store import Store
from demo_lgc.services.dmp_access import DmpAccess
from tests.records.records_values import a_patient
from tests.services.conftest import FakePeers


@pytest.mark.parametrize(
    "changes",
    [
        {"ins": None},
        {"ins": Ins("148086322090266", oids.INS_NIA)},
        {"status": IdentityStatus.PROVISIONAL},
        {"status": IdentityStatus.RETRIEVED},
        {"status": IdentityStatus.VALIDATED},
    ],
)
def test_a_nia_or_an_identity_not_qualified_is_refused_before_any_call(
    access: DmpAccess, peers: FakePeers, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object]
) -> None:
    monkeypatch.setattr(peers.dmp, "status", lambda ins: pytest.fail("the DMP was asked"))
    with pytest.raises(IdentityError):
        access.status(a_patient(id=1, **changes))


def test_the_last_answer_is_remembered_and_not_asked_for_twice(
    access: DmpAccess, store: Store, peers: FakePeers
) -> None:
    patient = patients.add(store, a_patient())
    peers.dmp.status_ = DmpStatus(DmpExistence.ACTIVE, DmpAuthorisation.MISSING)
    assert access.last_known(patient) == peers.dmp.status_
    peers.dmp.status_ = DmpStatus(DmpExistence.NONE)
    assert access.last_known(patient).existence is DmpExistence.ACTIVE
    assert access.status(patient).existence is DmpExistence.NONE


def test_consent_and_opposition_are_traced_with_their_author(
    access: DmpAccess, store: Store, session: PractitionerSession
) -> None:
    patient = patients.add(store, a_patient())
    access.authorise(patient)
    opposed: Patient = access.record_opposition(patient, True)
    access.record_opposition(opposed, False)
    assert opposed.opposed_to_dmp
    acts = [(a.act, a.outcome) for a in trace.acts(store, patient.id)]
    assert acts == [
        ("dmp-consent", "AJOUT"),
        ("dmp-opposition", "opposed"),
        ("dmp-opposition", "not-opposed"),
    ]
    assert {a.who for a in trace.acts(store)} == {session.practitioner.national_id}
