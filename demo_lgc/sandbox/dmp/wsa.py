"""HTTP, SOAP 1.2 and WS-Addressing: what is checked before anybody reads the assertion.

Reference: [DMP] §1.4; WS-Addressing 1.0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from demo_lgc.sandbox.dmp import mtom
from demo_lgc.sandbox.dmp.names import (
    ANONYMOUS,
    BASE_PATH,
    SAML,
    SERVICES,
    SOAP,
    SOAP11,
    WSA,
    WSSE,
    Doctype,
    children,
    parse,
    text_of,
)
from demo_lgc.sandbox.dmp.refusals import HttpRefusal, SoapFault, addressing_fault
from demo_lgc.sandbox.http_messages import Request

_MISSING = "A required header representing a Message Addressing Property is not present"
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


@dataclass
class Message:
    """A request as understood so far: filled by `read_message` in the order of the checks."""

    service: str
    action: str = ""
    transaction: str = ""
    message_id: str = ""
    assertion: etree._Element | None = None
    payload: etree._Element = field(default_factory=lambda: etree.Element("none"))
    attachments: Mapping[str, bytes] = field(default_factory=dict, repr=False)


def service_of(request: Request) -> str:
    """Return the path of the service. Raises HttpRefusal for another path or method."""
    service = request.target.removeprefix(BASE_PATH)
    if not request.target.startswith(BASE_PATH) or service not in SERVICES:
        raise HttpRefusal("404", "No service was found.")
    if request.method != "POST":
        raise HttpRefusal("405", "POST only")
    return service


def read_message(request: Request, message: Message, base_url: str) -> None:
    """Check the envelope and its addressing, and fill `message`.

    Raises HttpRefusal or SoapFault. `base_url` is our own, that wsa:To must repeat.
    """
    kind = mtom.content_type(request.header("Content-Type"))
    actions = [kind.parameters["action"]] if "action" in kind.parameters else []
    data = request.body
    if kind.media == "multipart/related":
        root_part, message.attachments = mtom.read_entity(kind, data)
        root_kind = mtom.content_type(root_part.headers["content-type"])
        inner = mtom.content_type(root_kind.parameters["type"])
        actions += [k.parameters["action"] for k in (root_kind, inner) if "action" in k.parameters]
        data = root_part.content
    elif kind.media != "application/soap+xml":
        raise HttpRefusal("415", "Unsupported Media Type")
    header, body = _envelope(data)
    _addressing(header, message, f"{base_url}{message.service}")
    message.transaction, wanted = _operation(message)
    if not actions or any(action != message.action for action in actions):
        raise addressing_fault(
            "The action of the Content-Type does not match wsa:Action.",
            "InvalidAddressingHeader",
            "ActionMismatch",
        )
    if kind.media != "multipart/related" and message.transaction == "TD2.1":
        raise SoapFault("TD2.1 must be sent in MTOM")
    inside = children(body)
    if len(inside) != 1 or inside[0].tag != wanted:
        raise SoapFault(f"Unexpected body for the action {message.action}")
    message.payload = inside[0]
    security = header.findall(f"{{{WSSE}}}Security")
    assertions = security[0].findall(f"{{{SAML}}}Assertion") if len(security) == 1 else []
    message.assertion = assertions[0] if len(assertions) == 1 else None


def _envelope(data: bytes) -> tuple[etree._Element, etree._Element]:
    try:
        root = parse(data)
    except (etree.XMLSyntaxError, Doctype):
        raise SoapFault("Error reading XMLStreamReader: malformed XML") from None
    if root.tag == f"{{{SOAP11}}}Envelope":
        raise SoapFault("A SOAP 1.1 message is not valid when sent to a SOAP 1.2 only endpoint.")
    parts = children(root)
    if root.tag != f"{{{SOAP}}}Envelope" or [p.tag for p in parts] != [
        f"{{{SOAP}}}Header",
        f"{{{SOAP}}}Body",
    ]:
        raise SoapFault("Not a SOAP 1.2 envelope with a header and a body")
    return parts[0], parts[1]


def _addressing(header: etree._Element, message: Message, url: str) -> None:
    found: dict[str, etree._Element] = {}
    for name in ("Action", "MessageID", "To", "ReplyTo"):
        elements = header.findall(f"{{{WSA}}}{name}")
        if len(elements) > 1:
            raise addressing_fault(
                f"wsa:{name} is given twice", "InvalidAddressingHeader", "InvalidCardinality"
            )
        if elements:
            found[name] = elements[0]
    message.message_id = text_of(found.get("MessageID"))
    message.action = text_of(found.get("Action"))
    if len(found) != 4 or not message.message_id or not message.action:
        raise addressing_fault(_MISSING, "MessageAddressingHeaderRequired")
    if not _URI.fullmatch(message.message_id):
        raise addressing_fault("wsa:MessageID is not a URI", "InvalidAddressingHeader")
    if text_of(found["To"]) != url:
        raise addressing_fault("wsa:To is not the URL called", "DestinationUnreachable")
    if text_of(found["ReplyTo"].find(f"{{{WSA}}}Address")) != ANONYMOUS:
        raise addressing_fault(
            "Only the anonymous address is supported",
            "InvalidAddressingHeader",
            "OnlyAnonymousAddressSupported",
        )


def _operation(message: Message) -> tuple[str, str]:
    try:
        return SERVICES[message.service][message.action]
    except KeyError:
        raise addressing_fault(
            f"The action {message.action} is not an operation of this service.", "ActionNotSupported"
        ) from None
