"""The text and the symbol of the INS datamatrix."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from demo_lgc.documents.paper.datamatrix import ins_svg, ins_text, parse_ins
from demo_lgc.domain import oids
from demo_lgc.domain.identity import IdentityStatus, Ins, Patient, Sex
from tests.documents.page_image import symbols_of
from tests.documents.strategies import qualified_patients
from tests.factory import a_patient

HEAD = "IS01" + 22 * "0"
SARAH = a_patient(
    birth_name="GARCIA-HAMMADI",
    given_names=("SARAH-LOU", "ANNA"),
    birth_date=date(1977, 1, 21),
    sex=Sex.FEMALE,
    birth_place="01154",
    ins=Ins("277010115400329", oids.INS_NIR),
)
DOMINIQUE = a_patient(
    birth_name="PAT-TROIS",
    given_names=("DOMINIQUE", "MARIE-LOUISE"),
    birth_date=date(1979, 3, 28),
    sex=Sex.FEMALE,
    birth_place="51215",
    ins=Ins("279035121518989", oids.INS_NIR_TEST),
)
SARAH_TEXT = (
    HEAD + "S1277010115400329S21.2.250.1.213.1.4.8\x1dS3SARAH-LOU ANNA\x1d"
    "S4GARCIA-HAMMADI\x1dS5FS621-01-1977S701154"
)
DOMINIQUE_TEXT = (
    HEAD + "S1279035121518989S21.2.250.1.213.1.4.10S3DOMINIQUE MARIE-LOUISE\x1d"
    "S4PAT-TROIS\x1dS5FS628-03-1979S751215"
)


@pytest.mark.parametrize(("patient", "text"), [(SARAH, SARAH_TEXT), (DOMINIQUE, DOMINIQUE_TEXT)])
def test_the_text_is_that_of_the_specification(patient, text):
    assert ins_text(patient) == text


def test_names_are_spelled_as_the_national_base_spells_them():
    patient = replace(SARAH, birth_name="d’Œuvre Çà", given_names=("Léa-Zoé",))
    assert "S3LEA-ZOE\x1dS4D'OEUVRE CA\x1d" in ins_text(patient)


def test_a_name_of_full_length_needs_no_separator():
    text = ins_text(replace(SARAH, birth_name="A" * 120))
    assert f"S4{'A' * 100}S5F" in text
    assert parse_ins(text).birth_name == "A" * 100


@pytest.mark.parametrize(
    "changes",
    [
        {"status": IdentityStatus.VALIDATED},
        {"status": IdentityStatus.RETRIEVED},
        {"ins": None},
        {"sex": Sex.UNKNOWN},
        {"birth_name": "王"},
        {"given_names": ("SARAH", "۱")},
    ],
)
def test_there_is_no_symbol_for_what_may_not_or_cannot_be_told(changes):
    patient = replace(SARAH, **changes)
    assert ins_text(patient) == ""
    assert ins_svg(patient) == ""


def test_what_is_read_is_what_was_written():
    read = parse_ins(SARAH_TEXT)
    assert read.ins == SARAH.ins
    assert (read.given_names, read.birth_name) == (("SARAH-LOU", "ANNA"), "GARCIA-HAMMADI")
    assert (read.sex, read.birth_date, read.birth_place) == (Sex.FEMALE, date(1977, 1, 21), "01154")


@given(patient=qualified_patients(), with_place=st.booleans())
def test_any_symbol_is_read_again(patient: Patient, with_place):
    patient = replace(patient, birth_place=patient.birth_place if with_place else "")
    text = ins_text(patient)
    if not text:
        return
    read = parse_ins(text)
    assert read.ins == patient.ins
    assert (read.sex, read.birth_date, read.birth_place) == (
        patient.sex,
        patient.birth_date,
        patient.birth_place,
    )
    again = replace(patient, birth_name=read.birth_name, given_names=read.given_names)
    assert ins_text(again) == text


@given(
    birth_name=st.sampled_from(["S5F", "S1234", "MARTIN S6", "O'S4S4"]),
    given_names=st.lists(st.sampled_from(["S4X", "S7", "ANNE-S2"]), min_size=1, max_size=3).map(tuple),
)
def test_names_that_look_like_identifiers_are_only_names(birth_name, given_names):
    patient = replace(SARAH, birth_name=birth_name, given_names=given_names)
    read = parse_ins(ins_text(patient))
    digits = str.maketrans("", "", "0123456789")  # the base has none in names
    assert read.birth_name == birth_name.translate(digits)
    assert read.given_names == tuple(name.translate(digits) for name in given_names)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "DC04FR03",
        HEAD,
        SARAH_TEXT[:-1],
        SARAH_TEXT.replace("S1277", "S1278"),
        SARAH_TEXT.replace("S5F", "S5X"),
        SARAH_TEXT.replace("S621-01-1977", "S631-02-1977"),
        SARAH_TEXT.replace("S621-01-1977", "S61977-01-21"),
        SARAH_TEXT.replace("S3SARAH-LOU ANNA", "S3 "),
        SARAH_TEXT.replace("S4GARCIA-HAMMADI\x1d", ""),
        SARAH_TEXT + "S701154",
        SARAH_TEXT + "Z9",
    ],
)
def test_what_is_no_ins_symbol_is_refused_without_its_words(text):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the sentence must hold nothing
        parse_ins(text)
    assert "GARCIA" not in str(refusal.value)


@given(text=st.text() | st.text("S1234567MF0-\x1d").map((HEAD + "S1").__add__))
def test_nothing_scanned_raises_anything_else(text):
    with contextlib.suppress(ValueError):
        parse_ins(text)


def test_the_symbol_is_square_and_has_its_quiet_zone():
    svg = ins_svg(DOMINIQUE)
    assert svg.startswith('<svg width="38" height="38"')
    assert "<!DOCTYPE" not in svg


def test_the_symbol_drawn_is_decoded(qapp):
    image = QImage(190, 190, QImage.Format.Format_Grayscale8)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(ins_svg(DOMINIQUE).encode())).render(painter)
    painter.end()
    assert symbols_of(image) == [DOMINIQUE_TEXT.encode()]
