"""The process that prints: it loads WeasyPrint once, then turns HTML into PDF/A until its input ends.

It holds nothing: when the program goes, even killed, its pipe ends and the worker goes too. What it is asked
to print never reaches its standard error.

Protocol, after one frame `ready`: a request is a frame of JSON (`html`, `title`, `author`, `created_at` in
ISO 8601); the answer is a frame of JSON (`ok`, `error`, `memory` in bytes) and, when ok, a frame of PDF.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from demo_lgc.documents.press_frames import read_frame, write_frame
from demo_lgc.documents.printing import pdf_of


def main() -> None:
    """Serve requests from standard input until it ends."""
    requests: BinaryIO = os.fdopen(os.dup(0), "rb")
    answers: BinaryIO = os.fdopen(os.dup(1), "wb")
    # A library that prints must not break the frames.
    os.dup2(2, 1)
    for noisy in ("weasyprint", "fontTools"):
        logging.getLogger(noisy).disabled = True
    try:
        serve(requests, answers)
    except (BrokenPipeError, EOFError):
        # Whoever asked is gone: nobody is left to tell.
        os._exit(0)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer each request in turn. Raises BrokenPipeError or EOFError when the other side is gone."""
    _warm()
    write_frame(answers, b"ready")
    while (request := read_frame(requests)) is not None:
        pdf, error = b"", ""
        try:
            asked = json.loads(request)
            pdf = pdf_of(
                asked["html"], asked["title"], asked["author"], datetime.fromisoformat(asked["created_at"])
            )
        except Exception as failure:  # whatever the library raises is told, by its name alone
            error = type(failure).__name__
        write_frame(answers, json.dumps({"ok": not error, "error": error, "memory": memory()}).encode())
        if not error:
            write_frame(answers, pdf)


def memory() -> int:
    """Return the largest memory this process has held, in bytes; 0 where the system does not tell.

    Linux tells it in /proc: its `ru_maxrss` counts the parent's memory at the moment of the fork as ours.
    """
    status = Path("/proc/self/status")
    if status.exists():
        peak = re.search(r"^VmHWM:\s*(\d+) kB", status.read_text(encoding="ascii"), re.MULTILINE)
        return int(peak.group(1)) * 1024 if peak else 0
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS


def _warm() -> None:
    """Print an empty page: the first printing loads the fonts, and would be the doctor's."""
    pdf_of("<p>é</p>", "", "", datetime.fromisoformat("2000-01-01T00:00:00+00:00"))


if __name__ == "__main__":
    main()
