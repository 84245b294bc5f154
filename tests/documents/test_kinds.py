"""The kinds of documents, against the value sets of the ANS."""

from __future__ import annotations

import pytest
from lxml import etree

from demo_lgc.domain.codes import SYNTH
from demo_lgc.domain.kinds import FORMAT_PDF, KINDS, MEDICINES, kind_of
from demo_lgc.sandbox.dmp.value_sets import CLASS_TYPES, FORMATS, type_system


def test_a_kind_is_found_by_its_type():
    assert kind_of(MEDICINES.type) is MEDICINES
    assert kind_of(SYNTH) is None


def test_no_two_kinds_share_a_type_or_a_title():
    assert len({kind.type for kind in KINDS}) == len(KINDS)
    assert len({kind.title for kind in KINDS}) == len(KINDS)


def test_the_simulated_dmp_takes_every_kind():
    for kind in KINDS:
        assert kind.type.code in CLASS_TYPES[kind.document_class.code]
        assert type_system(kind.type.code) == kind.type.system
    assert FORMAT_PDF.system in FORMATS[FORMAT_PDF.code]


@pytest.mark.conformance
def test_every_type_is_one_of_the_value_set_under_its_own_label(conformance):
    path = conformance / "cda" / "jeuxDeValeurs" / "JDV_J07_XdsTypeCode_CISIS.xml"
    known = {
        (concept.get("code"), concept.get("codeSystem"), concept.get("displayName"))
        for concept in etree.parse(path).iterfind(".//{urn:ihe:iti:svs:2008}Concept")
    }
    assert len(known) > 100
    assert {(kind.type.code, kind.type.system, kind.type.label) for kind in KINDS} <= known


@pytest.mark.conformance
def test_every_class_is_that_of_its_type_and_the_format_that_of_a_page(conformance):
    tables = conformance / "xdm" / "tables"
    rows = (tables / "typeCode_classCode.tsv").read_text(encoding="utf-8").splitlines()[1:]
    classes = {(code, system): group for code, system, group in (row.split("\t") for row in rows)}
    for kind in KINDS:
        assert classes[kind.type.code, kind.type.system] == kind.document_class.code
    formats = (tables / "template_formatCode.tsv").read_text(encoding="utf-8")
    row = "\t".join(("1.3.6.1.4.1.19376.1.2.20", "application/pdf", FORMAT_PDF.code, FORMAT_PDF.system))
    assert row in formats
