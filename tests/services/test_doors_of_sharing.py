"""Who may feed the DMP, by what the session was opened with. The mail asks for no card."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from demo_lgc.domain.document import Visibility
from demo_lgc.domain.errors import NotAllowed, Refusal
from demo_lgc.domain.message import Correspondent, MessageText
from demo_lgc.domain.practitioner import CardKind, Door, PractitionerSession
from demo_lgc.records import patients, trace, vsm
from demo_lgc.records.store import Store
from demo_lgc.services.sharing import Product, ShareRequest, Sharing
from tests.factory import CREATED_AT, TINY_PDF, a_patient, a_session, a_vsm

COLLEAGUE = Correspondent("Dr Robert SPECIALISTE5737", "robert.specialiste5737@medecin.mss.demo.test")
WITHOUT_CARD = replace(a_session(), door=Door.PRO_SANTE_CONNECT, kind=None)


def _share(store: Store, session: PractitionerSession, *, to_dmp: bool) -> int:
    patient = patients.add(store, a_patient())
    vsm.save(store, patient.id, a_vsm(), "899700057291", CREATED_AT)
    parts: Any = (
        SimpleNamespace(current=session),
        None,
        SimpleNamespace(pdf=lambda *_: TINY_PDF),
        SimpleNamespace(check=lambda address: None),
        Product("demo_lgc", "0", "demo_lgc", "reference", "1.2.3"),
    )
    request = ShareRequest(to_dmp, Visibility.VISIBLE, (COLLEAGUE,), MessageText("Synthèse", "Bonjour"))
    return len(Sharing(store, *parts, lambda: CREATED_AT, uuid4).prepare(patient, request))


@pytest.mark.parametrize(
    ("session", "to_dmp", "refusal"),
    [
        (WITHOUT_CARD, True, Refusal.NEEDS_CARD),
        (replace(a_session(), kind=CardKind.CPE), True, Refusal.STAFF_CARD),
        (replace(a_session(), kind=CardKind.CPA), False, Refusal.STAFF_CARD),
    ],
)
def test_what_may_not_be_shared_is_refused_before_anything_is_made(
    store: Store, session: PractitionerSession, to_dmp: bool, refusal: Refusal
) -> None:
    with pytest.raises(NotAllowed) as refused:
        _share(store, session, to_dmp=to_dmp)
    assert refused.value.refusal is refusal
    assert trace.acts(store) == ()


def test_a_session_without_card_sends_to_colleagues(store: Store) -> None:
    assert _share(store, WITHOUT_CARD, to_dmp=False) == 1
    assert [act.act for act in trace.acts(store)] == ["share-vsm"]


def test_a_doctor_who_works_in_a_hospital_shares_from_there(store: Store) -> None:
    ward = replace(a_session().situation, sector="SA01")
    assert _share(store, replace(WITHOUT_CARD, situation=ward), to_dmp=False) == 1
