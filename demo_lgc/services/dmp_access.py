"""Whether a patient has a DMP and whether we may use it: TD0.2, TD0.3, opposition.

Reference: [DMP] §3, §4. Feeding needs no authorisation; TD0.3 only opens the consultation.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from demo_lgc.domain.dmp import DmpStatus, check_asking
from demo_lgc.domain.errors import NetworkError, RemoteRefusal
from demo_lgc.domain.identity import Patient
from demo_lgc.records import dmp_states, patients, trace
from demo_lgc.records.store import Store
from demo_lgc.services.peers import Peers
from demo_lgc.services.session import SessionService

logger = logging.getLogger(__name__)


class DmpAccess:
    """Asks the DMP, and remembers what it said."""

    def __init__(
        self, store: Store, session: SessionService, peers: Peers, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._session = session
        self._peers = peers
        self._clock = clock

    def status(self, patient: Patient) -> DmpStatus:
        """Ask whether there is a DMP and whether we are authorised (TD0.2); remember the answer.

        Raises IdentityError before any call (no INS, NIA, not qualified), NetworkError, RemoteRefusal,
        CardError, NotAllowed (NO_SESSION).
        """
        status = self._peers.dmp.status(check_asking(patient))
        dmp_states.save(self._store, patient.id, status)
        return status

    def last_known(self, patient: Patient) -> DmpStatus:
        """Return what the DMP last said of this patient; ask it when it never said anything.

        Raises as `status` does.
        """
        known = dmp_states.get_many(self._store, (patient.id,)).get(patient.id)
        return known or self.status(patient)

    def authorise(self, patient: Patient) -> DmpStatus:
        """Declare that the patient consents to our consultation (TD0.3 AJOUT), then ask TD0.2 again.

        Raises as `status` does. The consent is traced with its author.
        """
        self._peers.dmp.authorise(check_asking(patient))
        trace.add(self._store, self._session.current, self._clock(), "dmp-consent", patient.id, "AJOUT")
        return self.status(patient)

    def entry_of(self, patient: Patient, document_id: str) -> str:
        """Return the entryUUID by which the DMP knows a document of ours, "" when it cannot tell just now.

        Asked each time: it changes (RG_2710). Raises IdentityError, CardError, NotAllowed (NO_SESSION).
        """
        try:
            entries = self._peers.dmp.entry_uuids(check_asking(patient), document_id)
        except (NetworkError, RemoteRefusal) as error:
            logger.info("the DMP does not say which document to replace: %s", error)
            return ""
        return entries[0] if len(entries) == 1 else ""

    def record_opposition(self, patient: Patient, opposed: bool) -> Patient:
        """Record that the patient opposes, or no longer opposes, the feeding of the DMP.

        It is kept in the practice, not in the DMP, and traced. Raises NotAllowed (NO_SESSION), StorageError.
        """
        session, now = self._session.current, self._clock()
        changed = patients.set_opposition(
            self._store, patient.id, opposed, session.practitioner.national_id, now
        )
        outcome = "opposed" if opposed else "not-opposed"
        trace.add(self._store, session, now, "dmp-opposition", patient.id, outcome)
        return changed
