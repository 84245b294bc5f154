"""Struct_IdNat, the national identifier of the place where somebody works, as its holder may have to type it.

A card tells it with each activity; the card of a locum or of a doctor in training has none, and the DMP
wants one all the same. Only the shape is checked here: the DMP knows which structures exist.

Reference: [DMP] §2.4 (0 ADELI, closed since 2024, is not taken any more); [CPS] §1.4.
"""

from __future__ import annotations

import re

_SHAPES = (  # what the first digit announces, and what follows it
    ("FINESS", re.compile(r"1[0-9][0-9A-Z][0-9]{7}")),
    ("SIREN", re.compile(r"2[0-9]{9}")),
    ("SIRET", re.compile(r"3[0-9]{14}")),
    ("RPPS", re.compile(r"4[0-9]{14}")),  # 11 digits, and the 3 of the rank of the place
)


def read_structure_id(typed: str) -> str:
    """Return an identifier as it is sent: capitals, without the spaces and dots that help to read it."""
    return re.sub(r"[\s.]", "", typed).upper()


def kind_of_structure_id(identifier: str) -> str:
    """Return « FINESS », « SIREN », « SIRET » or « RPPS », and « » for what is not one of these."""
    return next((kind for kind, shape in _SHAPES if shape.fullmatch(identifier)), "")
