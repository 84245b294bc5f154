"""The drawing of a delivery, typed a second time and checked cell by cell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from demo_lgc.domain.delivery import MOVES, OPEN, Channel, Delivery, DeliveryState, Reason

S = DeliveryState
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)

# Rows: from; columns: to, in the order of ORDER. « x » is a move of the drawing.
ORDER = (S.READY, S.SENDING, S.IN_DOUBT, S.SENT, S.REFUSED, S.GIVEN_UP)
TABLE = {
    S.READY: ".x...x",
    S.SENDING: "x.xxx.",
    S.IN_DOUBT: "x..xxx",
    S.SENT: "......",
    S.REFUSED: "x....x",
    S.GIVEN_UP: "......",
}
CELLS = [
    (before, after, TABLE[before][column] == "x") for before in ORDER for column, after in enumerate(ORDER)
]


def a_delivery(state: DeliveryState) -> Delivery:
    return Delivery(
        1, 1, Channel.DMP, "dmp", "DMP", 1, "2.25.1", "2.25.2", state, NOW, NOW, attempts=3, content_left=True
    )


def test_the_table_has_every_state() -> None:
    assert set(ORDER) == set(S) == set(MOVES) == set(TABLE)
    assert len(CELLS) == 36


@pytest.mark.parametrize(("before", "after", "allowed"), CELLS)
def test_each_cell_of_the_table(before: DeliveryState, after: DeliveryState, allowed: bool) -> None:
    delivery = a_delivery(before)
    if not allowed:
        with pytest.raises(ValueError, match=f"{before.value} does not lead to {after.value}"):
            delivery.moved(after, LATER)
        return
    moved = delivery.moved(after, LATER, Reason("network"))
    assert (moved.state, moved.changed_at, moved.reason) == (after, LATER, Reason("network"))
    assert (moved.attempts, moved.content_left, moved.wire_id) == (3, True, "2.25.2")
    assert moved.moved(next(iter(MOVES[after])), LATER).reason == Reason() if MOVES[after] else True


def test_what_is_open_can_still_reach_sent_and_what_is_closed_cannot() -> None:
    assert {S.READY, S.SENDING, S.IN_DOUBT} == OPEN
    for state in S:
        reached, frontier = {state}, {state}
        while frontier:
            frontier = {after for before in frontier for after in MOVES[before]} - reached
            reached |= frontier
        assert (S.SENT in reached) is (state not in {S.GIVEN_UP})


def test_a_delivery_shows_nobody_in_its_representation() -> None:
    assert "DMP de M." not in repr(
        Delivery(1, 1, Channel.DMP, "dmp", "DMP de M. CHEMIN", 1, "2", "3", S.READY, NOW, NOW)
    )
