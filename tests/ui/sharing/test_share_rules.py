"""Where the document may go, why not, and what is still missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from demo_lgc.domain import oids
from demo_lgc.domain.dmp import DmpAuthorisation, DmpExistence, DmpStatus
from demo_lgc.domain.document import Visibility
from demo_lgc.domain.identity import IdentityStatus, Ins
from demo_lgc.domain.practitioner import Door
from demo_lgc.domain.vsm import Absence, Vsm
from demo_lgc.ui.sharing.model import (
    AccessState,
    Destination,
    Draft,
    access_of,
    caution,
    checking,
    closed_door,
    forbidden,
    obstacles,
    preferred,
    readiness,
    silent,
)
from tests.ui.sharing.fake_desk import ACTIVE, NOT_AUTHORISED, ROBERT, a_patient, a_session

NO_DMP = DmpStatus(DmpExistence.NONE)


def draft(destination=Destination.BOTH, **changes):
    return Draft(destination, **({"recipients": (ROBERT,), "subject": "Synthèse"} | changes))


@pytest.mark.parametrize(
    "status", [ACTIVE, NOT_AUTHORISED, DmpStatus(DmpExistence.ACTIVE, DmpAuthorisation.EXPIRED)]
)
def test_an_active_dmp_may_be_fed_with_or_without_the_authorisation_of_consultation(status):
    assert access_of(a_patient(), status).may_feed
    assert obstacles(access_of(a_patient(), status), Visibility.VISIBLE) == {}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (NO_DMP, AccessState.NONE),
        (DmpStatus(DmpExistence.CLOSED, closed_on=date(2014, 9, 14)), AccessState.CLOSED),
        (DmpStatus(DmpExistence.ACTIVE, DmpAuthorisation.FORBIDDEN), AccessState.BLOCKED),
    ],
)
def test_without_a_dmp_to_feed_only_the_mail_is_left(status, state):
    access = access_of(a_patient(), status)
    refused = obstacles(access, Visibility.VISIBLE)
    assert access.state is state
    assert set(refused) == {Destination.BOTH, Destination.DMP}
    assert all(refused.values())
    assert preferred(Destination.BOTH, refused) is Destination.MAIL


def test_a_closed_dmp_says_when_and_why():
    closed = DmpStatus(
        DmpExistence.CLOSED, closed_on=date(2014, 9, 14), closing_reason="FERMETURE_DEMANDE_PATIENT"
    )
    access = access_of(a_patient(), closed)
    assert "14/09/2014" in access.title
    assert "à la demande du patient" in access.detail


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"status": IdentityStatus.VALIDATED}, AccessState.NOT_QUALIFIED),
        ({"ins": None}, AccessState.NOT_QUALIFIED),
        ({"ins": Ins("148086322090266", oids.INS_NIA)}, AccessState.NOT_QUALIFIED),
        ({"opposed_to_dmp": True}, AccessState.OPPOSED),
    ],
)
def test_some_patients_are_never_asked_about(changes, state):
    refused = forbidden(a_patient(**changes))
    assert refused is not None
    assert refused.state is state
    assert not refused.may_feed


def test_a_session_without_card_has_only_the_mail():
    assert closed_door(a_session()) is None
    access = closed_door(replace(a_session(), door=Door.PRO_SANTE_CONNECT, kind=None))
    assert access is not None
    assert access.state is AccessState.NO_KEY
    refused = obstacles(access, Visibility.VISIBLE)
    assert set(refused) == {Destination.BOTH, Destination.DMP}
    assert access.title not in refused.values()  # both are on the page: nothing is said twice


def test_a_silent_dmp_keeps_the_deposit_open_only_when_it_was_active_before():
    assert silent(a_patient(), ACTIVE, "Le DMP ne répond pas.", "").may_feed
    assert not silent(a_patient(), NO_DMP, "Le DMP ne répond pas.", "").may_feed
    assert not silent(a_patient(), None, "Le DMP ne répond pas.", "").may_feed
    assert not checking(None, a_patient()).may_feed


def test_a_document_masked_to_professionals_is_not_mailed_to_them():
    refused = obstacles(access_of(a_patient(), ACTIVE), Visibility.MASKED_TO_PROFESSIONALS)
    assert set(refused) == {Destination.BOTH, Destination.MAIL}
    assert preferred(Destination.BOTH, refused) is Destination.DMP


def test_the_mask_counts_for_nothing_when_nothing_can_be_deposited():
    refused = obstacles(access_of(a_patient(), NO_DMP), Visibility.MASKED_TO_PROFESSIONALS)
    assert Destination.MAIL not in refused


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (draft(), "1\u00a0dépôt, 1\u00a0message"),
        (draft(Destination.MAIL, recipients=(ROBERT, ROBERT)), "2\u00a0messages"),
        (draft(Destination.DMP, recipients=(), subject=""), "1\u00a0dépôt"),
    ],
)
def test_what_is_ready_is_counted(typed, said):
    ready = readiness(typed, access_of(a_patient(), ACTIVE))
    assert ready.ready
    assert ready.sentence == said


@pytest.mark.parametrize(
    "typed",
    [
        draft(recipients=()),
        draft(subject=" "),
        draft(pending="robert@"),
        draft(Destination.MAIL, recipients=()),
    ],
)
def test_what_is_missing_is_said(typed):
    ready = readiness(typed, access_of(a_patient(), ACTIVE))
    assert not ready.ready
    assert ready.sentence.endswith(".")


@pytest.mark.parametrize("vsm", [Vsm(), Vsm(problems=(), treatments=()), Vsm(occupational_risks=" ")])
def test_a_volet_where_nothing_was_filled_is_empty(vsm):
    assert caution(vsm)[0]


@pytest.mark.parametrize(
    "vsm",
    [Vsm(allergies=Absence.NONE_KNOWN), Vsm(occupational_risks="Amiante"), Vsm(vigilance=("Pacemaker",))],
)
def test_a_volet_that_says_one_thing_is_not_empty(vsm):
    assert caution(vsm) == ("", "")
