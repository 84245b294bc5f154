"""Whether a patient has a DMP and whether we may use it: TD0.2, TD0.3, opposition."""

from __future__ import annotations

from demo_lgc.domain.dmp import DmpStatus
from demo_lgc.domain.identity import Patient


class DmpAccess:
    """Asks the DMP, remembers what it said."""

    def status(self, patient: Patient) -> DmpStatus:
        """Ask TD0.2 and remember the answer. Raises IdentityError before any call, NetworkError, RemoteRefusal, CardError."""
        raise NotImplementedError

    def authorise(self, patient: Patient) -> DmpStatus:
        """Record the patient's consent to consultation (TD0.3 AJOUT), then ask TD0.2 again. Raises as `status`."""
        raise NotImplementedError

    def record_opposition(self, patient: Patient, opposed: bool) -> Patient:
        """Record that the patient opposes, or no longer opposes, the feeding of the DMP; traced."""
        raise NotImplementedError
