"""The VSM for people, as HTML: one source for the preview on the screen and for the printed page.

The markup is what QTextBrowser understands (tables, paragraphs, inline colours); everything is escaped and
nothing remote is ever named.

Reference: [MSS] ECO.2.1.5 (the PDF is the header and the narrative of the CDA); [INS] traits on documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from html import escape

from demo_lgc.documents.narrative import NBSP, NOT_ASKED, Chapter, Row, chapters
from demo_lgc.domain import oids
from demo_lgc.domain.identity import Address, Patient, Sex
from demo_lgc.domain.practitioner import PractitionerSession
from demo_lgc.domain.vsm import Vsm

TITLE = "Synthèse médicale (VSM)"
LEGAL = (
    "Document couvert par le secret professionnel (article L.\u00a01110-4 du code de la santé publique). "
    "Le patient dispose d’un droit d’accès et de rectification auprès du cabinet (RGPD)."
)
INKS = {"text": "#18212D", "text2": "#465264", "accent": "#2857C0", "line": "#E1E5EB"}

_NATURES = {
    oids.INS_NIR: "NIR",
    oids.INS_NIA: "NIA",
    oids.INS_NIR_TEST: "NIR de test",
    oids.INS_NIR_DEMO: "NIR de démonstration",
}
_SEXES = {Sex.MALE: "M", Sex.FEMALE: "F", Sex.UNKNOWN: "indéterminé"}


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
) -> str:
    """Return the synthesis as an HTML fragment.

    `inks` may change the colours `text`, `text2`, `accent` and `line`; other names are ignored. With
    `for_print` the letterhead, the strict traits and the running elements of `printing.PAGE_STYLE` are
    added: the patient on every page, and `legal`, the mention at the foot.
    """
    ink = {**INKS, **(inks or {})}
    head = _print_head(patient, session, legal) if for_print else ""
    left = _strict_traits(patient) if for_print else _short_traits(patient)
    parts = [
        head,
        f'<h1><span style="font-size:20px;font-weight:600">{escape(title)}</span></h1>',
        f'<p style="color:{ink["text2"]};margin-bottom:8px">'
        f"Date du document{NBSP}: {created_on:%d/%m/%Y}</p>",
        _two_columns(
            (patient.display_name, left),
            (session.practitioner.display_name, _doctor(session)),
            ink,
        ),
        *(_chapter(chapter, ink) for chapter in chapters(vsm)),
    ]
    return f'<div style="color:{ink["text"]}">{"".join(parts)}</div>'


def born(patient: Patient) -> str:
    """« né le 18/08/1948 », « née le … »."""
    ending = {Sex.FEMALE: "née", Sex.MALE: "né"}.get(patient.sex, "né(e)")
    return f"{ending} le {patient.birth_date:%d/%m/%Y}"


def _short_traits(patient: Patient) -> Iterable[str]:
    yield f"Sexe{NBSP}: {_SEXES[patient.sex]}, {born(patient)}"
    yield _ins(patient)
    yield _address(patient.address)


def _strict_traits(patient: Patient) -> Iterable[str]:
    """The traits by which a patient is identified without doubt. Reference: [INS] RNIV."""
    yield f"Nom de naissance{NBSP}: {patient.birth_name}"
    yield f"Prénoms de naissance{NBSP}: {' '.join(patient.given_names)}"
    if patient.used_name:
        yield f"Nom utilisé{NBSP}: {patient.used_name}"
    if patient.used_given_name.casefold() not in ("", patient.first_given_name.casefold()):
        yield f"Prénom utilisé{NBSP}: {patient.used_given_name}"
    yield f"Sexe{NBSP}: {_SEXES[patient.sex]}, {born(patient)}"
    if patient.birth_place:
        yield f"Lieu de naissance (code INSEE){NBSP}: {patient.birth_place}"
    yield _ins(patient)
    yield _address(patient.address)


def _ins(patient: Patient) -> str:
    if patient.ins is None or not patient.is_qualified:
        return "Identité non qualifiée"
    nature = _NATURES.get(patient.ins.oid, "")
    return f"INS{NBSP}: {patient.ins.spaced}" + (f" ({nature})" if nature else "")


def _doctor(session: PractitionerSession) -> Iterable[str]:
    yield speciality(session)
    yield session.situation.name
    yield _address(session.contact.address)
    yield _phone(session.contact.phone)
    yield session.contact.mailbox


def speciality(session: PractitionerSession) -> str:
    """« Médecin, qualifié en Médecine Générale »: the label of the speciality, as a person writes it."""
    profession, _, speciality = session.specialty_code.label.removesuffix(" (SM)").partition(" - ")
    return f"{profession}, {speciality[0].lower()}{speciality[1:]}" if speciality else profession


def _address(address: Address) -> str:
    town = f"{address.postal_code} {address.city}".strip()
    return ", ".join(part for part in (address.street, town) if part)


def _phone(phone: str) -> str:
    """A number of ten digits goes in pairs; any other is left as it was typed."""
    pairs = re.fullmatch(r"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)", phone)
    return NBSP.join(pairs.groups()) if pairs else phone


def _two_columns(
    left: tuple[str, Iterable[str]], right: tuple[str, Iterable[str]], ink: Mapping[str, str]
) -> str:
    cells = "".join(
        f'<td width="50%" valign="top" style="color:{ink["text2"]}">'
        f'<b style="color:{ink["text"]}">{escape(name)}</b>'
        + "".join(f"<br/>{escape(line)}" for line in lines if line)
        + "</td>"
        for name, lines in (left, right)
    )
    return f'<table width="100%" cellspacing="0" cellpadding="0"><tr>{cells}</tr></table>'


def _chapter(chapter: Chapter, ink: Mapping[str, str]) -> str:
    # A paragraph: QTextBrowser enlarges h2 whatever its style says.
    heading = (
        '<p class="heading" style="margin-top:14px;margin-bottom:2px">'
        f'<span style="font-size:13px;font-weight:600;color:{ink["accent"]}">'
        f"{escape(chapter.title)}</span></p>"
    )
    if chapter.rows:
        wide = not any(chapter.heads)
        rows = "".join(_row(row, ink, wide=wide) for row in chapter.rows)
    else:
        colour = ink["text2"] if chapter.sentence == NOT_ASKED else ink["text"]
        rows = _line(("", "", f'<span style="color:{colour}">{escape(chapter.sentence)}</span>'), ink)
    return f'{heading}<table width="100%" cellspacing="0" cellpadding="4">{rows}</table>'


def _row(row: Row, ink: Mapping[str, str], *, wide: bool) -> str:
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


def _line(cells: tuple[str, str, str], ink: Mapping[str, str]) -> str:
    style = f'valign="top" style="border-bottom:1px solid {ink["line"]}"'
    when, kind, words = cells
    return (
        f'<tr><td width="20%" {style}>{when}</td>'
        f'<td width="22%" {style}>{kind}</td><td width="58%" {style}>{words}</td></tr>'
    )


def _print_head(patient: Patient, session: PractitionerSession, legal: str) -> str:
    practice, contact = session.situation.name, session.contact
    lines = (_address(contact.address), _phone(contact.phone), contact.mailbox)
    said = " · ".join(escape(line) for line in lines if line)
    who = f"{patient.display_name}, {born(patient)}"
    return (
        f'<div class="foot"><p class="who">{escape(who)} — page <span class="page"></span></p>'
        f'<p class="legal">{escape(legal)}</p></div>'
        f'<div class="letterhead"><b>{escape(practice)}</b><br/>{said}</div>'
    )
