"""Open an archive that a colleague sent: the documents in it, once it is certain that they are what it says.

An archive names a patient twice, in its metadata and in its documents. When both do not speak of the same
person nothing of it is shown as belonging to anybody: that is how a result reaches the wrong record.

Reference: [MSS] ECO.2.1.1, ECO.2.1.2, §3.3 (metadata = CDA); [XDM] ITI-32.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from demo_lgc.documents.reading.document import read_document
from demo_lgc.documents.reading.parsing import MAX_MARKUP
from demo_lgc.domain.archive import Archive, ArchivedDocument
from demo_lgc.domain.errors import ArchiveProblem, UnreadableArchive, UnreadableDocument
from demo_lgc.domain.naming import key_of
from demo_lgc.domain.received import DocumentPatient, ReceivedDocument
from demo_lgc.exchange.xdm.people import INS_AUTHORITIES
from demo_lgc.exchange.xdm.reading import read_archive

NOT_CDA = "Un fichier de l’archive n’est pas un document CDA\u00a0: il n’a pas été lu."
OTHER_ID = "L’archive n’identifie pas le document comme il le fait lui-même."
OTHER_TYPE = "L’archive n’annonce pas le type que le document se donne."
OTHER_TRAITS = (
    "Les traits du patient diffèrent entre l’archive et le document\u00a0: à comparer avant d’assigner."
)
OTHER_IDENTIFIERS = "L’archive et le document n’identifient pas le patient de la même manière."


@dataclass(frozen=True)
class OpenedDocument:
    """A file of the archive, and what it says; `document` is None for what is not a CDA document."""

    archived: ArchivedDocument
    document: ReceivedDocument | None


@dataclass(frozen=True)
class OpenedArchive:
    """An archive whose documents were read. `warnings` are French sentences, those of `archive` included."""

    archive: Archive
    documents: tuple[OpenedDocument, ...]
    warnings: tuple[str, ...]


def open_archive(content: bytes) -> OpenedArchive:
    """Read an archive and its documents. Nothing is kept.

    Raises UnreadableArchive with the reason (OTHER_PATIENT when metadata and document speak of two people),
    UnreadableDocument when what is announced as a CDA document cannot be read as one.
    """
    archive = read_archive(content)
    # Many documents may not cost more than one: their elements are counted together.
    if sum(each.content.count(b"<") for each in archive.documents) > MAX_MARKUP:
        raise UnreadableArchive(ArchiveProblem.TOO_LARGE)
    opened = tuple(OpenedDocument(each, _read(each)) for each in archive.documents)
    warnings = [*archive.warnings, *(warning for each in opened for warning in _doubts(each))]
    # Metadata may say nothing of the patient: documents are compared too.
    patients = [each.document.patient for each in opened if each.document is not None]
    if any(_are_strangers(patients[0], other) for other in patients[1:]):
        raise UnreadableArchive(ArchiveProblem.TWO_PATIENTS)
    return OpenedArchive(archive, opened, tuple(dict.fromkeys(warnings)))


def _read(archived: ArchivedDocument) -> ReceivedDocument | None:
    """Read a CDA document. Others write its type otherwise: what they announce as XML is tried."""
    if archived.must_be_cda:
        return read_document(archived.content)
    if "xml" not in archived.media_type:
        return None
    try:
        return read_document(archived.content)
    except UnreadableDocument:
        return None


def _doubts(opened: OpenedDocument) -> Iterator[str]:
    archived, document = opened.archived, opened.document
    if document is None:
        yield NOT_CDA
        return
    yield from _compared(archived.patient, document.patient)
    if archived.unique_id != document.identifier.text:
        yield OTHER_ID
    if archived.type.code and archived.type.code != document.type.code:
        yield OTHER_TYPE


def _compared(announced: DocumentPatient, said: DocumentPatient) -> Iterator[str]:
    """Yield what differs without being another person. Raises UnreadableArchive (OTHER_PATIENT).

    The identifier that the archive announces must be among those of the document as soon as one of them is
    an INS. Practices give their own numbers as they like: one in common is enough, none proves nothing.
    """
    ours, theirs = announced.identifiers, said.identifiers
    comparable = bool(ours and theirs)
    same = comparable and ours[0] in theirs
    if comparable and not same:
        if any(each.root in INS_AUTHORITIES for each in (ours[0], *theirs)):
            raise UnreadableArchive(ArchiveProblem.OTHER_PATIENT)
        same = not set(ours).isdisjoint(theirs)
    differing = _differ(announced, said)
    if differing and not same:
        raise UnreadableArchive(ArchiveProblem.OTHER_PATIENT)
    if differing:
        yield OTHER_TRAITS
    elif comparable and not same:
        yield OTHER_IDENTIFIERS


def _are_strangers(one: DocumentPatient, other: DocumentPatient) -> bool:
    """Tell whether two documents speak of two people: by their INS, else by their traits."""
    ours, theirs = ({i for i in each.identifiers if i.root in INS_AUTHORITIES} for each in (one, other))
    if ours and theirs:
        return ours.isdisjoint(theirs)
    return set(one.identifiers).isdisjoint(other.identifiers) and _differ(one, other)


def _differ(one: DocumentPatient, other: DocumentPatient) -> bool:
    """Tell whether two descriptions contradict each other; what one of them does not say does not."""
    pairs = (
        (_keys(one.birth_name, one.used_name), _keys(other.birth_name, other.used_name)),
        (_keys(*_given(one)), _keys(*_given(other))),
        ({one.sex} & {"M", "F"}, {other.sex} & {"M", "F"}),
    )
    if any(ours and theirs and not ours & theirs for ours, theirs in pairs):
        return True
    ours, theirs = (each.birth_date.hl7 if each.birth_date else "" for each in (one, other))
    return not (ours.startswith(theirs) or theirs.startswith(ours))


def _given(patient: DocumentPatient) -> tuple[str, ...]:
    return (patient.first_given_name, patient.used_given_name, *patient.given_names)


def _keys(*names: str) -> set[str]:
    return {key_of(name) for name in names} - {""}
