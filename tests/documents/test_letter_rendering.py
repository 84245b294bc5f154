"""The HTML of a page that the doctor writes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from lxml import etree

from demo_lgc.documents.paper.letter_html import LONG_TERM, NOTHING, UNRELATED, letter_html
from demo_lgc.domain import kinds
from demo_lgc.domain.letter import Letter, Line, Passage
from tests.documents.letters import BIOLOGY, CONSULTATION, MEDICINES, ROBERT, a_letter_header
from tests.documents.strategies_letters import letters_with_headers


def html_of(letter, kind=kinds.CONSULTATION, *, for_print=False, inks=None, **header):
    return letter_html(letter, a_letter_header(kind, **header), for_print=for_print, inks=inks)


def text_of(html):
    return re.sub(r"\s+", " ", etree.tostring(etree.fromstring(html), method="text", encoding="unicode"))


def said(letter, kind=kinds.MEDICINES, **more):
    # Cells and lines are parted, as they are on the page.
    html = html_of(letter, kind, **more)
    return text_of(re.sub(r"(<br/>|</td>|</p>)", r" \1", html)).strip()


@pytest.mark.parametrize("for_print", [False, True])
def test_a_page_says_its_title_its_patient_its_recipients_and_its_text(for_print):
    words = said(CONSULTATION, kinds.CONSULTATION, for_print=for_print, recipients=(ROBERT,))
    for expected in (
        "Compte rendu de consultation",
        "Date du document : 06/11/2014",
        "CHEMIN Henri",
        "1 48 08 63 220 902 66 (NIR de test)",
        "Destinataire : Dr Robert SPECIALISTE5737, Pneumologie",
        "Examen clinique Poids : 82 kg, taille : 1,74 m, PA : 142/86 mmHg. Auscultation",
    ):
        assert expected in words


def test_an_empty_line_parts_paragraphs_and_a_line_end_is_kept():
    html = html_of(Letter((Passage("a\r\nb\r\n \t\r\n\r\nc"),)))
    texts = [p for p in etree.fromstring(html).iter("p") if p.get("class") == "text"]
    assert ["|".join(p.itertext()) for p in texts] == ["a|b", "c"]


def test_a_line_of_prescription_says_everything_the_doctor_chose():
    words = said(MEDICINES)
    assert (
        "1 INSULINE ISOPHANE 100 UI/ml (INSULATARD FLEXPEN), suspension injectable en stylo prérempli "
        "18 unités le soir, en sous-cutané Durée : 3 mois · Quantité : 2 boîtes de 5 stylos · "
        "À renouveler 2 fois"
    ) in words
    assert "comprimé sécable — non substituable (MTE) 1 comprimé le matin à jeun" in words


def test_the_lines_are_counted_so_that_none_can_be_added():
    assert "3 lignes prescrites" in said(MEDICINES)
    assert "1 ligne prescrite" in said(Letter(lines=(Line("A"),)), kinds.CARE)
    assert "prescrite" not in said(CONSULTATION, kinds.CONSULTATION)


def test_the_two_parts_are_told_apart_and_numbered_as_they_are_printed():
    first, *rest = MEDICINES.lines
    words = said(replace(MEDICINES, lines=(*rest, first)))
    above, below = words.split(UNRELATED[0])
    assert LONG_TERM[0] in above
    assert "(AFFECTION EXONÉRANTE)" in above
    assert "1 INSULINE" in above
    assert "LÉVOTHYROXINE" not in above
    assert "(MALADIES INTERCURRENTES)" in below
    assert "2 LÉVOTHYROXINE" in below
    assert "3 PARACÉTAMOL" in below


def test_an_empty_part_is_said_to_be_empty():
    treated = Letter(lines=(Line("A", "1", long_term=True),), two_parts=True)
    assert said(treated).split(UNRELATED[0])[1].count(NOTHING) == 1
    others = Letter(lines=(Line("A", "1"),), two_parts=True)
    assert said(others).split(UNRELATED[0])[0].count(NOTHING) == 1


def test_a_prescription_in_one_part_says_nothing_of_long_term_illness():
    assert "affection" not in said(BIOLOGY, kinds.BIOLOGY)


def test_screen_and_paper_say_the_same_content():
    screen, paper = said(MEDICINES), said(MEDICINES, for_print=True)
    content = screen[screen.index(LONG_TERM[0]) :]
    assert content in paper
    assert paper.endswith("Dr Paul MEDECIN5729, le 06/11/2014")


@settings(max_examples=50)
@given(page=letters_with_headers())
def test_everything_typed_is_escaped_and_nothing_remote_is_named(page):
    letter, header = page
    for for_print in (False, True):
        root = etree.fromstring(letter_html(letter, header, for_print=for_print))
        allowed = {"div", "p", "span", "b", "br", "h1", "table", "thead", "tr", "td", "img"}
        assert {e.tag for e in root.iter()} <= allowed
        assert all(e.get("src").startswith("data:image/svg+xml;base64,") for e in root.iter("img"))
        words = re.sub(r"\s+", "", "".join(root.itertext()))
        for line in letter.lines:
            assert re.sub(r"\s+", "", line.product) in words


def test_colours_come_from_the_theme():
    html = html_of(CONSULTATION, inks={"accent": "#123456", "window": "#abcdef"})
    assert "color:#123456" in html
    assert "#abcdef" not in html
