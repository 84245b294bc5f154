"""The INS datamatrix: the traits of a patient as a symbol that any other software scans instead of typing.

Its text is written and read here. It is printed for a qualified identity only; scanned alone it proves
nothing: the identity is still to be checked and verified with INSi.

Reference: [INS] « Format datamatrix INS » 2.2; ISO/IEC 16022 (ECC 200).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date

import zxingcpp

from demo_lgc.domain.identity import Ins, Patient, Sex

CAPTION = "INS à scanner"

_SEPARATOR = "\x1d"  # GS: ends a field that is shorter than its longest
_HEADER = "IS01" + 22 * "0"
# Longest value of each field; those of _FIXED always have that length.
_LENGTHS = {"S1": 15, "S2": 20, "S3": 100, "S4": 100, "S5": 1, "S6": 10, "S7": 5}
_FIXED = ("S1", "S5", "S6", "S7")
_MANDATORY = frozenset(_LENGTHS) - {"S7"}
_LETTERS = str.maketrans({"’": "'", "Œ": "OE", "Æ": "AE", "ß": "SS", "Ø": "O", "Ł": "L", "Đ": "D"})


@dataclass(frozen=True)
class InsTraits:
    """What a datamatrix says: the matricule and the strict traits. `birth_place` may be empty."""

    ins: Ins
    given_names: tuple[str, ...] = field(repr=False)
    birth_name: str = field(repr=False)
    sex: Sex
    birth_date: date = field(repr=False)
    birth_place: str = field(default="", repr=False)


def ins_text(patient: Patient) -> str:
    """Return the text of the symbol, empty when the identity must not or cannot be told so.

    That is: not qualified, or with a trait that the national base cannot hold (a sex that is neither M nor
    F, a name without a Latin letter). Names are spelled as it spells them: capitals without accents.
    """
    names = [_spelled(name) for name in patient.given_names]
    birth_name = _spelled(patient.birth_name)
    if patient.ins is None or not patient.is_qualified or patient.sex is Sex.UNKNOWN:
        return ""
    if not birth_name or not names or not all(names):
        return ""
    values = {
        "S1": patient.ins.matricule,
        "S2": patient.ins.oid,
        "S3": " ".join(names)[: _LENGTHS["S3"]].rstrip(),
        "S4": birth_name[: _LENGTHS["S4"]].rstrip(),
        "S5": patient.sex.value,
        "S6": f"{patient.birth_date:%d-%m-%Y}",
        "S7": patient.birth_place,
    }
    text = _HEADER
    for name, value in values.items():
        if value:
            text += name + value + (_SEPARATOR if len(value) < _LENGTHS[name] else "")
    return text


def parse_ins(text: str) -> InsTraits:
    """Return the traits of a scanned text, in whatever order its fields stand.

    Raises ValueError, without their content, when it is not an INS datamatrix or a trait is missing or wrong.
    """
    if not re.match(r"IS01.{22}", text):
        raise ValueError("not an INS datamatrix")
    values = _fields(text[len(_HEADER) :])
    if not values.keys() >= _MANDATORY:
        raise ValueError("a trait is missing")
    names, birth_name = tuple(values["S3"].split()), values["S4"].strip()
    if not names or not birth_name:
        raise ValueError("a name is empty")
    if values["S5"] not in ("M", "F"):
        raise ValueError("the sex is neither M nor F")
    born = re.fullmatch(r"(\d\d)-(\d\d)-(\d{4})", values["S6"], re.ASCII)
    if not born:
        raise ValueError("the date of birth is not JJ-MM-AAAA")
    day, month, year = map(int, born.groups())
    ins = Ins(values["S1"], values["S2"])
    place = values.get("S7", "")
    return InsTraits(ins, names, birth_name, Sex(values["S5"]), date(year, month, day), place)


def ins_svg(patient: Patient) -> str:
    """Return the symbol as SVG, its quiet zone of one module included; empty when `ins_text` is."""
    text = ins_text(patient)
    if not text:
        return ""
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    drawn: str = symbol.to_svg()
    return drawn[drawn.index("<svg") :]


def _fields(text: str) -> dict[str, str]:
    """Split a text into its fields, by their identifiers and lengths and never by what they hold."""
    values: dict[str, str] = {}
    at = 0
    while at < len(text):
        name, longest = text[at : at + 2], _LENGTHS.get(text[at : at + 2])
        if longest is None or name in values:
            raise ValueError("a field is unknown, or given twice")
        at += 2
        end = text.find(_SEPARATOR, at, at + longest + 1)
        stop = min(at + longest, len(text)) if end < 0 else end
        values[name] = text[at:stop]
        if name in _FIXED and stop - at != longest:
            raise ValueError("a field is cut short")
        at = stop + (end >= 0)
    return values


def _spelled(name: str) -> str:
    """« D'ARTAGNAN », « MARIE-ZOE »: capitals A to Z, spaces, hyphens and apostrophes."""
    plain = unicodedata.normalize("NFKD", name.upper().translate(_LETTERS))
    return " ".join(re.sub(r"[^A-Z '-]", "", plain).split())
