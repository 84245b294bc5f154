"""The process that checks: it compiles the schematrons of a pack once, then judges until its input ends.

Protocol: that of `serving`; a request is the bytes of a document, its answer JSON: `findings` (a list of
place and sentence), or `unreadable` (a DocumentProblem), or `problem` (a ConformanceProblem) with `detail`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from demo_lgc.documents.conformance.checks import Checks
from demo_lgc.documents.conformance.pack import Pack
from demo_lgc.documents.workers.serving import serve_pipes
from demo_lgc.domain.errors import ConformanceError, UnreadableDocument


def main() -> None:
    """Check with the pack whose folder is the only argument, until standard input ends."""
    serving = _Serving(Pack(Path(sys.argv[1])))
    serve_pipes(serving.warm, serving.answer)


class _Serving:
    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._checks: Checks | None = None

    def warm(self) -> None:
        """Compile. What the pack lacks is told by the first answer: nobody listens yet."""
        try:
            self._compiled()
        except ConformanceError:
            self._checks = None

    def answer(self, content: bytes) -> bytes:
        """Return the answer to one document."""
        try:
            said: dict[str, object] = {
                "findings": [(f.place, f.what) for f in self._compiled().findings(content)]
            }
        except UnreadableDocument as error:
            said = {"unreadable": error.problem.value}
        except ConformanceError as error:
            said = {"problem": error.problem.value, "detail": error.detail}
        return json.dumps(said).encode()

    def _compiled(self) -> Checks:
        if self._checks is None:
            checks = Checks(self._pack)
            checks.warm()
            self._checks = checks
        return self._checks


if __name__ == "__main__":
    main()
