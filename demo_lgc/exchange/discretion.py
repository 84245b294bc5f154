"""What an exception may carry away: the frames it passed through, and whatever secrets stood in them."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Iterator


@contextlib.contextmanager
def discreetly() -> Iterator[None]:
    """Empty the frames that a failure of the block, and what caused it, passed through.

    For blocks that handle codes and tokens: an exception is kept, shown and written down by whoever catches
    it.
    """
    try:
        yield
    except BaseException as error:
        step: BaseException | None = error
        while step is not None:
            traceback.clear_frames(step.__traceback__)
            step = step.__cause__ or step.__context__
        raise
