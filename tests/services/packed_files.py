"""Documents as they travel: in the archive of a colleague, in the message that carries it."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from demo_lgc.documents.reading.document import read_document
from tests.exchange.xdm.archives import METADATA, an_entry, metadata, zipped

INS = "148086322090266^^^&1.2.250.1.213.1.4.10&ISO^NH"
CHEMIN = ("PID-5|CHEMIN^HENRI^HENRI^^^^L", "PID-7|19480818", "PID-8|M")


def an_archive(
    *contents: bytes, patient_id: str = INS, info: tuple[str, ...] = CHEMIN, **changes: Any
) -> bytes:
    """An IHE_XDM archive that describes these documents truly, and their patient as M. CHEMIN.

    `changes` are of the metadata of every document.
    """
    entries, files = [], {}
    for rank, content in enumerate(contents, 1):
        document = read_document(content)
        entries.append(
            an_entry(
                content,
                id=f"Document{rank:02}",
                uri=f"DOC{rank:04}.XML",
                unique_id=document.identifier.text,
                patient_id=patient_id,
                source_patient_info=info,
                **{"type_code": document.type} | changes,
            )
        )
        files[f"IHE_XDM/SUBSET01/DOC{rank:04}.XML"] = content
    return zipped({METADATA: metadata(*entries, patient_id=patient_id), **files})


TYPES = {"zip": "application/zip", "xml": "text/xml"}


def a_message(files: dict[str, bytes]) -> bytes:
    """A message that carries these files, by name."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = "Anne <anne@mss.test>", "paul@mss.test"
    message["Date"], message["Message-ID"] = "Mon, 10 Mar 2025 10:20:01 +0100", "<a@mss.test>"
    message["Subject"] = "Bilan"
    message.set_content("Bonjour")
    for name, content in files.items():
        kind = TYPES.get(name.rpartition(".")[2], "application/pdf")
        message.add_attachment(content, *kind.split("/"), filename=name)
    return message.as_bytes()
