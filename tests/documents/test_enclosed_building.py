"""From what the doctor wrote to the finished document of level 1."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from lxml import etree

from demo_lgc.documents.building import build_enclosed
from demo_lgc.documents.paper.press import Press
from demo_lgc.domain.errors import InvalidDocument, PressError, PressProblem
from demo_lgc.domain.kinds import CONSULTATION, KINDS, MEDICINES
from demo_lgc.domain.letter import Letter
from tests.documents.letters import PAGES, ROBERT, a_letter_header
from tests.documents.test_vsm_building import Paper

HEADER = a_letter_header(CONSULTATION, recipients=(ROBERT,))
LETTER = PAGES["consultation"][1]


@pytest.fixture(scope="module")
def press():
    press = Press()
    yield press
    press.close()


@pytest.mark.conformance
@pytest.mark.parametrize("name", PAGES)
def test_the_document_carries_its_printed_page(name, press, judge_enclosed):
    kind, letter = PAGES[name]
    header = a_letter_header(kind, recipients=(ROBERT,))
    document = build_enclosed(letter, header, press)
    assert document.pdf.startswith(b"%PDF-1.4")
    body = etree.fromstring(document.content).find(".//{*}nonXMLBody/{*}text")
    assert base64.b64decode(body.text) == document.pdf
    assert document.header == header
    assert judge_enclosed(document.content) == []


def test_there_is_a_page_of_every_kind_among_the_tests():
    assert {kind for kind, _ in PAGES.values()} == set(KINDS)


def test_the_same_values_give_the_same_document(press):
    assert build_enclosed(LETTER, HEADER, press) == build_enclosed(LETTER, HEADER, press)


@pytest.mark.parametrize(
    ("letter", "header"),
    [(Letter(), HEADER), (LETTER, replace(HEADER, document_class=MEDICINES.document_class))],
)
def test_nothing_is_printed_when_something_must_be_mended(letter, header):
    paper = Paper()
    with pytest.raises(InvalidDocument):
        build_enclosed(letter, header, paper)
    assert paper.printed == 0


def test_a_page_that_is_no_pdf_makes_no_document():
    with pytest.raises(InvalidDocument):
        build_enclosed(LETTER, HEADER, Paper(b""))


def test_a_press_that_fails_is_heard():
    class Broken(Paper):
        def pdf(self, content, header):
            raise PressError(PressProblem.CRASHED)

    with pytest.raises(PressError):
        build_enclosed(LETTER, HEADER, Broken())
