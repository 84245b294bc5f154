"""What the doctor writes on a page: passages of text, and lines of prescription.

The header of the document (`DocumentHeader`) says who, for whom, when and of what kind; this is the rest.

Reference: code de la santé publique R. 5132-3 (what a prescription says), R. 5125-54 (« non substituable »);
code de la sécurité sociale R. 322-5 and Cerfa 14465 (« ordonnancier bizone »).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class NotSubstitutable(Enum):
    """The three medical reasons for which a pharmacist may not substitute a generic: what is written."""

    NARROW_MARGIN = "MTE"
    CHILD_FORM = "EFG"
    CONTRAINDICATION = "CIF"


@dataclass(frozen=True)
class Passage:
    """A piece of text under its heading, which may be empty.

    Line ends are kept; an empty line parts paragraphs.
    """

    text: str = field(repr=False)
    heading: str = ""


@dataclass(frozen=True)
class Line:
    """A line of prescription: a product, an act or an examination, and how it is to be used or done.

    `duration` and `quantity` are written as people say them (« 3 mois », « 2 boîtes »). `renewals` counts
    the deliveries after the first. `long_term` is True for what treats the long-term illness of which the
    patient is exonerated (ALD).
    """

    product: str = field(repr=False)
    posology: str = field(default="", repr=False)
    duration: str = ""
    quantity: str = ""
    renewals: int = 0
    not_substitutable: NotSubstitutable | None = None
    long_term: bool = False


@dataclass(frozen=True)
class Letter:
    """The content of a page: lines of prescription first, then passages; either may be absent.

    `two_parts` asks for the form of a patient with a long-term illness (« bizone »): what treats it above,
    everything else below, both parts always there so that nothing can be added in an empty one.
    """

    passages: tuple[Passage, ...] = ()
    lines: tuple[Line, ...] = ()
    two_parts: bool = False
