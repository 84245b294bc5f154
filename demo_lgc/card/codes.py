"""The shape of the codes of a card, judged before the card: a code of the wrong length must cost no try.

Nothing here raises: a frame kept by an exception must not hold a code.

Reference: [CPS] §1.3 (code porteur of four digits, unblocking code of eight).
"""

from __future__ import annotations

import re

from demo_lgc.domain.errors import CardProblem

_CODE = re.compile(r"[0-9]{4}")
_UNBLOCKING_CODE = re.compile(r"[0-9]{8}")


def defect_of_code(code: str) -> CardProblem | None:
    """Return CODE_LENGTH unless `code` is four digits."""
    return None if _CODE.fullmatch(code) else CardProblem.CODE_LENGTH


def defect_of_unblocking(unblocking_code: str, new_code: str) -> CardProblem | None:
    """Return why these cannot unblock a card: UNBLOCKING_LENGTH, CODE_LENGTH."""
    if not _UNBLOCKING_CODE.fullmatch(unblocking_code):
        return CardProblem.UNBLOCKING_LENGTH
    return defect_of_code(new_code)


def defect_of_change(code: str, new_code: str) -> CardProblem | None:
    """Return why one cannot replace the other: CODE_LENGTH, NEW_CODE_REFUSED when they are the same."""
    if code == new_code and not defect_of_code(code):
        return CardProblem.NEW_CODE_REFUSED
    return defect_of_code(code) or defect_of_code(new_code)
