"""The technical log: what happened, with identifiers of ours and nothing of a patient.

A filter masks what looks like a matricule, an assertion or a password even if a line should not have
held one. Reference: [MSS] ECO.4.1 (never the content); docs/architecture.md §Logs.
"""

from __future__ import annotations

import logging
import re
from logging.handlers import RotatingFileHandler
from pathlib import Path

MATRICULE = re.compile(r"\b[1-8]\s?\d{2}\s?\d{2}\s?(?:\d{2}|2[AB])\s?\d{3}\s?\d{3}(?:\s?\d{2})?\b")
ASSERTION = re.compile(r"<(?:\w+:)?Assertion.*", re.DOTALL)


class Discretion(logging.Filter):
    """Masks matricules and assertions in every record, arguments included."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; always keep it."""
        text = record.getMessage()
        masked = ASSERTION.sub("<assertion masked>", MATRICULE.sub("<matricule masked>", text))
        if masked != text:
            record.msg, record.args = masked, ()
        if record.exc_info:
            # A traceback may quote a value; the class and the place are enough for a technical log.
            kind, _, trace = record.exc_info
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
            record.msg, record.args = "%s (%s at %s)", (record.getMessage(), kind and kind.__name__, where)
            record.exc_info, record.exc_text = None, None
        return True


def write_to(folder: Path) -> RotatingFileHandler:
    """Log to `folder`/demo_lgc.log, readable by its owner only, five files of 1 MB. Returns the handler."""
    path = folder / "demo_lgc.log"
    path.touch(mode=0o600)
    handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=4, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.addFilter(Discretion())
    logging.getLogger("demo_lgc").addHandler(handler)
    logging.getLogger("demo_lgc").setLevel(logging.INFO)
    return handler
