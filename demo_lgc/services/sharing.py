"""The alimentation en Y: one document, to the DMP and to colleagues. Reference: [Y] étapes 1 à 5."""

from __future__ import annotations

from dataclasses import dataclass

from demo_lgc.domain.delivery import Delivery
from demo_lgc.domain.document import Visibility
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.message import Correspondent, MessageText


@dataclass(frozen=True)
class ShareRequest:
    """What the doctor chose on the sharing page."""

    to_dmp: bool
    visibility: Visibility
    recipients: tuple[Correspondent, ...]
    text: MessageText


class Sharing:
    """Builds the document once and writes its deliveries down."""

    def preview(self, patient: Patient) -> str:
        """Return the VSM as it will be read, as HTML for a QTextBrowser (no remote content)."""
        raise NotImplementedError

    def complete(self, typed: str) -> tuple[Correspondent, ...]:
        """Return at most 8 known correspondents whose name or address holds what was typed."""
        raise NotImplementedError

    def correspondent(self, address: str) -> Correspondent:
        """Return the correspondent of an address typed in full. Raises NotAllowed (OUTSIDE_TRUST_DOMAIN)."""
        raise NotImplementedError

    def prepare(self, patient: Patient, request: ShareRequest) -> tuple[Delivery, ...]:
        """Build, sign and write down: nothing has left when this returns.

        Raises InvalidDocument, IdentityError, NotAllowed, CardError, StorageError; then nothing is kept.
        """
        raise NotImplementedError
