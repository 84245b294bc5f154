"""One connection to the submission server, and the two ways it lets somebody in.

Reference: [MSS] §1.1; RFC 4954 §4; RFC 5321 §4.5.3.1; « XOAUTH2 » as Google defined it.
"""

from __future__ import annotations

import asyncio
import base64
import re
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, auth_mechanism

from demo_lgc.sandbox.mail.script import Script

_LONGEST_RESPONSE = 12_288  # characters of the answer to a challenge


class Submission(SMTP):
    """One connection."""

    line_length_limit = _LONGEST_RESPONSE  # what may be read: the answer to a challenge

    def __init__(self, connections: set[Submission], script: Script, **options: Any) -> None:
        super().__init__(**options)
        self.line_length_limit = SMTP.line_length_limit  # what a line of content may be
        self._connections, self._script = connections, script

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it among those to cut."""
        self._connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Count it no more."""
        self._connections.discard(self)
        super().connection_lost(error)

    def cut(self) -> None:
        """End the connection without a word."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    async def _handle_client(self) -> None:
        await asyncio.sleep(self._script.delay_at("greeting"))
        await super()._handle_client()

    @auth_mechanism("EXTERNAL")
    async def auth_external(self, _: Any, arguments: list[str]) -> AuthResult:
        """Take the mailbox of the certificate's CN; the authorisation identity asked for must be empty."""
        if len(arguments) < 2:
            asked = await self.challenge_auth("")
        else:
            asked = b"" if arguments[1] == "=" else arguments[1].encode()
        certificate = (self.session.ssl or {}).get("peercert") or {} if self.session else {}
        names = dict(pair for rdn in certificate.get("subject", ()) for pair in rdn)
        address = self.event_handler.address_of(names.get("commonName", ""))
        return AuthResult(success=asked == b"" and address is not None, handled=False, auth_data=address)

    @auth_mechanism("XOAUTH2")
    async def auth_xoauth2(self, _: Any, arguments: list[str]) -> AuthResult:
        """Take the mailbox of whom the access token is about; it must be the one asked for.

        A refusal is explained by a challenge, which the client answers with nothing.
        """
        said = await self.challenge_auth("") if len(arguments) < 2 else _decoded(arguments[1])
        if not isinstance(said, bytes):
            return AuthResult(success=False, handled=True)
        found = re.fullmatch(rb"user=([^\x01]*)\x01auth=Bearer ([\x21-\x7e]+)\x01\x01", said)
        address = self.event_handler.address_of_token(found[2].decode()) if found else None
        if found and address is not None and found[1].decode("ascii", "replace").lower() == address.lower():
            return AuthResult(success=True, auth_data=address)
        await self.challenge_auth('{"status":"401","schemes":"bearer","scope":"openid scope_all"}')
        return AuthResult(success=False, handled=False)


def _decoded(initial: str) -> bytes:
    try:
        return base64.b64decode(initial, validate=True)
    except ValueError:
        return b""
