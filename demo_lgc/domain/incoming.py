"""A message as it was received: who wrote it, what it says, what is attached, what it answers.

Nothing here was believed: names and addresses are what the message says, its HTML was turned into text, and
the names of its files lead nowhere. The bytes of the message are kept by whoever received them.

Reference: [MSS] §1.3–1.5, §3.1; RFC 5322, 3464, 8098.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from demo_lgc.domain.message import Correspondent

SUBJECT_PREFIX = "XDM/1.0/DDM+"

_NOBODY = Correspondent("", "")


class MessageKind(Enum):
    """What a message is for. Whether a patient wrote it is another question."""

    PLAIN = "plain"
    DOCUMENT = "document"  # it carries an IHE_XDM archive
    DELIVERY_REPORT = "delivery-report"  # DSN: whether a message of ours arrived
    READ_RECEIPT = "read-receipt"  # MDN: whether it was opened, or integrated
    INTEGRATION_ERROR = "integration-error"  # a document of ours could not be integrated


@dataclass(frozen=True)
class Attachment:
    """A file of a message. `name` has no folder and nothing that misleads; it may be empty of meaning.

    `is_archive` is True when the file is, or says that it is, an IHE_XDM archive.
    """

    name: str
    media_type: str
    content: bytes = field(repr=False)
    is_archive: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a report says of one recipient of a message of ours.

    `action` is `delivered`, `failed`, `delayed`, `displayed`, `processed`… `code` is the status of a DSN
    (`2.0.0`) or the error of an integration (`902`), `detail` the words that go with it.
    """

    recipient: str
    action: str
    code: str = ""
    detail: str = field(default="", repr=False)

    @property
    def failed(self) -> bool:
        """True when the recipient does not have the message, or could not integrate its document."""
        return self.action in ("failed", "error") or self.code.startswith("9")


@dataclass(frozen=True)
class IncomingMessage:
    """A message, read.

    `text` is what people read, without markup. `answers` is the Message-ID of the message it answers or
    reports about. `sent_at` has an offset and is None when the message has no readable date. `cda_codes`,
    `announces_ins` and `product` are the X-MSS headers, hints and no proofs. `receipt_to` is where a read
    receipt is asked for. `warnings` are French sentences.
    """

    message_id: str
    kind: MessageKind
    sender: Correspondent = _NOBODY
    recipients: tuple[Correspondent, ...] = ()
    reply_to: tuple[Correspondent, ...] = ()
    subject: str = field(default="", repr=False)
    sent_at: datetime | None = None
    text: str = field(default="", repr=False)
    attachments: tuple[Attachment, ...] = ()
    answers: str = ""
    references: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    cda_codes: tuple[str, ...] = ()
    announces_ins: bool | None = None
    product: str = ""
    ends_exchange: bool = False  # the patient cannot answer. [MSS] ECO.2.2.8
    receipt_to: str = ""
    is_automatic: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def archives(self) -> tuple[Attachment, ...]:
        """The IHE_XDM archives it carries, in their order."""
        return tuple(each for each in self.attachments if each.is_archive)

    @property
    def shown_subject(self) -> str:
        """The subject without the prefix that only machines read. Reference: [MSS] ECO.3.1.3."""
        return self.subject.removeprefix(SUBJECT_PREFIX)

    @property
    def is_from_patient(self) -> bool:
        """True when a patient wrote it from Mon espace santé."""
        return is_patient_address(self.sender.address)

    @property
    def is_to_patient(self) -> bool:
        """True when one of its recipients is a patient."""
        return any(is_patient_address(each.address) for each in self.recipients)


def is_patient_address(address: str) -> bool:
    """Tell a patient's address, `<matricule INS>@patient.…`. Reference: [MSS] §1.4."""
    return re.fullmatch(r"[^@]+@patient\.[^@]+", address, re.IGNORECASE) is not None
