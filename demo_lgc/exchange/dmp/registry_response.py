"""What a registry or a repository says it did: the status of an ebRS response and its errors.

Reference: [DMP] §1.5 shape 3, §10; ebRS 3.0 §2.1; [ITI-41] ITI TF-3 §4.2.4.
"""

from __future__ import annotations

from lxml import etree

from demo_lgc.exchange.soap.faults import refusal
from demo_lgc.exchange.soap.xml import UnreadableXmlError

RS = "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"
_STATUS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:"
_ERROR = "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error"


def check_response(response: etree._Element) -> str:
    """Return the warnings that come with a success, « ; » between them.

    Raises RemoteRefusal for Failure and PartialSuccess, with the first error (of severity Error when
    there is one); UnreadableXmlError when there is no known status.
    """
    status = response.get("status", "").removeprefix(_STATUS)
    errors = response.findall(f"{{{RS}}}RegistryErrorList/{{{RS}}}RegistryError")
    if status == "Success":
        return "; ".join(error.get("codeContext", "") for error in errors)
    if status not in ("Failure", "PartialSuccess"):
        raise UnreadableXmlError("a response without a known status")
    serious = [error for error in errors if error.get("severity", _ERROR) == _ERROR] or errors
    if not serious:
        raise refusal("DMP", status, "")
    raise refusal("DMP", serious[0].get("errorCode", status), serious[0].get("codeContext", ""))
