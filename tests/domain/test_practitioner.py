"""Who somebody is, and how they are called."""

from __future__ import annotations

from dataclasses import replace

from demo_lgc.domain.practitioner import CardKind, Door, Practitioner
from tests.factory import a_session

DOCTOR = Practitioner("899700057291", "MEDECIN5729", "PAUL")
STAFF = Practitioner("30B0057881/CPET0002", "DURAND", "Ève", "", "")


def test_a_doctor_is_called_doctor_and_others_by_their_name() -> None:
    assert (DOCTOR.display_name, DOCTOR.short_name) == ("Dr\u00a0Paul MEDECIN5729", "Dr\u00a0MEDECIN5729")
    assert (STAFF.display_name, STAFF.short_name) == ("Ève DURAND", "DURAND")
    establishment = replace(STAFF, family="Hôpital des 3 dames", given="")
    assert establishment.display_name == "HÔPITAL DES 3 DAMES"


def test_an_rpps_is_one_person_and_a_staff_card_those_who_hold_it() -> None:
    assert DOCTOR.is_same(replace(DOCTOR, given="Paul", speciality=""))
    assert not DOCTOR.is_same(replace(DOCTOR, national_id="899700059786"))
    assert STAFF.is_same(replace(STAFF, speciality="SM26"))
    assert not STAFF.is_same(replace(STAFF, family="MARTIN"))


def test_what_opened_a_session_says_what_it_may() -> None:
    session = a_session()
    assert (session.may_author, session.may_feed_dmp) == (True, True)
    without_card = replace(session, door=Door.PRO_SANTE_CONNECT, kind=None)
    assert (without_card.may_author, without_card.may_feed_dmp) == (True, False)
    for kind in (CardKind.CPE, CardKind.CPA):
        staff = replace(session, kind=kind)
        assert (staff.may_author, staff.may_feed_dmp) == (False, False)
