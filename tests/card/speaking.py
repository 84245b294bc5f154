"""A server of each protocol we speak, that asks for a card; and a client of each library that speaks it."""

from __future__ import annotations

import imaplib
import re
import smtplib
import socket
import ssl
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Self

import requests
import zeep
from imapclient import IMAPClient
from requests.adapters import HTTPAdapter

from demo_lgc.sandbox.pki import Pki
from tests.one_by_one import OneByOne

HTTPS, IMAP, SMTP = "https", "imap", "smtp"
_NS = "urn:demo-lgc:echo"
_WSDL = f"""<?xml version="1.0"?>
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="{_NS}" targetNamespace="{_NS}">
<types><xs:schema targetNamespace="{_NS}" elementFormDefault="qualified">
<xs:element name="say" type="xs:string"/><xs:element name="said" type="xs:string"/></xs:schema></types>
<message name="In"><part name="body" element="t:say"/></message>
<message name="Out"><part name="body" element="t:said"/></message>
<portType name="P"><operation name="echo">
<input message="t:In"/><output message="t:Out"/></operation></portType>
<binding name="B" type="t:P"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
<operation name="echo"><soap:operation soapAction="echo"/><input><soap:body use="literal"/></input>
<output><soap:body use="literal"/></output></operation></binding>
<service name="S"><port name="P" binding="t:B"><soap:address location="https://localhost:1/"/></port></service>
</definitions>"""
_ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    f'<said xmlns="{_NS}">{{}}</said></s:Body></s:Envelope>'
)


@dataclass
class Speaker(OneByOne):
    """A server of localhost. `seen` is (common name, version) of every client that was let in.

    `starttls` begins in clear, as mail does.
    """

    pki: Pki
    protocol: str
    maximum: ssl.TLSVersion
    starttls: bool = False
    seen: list[tuple[str, str | None]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.pki.server.chain, self.pki.server.key)
        self._context.verify_mode = ssl.CERT_REQUIRED
        self._context.load_verify_locations(self.pki.anchors)
        self._context.maximum_version = self.maximum
        return super().__enter__()

    def hear(self, connection: socket.socket) -> None:
        if self.starttls:
            with connection.makefile("rwb") as clear:
                self._converse(clear)
        with self._context.wrap_socket(connection, server_side=True) as secured:
            names = dict(pair for rdn in secured.getpeercert()["subject"] for pair in rdn)
            self.seen.append((names["commonName"], secured.version()))
            with secured.makefile("rwb") as stream:
                self._converse(stream, secured=True)

    def _converse(self, stream: BinaryIO, *, secured: bool = False) -> None:
        if self.protocol == HTTPS:
            while _answer_http(stream):
                pass
            return
        if not (secured and self.starttls):
            _say(stream, b"* OK hello\r\n" if self.protocol == IMAP else b"220 hello\r\n")
        answer = _answer_imap if self.protocol == IMAP else _answer_smtp
        while (line := stream.readline()) and answer(stream, line):
            pass


def _say(stream: BinaryIO, *lines: bytes) -> None:
    stream.write(b"".join(lines))
    stream.flush()


def _answer_http(stream: BinaryIO) -> bool:
    """Answer one request with what it posted, as SOAP."""
    length, headers = 0, 0
    while (line := stream.readline()) not in (b"", b"\r\n"):
        headers += 1
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    if not headers:
        return False
    said = re.search(rb"<[^>]*say[^>]*>([^<]*)<", stream.read(length))
    body = _ENVELOPE.format(said[1].decode() if said else "").encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
    _say(stream, head.encode(), body)
    return True


