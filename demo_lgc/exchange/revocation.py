"""The revocation lists of IGC-Santé, kept on this machine so that a list server that is down stops nobody.

A list is fetched again when it is a day old, and believed until the end it gives itself. What cannot be
verified never replaces what was. A list that is missing is not replaced by anything: whoever looks a
server up in it is refused, the others are not.

Reference: [MSS] ECO.1.1.6, ECO.1.1.7 (the last list that has not expired is kept); [CPS] §1.5; RFC 5280 §6.3.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from demo_lgc.domain.errors import NetworkError
from demo_lgc.exchange.revocation_fetch import Fetched, fetch
from demo_lgc.exchange.revocation_list import (
    ListError,
    ListProblem,
    VerifiedList,
    load_authorities,
    verify_list,
)
from demo_lgc.settings import RevocationSettings

logger = logging.getLogger(__name__)

SERVICE = "revocation"
_PAUSE = 600.0  # seconds before a server that failed is asked again, while its last list will do
_IMPATIENCE = 30.0  # seconds, when there is none
_BUNDLE = "lists.pem"


@dataclass(frozen=True)
class ListState:
    """A list as this machine has it. The moments are None when it was never fetched.

    `fetched_at` is when its server last gave it, or said that it has not changed. `problem` is that of
    the last attempt, or of the list itself.
    """

    url: str
    fetched_at: datetime | None = None
    published: datetime | None = None
    next_update: datetime | None = None
    problem: ListProblem | None = None


@dataclass(frozen=True)
class _Held:
    """What is known of one list."""

    verified: VerifiedList | None = None
    fetched_at: datetime | None = None
    asked_at: datetime | None = None
    problem: ListProblem | None = None  # of the last attempt
    etag: str = ""
    modified: str = ""


class RevocationLists:
    """The lists of `settings`, kept in `folder`. Every method may be called from any thread.

    `clock` gives the time, aware. Only one thread fetches at a time.
    """

    def __init__(self, settings: RevocationSettings, folder: Path, clock: Callable[[], datetime]) -> None:
        self._settings, self._folder, self._clock = settings, folder, clock
        self._fetching, self._reading, self._writing = threading.Lock(), threading.Lock(), threading.Lock()
        self._authorities: tuple[x509.Certificate, ...] = ()
        self._known: dict[str, _Held] | None = None  # replaced, never changed
        self._loaded = False  # what the folder holds, with authorities to verify it
        self._cached = b""
        self._bundle: bytes | None = None  # what the file holds, once it was written

    def path(self) -> str:
        """Return the PEM file of every list that can be believed now; « » when the settings name none.

        Fetches first those that are due, in the thread of the caller, which may take the deadline of the
        settings per server. Raises NetworkError when no list at all can be believed.
        """
        if not self._settings.lists:
            return ""
        # With something to show, a fetch under way in another thread is not waited for.
        if self._due() and self._fetching.acquire(blocking=not self._usable()):
            try:
                self._fetch(self._due())
            finally:
                self._fetching.release()
        usable = self._usable()
        if not usable:
            problems = {held.problem.value for held in self._held().values() if held.problem}
            raise NetworkError(SERVICE, ", ".join(sorted(problems)) or ListProblem.OUTDATED.value)
        try:
            return self._write_bundle(b"".join(usable))
        except OSError as error:
            raise NetworkError(SERVICE, type(error).__name__) from None

    def cached(self) -> bytes:
        """Return the PEM text of every list of this machine, outdated ones included; asks no server.

        A card named by an outdated list is revoked all the same.
        """
        self._held()
        return self._cached

    def refresh(self) -> None:
        """Fetch every list now. Raises NetworkError when one of them was not fetched, or not believed."""
        with self._fetching:
            self._fetch(tuple(self._settings.lists))
        problems = {held.problem.value for held in self._held().values() if held.problem}
        if problems:
            raise NetworkError(SERVICE, ", ".join(sorted(problems)))

    def state(self) -> tuple[ListState, ...]:
        """Return how each list stands, in the order of the settings; asks no server."""
        now, states = self._clock(), []
        for url, held in self._held().items():
            state = ListState(url, held.fetched_at, problem=held.problem)
            if found := held.verified:
                problem = held.problem or found.problem(now)
                state = ListState(url, held.fetched_at, found.published, found.until, problem)
            states.append(state)
        return tuple(states)

    # --- what is believed -----------------------------------------------------------------------------

    def _usable(self) -> list[bytes]:
        now = self._clock()
        lists = (held.verified for held in self._held().values())
        return [verified.pem for verified in lists if verified and verified.problem(now) is None]

    def _due(self) -> tuple[str, ...]:
        now = self._clock()
        return tuple(url for url, held in self._held().items() if self._is_due(held, now))

    def _is_due(self, held: _Held, now: datetime) -> bool:
        if held.asked_at is None:
            return True
        pause = self._settings.refresh_after
        if held.verified is None or held.verified.problem(now):
            pause = min(pause, _IMPATIENCE)
        elif held.problem:
            pause = min(pause, _PAUSE)
        return not 0 <= (now - held.asked_at).total_seconds() < pause  # the clock may have gone back

    # --- fetching, one thread at a time ---------------------------------------------------------------

    def _fetch(self, urls: tuple[str, ...]) -> None:
        silent = set[str]()  # servers that did not answer: their other lists are not waited for
        for url in urls:
            host = url.partition("://")[2].partition("/")[0]
            before = self._held()[url]
            try:
                if host in silent:
                    raise ListError(ListProblem.UNREACHABLE)
                held = self._ask(url, before)
            except ListError as error:
                if error.problem is ListProblem.UNREACHABLE:
                    silent.add(host)
                logger.warning("revocation list %s: %s", _short(url), error.problem.value)
                held = replace(before, asked_at=self._clock(), problem=error.problem)
            self._remember({**self._held(), url: held})

    def _ask(self, url: str, before: _Held) -> _Held:
        """Return what is held from now on. Raises ListError: `before` is kept then."""
        validators = Fetched(b"", before.etag, before.modified) if before.verified else None
        fetched = fetch(url, validators, self._settings.deadline)
        now = self._clock()
        if fetched is None:
            held = replace(before, fetched_at=now, asked_at=now, problem=None)
        else:
            verified = verify_list(fetched.content, self._authorities)
            _compare(verified, before.verified, now)
            held = _Held(verified, now, now, None, fetched.etag, fetched.modified)
        self._keep(url, held, is_new=held.verified is not before.verified)
        return held

    def _remember(self, known: dict[str, _Held]) -> None:
        self._cached = b"".join(held.verified.pem for held in known.values() if held.verified)
        self._known = known

    # --- files ----------------------------------------------------------------------------------------

    def _held(self) -> dict[str, _Held]:
        """Return what is known by address, read from the folder and verified again the first time.

        And once more when the authorities, without which nothing is believed, could not be read before.
        """
        with self._reading:
            first = self._known is None
            if self._settings.lists and not self._authorities:
                self._authorities = _read_authorities(self._settings.authorities, told=not first)
            if first or (self._authorities and not self._loaded):
                self._remember({url: self._load(url) for url in self._settings.lists})
                self._loaded = bool(self._authorities)
            return self._known or {}

    def _load(self, url: str) -> _Held:
        try:
            verified = verify_list(self._file(url, "crl").read_bytes(), self._authorities)
            note = json.loads(self._file(url, "json").read_text(encoding="utf-8"))
            at = datetime.fromisoformat(note["fetched_at"])
            (at - verified.published).total_seconds()  # a moment without its zone is no moment
            return _Held(verified, at, at, None, str(note["etag"]), str(note["modified"]))
        except FileNotFoundError:
            return _Held()
        except (OSError, ListError, ValueError, TypeError, KeyError) as error:
            logger.warning("kept revocation list %s: %s", _short(url), type(error).__name__)
            return _Held()

    def _keep(self, url: str, held: _Held, *, is_new: bool) -> None:
        note = {"etag": held.etag, "modified": held.modified, "url": url}
        note["fetched_at"] = held.fetched_at.isoformat() if held.fetched_at else ""
        try:
            if held.verified and is_new:
                self._write(self._file(url, "crl"), held.verified.der)
            self._write(self._file(url, "json"), json.dumps(note).encode())
        except OSError as error:
            logger.warning("revocation list %s cannot be kept: %s", _short(url), type(error).__name__)

    def _file(self, url: str, suffix: str) -> Path:
        return self._folder / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.{suffix}"

    def _write_bundle(self, content: bytes) -> str:
        with self._writing:
            bundle = self._folder / _BUNDLE
            if content != self._bundle or not bundle.exists():
                self._write(bundle, content)
                self._bundle = content
            return str(bundle)

    def _write(self, path: Path, content: bytes) -> None:
        """Write whole or not at all, for its owner only."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.new")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)


def _compare(new: VerifiedList, old: VerifiedList | None, now: datetime) -> None:
    """Raise ListError when `new` may not replace `old`."""
    problem = new.problem(now)
    if problem is None and old is not None and new.issuer != old.issuer:
        problem = ListProblem.UNTRUSTED
    if problem is None and old is not None and new.published < old.published:
        problem = ListProblem.OLDER
    if problem:
        raise ListError(problem)


def _read_authorities(path: str, *, told: bool) -> tuple[x509.Certificate, ...]:
    """Return the authorities of a PEM file, none when it cannot be read: it is `told` once."""
    try:
        return load_authorities(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        if not told:
            logger.error("authorities of the revocation lists: %s", type(error).__name__)
        return ()


def _short(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2] or url
