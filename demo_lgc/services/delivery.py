"""Send what was written down, each branch on its own, exactly once."""

from __future__ import annotations

from demo_lgc.domain.delivery import Delivery


class Deliveries:
    """The outbox at work."""

    def deliver(self, delivery_id: int) -> Delivery:
        """Send one branch, or find out that it was sent. Returns it as committed; foreseen failures are in `reason`."""
        raise NotImplementedError

    def resume(self) -> tuple[Delivery, ...]:
        """After a start: what was being sent is in doubt. Returns every delivery still open."""
        raise NotImplementedError

    def open_ones(self) -> tuple[Delivery, ...]:
        """Return the deliveries that are neither sent nor given up, oldest first."""
        raise NotImplementedError

    def retry(self, delivery_id: int) -> Delivery:
        """Put a refused delivery back to READY, then deliver it."""
        raise NotImplementedError

    def give_up(self, delivery_id: int) -> Delivery:
        """Give a delivery up, on the doctor's decision. Raises ValueError when it was already sent."""
        raise NotImplementedError
