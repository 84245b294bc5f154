"""« Administration »: what can be set and looked at without a card, from the login.

Nothing of a patient can be reached from here: the service is given neither the store nor the card, only
questions about the machine and the lines of the trace about the session. Whoever passes by may ask: what
they change is bounded (`demo_lgc.preferences`) and noted.

Reference: specifications of the demonstration, S3-072; SSI/IE.38.
"""

from __future__ import annotations

import logging
import os
import platform
import ssl
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from demo_lgc import __version__, preferences
from demo_lgc.domain.administration import (
    LibraryState,
    LibraryTrouble,
    Machine,
    Place,
    RevocationList,
    SessionAct,
    TlsEngine,
)
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.trust import CardInReader
from demo_lgc.preferences import Preferences
from demo_lgc.services.trail import Note
from demo_lgc.settings import Environment

logger = logging.getLogger(__name__)

MOST_ACTS = 200


@dataclass(frozen=True)
class Instruments:
    """What looks at the machine; each may be slow, and is called from a thread that may wait.

    `probe` loads one library in a process of its own; `cards` raises CardError; `acts` raises StorageError.
    """

    libraries: Callable[[], tuple[LibraryState, ...]]
    probe: Callable[[str], LibraryState]
    cards: Callable[[], tuple[CardInReader, ...]]
    engine: Callable[[], TlsEngine]
    revocations: Callable[[], tuple[RevocationList, ...]]
    refresh: Callable[[], None]
    acts: Callable[[int], tuple[SessionAct, ...]]


class Administration:
    """The settings of this machine, and how it stands. `folder` is that of the profile."""

    def __init__(
        self,
        folder: Path,
        kept: Preferences,
        environment: Environment,
        instruments: Instruments,
        note: Note,
    ) -> None:
        self._folder = folder
        self._kept = kept
        self._environment = environment
        self._ask = instruments
        self._note = note

    # --- settings -------------------------------------------------------------------------------------

    @property
    def preferences(self) -> Preferences:
        """What is set now."""
        return self._kept

    @property
    def fixed_library(self) -> str:
        """The library that the environment file imposes: no setting replaces it. « » when it imposes none."""
        return self._environment.card.library

    def save(self, wanted: Preferences) -> None:
        """Keep these preferences and note what changed. Raises StorageError: nothing has changed then."""
        before = self._kept
        names = [f.name for f in fields(wanted) if getattr(wanted, f.name) != getattr(before, f.name)]
        if not names:
            return
        preferences.save(self._folder, wanted)
        self._kept = wanted
        for name in names:
            self._note("change-setting", "", name)

    def check_library(self, path: str) -> LibraryState:
        """Return whether the file at `path` may become the library of the card, after loading it apart."""
        trouble, reason = _before_loading(path)
        return LibraryState(path, trouble, reason) if trouble else self._ask.probe(path)

    # --- how the machine stands -----------------------------------------------------------------------

    def machine(self) -> Machine:
        """Look at the libraries, the readers and the engine of the connections. Slow."""
        cards: tuple[CardInReader, ...] = ()
        problem: CardProblem | None = None
        try:
            cards = self._ask.cards()
        except CardError as error:
            problem = error.problem
        return Machine(_worth_telling(self._ask.libraries()), cards, problem, self._ask.engine())

    def revocations(self) -> tuple[RevocationList, ...]:
        """Return the revocation lists as this machine has them."""
        return self._ask.revocations()

    def refresh_revocations(self) -> None:
        """Fetch the revocation lists again. Raises NetworkError and RemoteRefusal."""
        self._ask.refresh()

    def recent_acts(self, limit: int = MOST_ACTS) -> tuple[SessionAct, ...]:
        """Return what happened to the session and to the card, newest first. Raises StorageError."""
        return self._ask.acts(limit)

    # --- what never changes while the program runs ----------------------------------------------------

    @property
    def kind(self) -> str:
        """The kind of the environment: sandbox, formation or production."""
        return self._environment.kind

    def places(self) -> tuple[Place, ...]:
        """Return where the services of the environment are, those that it names."""
        mail = self._environment.mail
        known = [
            Place("dmp", _host(self._environment.dmp.base_url)),
            Place("imap", f"{mail.imap_host}:{mail.imap_port}"),
            Place("smtp", f"{mail.smtp_host}:{mail.smtp_port}"),
            Place("psc", _host(self._environment.pro_sante.discovery)),
        ]
        return tuple(place for place in known if place.address)

    def versions(self) -> tuple[tuple[str, str], ...]:
        """Return the versions of the program and of what it runs on, without those of the window."""
        return (
            ("demo_lgc", __version__),
            ("Python", platform.python_version()),
            ("OpenSSL", ssl.OPENSSL_VERSION.removeprefix("OpenSSL ")),
            (platform.system() or sys.platform, f"{platform.release()}, {platform.machine()}"),
        )


def _worth_telling(found: tuple[LibraryState, ...]) -> tuple[LibraryState, ...]:
    """The usual places where there is nothing matter only when there is nothing anywhere."""
    return tuple(one for one in found if one.trouble is not LibraryTrouble.NOT_THERE) or found


def _host(url: str) -> str:
    """Return the host and the port of a URL, without user, path nor query."""
    try:
        parts = urlsplit(url)
        return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or ""
    except ValueError:
        return ""


def _before_loading(path: str) -> tuple[LibraryTrouble | None, str]:
    """Return why `path` must not even be loaded: it is no file, or others may write over it."""
    file = Path(path)
    try:
        real = file.resolve(strict=True)
        found = [real.stat(), real.parent.stat()]
    except (OSError, ValueError, RuntimeError) as error:
        return LibraryTrouble.NOT_THERE, getattr(error, "strerror", "") or ""
    if not stat.S_ISREG(found[0].st_mode):
        return LibraryTrouble.NOT_THERE, ""
    if os.name == "posix" and any(
        place.st_mode & stat.S_IWOTH or place.st_uid not in (0, os.geteuid()) for place in found
    ):
        return LibraryTrouble.EXPOSED, ""
    return None, ""
