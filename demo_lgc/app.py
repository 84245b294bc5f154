"""The composition root: the only place that knows every room.

`build_house` arranges rooms and services for one profile and one environment; `run` opens the window on it.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from demo_lgc import __version__, logs
from demo_lgc.card.reader import PkcsReader
from demo_lgc.documents.conformance import pack
from demo_lgc.documents.conformance.checker import Checker
from demo_lgc.documents.paper.press import Press
from demo_lgc.domain.delivery import Channel
from demo_lgc.domain.errors import LgcError
from demo_lgc.domain.identity import Address
from demo_lgc.domain.practitioner import PracticeContact, PractitionerSession
from demo_lgc.domain.trust import CardReader, OpenCard
from demo_lgc.exchange.dmp.client import DmpClient
from demo_lgc.exchange.mssante.account import Account
from demo_lgc.exchange.mssante.trust_domain import TrustDomain
from demo_lgc.records.store import Store
from demo_lgc.services.delivery import Deliveries
from demo_lgc.services.desk import Desk
from demo_lgc.services.dmp_access import DmpAccess
from demo_lgc.services.patient_file import PatientFiles
from demo_lgc.services.peers import Pair, Peers
from demo_lgc.services.reading import Reading
from demo_lgc.services.reception import Reception
from demo_lgc.services.results import Results
from demo_lgc.services.sample_import import fill_empty_profile
from demo_lgc.services.session import SessionService
from demo_lgc.services.sharing import Product, Sharing
from demo_lgc.settings import Environment, load_environment

logger = logging.getLogger(__name__)

NAME = "demo_lgc"
PUBLISHER = "demo_lgc"


def now() -> datetime:
    """The time of this machine, with its offset, to the second."""
    return datetime.now().astimezone().replace(microsecond=0)


@dataclass
class House:
    """Everything that was put together for one profile, and how to close it."""

    environment: Environment
    store: Store
    press: Press | None  # None when it was lent by the caller, who closes it
    checker: Checker | None  # None when no conformance pack is installed
    reader: CardReader
    desk: Desk

    def close(self) -> None:
        """Lock the session, then close every room. Nothing is left running."""
        self.desk.session.lock()
        self.reader.close()
        if self.press is not None:
            self.press.close()
        if self.checker is not None:
            self.checker.close()
        self.store.close()


def build_house(
    environment: Environment,
    profile: Path,
    *,
    reader: CardReader | None = None,
    press: Press | None = None,
    clock: Callable[[], datetime] = now,
    new_uuid: Callable[[], UUID] = uuid4,
) -> House:
    """Open the profile in the folder `profile` (made when absent) and arrange the services on it.

    In the sandbox an empty profile is filled with the fictitious patients of sample_data. Raises
    StorageError (the store) and OSError (a file of the environment). `reader` and `press` replace those
    the environment calls for.
    """
    trust = TrustDomain.load(Path(environment.mail.trust_domains))
    profile.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.ExitStack() as undo:
        store = Store(profile / "demo_lgc.db")
        store.open()
        undo.callback(store.close)
        if environment.is_sandbox:
            fill_empty_profile(store, clock().date(), clock())
        printer = press or Press()
        printer.start()
        undo.pop_all()
    installed = pack.find()
    checker = Checker(installed) if installed else None
    card_reader = reader or PkcsReader(environment.card)
    practice = environment.practice
    contact = PracticeContact(
        Address(practice.street, practice.postal_code, practice.city),
        practice.phone,
        environment.mail.mailbox,
    )
    session = SessionService(card_reader, contact, clock)
    product = Product(
        NAME, __version__, PUBLISHER, environment.mail.product_reference, environment.dmp.lps_oid
    )
    peers = Peers(session, lambda opened, card: _peers(environment, opened, card, clock))
    dmp = DmpAccess(store, session, peers, clock)
    settle = {
        Channel.DMP: timedelta(seconds=environment.dmp.settle),
        Channel.MSSANTE: timedelta(seconds=environment.mail.settle),
    }
    desk = Desk(
        session=session,
        files=PatientFiles(store, session, clock),
        reading=Reading(store, session, clock),
        results=Results(store, session, clock),
        reception=Reception(store, session, clock),
        dmp=dmp,
        sharing=Sharing(store, session, dmp, printer, trust, product, clock, new_uuid, checker),
        deliveries=Deliveries(store, peers, clock, settle),
    )
    desk.deliveries.resume()
    return House(environment, store, None if press else printer, checker, card_reader, desk)


def shut_in() -> None:
    """Keep to ourselves what this process writes, and what it would leave behind in a crash.

    Files are their owner's only, those of the processes we start as well, and no core dump is written: the
    code porteur and the record on the screen would be in it.
    """
    os.umask(0o077)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _peers(
    environment: Environment,
    session: PractitionerSession,
    card: OpenCard,
    clock: Callable[[], datetime],
) -> Pair:
    client = DmpClient(environment.dmp, session, card.tls, software=NAME, version=__version__, clock=clock)
    return Pair(client, Account(environment.mail, card.tls))


def run(environment: Environment, profile: Path, theme_name: str) -> int:
    """Open the desktop on a profile; return the exit status."""
    shut_in()
    with logs.hearing_bugs():
        return _run(environment, profile, theme_name)


def _run(environment: Environment, profile: Path, theme_name: str) -> int:
    # Qt is imported here so that `build_house` serves programs without a window.
    from PySide6.QtWidgets import QApplication

    from demo_lgc.ui import theme
    from demo_lgc.ui.cannot_open import CannotOpen
    from demo_lgc.ui.errors import explain
    from demo_lgc.ui.main_window import MainWindow

    application = QApplication.instance() or QApplication(sys.argv[:1])
    application.setApplicationName(NAME)
    application.setApplicationVersion(__version__)
    theme.apply(theme_name)
    try:
        house = build_house(environment, profile)
    except LgcError as error:
        words = explain(error)
        sys.stderr.write(f"{words.title} {words.detail}\n")
        CannotOpen(words).exec()  # there is no window yet, nor any gesture to keep alive
        return 1
    handler = logs.write_to(profile)
    try:
        window = MainWindow(
            house.desk,
            sandbox=environment.is_sandbox,
            version=__version__,
            software=NAME,
            publisher=PUBLISHER,
        )
        window.resize(1440, 900)
        window.show()
        return int(application.exec())
    finally:
        house.close()
        logging.getLogger("demo_lgc").removeHandler(handler)
        handler.close()


class SandboxError(RuntimeError):
    """The simulated services did not start; their process said why on standard error."""


@contextlib.contextmanager
def sandbox(folder: Path) -> Iterator[dict[str, str]]:
    """Run the simulated services in a process of their own; yield where they are.

    They stop when the context closes, and by themselves if this process dies. Raises SandboxError.
    """
    command = [sys.executable, "-m", "demo_lgc.sandbox", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603
        assert child.stdin is not None and child.stdout is not None  # noqa: S101, PT018 - asked for above
        try:
            line = child.stdout.readline()
            if not line:
                raise SandboxError
            yield json.loads(line)
        finally:
            child.stdin.close()
            child.wait(timeout=30)


def open_sandbox(folder: Path, theme_name: str) -> int:
    """Open the desktop on a throw-away profile and the simulated services."""
    try:
        with sandbox(folder / "world") as places:
            sys.stdout.write(f"Bac à sable prêt. Code porteur de la carte : {places['code']}\n")
            sys.stdout.flush()
            return run(load_environment(Path(places["environment"])), folder / "profile", theme_name)
    except SandboxError:
        sys.stderr.write("Le bac à sable n’a pas démarré : voyez ci-dessus ce qui lui manque.\n")
        return 1
