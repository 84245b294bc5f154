"""How a command judges files: the statuses, what is said of each file, and what keeps it from being read.

Exit status of a command, the worst of all its files: 0 readable and safe, 1 refused with the reason, 2 could
not judge.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TextIO

from demo_lgc.commands.describing import printable

READABLE, REFUSED, UNJUDGED = 0, 1, 2

NAMES = {READABLE: "readable", REFUSED: "refused", UNJUDGED: "unjudged"}
WORDS = {"readable": "lisible et sûr", "refused": "refusé", "unjudged": "n’a pas pu être jugé"}
_UNREAD: dict[type[OSError], str] = {
    FileNotFoundError: "Le fichier n’existe pas.",
    IsADirectoryError: "C’est un dossier, et non un fichier.",
    PermissionError: "Vous n’avez pas le droit de lire ce fichier.",
}

Judgement = tuple[int, dict[str, Any]]


def judge_all(
    files: Sequence[Path],
    judge: Callable[[Path], Judgement],
    in_words: Callable[[dict[str, Any]], Iterable[str]],
    out: TextIO,
    *,
    as_json: bool,
) -> int:
    """Judge each file and say it, as a line of JSON or in words; return the worst status."""
    worst = READABLE
    for file in files:
        status, told = judge(file)
        worst = max(worst, status)
        name = str(file).encode("utf-8", errors="replace").decode()  # a name may be no text
        verdict = {"file": name, "verdict": NAMES[status]} | told
        if as_json:
            out.write(json.dumps(verdict, ensure_ascii=False) + "\n")
        else:
            out.writelines(f"{printable(line)}\n" for line in in_words(verdict))
    return worst


def bytes_of(file: Path, largest: int) -> bytes:
    """Return a file, or of a larger one just enough to be refused. Raises OSError."""
    with file.open("rb") as stream:
        return stream.read(largest + 1)


def unread(error: OSError) -> str:
    """Return in French why a file was not read."""
    return _UNREAD.get(type(error), "Le fichier n’a pas pu être lu.")
