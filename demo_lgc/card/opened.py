"""An open card, whichever way its keys are reached.

Reference: [CPS] §1.4.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from demo_lgc.card.cps import CardPair, chain_above
from demo_lgc.card.signer import CardSigner
from demo_lgc.card.tls.identity import CardTls
from demo_lgc.card.tls.provider import Pkcs1, Pss
from demo_lgc.card.tls.selftest import Engine
from demo_lgc.domain.practitioner import CardHolder, PracticeSituation


def tell(act: Callable[[], None]) -> None:
    """Say that the card left, from a thread of its own: who is told may well ask something of the card's."""
    threading.Thread(target=act, name="card removed", daemon=True).start()


class OpenedCard:
    """Domain `OpenCard`: the holder, and two keys that sign through the callables given."""

    def __init__(
        self,
        holder: CardHolder,
        situations: tuple[PracticeSituation, ...],
        pair: CardPair,
        authorities: Iterable[bytes],
        *,
        sign: Callable[[bytes], bytes],
        pkcs1: Pkcs1,
        pss: Pss | None,
        on_close: Callable[[], None],
        engine: Engine | None = None,
    ) -> None:
        """Arrange the keys. `authorities` are the CA certificates known, DER, in any order.

        `sign` is the signature key on data; `pkcs1` and `pss` the authentication key, and `engine` what
        leads its handshakes, see CardTls.
        """
        known = tuple(authorities)
        above = chain_above(pair.authentication, known)
        self._holder, self._situations = holder, situations
        self._signer = CardSigner(pair.signature, chain_above(pair.signature, known), sign)
        self._tls = CardTls(pair.authentication, above, pkcs1, pss, engine)
        self._on_close = on_close

    @property
    def holder(self) -> CardHolder:
        """Whose card it is."""
        return self._holder

    @property
    def situations(self) -> tuple[PracticeSituation, ...]:
        """The activities written on the card, in its order; empty when it tells none."""
        return self._situations

    @property
    def signer(self) -> CardSigner:
        """The signature key."""
        return self._signer

    @property
    def tls(self) -> CardTls:
        """The authentication key."""
        return self._tls

    def close(self) -> None:
        """Forget the code and every key handle. Never raises; harmless when done twice."""
        self._tls.close()
        self._on_close()
