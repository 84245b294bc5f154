"""The documents we write, before the XSD and the schematrons of the CI-SIS (more: campaigns/generated.py)."""

from __future__ import annotations

import pytest

from demo_lgc.documents.cda.writer import write_vsm
from demo_lgc.domain.identity import Address, IdentityStatus
from demo_lgc.domain.practitioner import PracticeContact
from demo_lgc.domain.vsm import Absence, Problem, Treatment, Vsm
from tests.factory import TINY_PDF, a_full_vsm, a_header, a_patient, a_session, a_vsm

pytestmark = pytest.mark.conformance

NONE = Absence.NONE_KNOWN
COUGHED = Treatment("Sirop", "1 cuillère le soir", reason="Toux")
NOTHING_KNOWN = Vsm(NONE, NONE, NONE, NONE, NONE, NONE, NONE)


@pytest.mark.parametrize(
    ("vsm", "header"),
    [
        pytest.param(a_vsm(), a_header(), id="the diabetic"),
        pytest.param(a_full_vsm(), a_header(), id="everything"),
        pytest.param(Vsm(), a_header(), id="nothing asked"),
        pytest.param(
            a_vsm(problems=(Problem("Toux"),), treatments=(COUGHED,)), a_header(), id="reason without code"
        ),
        pytest.param(NOTHING_KNOWN, a_header(), id="nothing known"),
        pytest.param(a_vsm(), a_header(version=2, replaces="2.25.41"), id="second version"),
        pytest.param(
            a_vsm(), a_header(session=a_session(contact=PracticeContact())), id="practice without contact"
        ),
        pytest.param(
            a_vsm(), a_header(patient=a_patient(address=Address(), phones=())), id="patient without address"
        ),
        pytest.param(
            a_vsm(),
            a_header(patient=a_patient(status=IdentityStatus.VALIDATED)),
            id="identity not qualified",
        ),
    ],
)
def test_the_rules_accept(vsm, header, judge):
    assert judge(write_vsm(vsm, header, TINY_PDF)) == []


def test_the_judge_is_awake(judge):
    document = write_vsm(a_vsm(), a_header(), TINY_PDF)
    assert judge(document.replace(b'code="282291009"', b'code="1"'))
    assert judge(document.replace(b"<confidentialityCode", b"<confidentiality"))
