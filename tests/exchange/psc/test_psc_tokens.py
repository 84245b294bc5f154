"""Access tokens are renewed before they are needed, and die with the session."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from demo_lgc.domain.errors import NetworkError, RemoteRefusal, SignInError, SignInProblem
from demo_lgc.exchange.psc.account import Account
from demo_lgc.exchange.psc.calls import Calls
from demo_lgc.exchange.psc.tokens import Grant, Tokens, read_grant
from demo_lgc.sandbox.psc.provider import Provider
from tests.exchange.psc.conftest import PAUL, Browser, Clock, Connect


class Renewal:
    """Gives tokens numbered in order, or fails with `failure`."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.failure: Exception | None = None
        self.pause = threading.Event()
        self.pause.set()

    def __call__(self, refresh: str) -> Grant:
        self.shown.append(refresh)
        self.pause.wait(5)
        if self.failure is not None:
            raise self.failure
        number = len(self.shown)
        return Grant(f"access{number}", 240.0, f"refresh{number}", 1800.0)


@pytest.fixture
def renewal() -> Renewal:
    return Renewal()


@pytest.fixture
def tokens(renewal: Renewal, clock: Clock) -> Tokens:
    return Tokens(Grant("access0", 240.0, "refresh0", 1800.0), renewal, clock)


def ended(tokens: Tokens, **asked: str) -> bool:
    with pytest.raises(SignInError) as raised:
        tokens.fresh(**asked)
    return raised.value.problem is SignInProblem.ENDED


def test_a_token_serves_until_half_a_minute_before_its_end(
    tokens: Tokens, renewal: Renewal, clock: Clock
) -> None:
    clock.forward(209)
    assert tokens.fresh() == "access0"
    clock.forward(2)
    assert tokens.fresh() == "access1"
    assert renewal.shown == ["refresh0"]


def test_each_refresh_token_serves_once(tokens: Tokens, renewal: Renewal, clock: Clock) -> None:
    for _ in range(3):
        clock.forward(230)
        tokens.fresh()
    assert renewal.shown == ["refresh0", "refresh1", "refresh2"]


def test_a_refresh_token_that_is_not_replaced_serves_again(clock: Clock) -> None:
    shown: list[str] = []

    def renew(refresh: str) -> Grant:
        shown.append(refresh)
        return Grant("access", 240.0)

    tokens = Tokens(Grant("access0", 240.0, "refresh0", 1800.0), renew, clock)
    for _ in range(2):
        clock.forward(230)
        tokens.fresh()
    assert shown == ["refresh0", "refresh0"]


def test_a_token_that_a_service_refused_is_replaced_once(tokens: Tokens, renewal: Renewal) -> None:
    first = tokens.fresh()
    second = tokens.fresh(refused=first)
    assert second != first
    assert tokens.fresh(refused=first) == second  # somebody else had it renewed meanwhile
    assert len(renewal.shown) == 1


