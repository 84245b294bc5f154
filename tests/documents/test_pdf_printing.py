"""The printed page, read again with pypdf."""

from __future__ import annotations

import http.server
import io
import re
import threading

import pytest
from pypdf import PdfReader

from demo_lgc.documents.paper.datamatrix import ins_text
from demo_lgc.documents.paper.pages import page_of
from demo_lgc.documents.paper.printing import pdf_of
from demo_lgc.domain.identity import IdentityStatus
from demo_lgc.domain.kinds import MEDICINES, REFERRAL
from demo_lgc.domain.letter import Letter
from demo_lgc.domain.vsm import Problem
from tests.documents.letters import MEDICINES as LINES
from tests.documents.letters import PAGES, ROBERT, a_letter_header
from tests.documents.page_image import images_of, symbols_of
from tests.factory import CREATED_AT, a_full_vsm, a_header, a_patient, a_vsm

# WeasyPrint 70 leaves its colour profile to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file .*sRGB2014.icc:ResourceWarning")


LONG = Letter(LINES.passages, LINES.lines * 8, two_parts=True)


def printed(content, header=None):
    html = page_of(content, header or a_header())
    return pdf_of(html, "Synthèse médicale", "Dr Paul MEDECIN5729", CREATED_AT)


def words_of(pdf):
    sheets = PdfReader(io.BytesIO(pdf)).pages
    return [sheet.extract_text().replace("\u00a0", " ") for sheet in sheets]


@pytest.fixture(scope="module")
def prescription():
    return printed(LONG, a_letter_header(MEDICINES))


@pytest.fixture(scope="module")
def synthesis():
    return printed(a_full_vsm())


@pytest.fixture(params=["synthesis", "prescription"])
def page(request):
    """A page with its datamatrix: one of a synthesis, and one of several sheets."""
    return request.getfixturevalue(request.param)


def objects(pdf):
    reader = PdfReader(io.BytesIO(pdf))
    found = [reader.get_object(number) for number in range(1, int(reader.trailer["/Size"]))]
    return reader, [o for o in found if hasattr(o, "items")]


def test_the_page_says_it_is_pdf_a_1b_and_has_its_colour_profile(page):
    assert page.startswith(b"%PDF-1.4")
    reader, _ = objects(page)
    root = reader.trailer["/Root"]
    xmp = root["/Metadata"].get_data().decode()
    assert 'pdfaid:part="1"' in xmp
    assert 'pdfaid:conformance="B"' in xmp
    intent = root["/OutputIntents"][0]
    assert intent["/S"] == "/GTS_PDFA1"
    assert "sRGB" in intent["/OutputConditionIdentifier"]
    assert intent["/DestOutputProfile"].get_data()
    assert "/Filter" not in root["/Metadata"]
    assert reader.trailer["/ID"]


def test_document_information_and_xmp_say_the_same(page):
    reader, _ = objects(page)
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert reader.metadata["/Title"] == "Synthèse médicale"
    assert reader.metadata["/Author"] == "Dr Paul MEDECIN5729"
    assert reader.metadata["/CreationDate"].startswith("D:20141106100200+01'00")
    assert "Synthèse médicale" in xmp
    assert "2014-11-06T10:02:00+01:00" in xmp


def test_every_font_is_embedded_in_a_form_that_pdf_a_1_knows(page):
    _, found = objects(page)
    descriptors = [o for o in found if o.get("/Type") == "/FontDescriptor"]
    assert descriptors
    for descriptor in descriptors:
        assert "/FontFile2" in descriptor
        assert "/FontFile3" not in descriptor


def test_nothing_that_pdf_a_1_forbids_is_in_the_page(page):
    reader, found = objects(page)
    for forbidden in ("/JavaScript", "/EmbeddedFiles", "/AcroForm"):
        assert forbidden not in reader.trailer["/Root"]
    for thing in found:
        assert "/SMask" not in thing
        assert thing.get("/S") != "/Transparency"
        for state in thing.get("/ExtGState", {}).values():
            assert state.get_object().get("/ca", 1) == 1
            assert state.get_object().get("/CA", 1) == 1
    for sheet in reader.pages:
        assert "/Group" not in sheet
        assert "/Annots" not in sheet


