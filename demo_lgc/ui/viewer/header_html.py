"""« Afficher l’entête »: everything the header of a document says, in two columns."""

from __future__ import annotations

from html import escape

from demo_lgc.domain.received import MetadataGroup, ReceivedDocument
from demo_lgc.ui.viewer import words
from demo_lgc.ui.viewer.contents import Entry


def header_html(document: ReceivedDocument) -> tuple[str, tuple[Entry, ...]]:
    """Return the header as HTML, and its contents: an entry per group."""
    entries = tuple(Entry(group.title, f"header-{rank}") for rank, group in enumerate(document.metadata))
    groups = "".join(
        _group(group, entry.anchor) for group, entry in zip(document.metadata, entries, strict=True)
    )
    title = words.tr("Entête du document")
    return f"<h1>{escape(title)}</h1>{groups}", entries


def summary_html(document: ReceivedDocument) -> str:
    """Return the summary of a document as HTML: what a printed sheet begins with."""
    lines = "".join(_line(label, text) for label, text in summary_of(document))
    return f'<table class="facts" cellspacing="0">{lines}</table>'


def summary_of(document: ReceivedDocument) -> tuple[tuple[str, str], ...]:
    """Return the summary: patient, type, date, issuer, who answers for it; what is unknown is left out."""
    tr, patient = words.tr, document.patient
    born = patient.birth_date.french if patient.birth_date else ""
    author = document.authors[0].name if document.authors else ""
    who = (
        (tr("Responsable"), document.responsible.name)
        if document.responsible.name
        else (tr("Auteur"), author)
    )
    lines = (
        (
            tr("Patient"),
            f"{patient.display_name} ({born})" if born and patient.display_name else patient.display_name,
        ),
        (tr("Type de document"), words.type_of(document)),
        (tr("Créé le"), words.day(document.created_at)),
        (tr("Entité émettrice"), document.organisation),
        who,
    )
    return tuple((label, text) for label, text in lines if text)


def _group(group: MetadataGroup, anchor: str) -> str:
    lines = "".join(_line(line.label, line.text) for line in group.lines)
    heading = f'<h2><a name="{anchor}"></a>{escape(group.title)}</h2>'
    return f'{heading}<table class="facts" width="100%" cellspacing="0">{lines}</table>'


def _line(label: str, text: str) -> str:
    said = escape(text).replace("\n", "<br/>")
    return f'<tr><td class="label" width="30%">{escape(label)}</td><td width="70%">{said}</td></tr>'
