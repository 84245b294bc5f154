"""Our own rules on the bytes of a document."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from demo_lgc.documents.cda.writer import write_vsm
from demo_lgc.documents.rules import written as validation
from demo_lgc.documents.rules.written import findings_of
from tests.documents.strategies import headers, vsms
from tests.factory import TINY_PDF, a_full_vsm, a_header, a_vsm

GOOD = write_vsm(a_vsm(), a_header(), TINY_PDF)


def test_what_we_write_may_leave():
    assert findings_of(GOOD) == ()
    assert findings_of(write_vsm(a_full_vsm(), a_header(), TINY_PDF)) == ()


@settings(max_examples=40, deadline=None)
@given(vsm=vsms, header=headers())
def test_whatever_the_record_holds_may_leave(vsm, header):
    assert findings_of(write_vsm(vsm, header, TINY_PDF)) == ()


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (b"</ClinicalDocument>", b"", "bien formé"),
        (b"<ClinicalDocument", b"<!DOCTYPE x [<!ENTITY e 'x'>]><ClinicalDocument", "DOCTYPE"),
        (b"urn:hl7-org:v3", b"urn:other", "racine"),
        (b'ID="pb-1-kind"', b'ID="pb-1"', "l’ancre pb-1 est double"),
        (b'ID="acte-1"', b'ID="lost"', "la référence acte-1 ne mène à rien"),
        (b'referencedObject="copie-1"', b'referencedObject="no"', "la référence no ne mène à rien"),
        (b"<title>Traitements</title>", b"<title> </title>", "une rubrique est sans titre"),
    ],
)
def test_a_damaged_document_is_stopped(old, new, what):
    assert old in GOOD
    found = findings_of(GOOD.replace(old, new))
    assert found
    assert what in found[0].what


def test_a_section_without_words_is_named():
    start = GOOD.index(b"<title>Points de vigilance</title><text>")
    end = GOOD.index(b"</text>", start)
    emptied = GOOD[:start] + b"<title>Points de vigilance</title><text>" + GOOD[end:]
    assert [(f.place, f.what) for f in findings_of(emptied)] == [
        ("Points de vigilance", "la rubrique est sans texte")
    ]


def test_an_entry_identifier_is_used_once():
    first, second = _entry_ids(GOOD)[:2]
    found = findings_of(GOOD.replace(second, first, 1))
    assert "un identifiant d’entrée est double" in {f.what for f in found}


def test_a_reason_leads_to_an_entry_of_the_document():
    at = GOOD.index(b'typeCode="RSON"')
    start = GOOD.index(b'<id root="', at) + len(b'<id root="')
    astray = GOOD[:start] + b"f" * 8 + GOOD[start + 8 :]
    assert [f.what for f in findings_of(astray)] == ["un motif ne mène à aucune entrée"]


def test_a_huge_document_is_not_even_parsed(monkeypatch):
    monkeypatch.setattr(validation, "MAX_BYTES", 10)
    assert [f.what for f in findings_of(GOOD)] == ["le document est trop volumineux"]


def _entry_ids(document):
    pieces = document[document.index(b"<entry>") :].split(b'<id root="')[1:]
    return [piece[:36] for piece in pieces]
