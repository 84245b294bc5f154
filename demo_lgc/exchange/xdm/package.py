"""IHE_XDM.zip: the document and its metadata, as they are mailed to colleagues.

The same metadata as the DMP receives, plus where each file is and its fingerprint. The bytes depend on
nothing but the document: made twice, the archive is the same, and every recipient gets that one.

Reference: [XDM] ITI-32; [MSS] §2.1 tree, §2.2 METADATA.XML versus the DMP submission.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import datetime

from lxml import etree

from demo_lgc.domain.document import Document
from demo_lgc.domain.practitioner import PractitionerSession
from demo_lgc.exchange.xds.ebrim import submit_objects_request
from demo_lgc.exchange.xds.metadata import SubmissionSet
from demo_lgc.exchange.xds.submission import weighed

DOCUMENT_FILE = "DOC0001.XML"
_FOLDER = "IHE_XDM/SUBSET01"
_XHTML_BASIC = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML Basic 1.1//EN" '
    '"http://www.w3.org/TR/xhtml-basic/xhtml-basic11.dtd">'
)
_TREE = """\
README.TXT
INDEX.HTM
IHE_XDM
  SUBSET01
    METADATA.XML
    DOC0001.XML"""


def archive(
    document: Document,
    submission: SubmissionSet,
    *,
    sender: PractitionerSession,
    software: str,
    version: str,
    publisher: str,
) -> bytes:
    """Return the bytes of the archive of one document.

    `submission` is what `describe` or `freeze` said of it; the signature of the lot, optional in an
    archive, is left out. Raises ValueError when `submission` does not describe `document`.
    Reference: [XDM] ITI-32.
    """
    entries = [e for e in submission.documents if e.unique_id == document.header.unique_id]
    if not entries:
        raise ValueError("the submission does not describe this document")
    entry = replace(weighed(entries[0], document.content), uri=DOCUMENT_FILE, replaces_entry="")
    metadata = etree.tostring(
        submit_objects_request(replace(submission, documents=(entry,))),
        encoding="UTF-8",
        xml_declaration=True,
    )
    files = {
        "README.TXT": _readme(sender, software, version, publisher),
        "INDEX.HTM": _index(sender),
        f"{_FOLDER}/METADATA.XML": metadata,
        f"{_FOLDER}/{DOCUMENT_FILE}": document.content,
    }
    return _zip(files, document.header.created_at)


def _zip(files: dict[str, bytes], moment: datetime) -> bytes:
    """Deflate `files`; names, times and attributes are the same on every system."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, moment.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0  # FAT: what ISO 9660 names are for
            package.writestr(info, content)
    return buffer.getvalue()


def _readme(sender: PractitionerSession, software: str, version: str, publisher: str) -> bytes:
    """What a person who opens the archive reads first. Reference: [MSS] §2.1."""
    where = sender.contact.address
    address = " ".join(part for part in (where.street, where.postal_code, where.city) if part)
    lines = (
        "Archive IHE XDM : document de santé",
        "",
        "Émetteur",
        f"  Nom : {sender.practitioner.display_name}",
        f"  Organisme : {sender.situation.name} (identifiant national {sender.situation.structure_id})",
        f"  Adresse : {address or 'non renseignée'}",
        f"  Téléphone : {sender.contact.phone or 'non renseigné'}",
        "",
        "Application de l’émetteur",
        f"  Nom : {software}",
        f"  Version : {version}",
        f"  Éditeur : {publisher}",
        "",
        "Instructions",
        "  Consultez les fichiers reçus par messagerie sécurisée de santé dans votre logiciel de"
        " professionnel de santé.",
        "",
        "Arborescence",
        *(f"  {line}" for line in _TREE.splitlines()),
        "",
    )
    return "\r\n".join(lines).replace(" :", "\u00a0:").encode("utf-8")


def _index(sender: PractitionerSession) -> bytes:
    """The same for a browser: XHTML Basic, no script, no external resource."""
    page = etree.Element("html", xmlns="http://www.w3.org/1999/xhtml")
    page.set("{http://www.w3.org/XML/1998/namespace}lang", "fr")
    etree.SubElement(etree.SubElement(page, "head"), "title").text = "Archive IHE XDM"
    body = etree.SubElement(page, "body")
    paragraph = etree.SubElement(body, "p")
    paragraph.text = f"Émetteur\u00a0: {sender.situation.name}. Voir le fichier "
    etree.SubElement(paragraph, "a", href="README.TXT").text = "ReadMe"
    item = etree.SubElement(etree.SubElement(body, "ul"), "li")
    etree.SubElement(item, "a", href=f"{_FOLDER}/{DOCUMENT_FILE}").text = DOCUMENT_FILE
    return etree.tostring(page, encoding="UTF-8", xml_declaration=True, doctype=_XHTML_BASIC)
