"""The subject by rule, so that any receiver can tell whose document it is before opening it.

Reference: [MSS] ECO.2.1.3 / MSS/CONF.25.
"""

from __future__ import annotations

import re
import unicodedata

from demo_lgc.domain.errors import Finding, InvalidDocument
from demo_lgc.domain.identity import Patient

PREFIX = "XDM/1.0/DDM+"
LABEL_LENGTH = 40

# Letters that are not a base letter and an accent.
_LIGATURES = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ẞ": "SS", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
    | {"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "’": "'", "ʼ": "'", "‘": "'", "´": "'"}
    | {"‐": "-", "‑": "-", "–": "-"}
)


def subject(label: str, patient: Patient) -> str:
    """Return `XDM/1.0/DDM+<libellé> <NOM> <prenom> <JJ/MM/AAAA>`, one line.

    `label` is the displayName of the document's code, cut at 40 characters. The name is the birth name.
    Raises InvalidDocument when the label, the name or the given name holds no letter.
    """
    cut = one_line(label)[:LABEL_LENGTH].rstrip()
    family, given = plain(patient.birth_name).upper(), plain(patient.first_given_name)
    given = given.title() if given.isupper() else given
    findings = [
        Finding(place, "est vide ou illisible")
        for place, value in (("Type du document", cut), ("Nom de naissance", family), ("Prénom", given))
        if not value
    ]
    if findings:
        raise InvalidDocument(tuple(findings))
    return f"{PREFIX}{cut} {family} {given} {patient.birth_date:%d/%m/%Y}"


def plain(name: str) -> str:
    """Return a name without accents: ASCII letters, digits, apostrophes, hyphens and single spaces."""
    kept = without_accents(name.translate(_LIGATURES))
    return " ".join(re.sub(r"[^A-Za-z0-9' -]+", " ", kept).split())


def without_accents(text: str) -> str:
    """Return the letters of a text bare of their accents; ligatures stay."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def one_line(text: str) -> str:
    """Return a text on one line, without control characters: what may enter a header."""
    return re.sub(" +", " ", "".join(" " if unicodedata.category(c) in _UNFIT else c for c in text)).strip()


_UNFIT = frozenset({"Cc", "Cs", "Zl", "Zp"})  # controls, lone surrogates, line and paragraph separators
