"""Names of the files that leave."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings

from demo_lgc.documents.naming import pdf_name
from demo_lgc.domain.codes import Code
from demo_lgc.domain.kinds import CONSULTATION, DECLARATION, KINDS, MEDICINES, OTHER_PRESCRIPTION, REFERRAL
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


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (CONSULTATION, "20141106_CR_ou_fiche_de_consultation_ou_de_visite_CHEMIN_HENRI.pdf"),
        (REFERRAL, "20141106_Lettre_d_adressage_CHEMIN_HENRI.pdf"),
        (MEDICINES, "20141106_Prescription_de_produits_de_sante_CHEMIN_HENRI.pdf"),
        (OTHER_PRESCRIPTION, "20141106_Prescription_autre_CHEMIN_HENRI.pdf"),
        (DECLARATION, "20141106_Certificat_declaration_CHEMIN_HENRI.pdf"),
    ],
)
def test_the_name_of_each_kind_is_readable(kind, name):
    assert pdf_name(a_header(type=kind.type)) == name


def test_no_two_kinds_give_the_same_name():
    assert len({pdf_name(a_header(type=kind.type)) for kind in KINDS}) == len(KINDS)


def test_a_name_is_never_a_path():
    patient = a_patient(birth_name="../../etc/passwd\\", given_names=("Œ/Ça.:*?",))
    assert pdf_name(a_header(patient=patient)) == "20141106_Synthese_ETC_PASSWD_OE_Ca.pdf"


@settings(max_examples=50)
@given(header=headers())
def test_any_name_is_plain_and_short(header):
    assert re.fullmatch(r"\d{8}_[A-Za-z0-9_-]{1,125}\.pdf", pdf_name(header))
