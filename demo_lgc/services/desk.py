"""The services, as the desktop receives them."""

from __future__ import annotations

from dataclasses import dataclass

from demo_lgc.services.administration import Administration
from demo_lgc.services.delivery import Deliveries
from demo_lgc.services.dmp_access import DmpAccess
from demo_lgc.services.patient_file import PatientFiles
from demo_lgc.services.reading import Reading
from demo_lgc.services.reception import Reception
from demo_lgc.services.results import Results
from demo_lgc.services.session import SessionService
from demo_lgc.services.sharing import Sharing


@dataclass(frozen=True)
class Desk:
    """What a gesture may call."""

    session: SessionService
    administration: Administration
    files: PatientFiles
    reading: Reading
    results: Results
    reception: Reception
    dmp: DmpAccess
    sharing: Sharing
    deliveries: Deliveries
