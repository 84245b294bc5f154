"""The documents of level 1 we write, before the XSD and the schematrons of the CI-SIS."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings

from demo_lgc.documents.cda.enclosed import write_enclosed
from demo_lgc.documents.cda.writer import write_vsm
from demo_lgc.domain.document import next_version
from demo_lgc.domain.identity import Address, IdentityStatus
from demo_lgc.domain.message import Correspondent
from demo_lgc.domain.practitioner import PracticeContact
from tests.documents.letters import CLAIRE, CONSULTATION, PAGES, ROBERT, a_letter_header
from tests.documents.reference.renew import ENCLOSED
from tests.documents.strategies_letters import letters_with_headers
from tests.factory import CREATED_AT, TINY_PDF, a_header, a_patient, a_session, a_vsm

pytestmark = pytest.mark.conformance


@pytest.mark.parametrize("name", PAGES)
def test_the_rules_accept_every_kind(name, judge_enclosed):
    assert judge_enclosed((ENCLOSED / f"{name}.xml").read_bytes()) == []


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(a_letter_header(recipients=(ROBERT, CLAIRE)), id="two recipients"),
        pytest.param(
            a_letter_header(recipients=(Correspondent("a@b.test", "a@b.test"), Correspondent("Dr X", ""))),
            id="recipients half known",
        ),
        pytest.param(next_version(a_letter_header(), "2.25.42", CREATED_AT), id="second version"),
        pytest.param(
            a_letter_header(session=a_session(contact=PracticeContact())), id="practice without contact"
        ),
        pytest.param(
            a_letter_header(patient=a_patient(address=Address(), phones=())), id="patient without address"
        ),
        pytest.param(
            a_letter_header(patient=a_patient(status=IdentityStatus.VALIDATED)), id="identity not qualified"
        ),
    ],
)
def test_the_rules_accept(header, judge_enclosed):
    assert judge_enclosed(write_enclosed(header, TINY_PDF)) == []


def test_the_rules_accept_a_synthesis_with_recipients(judge):
    header = next_version(a_header(recipients=(ROBERT, CLAIRE)), "2.25.42", CREATED_AT)
    assert judge(write_vsm(a_vsm(), header, TINY_PDF)) == []


# Without shrinking: each example costs the judge a third of a second.
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@example(page=(CONSULTATION, a_letter_header(recipients=(ROBERT, CLAIRE))))
@given(page=letters_with_headers())
def test_the_rules_accept_whatever_the_doctor_writes(page, judge_enclosed):
    _, header = page
    assert judge_enclosed(write_enclosed(header, TINY_PDF)) == []


def test_the_judge_is_awake(judge_enclosed):
    document = write_enclosed(a_letter_header(), TINY_PDF)
    assert judge_enclosed(document.replace(b"1.3.6.1.4.1.19376.1.2.20", b"1.3.6.1.4.1.19376.1.2.21"))
    assert judge_enclosed(document.replace(b"11488-4", b"11488-5"))
    header = replace(a_letter_header(), replaces="2.25.41")
    replaced = write_enclosed(header, TINY_PDF).replace(b'"RPLC"', b'"APND"')
    assert judge_enclosed(replaced)
