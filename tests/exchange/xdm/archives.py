"""Archives made for a test: entries by name, and a METADATA.XML of the documents one asks for."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from demo_lgc.domain.document import Document, Visibility
from demo_lgc.exchange.soap.xml import serialise
from demo_lgc.exchange.xdm.package import archive
from demo_lgc.exchange.xds.ebrim import submit_objects_request
from demo_lgc.exchange.xds.metadata import DocumentEntry, SubmissionSet, describe
from tests.factory import a_document

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
METADATA = "IHE_XDM/SUBSET01/METADATA.XML"
DOCUMENT = "IHE_XDM/SUBSET01/DOC0001.XML"
CDA = b'<ClinicalDocument xmlns="urn:hl7-org:v3"/>'


def zipped(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as package:
        for name, content in entries.items():
            info = zipfile.ZipInfo("placeholder")
            info.filename = name  # as it is: the constructor would mend it
            info.compress_type = method
            package.writestr(info, content)
    return buffer.getvalue()


def packed(document: Document, **changes: Any) -> bytes:
    """The archive that we make of a document; `changes` are of its metadata."""
    return archive(
        document,
        replace(described(document), **changes),
        sender=document.header.session,
        software="demo_lgc",
        version="0.1.0",
        publisher="Éditeur d’essai",
    )


def described(document: Document) -> SubmissionSet:
    return describe(
        document, Visibility.VISIBLE, submission_id="2.25.12", source_id="1.2.250.1.999.1.2", submitted_at=NOW
    )


def an_entry(content: bytes = CDA, **changes: Any) -> DocumentEntry:
    """The metadata of a file of this content; `changes` are of them."""
    entry = described(a_document(content)).documents[0]
    sha1 = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    whole = replace(entry, uri="DOC0001.XML", sha1=sha1, size=len(content))
    return replace(whole, **changes)


def metadata(*entries: DocumentEntry, **changes: Any) -> bytes:
    """A METADATA.XML of these documents; `changes` are of their submission."""
    submission = replace(described(a_document(CDA)), documents=entries or (an_entry(),), **changes)
    return serialise(submit_objects_request(submission))


def edited(content: bytes, old: str, new: str) -> bytes:
    """METADATA.XML with a text replaced, which must be in it."""
    assert old.encode() in content
    return content.replace(old.encode(), new.encode())


def without(content: bytes, slot: str) -> bytes:
    """METADATA.XML without the slots of a name."""
    root = etree.fromstring(content)
    found = root.findall(f".//{{*}}Slot[@name='{slot}']")
    assert found
    for element in found:
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)
    return etree.tostring(root)
