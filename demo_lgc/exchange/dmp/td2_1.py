"""TD2.1: deposit a submission set in the patient's DMP (ITI-41).

The request was frozen when the document was prepared (`demo_lgc.exchange.xds.submission`): nothing is
built here, so that a second try is the same submission and not another one.

Reference: [DMP] TD2.1 (§8.1); [ITI-41] Provide and Register Document Set-b.
"""

from __future__ import annotations

from lxml import etree

from demo_lgc.domain.delivery import Part, Receipt
from demo_lgc.exchange.dmp.registry_response import RS, check_response
from demo_lgc.exchange.soap.xml import UnreadableXmlError
from demo_lgc.exchange.xds.submission import REQUEST

PATH = "/repository"
ACTION = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"


def request(parts: tuple[Part, ...]) -> tuple[bytes, tuple[Part, ...]]:
    """Return the frozen body and the attachments that it names.

    Raises ValueError when the delivery holds no request: it was not made by `freeze`.
    """
    bodies = [part.content for part in parts if part.name == REQUEST]
    if len(bodies) != 1:
        raise ValueError("a delivery to the DMP without its request")
    return bodies[0], tuple(part for part in parts if part.name != REQUEST)


def read(answer: etree._Element, wire_id: str) -> Receipt:
    """Return the receipt of the submission `wire_id`.

    Raises RemoteRefusal (the first registry error), UnreadableXmlError when the answer does not conclude.
    Reference: [DMP] TD2.1.
    """
    if answer.tag != f"{{{RS}}}RegistryResponse":
        raise UnreadableXmlError("not an answer to TD2.1")
    return Receipt(wire_id, check_response(answer))
