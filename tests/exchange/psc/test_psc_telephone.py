"""Signing in with the application of a telephone."""

from __future__ import annotations

import threading
import time

import pytest

from demo_lgc.domain.errors import NetworkError, SignInError, SignInProblem
from demo_lgc.exchange.psc.calls import Calls
from demo_lgc.exchange.psc.telephone import TelephoneSignIn
from demo_lgc.sandbox.psc.provider import Provider
from tests.exchange.psc.conftest import PAUL, ROBERT, Connect


def problem(sign_in: TelephoneSignIn) -> SignInProblem:
    with pytest.raises(SignInError) as raised:
        sign_in.wait()
    return raised.value.problem


@pytest.fixture(autouse=True)
def pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask every tenth of a second, and let the provider bear it."""
    monkeypatch.setattr("demo_lgc.exchange.psc.telephone._LEAST", 0.1)


@pytest.fixture
def provider(provider: Provider) -> Provider:
    provider.apply({"do": "lives", "interval": 0.1})
    return provider


def test_a_doctor_signs_in(connect: Connect, provider: Provider) -> None:
    sign_in = connect().on_telephone(PAUL)
    assert sign_in.address == ""
    account = sign_in.wait()
    assert account.practitioner.national_id == PAUL
    assert provider.holder_of(account.token.fresh()) == PAUL
    account.close()


def test_the_telephone_shows_the_same_number(connect: Connect, provider: Provider) -> None:
    provider.apply({"do": "phone", "answer": "ignore"})
    sign_in = connect().on_telephone(PAUL)
    ringing = [r for r in provider.sessions.ringing() if r.number == sign_in.number]
    assert [r.holder.national_id for r in ringing] == [PAUL]
    assert len(sign_in.number) == 2
    assert sign_in.number.isdigit()
    sign_in.cancel()
    provider.apply({"do": "answer", "answer": "refuse"})


def test_the_numbers_are_drawn(connect: Connect, provider: Provider) -> None:
    assert len({connect().on_telephone(PAUL).number for _ in range(12)}) > 4


def test_it_waits_for_somebody_who_looks_for_their_telephone(connect: Connect, provider: Provider) -> None:
    provider.apply({"do": "phone", "answer": "ignore"})
    sign_in = connect().on_telephone(PAUL)
    threading.Timer(0.5, provider.apply, ({"do": "answer", "answer": "accept"},)).start()
    account = sign_in.wait()
    assert account.practitioner.national_id == PAUL
    account.close()


def test_who_declines_on_the_telephone_is_not_signed_in(connect: Connect, provider: Provider) -> None:
    provider.apply({"do": "phone", "answer": "refuse"})
    assert problem(connect().on_telephone(PAUL)) is SignInProblem.REFUSED


def test_a_telephone_left_in_a_coat(connect: Connect, provider: Provider) -> None:
    provider.apply({"do": "phone", "answer": "ignore"})
    provider.apply({"do": "lives", "request": 1.0})
    assert problem(connect().on_telephone(PAUL)) is SignInProblem.TOO_LATE


def test_the_word_of_the_provider_that_it_is_too_late(
    connect: Connect, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.apply({"do": "phone", "answer": "ignore"})
    sign_in = connect().on_telephone(PAUL)
    for request in provider.sessions.ringing():
        request.until = 0.0
    assert problem(sign_in) is SignInProblem.TOO_LATE


def test_somebody_else_s_telephone_opens_nothing(connect: Connect, provider: Provider) -> None:
    provider.apply({"do": "phone", "answer": "accept", "after": 0, "person": ROBERT})
    assert problem(connect().on_telephone(PAUL)) is SignInProblem.OTHER_PERSON


def test_it_slows_down_when_told_to(
    connect: Connect, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("demo_lgc.exchange.psc.telephone._SLOWER", 0.5)
    monkeypatch.setattr("demo_lgc.sandbox.psc.sessions.SLOWER", 0.5)
    provider.apply({"do": "phone", "answer": "ignore"})
    sign_in = connect().on_telephone(PAUL)
    for request in provider.sessions.ringing():
        request.asked_at = time.time() + 0.05  # as if somebody had asked just before
    threading.Timer(0.2, provider.apply, ({"do": "answer", "answer": "accept"},)).start()
    began = time.monotonic()
    sign_in.wait().close()
    assert time.monotonic() - began > 0.6


def test_giving_up_frees_who_waits(connect: Connect, provider: Provider) -> None:
    provider.apply({"do": "phone", "answer": "ignore"})
    sign_in = connect().on_telephone(PAUL)
    threading.Timer(0.1, sign_in.cancel).start()
    began = time.monotonic()
    assert problem(sign_in) is SignInProblem.REFUSED
    assert time.monotonic() - began < 2
    sign_in.cancel()
    provider.apply({"do": "answer", "answer": "refuse"})


@pytest.mark.parametrize(
    "typed", ["", "1234", "89970005729X", "8997000572911", "٨99700057291", "899700057291\n"]
)
def test_what_is_no_identifier_rings_no_telephone(connect: Connect, typed: str) -> None:
    with pytest.raises(SignInError) as raised:
        connect().on_telephone(typed)
    assert raised.value.problem is SignInProblem.NO_IDENTITY


@pytest.mark.parametrize("said", [-1, 0, True, "5", None, 1e12, float("nan"), float("inf")])
def test_a_pace_that_makes_no_sense_is_not_kept(
    connect: Connect, provider: Provider, monkeypatch: pytest.MonkeyPatch, said: object
) -> None:
    monkeypatch.setattr("demo_lgc.exchange.psc.telephone._INTERVAL", 0.1)
    ring = provider.tokens.ring
    monkeypatch.setattr(
        provider.tokens, "ring", lambda form: ring(form) | {"interval": said, "expires_in": said}
    )
    connect().on_telephone(PAUL).wait().close()


def test_somebody_unknown_to_the_provider(connect: Connect) -> None:
    with pytest.raises(SignInError) as raised:
        connect().on_telephone("899999999999")
    assert raised.value.problem is SignInProblem.NO_IDENTITY


def test_a_short_loss_of_the_network_is_borne(
    connect: Connect, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in = connect().on_telephone(PAUL)
    failures = iter(range(2))
    post = Calls.post

    def flaky(self: Calls, url: str, *rest: object) -> dict[str, object]:
        if url.endswith("/token") and next(failures, None) is not None:
            raise NetworkError("psc", "TimeoutError")
        return post(self, url, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Calls, "post", flaky)
    sign_in.wait().close()


def test_a_long_one_is_not(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in = connect().on_telephone(PAUL)

    def dead(*_: object) -> dict[str, object]:
        raise NetworkError("psc", "TimeoutError")

    monkeypatch.setattr(Calls, "post", dead)
    with pytest.raises(NetworkError):
        sign_in.wait()


def test_a_provider_that_has_no_such_thing(
    connect: Connect, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = provider.metadata()
    del told["backchannel_authentication_endpoint"]
    monkeypatch.setattr(Provider, "metadata", lambda self: told | {"token_endpoint": f"{provider.origin}/t"})
    with pytest.raises(SignInError) as raised:
        connect().on_telephone(PAUL)
    assert raised.value.problem is SignInProblem.NOT_CONFIGURED


def test_a_provider_that_does_not_say_where_it_is(
    connect: Connect, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = provider.metadata()
    del told["backchannel_authentication_endpoint"]
    monkeypatch.setattr(Provider, "metadata", lambda self: told)
    connect().on_telephone(PAUL).wait().close()
