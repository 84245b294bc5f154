"""What the CDA around a page holds, read again with lxml."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from hypothesis import given, settings
from lxml import etree

from demo_lgc.documents.cda.enclosed import write_enclosed
from demo_lgc.documents.cda.parties import name_parts
from demo_lgc.documents.hl7 import HL7
from demo_lgc.documents.rules.letter import check_letter
from demo_lgc.documents.rules.written import findings_of
from demo_lgc.domain.document import next_version
from demo_lgc.domain.errors import InvalidDocument
from demo_lgc.domain.kinds import CONSULTATION, MEDICINES
from demo_lgc.domain.message import Correspondent
from tests.documents.letters import CLAIRE, PAGES, ROBERT, a_letter_header
from tests.documents.reference.renew import ENCLOSED, canonical, enclosed
from tests.documents.strategies_letters import letters_with_headers
from tests.factory import TINY_PDF, a_patient

NS = {"h": HL7}


def written(**header):
    return etree.fromstring(write_enclosed(a_letter_header(**header), TINY_PDF))


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_documents_are_written_as_they_were_reviewed(name):
    assert canonical(enclosed(name)) == canonical((ENCLOSED / f"{name}.xml").read_bytes())


def test_the_same_values_give_the_same_bytes():
    assert enclosed("consultation") == enclosed("consultation")


def test_a_document_of_level_1_claims_three_templates_and_no_other():
    assert [e.get("root") for e in written().iterfind("h:templateId", NS)] == [
        "2.16.840.1.113883.2.8.2.1",
        "1.2.250.1.213.1.1.1.1",
        "1.3.6.1.4.1.19376.1.2.20",
    ]
    assert not [e for e in written().iterfind("h:templateId", NS) if e.get("extension")]


def test_the_body_is_the_page_itself():
    text = written().find("h:component/h:nonXMLBody/h:text", NS)
    assert (text.get("mediaType"), text.get("representation")) == ("application/pdf", "B64")
    assert base64.b64decode(text.text) == TINY_PDF


def test_the_header_says_the_kind_and_the_title_typed():
    root = written(kind=MEDICINES, title="Ordonnance de sortie")
    assert root.find("h:code", NS).attrib == {
        "code": "57833-6",
        "displayName": "Prescription de produits de santé",
        "codeSystem": "2.16.840.1.113883.6.1",
        "codeSystemName": "LOINC",
    }
    assert root.find("h:title", NS).text == "Ordonnance de sortie"


def test_the_main_act_of_a_page_has_no_code():
    assert written().find("h:documentationOf/h:serviceEvent/h:code", NS) is None


def test_recipients_are_written_with_their_mailbox_and_their_name():
    found = written(recipients=(ROBERT, CLAIRE)).findall("h:informationRecipient", NS)
    assert [e.get("typeCode") for e in found] == ["PRCP", "PRCP"]
    assert [e.find(".//h:telecom", NS).get("value") for e in found] == [
        "mailto:robert.specialiste5737@medecin.mss.demo.test",
        "mailto:claire.tour@medecin.mss.demo.test",
    ]
    names = [[(etree.QName(e).localname, e.text) for e in r.find(".//h:name", NS)] for r in found]
    assert names == [
        [("given", "Robert"), ("family", "SPECIALISTE5737"), ("suffix", "DR")],
        [("given", "Claire"), ("family", "DE LA TOUR"), ("suffix", "PR")],
    ]


def test_an_address_typed_in_full_is_a_mailbox_and_no_name():
    found = written(recipients=(Correspondent("a@b.test", "a@b.test"),)).find("h:informationRecipient", NS)
    assert found.find(".//h:telecom", NS).get("value") == "mailto:a@b.test"
    assert found.find(".//h:name", NS) is None


def test_a_mailbox_with_accents_is_escaped():
    found = written(recipients=(Correspondent("Zoé", "zoé@santé.test"),))
    telecom = found.find("h:informationRecipient//h:telecom", NS)
    assert telecom.get("value") == "mailto:zo%C3%A9@sant%C3%A9.test"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Dr Robert SPECIALISTE5737", ("DR", "Robert", "SPECIALISTE5737")),
        ("PR. Jean-Luc  DE LA TOUR", ("PR", "Jean-Luc", "DE LA TOUR")),
        ("Anne Lenoir", ("", "", "Anne Lenoir")),
        ("LENOIR", ("", "", "LENOIR")),
        ("Dr", ("", "", "Dr")),
        ("Secrétariat de cardiologie", ("", "", "Secrétariat de cardiologie")),
    ],
)
def test_a_name_is_told_in_its_parts(name, parts):
    assert name_parts(name) == parts


def test_a_new_version_replaces_the_one_before_and_stays_in_its_set():
    first = a_letter_header(title="Compte rendu")
    later = first.created_at + timedelta(days=2)
    second = next_version(first, "2.25.42", later)
    third = next_version(second, "2.25.43", later)
    root = etree.fromstring(write_enclosed(third, TINY_PDF))
    assert root.find("h:id", NS).get("root") == "2.25.43"
    assert root.find("h:setId", NS).get("root") == first.set_id == first.unique_id
    assert root.find("h:versionNumber", NS).get("value") == "3"
    related = root.find("h:relatedDocument", NS)
    assert related.get("typeCode") == "RPLC"
    assert related.find("h:parentDocument/h:id", NS).get("root") == "2.25.42"
    assert root.find("h:effectiveTime", NS).get("value") == "20141108100200+0100"
    assert (third.service_start, third.title) == (first.service_start, "Compte rendu")


@pytest.mark.parametrize("pdf", [b"", b"GIF89a", b"%PDF-1.4" + b"0" * 7_000_000])
def test_a_page_that_is_no_pdf_or_is_huge_is_refused(pdf):
    with pytest.raises(InvalidDocument) as refusal:
        write_enclosed(a_letter_header(), pdf)
    assert [f.place for f in refusal.value.findings] == ["Copie du document"]


def test_nothing_is_written_under_an_impossible_header():
    with pytest.raises(InvalidDocument) as refusal:
        write_enclosed(a_letter_header(CONSULTATION, patient=a_patient(birth_name=" ")), TINY_PDF)
    assert [f.place for f in refusal.value.findings] == ["Patient, nom de naissance"]


@settings(max_examples=50)
@given(page=letters_with_headers())
def test_any_page_under_any_header_makes_a_document_that_may_leave(page):
    letter, header = page
    assert check_letter(letter, header) == ()
    assert findings_of(write_enclosed(header, TINY_PDF)) == ()
