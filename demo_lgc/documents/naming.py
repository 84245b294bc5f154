"""How the files that leave the practice are named. Reference: [MSS] ECO.2.1.6."""

from __future__ import annotations

import re
import unicodedata

from demo_lgc.domain.document import DocumentHeader

_LONGEST = 40
_LETTERS = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O", "’": "_"}
)


def pdf_name(header: DocumentHeader) -> str:
    """Return `<date de l’acte>_<type>_<NOM>_<prénom>.pdf`: `20141106_Synthese_CHEMIN_HENRI.pdf`.

    ASCII letters, digits, `_` and `-` only, so that it is a file name everywhere. The date is the start of
    the act (AAAAMMJJ, local), the name that of birth. The number of the file, optional, is not given out.

    Reference: [MSS] ECO.2.1.6.
    """
    patient = header.patient
    parts = (
        f"{header.service_start:%Y%m%d}",
        _plain(header.type.label),
        _plain(patient.birth_name).upper(),
        _plain(patient.first_given_name),
    )
    return "_".join(part for part in parts if part) + ".pdf"


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    letters = decomposed.encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^A-Za-z0-9-]+", "_", letters).strip("_-")[:_LONGEST].rstrip("_-")
