"""A proof of identity is believed whole, or not at all."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.utils import base64url_decode, base64url_encode

from demo_lgc.domain.errors import SignInError, SignInProblem
from demo_lgc.exchange.psc.id_token import find_key, verify
from demo_lgc.exchange.psc.metadata import Metadata
from demo_lgc.sandbox.psc.keys import Keys
from demo_lgc.sandbox.psc.provider import Provider
from tests.exchange.psc.conftest import PAUL, Browser, Connect

ISSUER, CLIENT, SECRET = "https://psc.demo.invalid/realm", "demo-lgc", "a-secret-of-more-than-32-characters"
PROVIDER = Metadata(ISSUER, "", "", "", "")
KEYS = Keys()
ANOTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE = ec.generate_private_key(ec.SECP256R1())
PUBLIC_PEM = KEYS.private.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    told = {"iss": ISSUER, "sub": "f:1:2", "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": "n"}
    return {name: value for name, value in (told | changes).items() if value is not None}


def read(token: str, published: dict[str, Any] | None = None, *, nonce: str = "n") -> str | None:
    """The `sub` of a token, None when no published key is named by it."""
    key = find_key(token, published or KEYS.published())
    if key is None:
        return None
    return verify(token, key, PROVIDER, CLIENT, nonce=nonce, access_token="an-access-token")


def refused(token: str, published: dict[str, Any] | None = None) -> bool:
    try:
        return read(token, published) is None
    except SignInError as error:
        return error.problem is SignInProblem.UNTRUSTED


def signed(told: dict[str, Any], algorithm: str = "RS256", key: Any = None, **header: Any) -> str:
    return jwt.encode(told, key or KEYS.private, algorithm=algorithm, headers={"kid": KEYS.name, **header})


def hmac_with_the_public_key() -> str:
    """The confusion of algorithms: the published key taken for a shared secret."""
    head = base64url_encode(json.dumps({"alg": "HS256", "kid": KEYS.name}).encode())
    told = head + b"." + base64url_encode(json.dumps(claims()).encode())
    return (told + b"." + base64url_encode(hmac.digest(PUBLIC_PEM, told, hashlib.sha256))).decode()


def test_a_good_token_is_believed() -> None:
    assert read(KEYS.sign(claims())) == "f:1:2"


LONG_AGO, ONE_DAY = 946_684_800, 4_102_444_800  # 2000 and 2100


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://psc.demo.invalid/other"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"aud": [CLIENT, "another"]},  # without azp
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"azp": "another"},
        {"exp": LONG_AGO},
        {"exp": None},
        {"iat": ONE_DAY},
        {"iat": None},
        {"nbf": ONE_DAY},
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": ["n"]},
        {"sub": None},
        {"sub": 12},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    ],
    ids=str,
)
def test_a_claim_that_is_wrong_or_missing(changes: dict[str, Any]) -> None:
    assert refused(KEYS.sign(claims(**changes)))


def test_several_audiences_with_ourselves_as_the_party() -> None:
    assert read(KEYS.sign(claims(aud=[CLIENT, "another"], azp=CLIENT))) == "f:1:2"


def test_clocks_may_differ_a_little() -> None:
    now = int(time.time())
    assert read(KEYS.sign(claims(exp=now - 20, iat=now - 320))) == "f:1:2"
    assert read(KEYS.sign(claims(iat=now + 20))) == "f:1:2"


def test_no_nonce_is_wanted_where_none_was_asked() -> None:
    assert read(KEYS.sign(claims(nonce=None)), nonce="") == "f:1:2"


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_algorithms_of_an_rsa_key(algorithm: str) -> None:
    published = {"keys": [{**RSAAlgorithm.to_jwk(KEYS.private.public_key(), as_dict=True), "kid": KEYS.name}]}
    assert read(signed(claims(), algorithm), published) == "f:1:2"


def test_an_elliptic_curve() -> None:
    published = {"keys": [{**ECAlgorithm.to_jwk(CURVE.public_key(), as_dict=True), "kid": "curve"}]}
    token = jwt.encode(claims(), CURVE, algorithm="ES256", headers={"kid": "curve"})
    assert read(token, published) == "f:1:2"


@pytest.mark.parametrize(
    "forged",
    [
        lambda: jwt.encode(claims(), None, algorithm="none", headers={"kid": KEYS.name}),
        lambda: signed(claims(), "HS256", SECRET),
        lambda: signed(claims(), "RS512"),
        lambda: signed(claims(), "PS256"),  # the key is published for RS256 only
        lambda: signed(claims(), "RS256", ANOTHER),
        lambda: signed(claims(), "ES256", CURVE),
        lambda: signed(claims(), kid="unknown"),
        hmac_with_the_public_key,
        lambda: "a.b.c",
        lambda: "",
        lambda: "..",
    ],
)
def test_a_signature_that_proves_nothing(forged: Callable[[], str]) -> None:
    assert refused(forged())


def test_a_token_that_brings_its_own_key() -> None:
    own = RSAAlgorithm.to_jwk(ANOTHER.public_key(), as_dict=True)
    assert refused(signed(claims(), "RS256", ANOTHER, jwk=own))
    assert refused(signed(claims(), "RS256", ANOTHER, jku="https://elsewhere.invalid/keys"))


def test_a_key_for_encryption_signs_nothing() -> None:
    published = {"keys": [key | {"use": "enc"} for key in KEYS.published()["keys"]]}
    assert refused(KEYS.sign(claims()), published)


def test_a_shared_secret_published_as_a_key_signs_nothing() -> None:
    secret = {"kty": "oct", "k": base64url_encode(SECRET.encode()).decode(), "kid": KEYS.name}
    assert refused(signed(claims(), "HS256", SECRET), {"keys": [secret]})
    assert refused(KEYS.sign(claims()), {"keys": [secret]})


def test_a_token_that_names_no_key_is_believed_when_one_only_can_be_meant() -> None:
    token = jwt.encode(claims(), KEYS.private, algorithm="RS256")
    assert read(token) == "f:1:2"
    two = KEYS.published()["keys"] + Keys().published()["keys"]
    assert refused(token, {"keys": two})


@pytest.mark.parametrize("published", [{}, {"keys": None}, {"keys": [1, "x", {}]}, {"keys": {}}])
def test_published_keys_that_are_none(published: dict[str, Any]) -> None:
    assert find_key(KEYS.sign(claims()), published) is None


@given(part=st.integers(0, 2), place=st.floats(0, 0.999), by=st.integers(1, 255))
def test_one_byte_changed_anywhere_is_seen(part: int, place: float, by: int) -> None:
    pieces = TOKEN.split(".")
    content = bytearray(base64url_decode(pieces[part]))
    content[int(place * len(content))] ^= by
    pieces[part] = base64url_encode(bytes(content)).decode()
    assert refused(".".join(pieces))


TOKEN = KEYS.sign(claims())


# --- at the provider ----------------------------------------------------------------------------------


def sign_in_problem(connect: Connect, browser: Browser) -> SignInProblem:
    sign_in = connect().in_browser()
    browser.choose(sign_in.address, login=PAUL)
    with pytest.raises(SignInError) as raised:
        sign_in.wait()
    return raised.value.problem


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "nonce", "at_hash"])
def test_a_provider_that_lies_admits_nobody_and_is_left(
    connect: Connect, browser: Browser, provider: Provider, monkeypatch: pytest.MonkeyPatch, claim: str
) -> None:
    sign = Keys.sign

    def lying(self: Keys, told: dict[str, Any]) -> str:
        return sign(self, told | {claim: "https://elsewhere.invalid"} if told["typ"] == "ID" else told)

    monkeypatch.setattr(Keys, "sign", lying)
    ended = provider.journal()["ended"]
    assert sign_in_problem(connect, browser) is SignInProblem.UNTRUSTED
    assert provider.journal()["ended"] == ended + 1


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_without_the_signature_of_the_provider(
    connect: Connect,
    browser: Browser,
    provider: Provider,
    monkeypatch: pytest.MonkeyPatch,
    algorithm: str,
) -> None:
    key = provider.client.secret * 2 if algorithm == "HS256" else None
    header = {"kid": provider.keys.name}
    monkeypatch.setattr(
        Keys, "sign", lambda self, told: jwt.encode(told, key, algorithm=algorithm, headers=header)
    )
    assert sign_in_problem(connect, browser) is SignInProblem.UNTRUSTED


def test_new_keys_of_the_provider_are_looked_for_once(
    connect: Connect, browser: Browser, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    psc = connect()
    asked: list[None] = []
    published = Keys.published
    monkeypatch.setattr(Keys, "published", lambda self: asked.append(None) or published(self))
    for expected in (1, 1, 2):
        if expected == 2:
            provider.apply({"do": "rotate_keys"})
        sign_in = psc.in_browser()
        browser.choose(sign_in.address, login=PAUL)
        sign_in.wait().close()
        assert len(asked) == expected
    monkeypatch.setattr(Keys, "sign", lambda self, told: signed(told, kid="never published"))
    sign_in = psc.in_browser()
    browser.choose(sign_in.address, login=PAUL)
    with pytest.raises(SignInError):
        sign_in.wait()
    assert len(asked) == 3


def test_no_proof_at_all(connect: Connect, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    sign = Keys.sign
    monkeypatch.setattr(Keys, "sign", lambda self, told: "" if told["typ"] == "ID" else sign(self, told))
    assert sign_in_problem(connect, browser) is SignInProblem.UNTRUSTED
