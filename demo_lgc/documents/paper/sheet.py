"""What stands around the content of every page: who writes, about whom, to whom, when.

The screen is told briefly, for the record is open beside it. Paper stands alone: letterhead, strict traits
and datamatrix of the patient, recipients, signature, and at the foot of every sheet whose it is.

The markup is what QTextBrowser understands (tables, paragraphs, inline colours), with classes for
`printing.PAGE_STYLE`; everything is escaped, and of pictures only the datamatrix is there, inside the page.

Reference: [INS] traits and datamatrix on documents; [MSS] ECO.2.1.5; Ségur DOC/va1.02, va1.03, va1.09.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from html import escape

from demo_lgc.documents.narrative import NBSP
from demo_lgc.documents.paper.datamatrix import CAPTION, ins_svg
from demo_lgc.documents.paper.identity_words import (
    address_line,
    born,
    colleague_words,
    doctor_lines,
    national_number,
    short_traits,
    speciality,
    strict_traits,
)
from demo_lgc.documents.phones import in_pairs
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.message import Correspondent
from demo_lgc.domain.practitioner import PractitionerSession

LEGAL = (
    "Document couvert par le secret professionnel (article L.\u00a01110-4 du code de la santé publique). "
    "Le patient dispose d’un droit d’accès et de rectification auprès du cabinet (RGPD)."
)
INKS = {"text": "#18212D", "text2": "#465264", "accent": "#2857C0", "line": "#E1E5EB"}

Ink = Mapping[str, str]


@dataclass(frozen=True)
class Sheet:
    """Who, when and under what title. `legal` is the mention at the foot of paper."""

    title: str
    patient: Patient
    session: PractitionerSession
    created_on: date
    recipients: tuple[Correspondent, ...] = ()
    legal: str = LEGAL


def inked(inks: Ink | None) -> Ink:
    """Return the colours to write with: `text`, `text2`, `accent` and `line`; other names are ignored."""
    return {**INKS, **(inks or {})}


def framed(sheet: Sheet, body: str, ink: Ink, *, for_print: bool) -> str:
    """Return the whole page as an HTML fragment: its frame around `body`, which is HTML already."""
    frame = _paper if for_print else _screen
    return f'<div style="color:{ink["text"]}">{frame(sheet, body, ink)}</div>'


def heading(text: str, ink: Ink) -> str:
    """Return the title of a chapter. A paragraph: QTextBrowser enlarges h2 whatever its style says."""
    return (
        '<p class="heading" style="margin-top:14px;margin-bottom:2px">'
        f'<span style="font-size:13px;font-weight:600;color:{ink["accent"]}">{escape(text)}</span></p>'
    )


def _screen(sheet: Sheet, body: str, ink: Ink) -> str:
    columns = _two_columns(
        (sheet.patient.display_name, short_traits(sheet.patient)),
        (sheet.session.practitioner.display_name, doctor_lines(sheet.session)),
        ink,
    )
    return "".join((_title(sheet, ink), columns, _recipients(sheet, ink), body))


def _paper(sheet: Sheet, body: str, ink: Ink) -> str:
    return "".join(
        (
            _foot(sheet),
            _letterhead(sheet.session, ink),
            _identity(sheet.patient, ink),
            _recipients(sheet, ink),
            _title(sheet, ink),
            body,
            _signature(sheet),
        )
    )


def _title(sheet: Sheet, ink: Ink) -> str:
    return (
        f'<h1><span style="font-size:20px;font-weight:600">{escape(sheet.title)}</span></h1>'
        f'<p class="date" style="color:{ink["text2"]};margin-bottom:8px">'
        f"Date du document{NBSP}: {sheet.created_on:%d/%m/%Y}</p>"
    )


def _two_columns(left: tuple[str, Iterable[str]], right: tuple[str, Iterable[str]], ink: Ink) -> str:
    cells = "".join(_half(name, lines, ink) for name, lines in (left, right))
    return f'<table width="100%" cellspacing="0" cellpadding="0"><tr>{cells}</tr></table>'


def _half(name: str, lines: Iterable[str], ink: Ink, side: str = "") -> str:
    """Half of a line of the page: a name above what is said of it."""
    said = "".join(f"<br/>{escape(line)}" for line in lines if line)
    kind = f' class="{side}"' if side else ""
    return (
        f'<td width="50%" valign="top"{kind} style="color:{ink["text2"]}">'
        f'<b style="color:{ink["text"]}">{escape(name)}</b>{said}</td>'
    )


def _recipients(sheet: Sheet, ink: Ink) -> str:
    if not sheet.recipients:
        return ""
    caption = "Destinataires" if len(sheet.recipients) > 1 else "Destinataire"
    lines = "<br/>".join(escape(colleague_words(colleague)) for colleague in sheet.recipients)
    return (
        '<p class="recipients" style="margin-top:8px">'
        f'<span style="color:{ink["text2"]}">{caption}{NBSP}:</span><br/>{lines}</p>'
    )


def _letterhead(session: PractitionerSession, ink: Ink) -> str:
    practitioner, contact = session.practitioner, session.contact
    doctor = (speciality(session), national_number(practitioner))
    phone = f"Tél. {in_pairs(contact.phone)}" if contact.phone else ""
    mailbox = f"{contact.mailbox} (MSSanté)" if contact.mailbox else ""
    practice = (address_line(contact.address), phone, mailbox)
    cells = _half(practitioner.display_name, doctor, ink, "doctor") + _half(
        session.situation.name, practice, ink, "practice"
    )
    return f'<table class="letterhead" width="100%" cellspacing="0" cellpadding="0"><tr>{cells}</tr></table>'


def _identity(patient: Patient, ink: Ink) -> str:
    rows = "".join(
        f'<tr><td style="color:{ink["text2"]}">{escape(caption)}{NBSP}:</td><td>{escape(value)}</td></tr>'
        for caption, value in strict_traits(patient)
    )
    traits = f'<p class="patient">{escape(patient.display_name)}</p><table class="traits">{rows}</table>'
    cells = f'<td class="who" valign="middle">{traits}</td>{_symbol(patient)}'
    return f'<table class="identity" width="100%"><tr>{cells}</tr></table>'


def _symbol(patient: Patient) -> str:
    drawn = ins_svg(patient)
    if not drawn:
        return ""
    source = f"data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}"
    return f'<td class="symbol" valign="middle"><img src="{source}" alt="{CAPTION}"/><br/>{CAPTION}</td>'


def _signature(sheet: Sheet) -> str:
    name = escape(sheet.session.practitioner.display_name)
    return f'<div class="signature"><b>{name}</b>, le {sheet.created_on:%d/%m/%Y}</div>'


def _foot(sheet: Sheet) -> str:
    who = f"{sheet.patient.display_name}, {born(sheet.patient)}"
    return (
        f'<div class="foot"><p class="whose">{escape(who)} — page <span class="page"></span></p>'
        f'<p class="legal">{escape(sheet.legal)}</p></div>'
    )
