"""The SOAP 1.2 envelope of every DMP request, and the opening of its answers.

The body is received as bytes and laid in the envelope untouched: what was frozen when a document was
prepared leaves as it was, whatever the addressing headers of this try are.

Reference: [DMP] §1.4; SOAP 1.2 part 1; WS-Addressing 1.0 SOAP binding.
"""

from __future__ import annotations

from lxml import etree

from demo_lgc.exchange.soap.xml import UnreadableXmlError, parse, serialise

SOAP = "http://www.w3.org/2003/05/soap-envelope"
WSA = "http://www.w3.org/2005/08/addressing"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
ANONYMOUS = "http://www.w3.org/2005/08/addressing/anonymous"

_BODY_GOES_HERE = b"<body-goes-here/>"


def write_envelope(body: bytes, *, action: str, to: str, message_id: str, security: etree._Element) -> bytes:
    """Return the envelope of a request, UTF-8 with its XML declaration.

    `body` is the serialised child of soap:Body, `to` the URL called, `message_id` a `urn:uuid:`,
    `security` what wsse:Security holds (the VIHF). Reference: [DMP] §1.4.
    """
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP, "wsa": WSA})
    header = etree.SubElement(envelope, f"{{{SOAP}}}Header")
    etree.SubElement(header, f"{{{WSA}}}MessageID").text = message_id
    etree.SubElement(header, f"{{{WSA}}}To").text = to
    reply_to = etree.SubElement(header, f"{{{WSA}}}ReplyTo")
    etree.SubElement(reply_to, f"{{{WSA}}}Address").text = ANONYMOUS
    action_element = etree.SubElement(header, f"{{{WSA}}}Action")
    action_element.text = action
    for element in (reply_to, action_element):
        element.set(f"{{{SOAP}}}mustUnderstand", "true")
    wsse = etree.SubElement(header, f"{{{WSSE}}}Security", nsmap={"wsse": WSSE})
    wsse.append(security)
    etree.SubElement(etree.SubElement(envelope, f"{{{SOAP}}}Body"), "body-goes-here")
    frame = b"<?xml version='1.0' encoding='UTF-8'?>\n" + serialise(envelope)
    return frame.replace(_BODY_GOES_HERE, body)


def open_envelope(data: bytes, *, answers: str) -> etree._Element:
    """Return the child of soap:Body (a soap:Fault as well as an answer).

    `answers` is the MessageID of our request. Raises UnreadableXmlError when `data` is not one SOAP 1.2
    envelope with one body, or answers another message.
    """
    envelope = parse(data)
    if envelope.tag != f"{{{SOAP}}}Envelope":
        raise UnreadableXmlError("not a SOAP 1.2 envelope")
    relates_to = envelope.findtext(f"{{{SOAP}}}Header/{{{WSA}}}RelatesTo", "").strip()
    if relates_to and relates_to != answers:
        raise UnreadableXmlError("the answer to another message")
    children = [e for e in envelope.iterfind(f"{{{SOAP}}}Body/*") if isinstance(e.tag, str)]
    if len(children) != 1:
        raise UnreadableXmlError(f"{len(children)} elements in the body of the answer")
    return children[0]
