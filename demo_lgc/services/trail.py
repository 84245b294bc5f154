"""The trail of the session and of the card: who opened, locked or was refused, and when.

Reference: [DMP] EX_GEN on traces; SSI/IAM.90.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from demo_lgc.domain.errors import StorageError
from demo_lgc.records import trace
from demo_lgc.records.store import Store

logger = logging.getLogger(__name__)

Note = Callable[[str, str, str], None]  # what was done, by whom (PS_IdNat, « » when unknown), how it ended


def trail(store: Store, clock: Callable[[], datetime]) -> Note:
    """Return what writes an act of the session in the trace of `store`.

    A store that is full or gone keeps no doctor out of their records, nor in a session that must close:
    the act is then told to the log only, without its author.
    """

    def note(act: str, who: str, outcome: str) -> None:
        try:
            trace.note(store, clock(), who, act, outcome)
        except StorageError as error:
            logger.error("an act of the session is not in the trace: %s (%s)", act, error)

    return note
