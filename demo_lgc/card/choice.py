"""Which of the cards in the readers is spoken of, whatever the readers are made of.

Reference: [CPS] §1.3, §1.4; `demo_lgc.domain.trust.CardReader`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from demo_lgc.card.cps import CardPair, read_holder
from demo_lgc.card.validity import CardRules, judge_card
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.trust import CardInReader

T = TypeVar("T")


def judged(
    reader: str,
    pair: CardPair,
    info: bytes,
    authorities: Iterable[bytes],
    tries_left: int,
    rules: CardRules,
) -> CardInReader:
    """Return what is told of a card that was read. `info` is CPS_INFO_PS, `authorities` see judge_card."""
    try:
        holder = read_holder(pair, info)
    except CardError as error:
        return CardInReader(reader, None, tries_left, error.problem)
    problem = judge_card(pair, authorities, rules, datetime.now(UTC))
    if problem is None and not tries_left:
        problem = CardProblem.BLOCKED
    return CardInReader(reader, holder, tries_left, problem)


def ranked(cards: Sequence[tuple[CardInReader, T]]) -> list[tuple[CardInReader, T]]:
    """Return the cards that can open a session first, then those with a name, in the order of the readers.

    The health card of a patient in the other slot is nobody's concern while there is another card.
    """
    known = [card for card in cards if card[0].problem is not CardProblem.UNREADABLE] or cards
    return sorted(known, key=lambda card: (card[0].problem is not None, card[0].holder is None))


def chosen(cards: Sequence[tuple[CardInReader, T]], card_number: str) -> tuple[CardInReader, T]:
    """Return the card of this number among `ranked` ones, the first for « ».

    Raises CardError: IN_USE when it may be the one that another program holds, NO_CARD.
    """
    for card in cards:
        holder = card[0].holder
        if not card_number or (holder is not None and holder.card_number == card_number):
            return card
    held = any(seen.problem is CardProblem.IN_USE for seen, _ in cards)
    raise CardError(CardProblem.IN_USE if held else CardProblem.NO_CARD)
