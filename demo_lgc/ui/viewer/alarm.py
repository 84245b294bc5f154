"""What must not be missed in a report of biology, in one sentence above it.

Reference: interface, « Semantics », family « result ».
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from demo_lgc.domain.results import LabResult
from demo_lgc.ui.viewer import words
from demo_lgc.ui.viewer.words import NBSP, tr

NAMED = 3  # critical results named in the sentence; the others are counted


@dataclass(frozen=True)
class Alarm:
    """What the strip above the results says; `anchor` is the first result concerned."""

    tone: str
    sentence: str
    anchor: str


def alarm(results: Sequence[LabResult]) -> Alarm | None:
    """« 1 résultat critique : potassium 6,8 mmol/L. 3 autres… hors référence. »; None when all is well."""
    critical = [r for r in results if r.is_critical]
    others = [r for r in results if not r.is_critical and (r.is_abnormal or r.is_outside)]
    if not critical and not others:
        return None
    said = []
    if critical:
        named = ", ".join(_named(result) for result in critical[:NAMED])
        rest = len(critical) - NAMED
        more = " " + _count(rest, "et 1\u00a0autre", "et %1\u00a0autres") if rest > 0 else ""
        said.append(
            _count(len(critical), "1\u00a0résultat critique", "%1\u00a0résultats critiques")
            + f"{NBSP}: {named}{more}."
        )
        forms = ("1\u00a0autre résultat hors référence", "%1\u00a0autres résultats hors référence")
    else:
        forms = ("1\u00a0résultat hors référence", "%1\u00a0résultats hors référence")
    if others:
        said.append(_count(len(others), *forms) + ".")
    first = next(rank for rank, result in enumerate(results) if result is (critical or others)[0])
    return Alarm("danger" if critical else "warn", " ".join(said), anchor_of(first))


def anchor_of(rank: int) -> str:
    """Return the anchor of a result, by its rank in the document."""
    return f"result-{rank}"


def _count(count: int, one: str, many: str) -> str:
    return tr(one) if count == 1 else tr(many).replace("%1", str(count))


def _named(result: LabResult) -> str:
    value = ", ".join(words.measure(measure) for measure in result.measures)
    return f"{words.lowered(result.name)} {value}".strip()
