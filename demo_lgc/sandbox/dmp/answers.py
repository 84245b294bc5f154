"""What the DMP answers: SOAP 1.2 envelopes with their addressing headers, faults and registry responses.

Reference: [DMP] §1.4, §1.5; [ITI-41]; [ITI-18].
"""

from __future__ import annotations

import uuid
from xml.sax.saxutils import escape, quoteattr

from demo_lgc.sandbox.dmp.names import ANONYMOUS, QUERY, RIM, RS, SOAP, WSA
from demo_lgc.sandbox.dmp.refusals import RegistryRefusal, SoapFault
from demo_lgc.sandbox.http_messages import Response

_STATUS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:"
_SEVERITY = "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error"


def envelope(action: str, body: str, relates_to: str) -> bytes:
    """Wrap the XML text of a body."""
    related = f"<wsa:RelatesTo>{escape(relates_to)}</wsa:RelatesTo>" if relates_to else ""
    return (
        f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Header xmlns:wsa="{WSA}">'
        f"<wsa:Action>{escape(action)}</wsa:Action>"
        f"<wsa:MessageID>urn:uuid:{uuid.uuid4()}</wsa:MessageID>"
        f"<wsa:To>{ANONYMOUS}</wsa:To>{related}</soap:Header>"
        f"<soap:Body>{body}</soap:Body></soap:Envelope>"
    ).encode()


def fault(error: SoapFault, relates_to: str) -> bytes:
    """Return the envelope of a fault."""
    action = f"{WSA}/fault" if error.namespace == WSA else f"{WSA}/soap/fault"
    prefix = "wsa" if error.namespace == WSA else "soap"
    inner = f"<soap:Subcode><soap:Value>{prefix}:{error.detail_code}</soap:Value></soap:Subcode>"
    subcode = (
        f'<soap:Subcode xmlns:wsa="{WSA}"><soap:Value>{prefix}:{error.code}</soap:Value>'
        f"{inner if error.detail_code else ''}</soap:Subcode>"
    )
    body = (
        f"<soap:Fault><soap:Code><soap:Value>soap:{'Receiver' if error.receiver else 'Sender'}</soap:Value>"
        f"{subcode if error.code else ''}</soap:Code>"
        f'<soap:Reason><soap:Text xml:lang="fr">{escape(error.message)}</soap:Text></soap:Reason>'
        "</soap:Fault>"
    )
    return envelope(action, body, relates_to)


def registry_response(error: RegistryRefusal | None = None) -> str:
    """Return the rs:RegistryResponse of ITI-41: success, or the failure given."""
    if error is None:
        return f'<rs:RegistryResponse xmlns:rs="{RS}" status="{_STATUS}Success"/>'
    errors = _error_list(error)
    return f'<rs:RegistryResponse xmlns:rs="{RS}" status="{_STATUS}Failure">{errors}</rs:RegistryResponse>'


def query_response(objects: str = "", count: int = 0, error: RegistryRefusal | None = None) -> str:
    """Return the query:AdhocQueryResponse of ITI-18: `objects` is the XML text of the list's content."""
    outcome = "Failure" if error else "Success"
    errors = _error_list(error) if error else ""
    listed = f"<rim:RegistryObjectList>{objects}</rim:RegistryObjectList>"
    return (
        f'<query:AdhocQueryResponse xmlns:query="{QUERY}" xmlns:rim="{RIM}" xmlns:rs="{RS}" '
        f'status="{_STATUS}{outcome}" startIndex="0" totalResultCount="{count}">'
        f"{errors}{listed}</query:AdhocQueryResponse>"
    )


def plain(content: bytes, action: str, status: int = 200) -> Response:
    """Return the HTTP answer of a service without attachments."""
    return Response(status, f'application/soap+xml; charset=UTF-8; action="{action}"', content)


def multipart(content: bytes, action: str, status: int = 200) -> Response:
    """Return the HTTP answer of the repository: multipart even for a fault. Reference: [DMP] §1.4."""
    boundary = f"uuid:{uuid.uuid4()}"
    start = "root.message@cxf.apache.org"
    head = (
        f'--{boundary}\r\nContent-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"\r\n'
        f"Content-Transfer-Encoding: binary\r\nContent-ID: <{start}>\r\n\r\n"
    )
    kind = (
        f'multipart/related; type="application/xop+xml"; boundary="{boundary}"; start="<{start}>"; '
        f'start-info="application/soap+xml"; action="{action}"'
    )
    return Response(status, kind, head.encode() + content + f"\r\n--{boundary}--".encode())


def _error_list(error: RegistryRefusal) -> str:
    return (
        f'<rs:RegistryErrorList highestSeverity="{_SEVERITY}"><rs:RegistryError '
        f'errorCode={quoteattr(error.code)} codeContext={quoteattr(error.message)} severity="{_SEVERITY}" '
        'location=""/></rs:RegistryErrorList>'
    )