def _answer_imap(stream: BinaryIO, line: bytes) -> bool:
    """Answer one command; False when the conversation goes on elsewhere."""
    tag, command = line.upper().split()[:2]
    if command == b"AUTHENTICATE":
        _say(stream, b"+ \r\n")
        stream.readline()
    if command == b"CAPABILITY":
        _say(stream, b"* CAPABILITY IMAP4rev1 STARTTLS AUTH=EXTERNAL SASL-IR\r\n")
    _say(stream, b"* BYE\r\n" if command == b"LOGOUT" else b"", tag, b" OK done\r\n")
    return command not in (b"STARTTLS", b"LOGOUT")


def _answer_smtp(stream: BinaryIO, line: bytes) -> bool:
    """Answer one command; False when the conversation goes on elsewhere."""
    command = line.upper().split()[0]
    if command == b"DATA":
        _say(stream, b"354 go on\r\n")
        while stream.readline() not in (b".\r\n", b""):
            pass
    answers = {b"EHLO": b"250-hello\r\n250 STARTTLS\r\n", b"STARTTLS": b"220 go\r\n", b"QUIT": b"221 bye\r\n"}
    _say(stream, answers.get(command, b"250 ok\r\n"))
    return command not in (b"STARTTLS", b"QUIT")


# --- the libraries ------------------------------------------------------------------------------------


class _Adapter(HTTPAdapter):
    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        super().init_poolmanager(*arguments, ssl_context=self.context, **named)

    def cert_verify(self, *_: Any) -> None:
        pass  # the context says it all


def _session(context: ssl.SSLContext) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", _Adapter(context))
    return session


def by_requests(context: ssl.SSLContext, port: int) -> None:
    with _session(context) as session:
        for _ in range(2):  # the second on the same connection
            answer = session.post(
                f"https://localhost:{port}/", data=b"<say>" + b"x" * 100_000 + b"<", timeout=10
            )
            assert answer.content.count(b"x") > 100_000


def by_zeep(context: ssl.SSLContext, port: int) -> None:
    with _session(context) as session, tempfile.TemporaryDirectory() as folder:
        wsdl = Path(folder) / "echo.wsdl"
        wsdl.write_text(_WSDL)
        client = zeep.Client(str(wsdl), transport=zeep.Transport(session=session))
        service = client.create_service(f"{{{_NS}}}B", f"https://localhost:{port}/")
        assert service.echo("bonjour") == "bonjour"


def by_imaps(context: ssl.SSLContext, port: int) -> None:
    with imaplib.IMAP4_SSL("localhost", port, ssl_context=context, timeout=10) as client:
        assert client.authenticate("EXTERNAL", lambda _: b"")[0] == "OK"
        assert client.noop()[0] == "OK"


def by_imap_starttls(context: ssl.SSLContext, port: int) -> None:
    with IMAPClient("localhost", port, ssl=False, timeout=10) as client:
        client.starttls(context)
        client.sasl_login("EXTERNAL", lambda _: b"")
        client.noop()


def _send(client: smtplib.SMTP) -> None:
    client.ehlo()
    assert client.sendmail("a@b.test", ["c@d.test"], b"Subject: x\r\n\r\n" + b"y" * 70 + b"\r\n") == {}


def by_smtps(context: ssl.SSLContext, port: int) -> None:
    with smtplib.SMTP_SSL("localhost", port, local_hostname="here", context=context, timeout=10) as client:
        _send(client)


def by_smtp_starttls(context: ssl.SSLContext, port: int) -> None:
    with smtplib.SMTP("localhost", port, local_hostname="here", timeout=10) as client:
        client.starttls(context=context)
        _send(client)


LIBRARIES: dict[str, tuple[str, bool, Callable[[ssl.SSLContext, int], None]]] = {
    "requests": (HTTPS, False, by_requests),
    "zeep": (HTTPS, False, by_zeep),
    "IMAPS": (IMAP, False, by_imaps),
    "IMAP STARTTLS": (IMAP, True, by_imap_starttls),
    "SMTPS": (SMTP, False, by_smtps),
    "SMTP STARTTLS": (SMTP, True, by_smtp_starttls),
}
"""By name: the protocol, whether it begins in clear, and a whole conversation."""
