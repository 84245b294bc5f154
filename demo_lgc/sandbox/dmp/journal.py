"""What the simulated DMP saw and kept: the proof that nothing was lost nor sent twice.

It holds the raw bytes of requests, hence identities: it lives in memory only and is never logged.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One request. `outcome` is « ok », else the code (or the words) of the refusal.

    `transaction` is TD0.2, TD0.3, TD2.1 or TD3.1; empty when the request was refused before it was known.
    """

    at: datetime
    transaction: str
    message_id: str
    outcome: str
    raw: bytes = field(repr=False)


@dataclass(frozen=True)
class AcceptedDocument:
    """A document accepted at least once. `count` is above 1 only when duplicates are accepted."""

    submission_id: str
    document_id: str
    sha256: str
    count: int


class Journal:
    """Thread-safe. Lists are copies."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._documents: dict[str, AcceptedDocument] = {}
        self._handshakes: list[str] = []

    @property
    def entries(self) -> list[Entry]:
        """Every request, oldest first."""
        with self._lock:
            return list(self._entries)

    @property
    def accepted(self) -> list[AcceptedDocument]:
        """Every document accepted (never the signature documents), oldest first."""
        with self._lock:
            return list(self._documents.values())

    @property
    def refused_handshakes(self) -> list[str]:
        """Why TLS connections failed, oldest first."""
        with self._lock:
            return list(self._handshakes)

    def requests(self, transaction: str) -> list[Entry]:
        """The requests of one transaction, oldest first."""
        return [entry for entry in self.entries if entry.transaction == transaction]

    def count(self, document_id: str) -> int:
        """How many times this document was accepted."""
        with self._lock:
            found = self._documents.get(document_id)
        return found.count if found else 0

    def summary(self) -> dict[str, Any]:
        """The journal as JSON values, without any content."""
        return {
            "requests": [
                {
                    "at": e.at.isoformat(),
                    "transaction": e.transaction,
                    "outcome": e.outcome,
                    "bytes": len(e.raw),
                }
                for e in self.entries
            ],
            "accepted": [
                {
                    "submission_id": d.submission_id,
                    "document_id": d.document_id,
                    "sha256": d.sha256,
                    "count": d.count,
                }
                for d in self.accepted
            ],
            "refused_handshakes": self.refused_handshakes,
        }

    # --- written by the server ------------------------------------------------------------------------

    def record(self, transaction: str, message_id: str, outcome: str, raw: bytes) -> None:
        """Add a request."""
        with self._lock:
            self._entries.append(Entry(datetime.now(UTC), transaction, message_id, outcome, raw))

    def record_handshake(self, reason: str) -> None:
        """Add a failed TLS handshake."""
        with self._lock:
            self._handshakes.append(reason)

    def record_document(self, submission_id: str, document_id: str, sha256: str) -> None:
        """Add an accepted document, or count it once more."""
        with self._lock:
            known = self._documents.get(document_id)
            count = known.count + 1 if known else 1
            self._documents[document_id] = AcceptedDocument(submission_id, document_id, sha256, count)
