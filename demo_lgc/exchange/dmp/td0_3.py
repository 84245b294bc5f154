"""TD0.3: record in the DMP that the patient authorises this professional to read it.

For consultation only: feeding a DMP needs no authorisation. Patient and professional are those of the
VIHF; the message itself names nobody.

Reference: [DMP] TD0.3 (§4), EX_0.3-1010, EX_0.3-1040.
"""

from __future__ import annotations

from enum import Enum

from lxml import etree

from demo_lgc.exchange.soap.faults import refusal
from demo_lgc.exchange.soap.xml import UnreadableXmlError, local_name, serialise, text_of

PATH = "/habilitations"
ACTION = "urn:si-dmp-habilitations:HabilitationsEndPoint:setAuthorization"
HABILITATIONS = "urn:si-dmp-habilitations"
_DONE = "DMPOk"


class Change(Enum):
    """What becomes of the authorisation."""

    ADD = "AJOUT"
    REMOVE = "SUPPRESSION"


def request(change: Change) -> bytes:
    """Return the body of the request. Reference: [DMP] TD0.3."""
    root = etree.Element(f"{{{HABILITATIONS}}}setAuthorization", nsmap={"hab": HABILITATIONS})
    etree.SubElement(root, f"{{{HABILITATIONS}}}action").text = change.value
    return serialise(root)


def read(answer: etree._Element) -> str:
    """Return the context that the DMP gives with its agreement, in French, perhaps empty.

    Raises RemoteRefusal (the status and its context), UnreadableXmlError when there is no status.
    Reference: [DMP] TD0.3.
    """
    said = {local_name(element): text_of(element) for element in answer.iter()}
    status, context = said.get("status", ""), said.get("context", "")
    if local_name(answer) != "setAuthorizationResponse" or not status:
        raise UnreadableXmlError("not an answer to TD0.3")
    if status != _DONE:
        raise refusal("DMP", status, context)
    return context