def test_one_renewal_serves_all_who_wait(tokens: Tokens, renewal: Renewal, clock: Clock) -> None:
    clock.forward(230)
    renewal.pause.clear()
    got: list[str] = []
    threads = [threading.Thread(target=lambda: got.append(tokens.fresh())) for _ in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    renewal.pause.set()
    for thread in threads:
        thread.join(5)
    assert got == ["access1"] * 8
    assert renewal.shown == ["refresh0"]


def test_the_end_is_told_once(tokens: Tokens, renewal: Renewal, clock: Clock) -> None:
    told: list[None] = []
    tokens.watch(lambda: told.append(None))
    clock.forward(230)
    renewal.failure = RemoteRefusal("psc", "invalid_grant", "Session not active")
    assert ended(tokens)
    assert ended(tokens)
    assert told == [None]
    assert len(renewal.shown) == 1


def test_who_watches_afterwards_is_told_too(tokens: Tokens, renewal: Renewal) -> None:
    renewal.failure = RemoteRefusal("psc", "invalid_grant", "")
    assert ended(tokens, refused="access0")
    told: list[None] = []
    tokens.watch(lambda: told.append(None))
    assert told == [None]


def test_a_refresh_token_past_its_end_is_not_even_shown(
    tokens: Tokens, renewal: Renewal, clock: Clock
) -> None:
    clock.forward(1801)
    assert ended(tokens)
    assert renewal.shown == []


def test_without_any_refresh_token_the_first_one_is_all(clock: Clock, renewal: Renewal) -> None:
    tokens = Tokens(Grant("access0", 240.0), renewal, clock)
    assert tokens.fresh() == "access0"
    clock.forward(230)
    assert ended(tokens)


@pytest.mark.parametrize(
    "failure", [NetworkError("psc", "TimeoutError"), RemoteRefusal("psc", "temporarily_unavailable", "")]
)
def test_a_provider_out_of_reach_ends_nothing(
    tokens: Tokens, renewal: Renewal, clock: Clock, failure: Exception
) -> None:
    clock.forward(230)
    renewal.failure = failure
    with pytest.raises(type(failure)):
        tokens.fresh()
    renewal.failure = None
    assert tokens.fresh() == "access2"


def test_the_one_told_may_close_everything(tokens: Tokens, renewal: Renewal) -> None:
    renewal.failure = RemoteRefusal("psc", "invalid_grant", "")
    tokens.watch(lambda: tokens.forget() and None)
    assert ended(tokens, refused="access0")


def test_nobody_is_told_of_an_end_after_the_session(tokens: Tokens, renewal: Renewal) -> None:
    told: list[None] = []
    tokens.watch(lambda: told.append(None))
    renewal.pause.clear()
    renewal.failure = RemoteRefusal("psc", "invalid_grant", "")
    asking = threading.Thread(target=lambda: ended(tokens, refused="access0"))
    asking.start()
    time.sleep(0.05)
    tokens.stop()
    renewal.pause.set()
    asking.join(5)
    assert told == []


def test_closing_waits_for_nobody_and_leaves_with_the_last_token(tokens: Tokens, renewal: Renewal) -> None:
    renewal.pause.clear()
    asking = threading.Thread(target=lambda: ended(tokens, refused="access0"))
    asking.start()
    time.sleep(0.05)
    left: list[str] = []
    account = Account(None, (), tokens, left.append)  # type: ignore[arg-type]
    began = time.monotonic()
    account.close()
    assert time.monotonic() - began < 0.1
    renewal.pause.set()
    asking.join(5)
    for thread in threading.enumerate():
        if thread.name == "psc-leave":
            thread.join(5)
    assert left == ["refresh1"]  # not refresh0, which the renewal had used
    assert ended(tokens)


def test_the_session_is_prolonged_before_it_ends(renewal: Renewal, clock: Clock) -> None:
    tokens = Tokens(Grant("access0", 240.0, "refresh0", 0.2), renewal, clock, ahead=0.1)
    end = time.monotonic() + 5
    while not renewal.shown and time.monotonic() < end:
        time.sleep(0.01)
    assert renewal.shown == ["refresh0"]
    assert tokens.fresh() == "access1"
    tokens.forget()


def test_the_end_is_noticed_even_when_nothing_is_asked(renewal: Renewal, clock: Clock) -> None:
    renewal.failure = RemoteRefusal("psc", "invalid_grant", "")
    told = threading.Event()
    tokens = Tokens(Grant("access0", 240.0, "refresh0", 0.1), renewal, clock, ahead=0.05)
    tokens.watch(told.set)
    assert told.wait(5)


def test_nothing_is_prolonged_after_the_session(renewal: Renewal, clock: Clock) -> None:
    tokens = Tokens(Grant("access0", 240.0, "refresh0", 0.2), renewal, clock, ahead=0.1)
    assert tokens.forget() == "refresh0"
    time.sleep(0.3)
    assert renewal.shown == []


# --- what the provider says ---------------------------------------------------------------------------

GOOD: dict[str, Any] = {"access_token": "a", "token_type": "Bearer", "expires_in": 60}


@pytest.mark.parametrize(
    "changes",
    [
        {"access_token": None},
        {"access_token": ""},
        {"access_token": "two words"},
        {"access_token": "a\x01auth=Bearer b"},
        {"access_token": "a\r\nX: y"},
        {"access_token": "é"},
        {"access_token": 12},
        {"token_type": "mac"},
        {"token_type": None},
    ],
    ids=str,
)
def test_an_answer_without_a_usable_token(changes: dict[str, Any]) -> None:
    with pytest.raises(NetworkError):
        read_grant(GOOD | changes)


@pytest.mark.parametrize("said", [-1, 0, True, "60", None, 1e12, float("nan"), float("inf")])
def test_a_life_that_is_none_is_not_believed(said: object) -> None:
    assert read_grant(GOOD | {"expires_in": said}).lives == 0.0


def test_tokens_are_not_shown(clock: Clock, renewal: Renewal) -> None:
    grant = read_grant(GOOD | {"access_token": "hidden", "refresh_token": "hidden", "id_token": "hidden"})
    assert "hidden" not in repr(grant) + repr(Tokens(grant, renewal, clock))


# --- with the provider --------------------------------------------------------------------------------


@pytest.fixture
def account(connect: Connect, browser: Browser, provider: Provider) -> Account:
    sign_in = connect().in_browser()
    browser.choose(sign_in.address, login=PAUL)
    return sign_in.wait()


def test_the_provider_renews(account: Account, provider: Provider, clock: Clock) -> None:
    first = account.token.fresh()
    clock.forward(230)
    second = account.token.fresh()
    assert second != first
    assert provider.holder_of(second) == PAUL
    account.close()


def test_the_provider_ends_the_session(account: Account, provider: Provider, clock: Clock) -> None:
    told: list[None] = []
    account.watch(lambda: told.append(None))
    provider.apply({"do": "end_sessions"})
    clock.forward(230)
    assert ended(account.token)
    assert told == [None]
    account.close()


def test_eight_threads_and_one_refresh_token(account: Account, provider: Provider, clock: Clock) -> None:
    before = provider.journal()["renewed"]
    clock.forward(230)
    got: list[str] = []
    threads = [threading.Thread(target=lambda: got.append(account.token.fresh())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(set(got)) == 1
    assert len(got) == 8
    assert provider.journal()["renewed"] == before + 1
    account.close()


def test_a_provider_that_cannot_be_reached_does_not_keep_us(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dead(*_: object) -> dict[str, object]:
        raise NetworkError("psc", "TimeoutError")

    monkeypatch.setattr(Calls, "post", dead)
    account.close()
    account.close()
    assert ended(account.token)
