"""An operator of its own, spoken to by the standard library only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo_lgc.sandbox.mail.operator import MailboxOwner, MailOperator
from demo_lgc.sandbox.pki import Holder, Pki, make_pki

DOMAINS = ("medecin.mss.demo.test", "patient.mss.demo.test")
PAUL = "paul.medecin5729@medecin.mss.demo.test"
ROBERT = "robert.specialiste5737@medecin.mss.demo.test"
OWNERS = (MailboxOwner(PAUL, "899700057291", "demo"), MailboxOwner(ROBERT, "", "demo"))


@pytest.fixture(scope="session")
def mail_pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return make_pki(tmp_path_factory.mktemp("pki"), [Holder("899700057291", "MEDECIN5729", "PAUL")])


@pytest.fixture(scope="session")
def running(mail_pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailOperator]:
    operator = MailOperator(tmp_path_factory.mktemp("operator"), mail_pki, OWNERS, DOMAINS)
    try:
        operator.start()
    except RuntimeError as error:
        pytest.skip(str(error))
    yield operator
    operator.stop()


@pytest.fixture
def operator(running: MailOperator) -> Iterator[MailOperator]:
    """The operator, with an empty journal and no fault left behind."""
    running.journal.clear()
    yield running
    running.script.reset()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mail"
