"""IHE_XDM.zip back to documents: what a colleague's software made of them, and what theirs says of each.

Strict on what could mislead (a document that is not the one described, two patients), patient with how it is
written: case, folders, byte order marks, missing fingerprints, prefixes that are bound to nothing.

Reference: [XDM] ITI-32; [MSS] §2.2, §2.4 (what real archives look like), §2.5 (what must be refused).
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import unquote

from lxml import etree

from demo_lgc.domain.archive import Archive, ArchivedDocument, Submission
from demo_lgc.domain.errors import ArchiveProblem, UnreadableArchive
from demo_lgc.exchange.soap.xml import UnreadableXmlError, local_name, parse
from demo_lgc.exchange.xdm.people import INS_AUTHORITIES, author_of, patient_of
from demo_lgc.exchange.xdm.unzipping import Unzipped
from demo_lgc.exchange.xds import hl7
from demo_lgc.exchange.xds.codes import SIGNATURE_FORMAT
from demo_lgc.exchange.xds.ebrim import RIM
from demo_lgc.exchange.xds.metadata import DocumentEntry, SubmissionSet
from demo_lgc.exchange.xds.reading import UnreadableMetadataError, read_registry_object_list

MAX_METADATA = 2_000_000  # bytes; ours take 6,000 for each document

NO_FINGERPRINT = "L’archive ne donne pas l’empreinte d’un document\u00a0: il n’a pas pu être vérifié."
MISPLACED = "Un document n’est pas rangé là où l’archive l’annonce."
NESTED = "L’archive est rangée dans un dossier d’elle-même."
MISWRITTEN = "La description des documents n’est pas écrite selon la norme."
NO_INS = "Aucun INS ne désigne le patient\u00a0: l’identité est à vérifier avant d’assigner."
WRONG_KEY = "L’INS annoncé n’a pas la bonne clé\u00a0: l’identité est à vérifier avant d’assigner."
REMOVAL = "L’expéditeur demande le retrait d’un document."

_METADATA = re.compile(r"(?P<top>(?:.*/)?)(?P<folder>ihe_xdm/[^/]+)/metadata\.xml")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SIGNATURES = (SIGNATURE_FORMAT.code, "urn:ihe:iti:dsg:detached:2014")
_UNDATED = datetime(1, 1, 1, tzinfo=UTC)


def read_archive(content: bytes) -> Archive:
    """Return the documents of an archive; hash and size were checked where the sender gives them.

    Raises UnreadableArchive with the reason, in bounded time and memory whatever the bytes. That a document
    is CDA, and speaks of the patient that its metadata name, is left to who reads documents.
    """
    package = Unzipped(content)
    reader = _Reader(package)
    submissions = []
    for folder in _folders(package, reader.warnings):
        submission = _described(package.read(f"{folder}/metadata.xml"), reader.warnings)
        submissions.append(submission)
        for entry in submission.documents:
            reader.take(folder, entry)
    _refuse_two_patients(submissions)
    documents = tuple(reader.documents)
    if not documents:
        raise UnreadableArchive(ArchiveProblem.MISSING_DOCUMENT)
    warnings = (*reader.warnings, *_doubts(documents))
    return Archive(
        submissions=tuple(_submission(each) for each in submissions),
        documents=documents,
        signatures=tuple(reader.signatures),
        warnings=tuple(dict.fromkeys(warnings)),
    )


@dataclass
class _Reader:
    """The documents of an archive, being gathered. Each file is given once, so that none is read twice."""

    package: Unzipped
    documents: list[ArchivedDocument] = field(default_factory=list)
    signatures: list[ArchivedDocument] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    given: set[str] = field(default_factory=set)

    def take(self, folder: str, entry: DocumentEntry) -> None:
        path = _located(self.package, folder, entry.uri, self.warnings)
        if path in self.given:
            raise UnreadableArchive(ArchiveProblem.BAD_METADATA)
        self.given.add(path)
        content = self.package.read(path)
        if entry.size is not None and entry.size != len(content):
            raise UnreadableArchive(ArchiveProblem.WRONG_SIZE)
        sha1 = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        if entry.sha1 and entry.sha1 != sha1:
            raise UnreadableArchive(ArchiveProblem.WRONG_HASH)
        if not entry.sha1 or entry.size is None:
            self.warnings.append(NO_FINGERPRINT)
        among = self.signatures if entry.format_code.code in _SIGNATURES else self.documents
        among.append(_document(entry, content, sha1))


def _folders(package: Unzipped, warnings: list[str]) -> list[str]:
    """Return the folders that hold a METADATA.XML; of an archive given twice, the outer ones."""
    found = [match for name in package.names if (match := _METADATA.fullmatch(name))]
    if not found:
        raise UnreadableArchive(ArchiveProblem.NO_METADATA)
    top = min((match["top"] for match in found), key=len)
    if top or any(match["top"] != top for match in found):
        warnings.append(NESTED)
    return sorted(top + match["folder"] for match in found if match["top"] == top)


def _described(content: bytes, warnings: list[str]) -> SubmissionSet:
    try:
        root = _tree(content, warnings)
        listing = next(e for e in root.iter() if local_name(e) == "RegistryObjectList")
        return read_registry_object_list(listing, undated=_UNDATED)
    except (UnreadableXmlError, UnreadableMetadataError, StopIteration):
        raise UnreadableArchive(ArchiveProblem.BAD_METADATA) from None


def _tree(content: bytes, warnings: list[str]) -> etree._Element:
    if len(content) > MAX_METADATA:
        raise UnreadableXmlError("METADATA.XML is too large")
    try:
        return parse(content)
    except UnreadableXmlError:
        root = parse(content, unbound=True)
    warnings.append(MISWRITTEN)
    for element in root.iter(etree.Element):
        prefix, colon, name = str(element.tag).rpartition(":")
        if colon and not prefix.startswith("{"):
            element.tag = f"{{{RIM}}}{name}"
    return root


def _located(package: Unzipped, folder: str, uri: str, warnings: list[str]) -> str:
    """Return the path of the file that a URI means: beside METADATA.XML, or from IHE_XDM as some write it."""
    if not uri:
        raise UnreadableArchive(ArchiveProblem.MISSING_DOCUMENT)
    for written in (uri, unquote(uri, errors="replace")):
        name = written.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or "\0" in name or _SCHEME.match(name):
            raise UnreadableArchive(ArchiveProblem.UNSAFE_NAME)
        for base in (folder, posixpath.dirname(folder)):
            path = posixpath.normpath(f"{base}/{name}").lower()
            if path in package:
                if base != folder:
                    warnings.append(MISPLACED)
                return path
    raise UnreadableArchive(ArchiveProblem.MISSING_DOCUMENT)


def _refuse_two_patients(submissions: list[SubmissionSet]) -> None:
    said = [lot.patient_id for lot in submissions]
    said += [entry.patient_id for lot in submissions for entry in lot.documents]
    if len({hl7.read_cx(patient_id) for patient_id in said if patient_id.strip()}) > 1:
        raise UnreadableArchive(ArchiveProblem.TWO_PATIENTS)


def _doubts(documents: tuple[ArchivedDocument, ...]) -> Iterator[str]:
    first = documents[0].patient
    if first.ins is None:
        yield WRONG_KEY if any(each.root in INS_AUTHORITIES for each in first.identifiers) else NO_INS
    if any(document.asks_removal for document in documents):
        yield REMOVAL


def _document(entry: DocumentEntry, content: bytes, sha1: str) -> ArchivedDocument:
    return ArchivedDocument(
        unique_id=entry.unique_id,
        media_type=entry.mime_type.partition(";")[0].strip().lower(),
        title=entry.title,
        type=entry.type_code,
        format=entry.format_code,
        author=author_of(entry.author),
        patient=patient_of(entry),
        created_at=None if entry.creation_time == _UNDATED else entry.creation_time,
        uri=entry.uri,
        sha1=sha1,
        content=content,
        confidentiality=entry.confidentiality_codes,
        status=entry.status,
        replaces=entry.replaces_entry,
    )


def _submission(lot: SubmissionSet) -> Submission:
    return Submission(
        unique_id=lot.unique_id,
        source_id=lot.source_id,
        title=lot.title,
        author=author_of(lot.author),
        submitted_at=None if lot.submission_time == _UNDATED else lot.submission_time,
    )
