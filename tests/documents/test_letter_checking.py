"""What forbids to write a page, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from demo_lgc.documents.rules.letter import check_letter
from demo_lgc.domain import kinds
from demo_lgc.domain.codes import FORMAT_VSM, SYNTH
from demo_lgc.domain.letter import Letter, Line, Passage
from demo_lgc.domain.message import Correspondent
from tests.documents.letters import CONSULTATION, MEDICINES, PAGES, a_letter_header
from tests.factory import a_patient

TABLETS = Line("PARACÉTAMOL 1 g, comprimé", "1 comprimé le soir")


def places(letter, kind=kinds.CONSULTATION, **header):
    return [finding.place for finding in check_letter(letter, a_letter_header(kind, **header))]


@pytest.mark.parametrize("name", PAGES)
def test_an_honest_page_is_not_reproached_anything(name):
    kind, letter = PAGES[name]
    assert places(letter, kind) == []


@pytest.mark.parametrize(
    ("kind", "letter", "expected"),
    [
        (kinds.CONSULTATION, Letter(), ["Contenu"]),
        (kinds.CONSULTATION, Letter((Passage(" \n"),)), ["Paragraphe 1"]),
        (kinds.CONSULTATION, Letter((Passage("a"), Passage("b\x00"))), ["Paragraphe 2"]),
        (kinds.CONSULTATION, Letter((Passage("a", "b\x1b"),)), ["Paragraphe 1, titre"]),
        (kinds.CONSULTATION, MEDICINES, ["Contenu"]),
        (kinds.MEDICAL_CERTIFICATE, Letter((Passage("a"),), two_parts=True), ["Contenu"]),
        (kinds.MEDICINES, Letter(lines=(Line(""),)), ["Ligne 1", "Ligne 1, posologie"]),
        (kinds.MEDICINES, Letter(lines=(replace(TABLETS, duration="\x00"),)), ["Ligne 1, durée"]),
        (kinds.MEDICINES, Letter(lines=(replace(TABLETS, quantity="\x00"),)), ["Ligne 1, quantité"]),
        (kinds.MEDICINES, Letter(lines=(replace(TABLETS, renewals=-1),)), ["Ligne 1, renouvellement"]),
        (kinds.MEDICINES, Letter(lines=(TABLETS, replace(TABLETS, long_term=True))), ["Ligne 2"]),
        (kinds.BIOLOGY, Letter(lines=(Line("Hémogramme"),)), []),
    ],
)
def test_an_impossible_page_is_named_by_its_line(kind, letter, expected):
    assert places(letter, kind) == expected


@pytest.mark.parametrize(
    ("header", "place"),
    [
        ({"type": SYNTH}, "Type du document"),
        ({"document_class": kinds.PRESCRIPTION}, "Type du document"),
        ({"format": FORMAT_VSM}, "Type du document"),
        ({"patient": a_patient(birth_name="")}, "Patient, nom de naissance"),
        ({"recipients": (Correspondent("", "a@b.test"),)}, "Destinataire, nom"),
        ({"recipients": (Correspondent("Dr X", "nowhere"),)}, "Destinataire, adresse MSSanté"),
        ({"recipients": (Correspondent("Dr X", "a@b.test", "\x00"),)}, "Destinataire"),
    ],
)
def test_the_header_must_go_with_the_page(header, place):
    assert places(CONSULTATION, **header) == [place]


def test_findings_hold_no_content_of_the_page():
    letter = Letter((Passage("Secret\x00", "Secret\x00"),), (Line("Secret\x00", "Secret\x00"),))
    assert "Secret" not in repr(check_letter(letter, a_letter_header(kinds.MEDICINES)))
