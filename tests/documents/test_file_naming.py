"""Names of the files that leave."""

from __future__ import annotations

import re

from hypothesis import given, settings

from demo_lgc.documents.naming import pdf_name
from demo_lgc.domain.codes import Code
from tests.documents.strategies import headers
from tests.factory import a_header, a_patient


def test_the_name_of_a_file_says_date_type_and_patient():
    assert pdf_name(a_header()) == "20141106_Synthese_CHEMIN_HENRI.pdf"


def test_the_example_of_the_specification_is_met():
    header = a_header(
        type=Code("18748-4", "2.16.840.1.113883.6.1", "CR d’imagerie médicale"),
        patient=a_patient(birth_name="CORSE", given_names=("FIGATELLIX",)),
    )
    assert pdf_name(header) == "20141106_CR_d_imagerie_medicale_CORSE_FIGATELLIX.pdf"


def test_a_name_is_never_a_path():
    patient = a_patient(birth_name="../../etc/passwd\\", given_names=("Œ/Ça.:*?",))
    assert pdf_name(a_header(patient=patient)) == "20141106_Synthese_ETC_PASSWD_OE_Ca.pdf"


@settings(max_examples=50)
@given(header=headers())
def test_any_name_is_plain_and_short(header):
    assert re.fullmatch(r"\d{8}_[A-Za-z0-9_-]{1,125}\.pdf", pdf_name(header))