def test_the_patient_and_the_number_are_on_every_page(prescription):
    vsm = a_vsm(problems=tuple(Problem(f"Pathologie {i}") for i in range(120)))
    for pdf in (printed(vsm), prescription):
        pages = words_of(pdf)
        assert len(pages) > 1
        for number, sheet in enumerate(pages, 1):
            assert f"CHEMIN Henri, né le 18/08/1948 — page {number}/{len(pages)}" in sheet


def test_each_page_of_a_prescription_in_two_parts_says_which_part_it_is(prescription):
    pages = words_of(prescription)
    assert len(pages) > 2
    for sheet in pages[:-1]:
        assert "AFFECTION EXONÉRANTE" in sheet or "MALADIES INTERCURRENTES" in sheet
    assert "24 lignes prescrites" in pages[-1]


def test_the_signature_is_on_the_page_of_the_last_words(prescription):
    assert "Surveillance de la glycémie" in words_of(prescription)[-1]
    assert "Dr Paul MEDECIN5729, le 06/11/2014" in words_of(prescription)[-1]


def test_a_scanner_reads_the_datamatrix_on_the_first_page_only(page, qapp):
    first, *others = images_of(page)
    assert symbols_of(first) == [ins_text(a_patient()).encode()]
    assert not [found for sheet in others for found in symbols_of(sheet)]


@pytest.mark.parametrize("name", PAGES)
def test_a_scanner_reads_the_datamatrix_of_every_kind(name, qapp):
    kind, letter = PAGES[name]
    patient = a_patient(birth_name="DE LA TOUR-D’AUVERGNE " * 4, given_names=("MARIE-ANTOINETTE",) * 5)
    (sheet, *_) = images_of(printed(letter, a_letter_header(kind, patient=patient)))
    assert symbols_of(sheet) == [ins_text(patient).encode()]


def test_an_identity_that_is_not_qualified_has_no_datamatrix(qapp):
    header = a_letter_header(REFERRAL, patient=a_patient(status=IdentityStatus.VALIDATED))
    pdf = printed(PAGES["referral"][1], header)
    assert "INS" not in words_of(pdf)[0].replace("code INSEE", "")
    assert symbols_of(images_of(pdf)[0]) == []


def test_the_recipients_are_on_paper():
    said = words_of(printed(PAGES["referral"][1], a_letter_header(REFERRAL, recipients=(ROBERT,))))[0]
    assert "Dr Robert SPECIALISTE5737, Pneumologie, Cabinet de pneumologie" in said


def test_the_strict_traits_and_the_ins_are_on_paper(page):
    said = words_of(page)[0]
    assert "Nom de naissance : CHEMIN" in said
    assert "INS : 1 48 08 63 220 902 66 (NIR de test)" in said
    assert "secret professionnel" in said


def test_the_same_page_is_printed_with_the_same_bytes(synthesis):
    assert printed(a_full_vsm()) == synthesis


def test_a_word_without_end_stays_on_the_paper():
    pdf = printed(a_vsm(problems=(Problem("A" * 400),)))
    said = "".join(words_of(pdf))
    assert re.sub(r"\s", "", said).count("A" * 400) == 1


def test_printing_fetches_nothing(tmp_path):
    asked = []

    class Ear(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_):
            pass

    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text y="20">SECRET</text></svg>')
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ear) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        there = f"http://127.0.0.1:{server.server_port}"
        html = (
            f'<link rel="stylesheet" href="{there}/a.css"><style>@import "{there}/b.css";</style>'
            f'<img src="{there}/c.png"><div style="background:url({there}/d.png)">x</div>'
            f'<object data="{there}/e.svg"></object><img src="{secret.as_uri()}">'
        )
        try:
            pdf = pdf_of(html, "", "", CREATED_AT)
        finally:
            server.shutdown()
            thread.join()
    assert asked == []
    assert "SECRET" not in words_of(pdf)[0]
