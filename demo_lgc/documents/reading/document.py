"""Read a document of anybody: one call from bytes to everything it says.

What merely does not conform is shown all the same, with a word about what may mislead; only what cannot be
shown safely, or would be shown in the wrong record, is refused.

Reference: [CDA] R2; [CISIS-MIN]; [VSM] 1.4 and 2023.01; [CR-BIO].
"""

from __future__ import annotations

from collections.abc import Iterator

from demo_lgc.documents.hl7 import Element
from demo_lgc.documents.reading.body import outline, page
from demo_lgc.documents.reading.enclosed import enclosed
from demo_lgc.documents.reading.header import header_of
from demo_lgc.documents.reading.parsing import Parsed, parse
from demo_lgc.documents.reading.patient import AUTHORITIES, patient_of
from demo_lgc.documents.reading.people import identifiers
from demo_lgc.documents.reading.prescriptions import prescriptions
from demo_lgc.documents.reading.results import lab_results
from demo_lgc.documents.reading.vaccinations import vaccinations
from demo_lgc.documents.reading.values import H, code_of, when
from demo_lgc.documents.reading.vsm import vsm_of
from demo_lgc.documents.reading.wording import Narrative, line_of
from demo_lgc.domain.errors import DocumentProblem, UnreadableDocument
from demo_lgc.domain.received import (
    NOWHERE,
    DocumentPatient,
    Enclosed,
    Identifier,
    ReceivedDocument,
    Section,
)
from demo_lgc.domain.results import LabResult

NAMELESS = "Ce document ne nomme aucun patient."
WRONG_KEY = "Le matricule INS de ce document est faux\u00a0: sa clé ne correspond pas."
BODYLESS = "Ce document est vide\u00a0: il n’a ni texte ni fichier joint."


def read_document(content: bytes) -> ReceivedDocument:
    """Return everything a CDA document says, of whatever version, kind or maker.

    Raises UnreadableDocument: it is no CDA, it is unsafe to read, or it speaks of two patients.
    """
    parsed = _parsed(content)
    root = parsed.root
    patient = patient_of(root)
    files = enclosed(root)
    sections, anchors = outline(root)
    html, cut = page(root, files)
    type_code = code_of(root.find(f"{H}code")) or NOWHERE
    identifier = next(iter(identifiers(root)), Identifier(""))
    header = header_of(root, patient)
    narrative = Narrative(root)
    return ReceivedDocument(
        identifier=identifier,
        set_id=_set_id(root) or identifier,
        version=_version(root),
        replaces=_replaces(root),
        type=type_code,
        title=line_of(root.find(f"{H}title")) or type_code.label,
        created_at=when(root.find(f"{H}effectiveTime")),
        patient=patient,
        authors=header.authors,
        responsible=header.responsible,
        custodian=header.custodian,
        metadata=header.metadata,
        sections=sections,
        html=html,
        enclosed=files,
        templates=header.templates,
        results=lab_results(root, anchors, narrative),
        vsm=vsm_of(root, narrative),
        vaccinations=vaccinations(root, narrative),
        prescriptions=prescriptions(root, narrative),
        warnings=(*parsed.warnings, *filter(None, (cut,)), *_warnings(patient, files, sections, html)),
    )


def read_results(content: bytes) -> tuple[LabResult, ...]:
    """Return the results of biology of a CDA document alone, without what only the screen needs.

    They name no section (`anchor` is empty). Raises UnreadableDocument, as `read_document` does.
    """
    return lab_results(_parsed(content).root, {})


def _parsed(content: bytes) -> Parsed:
    parsed = parse(content)
    if len(parsed.root.findall(f"{H}recordTarget")) > 1:
        raise UnreadableDocument(DocumentProblem.TWO_PATIENTS)
    return parsed


def _warnings(
    patient: DocumentPatient, files: tuple[Enclosed, ...], sections: tuple[Section, ...], html: str
) -> Iterator[str]:
    if not patient.display_name:
        yield NAMELESS
    if patient.ins is None and any(each.root in AUTHORITIES for each in patient.identifiers):
        yield WRONG_KEY
    yield from dict.fromkeys(file.problem for file in files if file.problem)
    if not (files or sections or html):
        yield BODYLESS


def _set_id(root: Element) -> Identifier | None:
    found = root.find(f"{H}setId")
    if found is None or not found.get("root"):
        return None
    return Identifier(found.get("root", ""), found.get("extension", ""))


def _version(root: Element) -> int:
    found = root.find(f"{H}versionNumber")
    number = "" if found is None else found.get("value", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0


def _replaces(root: Element) -> Identifier | None:
    for related in root.iterchildren(f"{H}relatedDocument"):
        if related.get("typeCode") == "RPLC":
            return next(iter(identifiers(related.find(f"{H}parentDocument"))), None)
    return None
