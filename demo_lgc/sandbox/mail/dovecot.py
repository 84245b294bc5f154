"""Mailboxes kept by a private Dovecot: nothing read from /etc, no privilege needed, loopback only.

Dovecot refuses to serve IMAP as root: when we are root (a container) it runs under `nobody`, and its
mailboxes then lie in a temporary folder, for no other place is sure to be reachable by that account.

It never outlives us: a small shell holds it, and stops it when our end of a pipe closes, be it by `stop`
or because our process was killed. (PR_SET_PDEATHSIG would follow the thread that started it instead.)
"""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from demo_lgc.sandbox.mail.dovecot_files import CONFIGURATION, TOKENS, TOKENS_PASSDB
from demo_lgc.sandbox.pki import Pki

_START_LIMIT = 10.0  # seconds
_STOP_LIMIT = 10.0

# $1 the program, $2 its configuration, $3 the folder to leave clean. A line « keep » spares the folder.
# Dovecot's master waits for some of its processes and leaves others behind, those that serve a client: the
# whole group is asked to stop, then made to, shell included.
_KEEPER = (
    '"$1" -F -c "$2" & child=$!; read -r word; trap "" TERM; kill -TERM 0; '
    '(sleep 0.5; kill -KILL "$child") & wait "$child"; '
    '[ "$word" = keep ] || rm -rf "$3"; kill -KILL 0'
)


@dataclass(frozen=True)
class MailboxOwner:
    """A mailbox: its address, the national id on its owner's card (or nothing), a password to read it."""

    address: str
    national_id: str
    password: str


@dataclass(frozen=True)
class Features:
    """What the operator offers. `capability` replaces the announced list: a poor operator.

    `sent` is the name of the folder marked \\Sent; empty, there is none.
    """

    capability: str = ""
    sent: str = "Éléments envoyés"


