"""`demo-lgc conformance install DOSSIER`: install the conformance pack of the ANS, which is not ours to ship.

Reference: [ANS-KIT] TestContenuCDA-3-0.
"""

from __future__ import annotations

import sys
from pathlib import Path

from demo_lgc.domain.errors import ConformanceError
from demo_lgc.ui.error_words import CONFORMANCE

NBSP = "\u00a0"


def install_pack(folder: Path) -> int:
    """Install the pack that is in a folder; return 0, or 2 with the reason on standard error."""
    from demo_lgc.documents.conformance.installing import install
    from demo_lgc.documents.conformance.pack import default_folder

    try:
        pack = install(folder.resolve(), default_folder())
    except ConformanceError as error:
        title, advice, _ = CONFORMANCE[error.problem]
        named = f" ({error.detail})" if error.detail else ""
        sys.stderr.write(f"{title}{named} {advice}\n")
        return 2
    sys.stdout.write(f"Paquet de conformité installé{NBSP}: {pack.folder}\n")
    return 0
