"""Correspondents and the messages sent to them by MSSanté. Reference: [MSS] §1.3."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Correspondent:
    """A colleague and their MSSanté address."""

    name: str  # « Dr Robert SPECIALISTE5737 »
    address: str
    speciality: str = ""
    place: str = ""

    @property
    def domain(self) -> str:
        """The part after @, lower case."""
        return self.address.rpartition("@")[2].lower()


@dataclass(frozen=True)
class MessageText:
    """What the doctor wrote above the document. The subject that travels is made by rule (ECO.2.1.3)."""

    subject: str = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True)
class OutgoingMessage:
    """A message ready to leave: its identifier and its bytes never change again."""

    message_id: str
    sender: str
    recipient: str
    content: bytes = field(repr=False)  # RFC 5322, CRLF
