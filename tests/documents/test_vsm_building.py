"""From the record to the finished document."""

from __future__ import annotations

import base64

import pytest
from lxml import etree

from demo_lgc.documents.building import build_vsm
from demo_lgc.documents.paper.press import Press
from demo_lgc.domain.errors import InvalidDocument, PressError, PressProblem
from demo_lgc.domain.vsm import Problem
from tests.factory import TINY_PDF, a_full_vsm, a_header, a_vsm


class Paper:
    """A printer that counts, for what does not depend on the page."""

    def __init__(self, pdf=TINY_PDF):
        self.printed = 0
        self._pdf = pdf

    def pdf(self, vsm, header):
        self.printed += 1
        return self._pdf


@pytest.mark.conformance
def test_the_document_and_its_copy_are_one(judge):
    press = Press()
    try:
        document = build_vsm(a_full_vsm(), a_header(), press)
    finally:
        press.close()
    assert document.pdf.startswith(b"%PDF-1.4")
    copy = etree.fromstring(document.content).find(".//{*}observationMedia/{*}value")
    assert base64.b64decode(copy.text) == document.pdf
    assert document.header == a_header()
    assert judge(document.content) == []


def test_nothing_is_printed_when_something_must_be_mended():
    paper = Paper()
    with pytest.raises(InvalidDocument):
        build_vsm(a_vsm(problems=(Problem(""),)), a_header(), paper)
    assert paper.printed == 0


def test_a_page_that_is_no_pdf_makes_no_document():
    with pytest.raises(InvalidDocument):
        build_vsm(a_vsm(), a_header(), Paper(b""))


def test_a_press_that_fails_is_heard():
    class Broken(Paper):
        def pdf(self, vsm, header):
            raise PressError(PressProblem.CRASHED)

    with pytest.raises(PressError):
        build_vsm(a_vsm(), a_header(), Broken())
