"""What the pack says, in words for a doctor."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from demo_lgc.documents.conformance.french import DEFAULT, sentence_of
from demo_lgc.documents.conformance.places import WHOLE, element_at, place_of

SAID = {
    '[VSM_2023.01] Erreur de conformité au volet VSM : La section "Traitement au long cours" '
    "(1.2.250.1.213.1.1.2.32) doit être présente.": (
        "La section «\u00a0Traitement au long cours\u00a0» doit être présente."
    ),
    "(SMDS_CDAClinicalDocument): element hl7:title[not(@nullFlavor)] is mandatory [min 1x].": (
        "Il manque\u00a0: titre."
    ),
    "(CI-SISAddr): element hl7:city appears too often [max 1x].": "Figure trop souvent\u00a0: ville.",
    "(SMDS_CDAClinicalDocument): attribute @codeSystem SHALL be present.": "Il manque\u00a0: nomenclature.",
    "(CI-SISAuthor): The value for code SHALL be selected from value set '1.2.250.1.213.1.1.5.461' "
    "JDV_J01_XdsAuthorSpecialty_CISIS (DYNAMIC).": "Ce code ne figure pas dans la liste nationale.",
    "[dansJeuDeValeurs] L'élément observation/code [1:x:2] doit faire partie du jeu de valeurs "
    "../../jeuxDeValeurs/JDV_X.xml.": "Ce code ne figure pas dans la liste nationale.",
    "(SMDS_CDAClinicalDocument): The value for code SHALL be 'FR'. Found: \"BE\"": (
        "La valeur attendue est «\u00a0FR\u00a0»."
    ),
    "[E_problemEntry_int.sch] Erreur de conformité PCC : L'élément 'statusCode' doit être présent "
    "(cardinalité [1..1])": "L’élément «\u00a0statut\u00a0» doit être présent.",
    "[E_x_fr] : Erreur de conformité CI-SIS : L'élément effectiveTime doit être présent une fois [1..1].": (
        "L’élément «\u00a0date\u00a0» doit être présent une fois."
    ),
    "dtr1-7-IVL_TS: low/@value (2014) must be before high/@value (2012)": (
        "La date de fin précède la date de début."
    ),
    "dtr1-1-AD: address shall be null or text only or element only (no mixed content)": DEFAULT,
    'CodeSystem : "2.16.840.1.113883.6.3" CodeSystemName : "CIM-10" Code : "Z99Z" DisplayName : x '
    "Ce code n'est pas retrouvé dans la terminologie": (
        "Le code «\u00a0Z99Z\u00a0» ne figure pas dans sa nomenclature."
    ),
    'Code : "mg/xx" (Avant transformation : "mg/xx") Ce code n\'est pas dans UCUM': (
        "L’unité «\u00a0mg/xx\u00a0» n’est pas reconnue."
    ),
    "": DEFAULT,
}


@pytest.mark.parametrize(("words", "sentence"), SAID.items(), ids=lambda said: said[:40])
def test_a_message_of_the_pack_becomes_a_french_sentence(words, sentence):
    assert sentence_of(words) == sentence


def test_a_long_explanation_is_cut_after_its_first_sentence():
    words = "L'élément 'value' est requis. " + "Il dit ce que le médecin a vu de ses yeux ce jour. " * 5
    assert sentence_of(words) == "L’élément «\u00a0valeur\u00a0» est requis."


@given(st.text(max_size=300))
def test_whatever_is_said_comes_out_as_one_sentence(words):
    sentence = sentence_of(words)
    assert sentence.endswith(".")
    assert not re.search(r" [;:?!]", sentence)


DOCUMENT = etree.fromstring(
    """<ClinicalDocument xmlns="urn:hl7-org:v3"><title>T</title>
    <recordTarget><patientRole><addr/><patient><birthTime/></patient></patientRole></recordTarget>
    <component><structuredBody>
      <component><section><title>Ensemble</title>
        <component><section><title> Traitements
          au long cours </title><text/>
          <entry/><entry><substanceAdministration><effectiveTime><low/></effectiveTime><effectiveTime/>
            <consumable/><entryRelationship><act><unknown/></act></entryRelationship>
          </substanceAdministration></entry></section></component>
        <component><section><code/></section></component>
      </section></component>
    </structuredBody></component></ClinicalDocument>"""
)
BODY = "/component[1]/structuredBody[1]/component[1]/section[1]"
SECOND = f"{BODY}/component[1]/section[1]/entry[2]/substanceAdministration[1]"
PLACES = {
    "": WHOLE,
    "/title[1]": "Titre du document",
    "/recordTarget[1]/patientRole[1]": "Patient",
    "/recordTarget[1]/patientRole[1]/patient[1]/birthTime[1]": "Patient, date de naissance",
    "/recordTarget[1]/patientRole[1]/addr[1]/@use": "Patient, adresse",
    "/component[1]/structuredBody[1]": "Corps du document",
    f"{SECOND}/effectiveTime[1]/low[1]": "Traitements au long cours, ligne 2, date de début",
    f"{SECOND}/effectiveTime[2]": "Traitements au long cours, ligne 2, date",
    f"{SECOND}/consumable[1]": "Traitements au long cours, ligne 2, produit",
    SECOND: "Traitements au long cours, ligne 2",
    f"{SECOND}/entryRelationship[1]/act[1]/unknown[1]": "Traitements au long cours, ligne 2, donnée liée",
    f"{BODY}/component[1]/section[1]/text[1]": "Traitements au long cours, texte",
    f"{BODY}/component[2]/section[1]/code[1]": "Ensemble, code",
    f"{BODY}/component[9]/section[1]": "Ensemble",
}


@pytest.mark.parametrize(("path", "place"), PLACES.items())
def test_a_place_is_named_by_its_section_its_line_and_its_field(path, place):
    path = re.sub(r"/(?=\w)", "/Q{urn:hl7-org:v3}", f"/ClinicalDocument[1]{path}")
    assert place_of(element_at(DOCUMENT, path)) == place


def test_a_section_with_a_novel_for_title_is_named_shortly():
    made = etree.fromstring(f'<section xmlns="urn:hl7-org:v3"><title>{"mot " * 100}</title><text/></section>')
    assert len(place_of(made)) < 90
