"""Measures a call in a process of its own: seconds, memory above what it had, and how it ended.

A hostile file must not only end with the right words: it must end soon, and small. A process of its own shows
its memory, and dies alone when the file wins.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SECONDS = 2.0
MEGABYTES = 300

# RLIMIT_AS and RLIMIT_CPU stop what would take the whole machine.
_CHILD = """
import importlib, json, resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
module, name, path = sys.argv[1:]
call = getattr(importlib.import_module(module), name)
with open(path, "rb") as stream:
    content = stream.read()
before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
try:
    said = type(call(content)).__name__
except Exception as error:
    said = f"{type(error).__name__} {error}"
seconds = time.perf_counter() - start
unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / unit
print(json.dumps([seconds, more, said]))
"""


@dataclass(frozen=True)
class Measured:
    """`said` is the class of the value that came back, or the class and the message of the exception."""

    seconds: float
    megabytes: float
    said: str

    @property
    def is_bounded(self) -> bool:
        return self.seconds < SECONDS and self.megabytes < MEGABYTES


def measured(function: str, content: bytes, folder: Path) -> Measured:
    """Call `module:function` on `content` in a new process. Unix only."""
    path = folder / "measured"
    path.write_bytes(content)
    command = [sys.executable, "-c", _CHILD, *function.split(":"), str(path)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    return Measured(*json.loads(done.stdout))