class Dovecot:
    """IMAP with STARTTLS, IMAPS, LMTP on a Unix socket; SASL EXTERNAL gives the mailbox of the card's CN.

    With `introspection`, which gives the URL of whoever knows access tokens, SASL XOAUTH2 gives the mailbox
    of a token.
    """

    def __init__(
        self,
        folder: Path,
        pki: Pki,
        owners: Sequence[MailboxOwner],
        features: Features,
        introspection: Callable[[], str] | None = None,
    ) -> None:
        self._program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        self._folder, self._pki, self._owners, self._features = folder, pki, owners, features
        self._introspection = introspection
        self._account = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self._home: Path | None = None
        self._keeper: subprocess.Popen[bytes] | None = None
        self.imap_port = self.imaps_port = 0

    @property
    def lmtp_socket(self) -> Path:
        """Where deliveries enter."""
        return self._place / "lmtp"

    def mailbox_folder(self, address: str) -> Path:
        """The home of a mailbox. Raises RuntimeError when not started, as root."""
        return self._mail_home() / address.lower()

    def start(self) -> None:
        """Serve. Raises RuntimeError when Dovecot is absent or does not start."""
        if self._program is None:
            raise RuntimeError("Dovecot is absent: apt install dovecot-imapd dovecot-lmtpd")
        # A short path: Unix sockets allow about a hundred characters.
        self._home = Path(tempfile.mkdtemp(prefix="lgc-mail-"))
        try:
            self._furnish()
            for _ in range(5):
                self.imap_port, self.imaps_port = _free_ports()
                if self._launch():
                    return
            raise RuntimeError("no port for Dovecot")
        except BaseException:
            self.stop()
            raise

    def pause(self) -> None:
        """Close the doors; the mailboxes stay."""
        self._end(b"keep\n")

    def resume(self) -> None:
        """Open the doors again on the same ports. Raises RuntimeError when one was taken meanwhile."""
        if not self._launch():
            raise RuntimeError("the ports of Dovecot were taken")

    def stop(self) -> None:
        """Stop, wait for the end, leave nothing in the temporary folder. Harmless when stopped."""
        self._end(b"")
        if self._home is not None:
            shutil.rmtree(self._home, ignore_errors=True)
            self._home = None

    # --- the process ----------------------------------------------------------------------------------

    @property
    def _place(self) -> Path:
        if self._home is None:
            raise RuntimeError("not started")
        return self._home

    def _launch(self) -> bool:
        """True when it serves, False when a port was already taken."""
        place = self._place
        log, configuration = place / "dovecot.log", place / "dovecot.conf"
        log.unlink(missing_ok=True)
        configuration.write_text(self._configuration(), encoding="utf-8")
        self._give(configuration)
        as_root = os.geteuid() == 0
        self._keeper = subprocess.Popen(  # noqa: S603 - our own script; the paths are arguments of it
            ["/bin/sh", "-c", _KEEPER, "keeper", str(self._program), str(configuration), str(place)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=place,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(place)},
            start_new_session=True,  # Ctrl+C is for us; we then stop it in order
            user=self._account.pw_uid if as_root else None,
            group=self._account.pw_gid if as_root else None,
            extra_groups=[] if as_root else None,
        )
        end = time.monotonic() + _START_LIMIT
        while time.monotonic() < end:
            if _greets(self.imap_port):
                return True
            said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
            if "Address already in use" in said:
                self._end(b"keep\n")
                return False
            if "Fatal:" in said:
                break
            time.sleep(0.01)
        said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        self._end(b"keep\n")
        raise RuntimeError(f"Dovecot did not start: {said[-500:]}")

    def _end(self, word: bytes) -> None:
        keeper, self._keeper = self._keeper, None
        if keeper is None:
            return
        with contextlib.suppress(BrokenPipeError):  # it ended by itself
            keeper.communicate(word, timeout=_STOP_LIMIT)

    # --- its files ------------------------------------------------------------------------------------

    def _furnish(self) -> None:
        place = self._place
        self._give(place)
        for name in ("run", "state"):
            (place / name).mkdir()
            self._give(place / name)
        self._mail_home().mkdir(parents=True, exist_ok=True)
        self._give(self._mail_home())
        for owner in self._owners:
            self._open_mailbox(self.mailbox_folder(owner.address))
        self._write("server.pem", self._pki.server.chain.read_text(encoding="utf-8"))
        self._write("server.key", self._pki.server.key.read_text(encoding="utf-8"))
        self._write("people.pem", self._pki.people_ca.read_text(encoding="utf-8"))
        self._write("passwords", "".join(f"{o.address}:{{PLAIN}}{o.password}::::::\n" for o in self._owners))
        if self._introspection is not None:
            self._write("tokens", TOKENS.format(introspection=self._introspection()))
        cards = [o for o in self._owners if o.national_id]
        self._write("cards", "".join(f"{o.national_id}:::::::nopassword=y user={o.address}\n" for o in cards))

    def _open_mailbox(self, home: Path) -> None:
        """Make the INBOX beforehand: two first messages at once may fail (« already exists »)."""
        inbox = home / "Maildir"
        for place in (home, inbox, inbox / "cur", inbox / "new", inbox / "tmp"):
            place.mkdir(mode=0o700, exist_ok=True)
            self._give(place)

    def _mail_home(self) -> Path:
        return self._place / "mailboxes" if os.geteuid() == 0 else self._folder / "mailboxes"

    def _write(self, name: str, text: str) -> None:
        path = self._place / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        self._give(path)

    def _give(self, path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, self._account.pw_uid, self._account.pw_gid)

    def _configuration(self) -> str:
        user, group = self._account.pw_name, grp.getgrgid(self._account.pw_gid).gr_name
        sent = (
            f'mailbox "{self._features.sent}" {{\n special_use = \\Sent\n auto = subscribe\n}}'
            if self._features.sent
            else ""
        )
        capability = f"imap_capability = {self._features.capability}" if self._features.capability else ""
        return CONFIGURATION.format(
            place=self._place,
            user=user,
            group=group,
            mail=self._mail_home(),
            imap=self.imap_port,
            imaps=self.imaps_port,
            sent=sent,
            capability=capability,
            xoauth2="xoauth2" if self._introspection else "",
            tokens=TOKENS_PASSDB.format(place=self._place) if self._introspection else "",
        )


def _free_ports() -> tuple[int, int]:
    """Two ports nobody listens on at this moment; Dovecot cannot be asked to choose."""
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]


def _greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=_START_LIMIT) as connection:
            return connection.recv(4) == b"* OK"
    except OSError:
        return False
