"""Documents of generated patients before an independent judge.

`python -m tests.campaigns.generated --patients 300 --seed 1`

Each patient has long or accented names, a matricule (a test one, or a waiting one) or none, a birthplace or
not, rubrics full, empty or never asked, and dates as well as they are known. Each gives a VSM and a document
of level 1, judged by the XSD, the schematrons and the rules that these do not check; the VSM is also read
again. Needs the conformance data (DEMO_LGC_CONFORMANCE, see CONTRIBUTING.md).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from demo_lgc.documents.cda.enclosed import write_enclosed
from demo_lgc.documents.cda.writer import write_vsm
from demo_lgc.documents.reading.parsing import parse
from demo_lgc.documents.reading.vsm import vsm_of
from demo_lgc.domain.document import DocumentHeader
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.letter import Letter
from demo_lgc.domain.vsm import Vsm
from tests.documents.canonical import canonical
from tests.documents.strategies import headers, vsms
from tests.documents.strategies_letters import letters_with_headers
from tests.factory import TINY_PDF
from tests.judging import Verdict, conformance_data, court_of

VSM_CHECKS = ("full", "termino", "VSM_2023.01")
ENCLOSED_CHECKS = ("full", "termino")


def campaign(
    patients: int, *, seed_number: int, court: Callable[..., Verdict], say: Callable[[str], None]
) -> dict[str, int]:
    """Write and judge the documents of `patients` patients; return the counts, and say each fault."""
    counts: Counter[str] = Counter({"refused": 0, "misread": 0})
    vsm_verdict, enclosed_verdict = court(*VSM_CHECKS), court(*ENCLOSED_CHECKS)

    def judge(kind: str, document: bytes, verdict: Verdict) -> None:
        counts[kind] += 1
        if faults := verdict(document):
            counts["refused"] += 1
            say(f"patient {counts['patients']}, {kind}: {faults}")

    # Without shrinking: each document costs the judge half a second.
    @seed(seed_number)
    @settings(
        max_examples=patients,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(vsm=vsms, header=headers(), page=letters_with_headers())
    def one(vsm: Vsm, header: DocumentHeader, page: tuple[Letter, DocumentHeader]) -> None:
        counts["patients"] += 1
        counts.update(_traits(header.patient))
        document = write_vsm(vsm, header, TINY_PDF)
        judge("vsm", document, vsm_verdict)
        judge("level 1", write_enclosed(page[1], TINY_PDF), enclosed_verdict)
        if vsm_of(parse(document).root) != canonical(vsm):
            counts["misread"] += 1
            say(f"patient {counts['patients']}: the VSM does not read as it was")

    one()
    return dict(counts)


def _traits(patient: Patient) -> list[str]:
    traits = {
        "qualified": patient.is_qualified,
        "waiting matricule": patient.ins is not None and patient.ins.is_nia,
        "birthplace unknown": patient.birth_place in ("", "99999"),
        "name of 100 characters or more": len(patient.birth_name) >= 100,
        "accents": not patient.birth_name.isascii(),
    }
    return [name for name, true in traits.items() if true]


def main() -> int:
    """Read the size, run, say the counts; 1 when a document was refused or misread, 2 without the judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, default=300)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    options = parser.parse_args()
    conformance = conformance_data()
    tools = conformance.parent / "tools"
    if not (conformance.is_dir() and tools.is_dir()):
        sys.stderr.write(f"no conformance data and judges at {conformance.parent}\n")
        return 2
    sys.stdout.write(f"seed {options.seed}\n")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="generated-") as folder:
        court = court_of(conformance, tools, Path(folder))
        counts = campaign(options.patients, seed_number=options.seed, court=court, say=_say)
    sys.stdout.write(f"{counts} in {time.monotonic() - started:.0f} s\n")
    return 1 if counts["refused"] or counts["misread"] else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    raise SystemExit(main())
