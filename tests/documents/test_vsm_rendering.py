"""The HTML of the preview and of the page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from lxml import etree

from demo_lgc.documents.cda.writer import write_vsm
from demo_lgc.documents.narrative import chapters
from demo_lgc.documents.paper.vsm_html import vsm_html
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.identity import IdentityStatus, Sex
from demo_lgc.domain.vsm import Absence, Allergy, Problem, Treatment, Vsm
from tests.documents.letters import CLAIRE, ROBERT
from tests.factory import TINY_PDF, a_full_vsm, a_header, a_patient, a_session, a_vsm


def html_of(vsm=None, patient=None, *, for_print=False, **more):
    return vsm_html(
        vsm or a_vsm(),
        patient or a_patient(),
        a_session(),
        date(2014, 11, 6),
        for_print=for_print,
        **more,
    )


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def test_the_preview_says_who_when_and_what():
    said = text_of(html_of())
    for words in (
        "Synthèse médicale (VSM)",
        "Date du document : 06/11/2014",
        "CHEMIN Henri Sexe : M, né le 18/08/1948 INS : 1 48 08 63 220 902 66 (NIR de test)",
        "Dr Paul MEDECIN5729 Médecin, qualifié en Médecine Générale",
        "Pathologies chroniques actives 08/07/2014 Diagnostic Diabète sucré insulino-dépendant",
        "02/10/2011 – 01/2012 Diagnostic Fracture de l’épaule et du bras",
        "10/07/2014 en cours INSULATARD FLEXPEN",
        "prérempli, 1 à 3 injections par jour",
        "Allergies et intolérances Aucune allergie connue",
    ):
        assert words in said


def test_screen_and_paper_say_the_same_rubrics():
    vsm = a_full_vsm()
    screen, paper = text_of(html_of(vsm)), text_of(html_of(vsm, for_print=True))
    start, signature = "Pathologies chroniques actives", " Dr Paul MEDECIN5729 , le 06/11/2014"
    assert screen[screen.index(start) :] == paper[paper.index(start) :].removesuffix(signature)
    assert paper.endswith(signature)


def test_page_and_narrative_say_the_same_words():
    vsm = a_full_vsm()
    page = text_of(html_of(vsm, for_print=True))
    narrative = etree.fromstring(write_vsm(vsm, a_header(), TINY_PDF))
    said = text_of(" ".join(narrative.itertext()))
    for chapter in chapters(vsm):
        assert chapter.title in page
        assert chapter.title in said
        for row in chapter.rows:
            for words in (row.when, row.kind, row.label, *(detail.text for detail in row.details)):
                assert text_of(words) in page
                assert text_of(words) in said


def test_paper_holds_the_strict_traits_the_letterhead_and_the_patient_for_every_page():
    patient = a_patient(given_names=("HENRI", "LÉON"), used_name="CHEMIN-DURAND", used_given_name="Léo")
    said = text_of(html_of(patient=patient, for_print=True))
    for words in (
        "Nom de naissance : CHEMIN",
        "Prénoms de naissance : HENRI LÉON",
        "Nom utilisé : CHEMIN-DURAND",
        "Prénom utilisé : Léo",
        "Date de naissance : 18/08/1948",
        "Lieu de naissance (code INSEE) : 63220",
        "Dr Paul MEDECIN5729 Médecin, qualifié en Médecine Générale RPPS 99700057291",
        "Cabinet du Dr MEDECIN5729 8 rue de Lyon, 92100 BOULOGNE Tél. 01 00 00 00 00 "
        "paul.medecin5729@mssante.fr (MSSanté)",
        "INS : 1 48 08 63 220 902 66 (NIR de test)",
        "INS à scanner",
        "CHEMIN-DURAND Léo, né le 18/08/1948 — page",
        "secret professionnel",
    ):
        assert words in said


def test_the_mention_at_the_foot_may_be_changed():
    assert "Mention du cabinet" in html_of(for_print=True, legal="Mention du cabinet")


def test_no_matricule_is_shown_for_an_identity_that_is_not_qualified():
    patient = a_patient(status=IdentityStatus.RETRIEVED)
    for for_print, words in ((False, "Identité non qualifiée"), (True, "Identité : non qualifiée")):
        said = text_of(html_of(patient=patient, for_print=for_print))
        assert "220 902" not in said
        assert "à scanner" not in said
        assert words in said


@pytest.mark.parametrize("for_print", [False, True])
def test_the_recipients_are_named_when_there_are_any(for_print):
    one = text_of(html_of(for_print=for_print, recipients=(ROBERT,)))
    assert "Destinataire : Dr Robert SPECIALISTE5737, Pneumologie, Cabinet de pneumologie" in one
    both = text_of(html_of(for_print=for_print, recipients=(ROBERT, CLAIRE)))
    assert "Destinataires : Dr Robert" in both
    assert "Destinataire" not in html_of(for_print=for_print)


def test_a_woman_is_born_in_the_feminine():
    assert "née le 18/08/1948" in html_of(patient=replace(a_patient(), sex=Sex.FEMALE))


def test_absences_are_said_and_not_asked_is_never_none():
    said = text_of(html_of(Vsm(allergies=Absence.NOT_ASKED, treatments=Absence.NONE_KNOWN)))
    assert "Allergies et intolérances Non renseigné" in said
    assert "Traitements Aucun traitement au long cours" in said
    assert "Aucune allergie" not in said


def test_everything_typed_is_escaped():
    nasty = '<img src="http://x/"><script>&'
    vsm = Vsm(
        problems=(Problem(nasty),),
        allergies=(Allergy(nasty, reaction=nasty),),
        treatments=(Treatment(nasty, nasty, reason=nasty),),
        occupational_risks=nasty,
        vigilance=(nasty,),
    )
    html = html_of(vsm, a_patient(birth_name=nasty, used_name=nasty), for_print=True, title=nasty)
    assert '<img src="http' not in html
    assert "<script" not in html
    assert nasty in text_of_escaped(html)


def text_of_escaped(html):
    return etree.tostring(etree.fromstring(html), method="text", encoding="unicode")


def test_the_fragment_is_well_formed_and_names_nothing_remote():
    html = html_of(a_full_vsm(), for_print=True)
    root = etree.fromstring(html)
    assert not {"link", "a", "iframe", "object", "script", "style"} & {e.tag for e in root.iter()}
    assert [e.get("src")[:26] for e in root.iter("img")] == ["data:image/svg+xml;base64,"]
    assert not [e for e in root.iter() if e.get("href") or (e.get("src") and e.tag != "img")]
    assert "url(" not in html


def test_colours_come_from_the_theme_and_unknown_names_are_ignored():
    html = html_of(inks={"accent": "#123456", "window": "#abcdef"})
    assert "color:#123456" in html
    assert "#abcdef" not in html
    assert "#2857C0" not in html


@pytest.mark.parametrize(
    ("until", "said"),
    [
        (PartialDate(2014, 12, 10), "au 10/12/2014"),
        (PartialDate(2014, 12), "jusqu’en 12/2014"),
        (PartialDate(2014), "jusqu’en 2014"),
        (None, "en cours"),
    ],
)
def test_the_end_of_a_treatment_is_said_with_its_precision(until, said):
    assert said in html_of(Vsm(treatments=(Treatment("A", "B", until=until),)))
