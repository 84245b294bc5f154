"""A telephone to the simulated DMP: http.client, plain ssl, a key in a PEM file."""

from __future__ import annotations

import http.client
import ssl
from email.parser import BytesParser

from lxml import etree

from demo_lgc.sandbox.pki import Issued, Pki

NS = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "wsa": "http://www.w3.org/2005/08/addressing",
    "h": "urn:hl7-org:v3",
    "hab": "urn:si-dmp-habilitations",
    "rs": "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0",
    "rim": "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0",
    "query": "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0",
}


class Answer:
    """An HTTP answer and the SOAP envelope inside, multipart or not."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.content_type = response.headers["Content-Type"]
        self.raw = response.read()
        data = self.raw
        if self.content_type.startswith("multipart/"):
            whole = b"Content-Type: " + self.content_type.encode() + b"\r\n\r\n" + data
            parts = BytesParser().parsebytes(whole).get_payload()
            data = parts[0].get_payload(decode=True)
        self.xml = etree.fromstring(data) if "xml" in self.content_type else None

    def find(self, path: str):
        return self.xml.find(path, NS)

    def findall(self, path: str):
        return self.xml.findall(path, NS)

    def text(self, path: str) -> str:
        return self.xml.findtext(path, "", NS)

    @property
    def fault(self) -> str:
        """The reason of the fault; empty when it is none."""
        return self.text(".//s:Fault/s:Reason/s:Text")

    @property
    def subcodes(self) -> list[str]:
        return [v.text for v in self.findall(".//s:Fault//s:Subcode/s:Value")]

    @property
    def error(self) -> tuple[str, str]:
        """Code and context of the only RegistryError; two empty strings when there is none."""
        errors = self.findall(".//rs:RegistryError")
        assert len(errors) <= 1
        return (errors[0].get("errorCode"), errors[0].get("codeContext")) if errors else ("", "")

    @property
    def registered(self) -> bool:
        response = self.find(".//rs:RegistryResponse")
        return response is not None and response.get("status").endswith(":Success")


class Line:
    """One kept-alive connection of one certificate."""

    def __init__(self, pki: Pki, port: int, identity: Issued | None, host: str = "localhost") -> None:
        self.context = ssl.create_default_context(cafile=str(pki.anchors))
        if identity is not None:
            self.context.load_cert_chain(identity.chain, identity.key)
        self.connection = http.client.HTTPSConnection(host, port, context=self.context, timeout=10)

    def post(self, path: str, content_type: str, body: bytes) -> Answer:
        headers = {"Content-Type": content_type}
        self.connection.request("POST", f"/si-dmp-server/v2/services{path}", body, headers)
        return Answer(self.connection.getresponse())

    def close(self) -> None:
        self.connection.close()
