"""A letter, a report, a certificate or a prescription for people, as HTML: for the screen and for paper.

Reference: [MSS] ECO.2.1.5; code de la santé publique R. 5132-3; Cerfa 14465 (« ordonnancier bizone »).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape

from demo_lgc.documents.narrative import NBSP, one_line
from demo_lgc.documents.paper.sheet import LEGAL, Ink, Sheet, framed, heading, inked
from demo_lgc.domain.document import DocumentHeader
from demo_lgc.domain.letter import Letter, Line, Passage

LONG_TERM = (
    "Prescriptions relatives au traitement de l’affection de longue durée reconnue (liste ou hors liste)",
    "AFFECTION EXONÉRANTE",
)
UNRELATED = ("Prescriptions SANS RAPPORT avec l’affection de longue durée", "MALADIES INTERCURRENTES")
NOTHING = "Aucune prescription dans cette partie"


def letter_html(
    letter: Letter,
    header: DocumentHeader,
    *,
    for_print: bool,
    inks: Mapping[str, str] | None = None,
    legal: str = LEGAL,
) -> str:
    """Return the page as an HTML fragment, for the screen or, with `for_print`, for paper.

    `inks` may change the colours `text`, `text2`, `accent` and `line`; other names are ignored. `legal` is
    the mention at the foot of paper. See `sheet` for what stands around the content.
    """
    ink = inked(inks)
    body = _prescription(letter, ink) + "".join(_passage(passage, ink) for passage in letter.passages)
    sheet = Sheet(
        header.title, header.patient, header.session, header.created_at.date(), header.recipients, legal
    )
    return framed(sheet, body, ink, for_print=for_print)


def _passage(passage: Passage, ink: Ink) -> str:
    title = heading(one_line(passage.heading), ink) if passage.heading.strip() else ""
    texts = re.split(r"\n\s*\n", "\n".join(passage.text.splitlines()).strip())
    return title + "".join(_paragraph(text) for text in texts)


def _paragraph(text: str) -> str:
    lines = "<br/>".join(escape(one_line(line)) for line in text.split("\n"))
    return f'<p class="text" style="margin-top:6px">{lines}</p>'


def _prescription(letter: Letter, ink: Ink) -> str:
    if letter.two_parts:
        treated = [line for line in letter.lines if line.long_term]
        others = [line for line in letter.lines if not line.long_term]
        said = _part(LONG_TERM, treated, 1, ink) + _part(UNRELATED, others, 1 + len(treated), ink)
    else:
        said = _table(_rows(letter.lines, 1, ink)) if letter.lines else ""
    if not letter.lines:
        return said
    number = len(letter.lines)
    count = "1\u00a0ligne prescrite" if number == 1 else f"{number}\u00a0lignes prescrites"
    return said + f'<p class="count" style="margin-top:8px;color:{ink["text2"]}">{count}</p>'


def _part(words: tuple[str, str], lines: Sequence[Line], first: int, ink: Ink) -> str:
    """One of the two parts of a « bizone », under its words: those of the form, again on each page."""
    said, between = words
    head = (
        f'<thead><tr><td colspan="2" align="center" style="border:1px solid {ink["text"]}">'
        f"{escape(said)}<br/><b>({escape(between)})</b></td></tr></thead>"
    )
    rows = _rows(lines, first, ink) or f'<tr><td colspan="2" style="color:{ink["text2"]}">{NOTHING}</td></tr>'
    return f'<div style="margin-top:12px">{_table(head + rows)}</div>'


def _table(rows: str) -> str:
    return f'<table class="lines" width="100%" cellspacing="0" cellpadding="5">{rows}</table>'


def _rows(lines: Sequence[Line], first: int, ink: Ink) -> str:
    return "".join(_line(number, line, ink) for number, line in enumerate(lines, first))


def _line(number: int, line: Line, ink: Ink) -> str:
    style = f'valign="top" style="border-bottom:1px solid {ink["line"]}"'
    said = f"<b>{escape(one_line(line.product))}</b>"
    if line.not_substitutable:
        said += f" — <b>non substituable ({line.not_substitutable.value})</b>"
    if line.posology.strip():
        said += f"<br/>{escape(one_line(line.posology))}"
    if more := " · ".join(_terms(line)):
        said += f'<br/><span style="color:{ink["text2"]}">{escape(more)}</span>'
    return f'<tr><td width="4%" {style}>{number}</td><td width="96%" {style}>{said}</td></tr>'


def _terms(line: Line) -> list[str]:
    """For how long and how much, in words."""
    terms = []
    if line.duration.strip():
        terms.append(f"Durée{NBSP}: {one_line(line.duration)}")
    if line.quantity.strip():
        terms.append(f"Quantité{NBSP}: {one_line(line.quantity)}")
    if line.renewals:
        terms.append(f"À renouveler {line.renewals}{NBSP}fois")
    return terms
