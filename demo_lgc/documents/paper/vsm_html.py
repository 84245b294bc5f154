"""The VSM for people, as HTML: one source for the preview on the screen and for the printed page.

Reference: [MSS] ECO.2.1.5 (the PDF is the header and the narrative of the CDA).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape

from demo_lgc.documents.narrative import NBSP, NOT_ASKED, Chapter, Row, chapters
from demo_lgc.documents.paper.sheet import LEGAL, Ink, Sheet, framed, heading, inked
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.message import Correspondent
from demo_lgc.domain.practitioner import PractitionerSession
from demo_lgc.domain.vsm import Vsm

TITLE = "Synthèse médicale (VSM)"


def vsm_html(
    vsm: Vsm,
    patient: Patient,
    session: PractitionerSession,
    created_on: date,
    *,
    for_print: bool,
    inks: Mapping[str, str] | None = None,
    title: str = TITLE,
    legal: str = LEGAL,
    recipients: tuple[Correspondent, ...] = (),
) -> str:
    """Return the synthesis as an HTML fragment, for the screen or, with `for_print`, for paper.

    `inks` may change the colours `text`, `text2`, `accent` and `line`; other names are ignored. `legal` is
    the mention at the foot of paper. See `sheet` for what stands around the chapters.
    """
    ink = inked(inks)
    body = "".join(_chapter(chapter, ink) for chapter in chapters(vsm))
    sheet = Sheet(title, patient, session, created_on, recipients, legal)
    return framed(sheet, body, ink, for_print=for_print)


def _chapter(chapter: Chapter, ink: Ink) -> str:
    if chapter.rows:
        wide = not any(chapter.heads)
        rows = "".join(_row(row, ink, wide=wide) for row in chapter.rows)
    else:
        colour = ink["text2"] if chapter.sentence == NOT_ASKED else ink["text"]
        rows = _line(("", "", f'<span style="color:{colour}">{escape(chapter.sentence)}</span>'), ink)
    table = f'<table width="100%" cellspacing="0" cellpadding="4">{rows}</table>'
    return heading(chapter.title, ink) + table


def _row(row: Row, ink: Ink, *, wide: bool) -> str:
    plain = "".join(f", {escape(d.text)}" for d in row.details if not d.caption)
    more = "".join(
        f'<br/><span style="color:{ink["text2"]}">{escape(d.caption)}{NBSP}: {escape(d.text)}</span>'
        for d in row.details
        if d.caption
    )
    words = escape(row.label) + plain + more
    if wide:
        return f'<tr><td style="border-bottom:1px solid {ink["line"]}">{words}</td></tr>'
    return _line((escape(row.when), escape(row.kind), words), ink)


def _line(cells: tuple[str, str, str], ink: Ink) -> str:
    style = f'valign="top" style="border-bottom:1px solid {ink["line"]}"'
    when, kind, words = cells
    return (
        f'<tr><td width="20%" {style}>{when}</td>'
        f'<td width="22%" {style}>{kind}</td><td width="58%" {style}>{words}</td></tr>'
    )
