"""A SOAP fault is a refusal: what the service said, verbatim.

Reference: [DMP] §1.5 shape 1, §10; SOAP 1.2 part 1 §5.4.
"""

from __future__ import annotations

import re

from lxml import etree

from demo_lgc.domain.errors import RemoteRefusal
from demo_lgc.exchange.soap.envelope import SOAP
from demo_lgc.exchange.soap.xml import text_of

LONGEST_WORDS = 2000  # characters of what a service said

# IHE error names by which a registry says that it is only overloaded. [ITI-41] [ITI-18]
_BUSY = ("XDSRegistryBusy", "XDSRepositoryBusy")


def is_transient(code: str) -> bool:
    """True when this error code says that a later try may pass."""
    return code in _BUSY or code.endswith("OutOfResources")


def refusal(service: str, code: str, message: str) -> RemoteRefusal:
    """Return the refusal of `service`, transient when its code says so.

    A code goes into logs: it keeps what codes are made of. The words are kept, then shown: not without end.
    """
    code = re.sub(r"[^\w.-]+", "_", code.rpartition(":")[2].strip()[:100])
    return RemoteRefusal(service, code, message[:LONGEST_WORDS], transient=is_transient(code))


def check_fault(service: str, body: etree._Element) -> None:
    """Raise RemoteRefusal when the child of soap:Body is a fault.

    The code is the local name of the innermost Subcode (`DMPInvalidCertificate`), or that of the Code
    (`Sender`, `Receiver`) when there is none.
    """
    if body.tag != f"{{{SOAP}}}Fault":
        return
    values = body.findall(f"{{{SOAP}}}Code//{{{SOAP}}}Value")
    code = text_of(values[-1]) if values else "Fault"
    raise refusal(service, code, text_of(body.find(f"{{{SOAP}}}Reason/{{{SOAP}}}Text")))
