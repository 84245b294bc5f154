"""The whole account with a card that does what cards do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from demo_lgc.card.software import SoftwareReader
from demo_lgc.card.tls.selftest import Engine
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.message import OutgoingMessage
from demo_lgc.sandbox.mail.operator import MailOperator
from demo_lgc.sandbox.pki import Pki
from demo_lgc.settings import MailSettings
from tests.trusting import an_account

pytestmark = pytest.mark.mail

Composer = Callable[..., OutgoingMessage]


@pytest.mark.parametrize("engine", list(Engine), ids=["OpenSSL", "tlslite"])
@pytest.mark.parametrize("pss", [False, True], ids=["CPS3", "CPS4"])
def test_a_card_sends_finds_and_files(
    operator: MailOperator,
    settings: MailSettings,
    pki: Pki,
    composed: Composer,
    pss: bool,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("demo_lgc.card.tls.identity.self_test", lambda: engine)
    card = SoftwareReader(pki.card("899700057291"), pss=pss).open("1234")
    account = an_account(settings, card.tls)
    message = composed()
    try:
        assert account.send(message, lambda: None).wire_id == message.message_id
        assert account.find(message.message_id)
        assert account.file_sent(message.content, message.message_id)
    finally:
        account.close()
        card.close()
    sent = operator.read_mailbox(message.sender, "Éléments envoyés")
    assert sum(found.endswith(message.content) for found in sent) == 1


def test_a_card_pulled_out_is_named_by_every_gesture(
    operator: MailOperator, settings: MailSettings, pki: Pki, composed: Composer
) -> None:
    reader = SoftwareReader(pki.card("899700057291"))
    card = reader.open("1234")
    account = an_account(settings, card.tls)
    reader.pull_out()
    message = composed()
    gestures: tuple[Callable[[], object], ...] = (
        lambda: account.send(message, lambda: None),
        lambda: account.find(message.message_id),
        lambda: account.file_sent(message.content, message.message_id),
    )
    for gesture in gestures:
        with pytest.raises(CardError) as raised:
            gesture()
        assert raised.value.problem is CardProblem.REMOVED
    assert operator.journal.count(message.message_id) == 0
    account.close()
    card.close()
