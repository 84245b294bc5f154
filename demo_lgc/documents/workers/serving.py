"""The other end of `worker`: a process that answers requests, one after the other, until its input ends.

It holds nothing: when the program goes, even killed, its pipe ends and the process goes too. What it is asked
never reaches its standard error.

Protocol, after one frame `ready`: a request is a frame; its answer is a frame of JSON (`ok`, `error`,
`memory` in bytes) and, when ok, a frame of content.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from demo_lgc.documents.workers.frames import read_frame, write_frame


def serve_pipes(warm: Callable[[], None], answer: Callable[[bytes], bytes]) -> None:
    """Serve requests from standard input until it ends; `warm` loads what is heavy, before the first one."""
    requests: BinaryIO = os.fdopen(os.dup(0), "rb")
    answers: BinaryIO = os.fdopen(os.dup(1), "wb")
    # A library that prints must not break the frames.
    os.dup2(2, 1)
    try:
        warm()
        serve(requests, answers, answer)
    except (BrokenPipeError, EOFError):
        # Whoever asked is gone: nobody is left to tell.
        os._exit(0)


def serve(requests: BinaryIO, answers: BinaryIO, answer: Callable[[bytes], bytes]) -> None:
    """Answer each request in turn. Raises BrokenPipeError or EOFError when the other side is gone."""
    write_frame(answers, b"ready")
    while (request := read_frame(requests)) is not None:
        content, error = b"", ""
        try:
            content = answer(request)
        except Exception as failure:  # whatever a library raises is told, by its name alone
            error = type(failure).__name__
        write_frame(answers, json.dumps({"ok": not error, "error": error, "memory": memory()}).encode())
        if not error:
            write_frame(answers, content)


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
