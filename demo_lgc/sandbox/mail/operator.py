"""A whole MSSanté operator in one object: submission, mailboxes, white list, faults on demand."""

from __future__ import annotations

import base64
import imaplib
import re
import ssl
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from demo_lgc.sandbox.mail.dovecot import Dovecot, Features, MailboxOwner
from demo_lgc.sandbox.mail.introspection import Introspection
from demo_lgc.sandbox.mail.journal import Journal
from demo_lgc.sandbox.mail.script import Script
from demo_lgc.sandbox.mail.smtp import SubmissionServer
from demo_lgc.sandbox.mail.whitelist import write_white_list
from demo_lgc.sandbox.pki import Pki

__all__ = ["Features", "MailOperator", "MailboxOwner"]


class MailOperator:
    """The operator of `domains`; whoever knows a mailbox's password may read it back over IMAPS.

    `journal` is what it accepted, `script` how it misbehaves, `white_list` the published list of `domains`.
    `max_size`, in bytes, is announced by EHLO SIZE. `vouches` returns the national id that an access token
    of Pro Santé Connect is about, « » for none; without it no token is taken.
    """

    def __init__(
        self,
        folder: Path,
        pki: Pki,
        mailboxes: Sequence[MailboxOwner],
        domains: Sequence[str],
        *,
        max_size: int = 25_000_000,
        features: Features | None = None,
        vouches: Callable[[str], str] | None = None,
    ) -> None:
        self.white_list = folder / "liste-blanche.xml"
        self.journal = Journal()
        self.script = Script(self._set_down)
        self._folder, self._pki, self._domains = folder, pki, tuple(domains)
        self._passwords = {owner.address.lower(): owner.password for owner in mailboxes}
        addresses = {owner.national_id: owner.address for owner in mailboxes if owner.national_id}
        self._introspection = (
            Introspection(lambda token: addresses.get(vouches(token), "")) if vouches is not None else None
        )
        knows = self._introspection
        self._dovecot = Dovecot(
            folder, pki, mailboxes, features or Features(), (lambda: knows.url) if knows else None
        )
        self._smtp = SubmissionServer(
            pki,
            mailboxes,
            domains,
            self.journal,
            self.script,
            lambda: self._dovecot.lmtp_socket,
            max_size,
            vouches,
        )
        self._lock = threading.Lock()
        self._down = False

    def start(self) -> None:
        """Open the doors. Raises RuntimeError when Dovecot is absent or does not start."""
        self._folder.mkdir(parents=True, exist_ok=True)
        write_white_list(self.white_list, self._domains, datetime.now(UTC))
        try:
            if self._introspection is not None:
                self._introspection.start()
            self._dovecot.start()
            self._smtp.start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Close them, and wait until nothing is left running. Harmless when stopped."""
        self._smtp.stop()
        self._dovecot.stop()
        if self._introspection is not None:
            self._introspection.stop()

    def mailbox_folder(self, address: str) -> Path:
        """Where the mail of `address` lies on disk while the operator runs."""
        return self._dovecot.mailbox_folder(address)

    @property
    def imap_port(self) -> int:
        """IMAP, STARTTLS required."""
        return self._dovecot.imap_port

    @property
    def imaps_port(self) -> int:
        """IMAP, TLS from the first byte."""
        return self._dovecot.imaps_port

    @property
    def smtp_port(self) -> int:
        """Submission, STARTTLS required."""
        return self._smtp.port

    def apply(self, command: dict[str, Any]) -> dict[str, Any]:
        """Run one JSON command and return a JSON answer: what `script` does, from another process.

        `{"do": "refuse", "address": …, "code": 451, "text": …}`, `{"do": "full", "address": …}`,
        `{"do": "delay", "seconds": 2, "moment": "answer"}` (or "greeting"),
        `{"do": "cut_after_data", "times": 1}`, `{"do": "down", "down": true}`, `{"do": "reset"}`,
        `{"do": "journal"}`.
        Raises KeyError for an unknown command, TypeError for a wrong parameter.
        """
        arguments = dict(command)
        acts: dict[str, Callable[..., dict[str, Any] | None]] = {
            "refuse": self.script.refuse,
            "full": self.script.full,
            "delay": self.script.delay,
            "cut_after_data": self.script.cut_after_data,
            "down": self.script.down,
            "reset": self.script.reset,
            "journal": self.journal.summary,
        }
        return acts[arguments.pop("do")](**arguments) or {}

    def read_mailbox(self, address: str, folder: str = "INBOX") -> list[bytes]:
        """Return the messages of a folder as an ordinary IMAP client reads them, oldest first.

        Standard library, TLS from the first byte, password. Raises KeyError for an unknown mailbox and
        LookupError for an unknown folder.
        """
        context = ssl.create_default_context(cafile=str(self._pki.anchors))
        with imaplib.IMAP4_SSL("localhost", self.imaps_port, ssl_context=context) as client:
            client.login(address, self._passwords[address.lower()])
            answer, _ = client.select(f'"{_modified_utf7(folder)}"', readonly=True)
            if answer != "OK":
                raise LookupError(folder)
            _, found = client.search(None, "ALL")
            messages = []
            for number in found[0].split():
                _, data = client.fetch(number.decode(), "(BODY.PEEK[])")
                messages += [part[1] for part in data if isinstance(part, tuple)]
            return messages

    def _set_down(self, down: bool) -> None:
        with self._lock:
            if down == self._down:
                return
            if down:
                self._smtp.pause()
                self._dovecot.pause()
            else:
                self._dovecot.resume()
                self._smtp.resume()
            self._down = down


def _modified_utf7(name: str) -> str:
    """Return the name of a folder as IMAP writes it. Reference: RFC 3501 §5.1.3."""

    def shifted(match: re.Match[str]) -> str:
        coded = base64.b64encode(match[0].encode("utf-16-be")).decode().rstrip("=")
        return f"&{coded.replace('/', ',')}-"

    return re.sub(r"[^\x20-\x7e]+", shifted, name.replace("&", "&-"))
