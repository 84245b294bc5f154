"""What the settings ask of the cards of this house: the authorities above them, the lists that revoke them.

Reference: [CPS] §1.5; `demo_lgc.card.validity`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from demo_lgc.card.cps import load_pem_chain
from demo_lgc.card.validity import CardRules
from demo_lgc.domain.errors import CardError
from demo_lgc.settings import CardSettings

logger = logging.getLogger(__name__)

_NOBODY = (b"",)  # in place of roots that cannot be read: no card is under them


class Demands:
    """The files of the settings, each read once, when a card is first there.

    One that cannot be read is tried again at the next look, and told once: there is a look every second.
    """

    def __init__(self, settings: CardSettings, intermediates: str, revocations: Callable[[], bytes]) -> None:
        """`intermediates` is the path of a PEM file, « » for none; `revocations` returns the PEM lists."""
        self._settings, self._intermediates, self._revocations = settings, intermediates, revocations
        self._read: dict[str, tuple[bytes, ...]] = {}
        self._told = set[str]()

    @property
    def intermediates(self) -> tuple[bytes, ...]:
        """The authorities between the cards and the roots, DER."""
        return self._file(self._intermediates)

    def rules(self) -> CardRules:
        """Return the rules as of now. Roots that are asked for and cannot be read refuse every card."""
        roots = self._file(self._settings.roots)
        if self._settings.roots and not roots:
            roots = _NOBODY
        return CardRules(roots, self._settings.test_cards, self._revocations())

    def _file(self, path: str) -> tuple[bytes, ...]:
        if path and path not in self._read:
            try:
                self._read[path] = load_pem_chain(Path(path).read_bytes())
            except (OSError, CardError) as error:
                if path not in self._told:
                    logger.warning("authorities of the cards: %s: %s", Path(path).name, type(error).__name__)
                self._told.add(path)
        return self._read.get(path, ())
