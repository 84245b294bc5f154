"""The technical log: what happened, with identifiers of ours and nothing of a patient.

A filter masks what looks like a matricule, an assertion or a password even if a line should not have
held one. Reference: [MSS] ECO.4.1 (never the content); docs/architecture.md §Logs.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import sys
import threading
from collections.abc import Iterator
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

MATRICULE = re.compile(r"\b[1-8]\s?\d{2}\s?\d{2}\s?(?:\d{2}|2[AB])\s?\d{3}\s?\d{3}(?:\s?\d{2})?\b")
ASSERTION = re.compile(r"<(?:\w+:)?Assertion.*", re.DOTALL)
CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")  # what a service said may not begin a line of ours

logger = logging.getLogger(__name__)


class Discretion(logging.Filter):
    """Masks matricules and assertions in every record, arguments included."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; always keep it."""
        text = record.getMessage()
        masked = ASSERTION.sub("<assertion masked>", MATRICULE.sub("<matricule masked>", text))
        masked = CONTROLS.sub(" ", masked)
        if masked != text:
            record.msg, record.args = masked, ()
        if record.exc_info:
            # A traceback may quote a value; the class and the place are enough for a technical log.
            kind, _, trace = record.exc_info
            record.msg, record.args = "%s (%s)", (record.getMessage(), _place(kind, trace))
            record.exc_info, record.exc_text = None, None
        return True


class _PrivateFile(RotatingFileHandler):
    """Files readable by their owner only: the first, those that follow, and one found otherwise."""

    def _open(self) -> TextIOWrapper:
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        if sys.platform != "win32":
            os.fchmod(handle, 0o600)
        return open(handle, "a", encoding=self.encoding)


def write_to(folder: Path) -> RotatingFileHandler:
    """Log to `folder`/demo_lgc.log, readable by its owner only, five files of 1 MB. Returns the handler."""
    handler = _PrivateFile(folder / "demo_lgc.log", maxBytes=1_000_000, backupCount=4, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.addFilter(Discretion())
    logging.getLogger("demo_lgc").addHandler(handler)
    logging.getLogger("demo_lgc").setLevel(logging.INFO)
    return handler


@contextlib.contextmanager
def hearing_bugs() -> Iterator[None]:
    """Send what nobody catches, in any thread, to the log without its words.

    On standard error they would reach the journal of the system.
    """

    def uncaught(kind: type[BaseException], _: BaseException, trace: TracebackType | None) -> None:
        logger.error("nobody caught %s", _place(kind, trace))

    def uncaught_in_thread(said: threading.ExceptHookArgs) -> None:
        logger.error("nobody caught %s", _place(said.exc_type, said.exc_traceback))

    before = sys.excepthook, threading.excepthook
    sys.excepthook, threading.excepthook = uncaught, uncaught_in_thread
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook = before


def _place(kind: type[BaseException] | None, trace: TracebackType | None) -> str:
    """Return the class of a failure and where it was raised, without its words."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    return f"{kind and kind.__name__} at {where}"
