"""Every library that speaks for us, with the key in a card, to servers that ask for it."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from demo_lgc.card.reader import PkcsReader
from demo_lgc.card.software_card import SoftwareCard
from demo_lgc.card.tls.identity import CardTls
from demo_lgc.card.tls.provider import Pss
from demo_lgc.card.tls.selftest import Engine
from demo_lgc.domain.trust import ServerTrust, TlsIdentity
from demo_lgc.sandbox.pki import Holder, Pki, make_pki
from demo_lgc.sandbox.softcard import SoftCard, find_softhsm, make_card
from demo_lgc.settings import CardSettings
from tests.card.speaking import LIBRARIES, Speaker

NUMBER = "899900000034"
TLS_1_2, TLS_1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3

every_library = pytest.mark.parametrize("library", LIBRARIES)
every_engine = pytest.mark.parametrize("engine", list(Engine), ids=["OpenSSL", "tlslite"])
every_version = pytest.mark.parametrize("maximum", [TLS_1_2, TLS_1_3], ids=["TLS 1.2", "TLS 1.3"])


@pytest.fixture(scope="module")
def own_pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return make_pki(tmp_path_factory.mktemp("own"), [Holder(NUMBER, "SEUL", "ADA")])


@pytest.fixture(scope="module")
def software(own_pki: Pki) -> SoftwareCard:
    return SoftwareCard(own_pki.card(NUMBER))


def converse(identity: TlsIdentity, pki: Pki, library: str, maximum: ssl.TLSVersion, spoken: str) -> None:
    protocol, starttls, speak = LIBRARIES[library]
    context = identity.context(ServerTrust(pki.anchors.read_text(), str(pki.revocations)))
    with Speaker(pki, protocol, maximum, starttls) as server:
        speak(context, server.port)
    assert server.seen == [(NUMBER, spoken)]
    assert identity.cause() is None


@every_library
@every_engine
@every_version
@pytest.mark.parametrize("generation", ["CPS3", "CPS4"])
def test_a_card_is_known_to_the_server(
    software: SoftwareCard,
    own_pki: Pki,
    library: str,
    engine: Engine,
    maximum: ssl.TLSVersion,
    generation: str,
) -> None:
    signed: list[str] = []
    pss: Pss | None = None
    if generation == "CPS4":
        pss = counted(signed, "pss", software.sign_pss)
    pkcs1 = counted(signed, "pkcs1", software.sign_info)
    pair = software.pair
    identity = CardTls(pair.authentication, software.authorities[:1], pkcs1, pss, engine)
    spoken = "TLSv1.3" if generation == "CPS4" and maximum is TLS_1_3 else "TLSv1.2"
    converse(identity, own_pki, library, maximum, spoken)
    assert signed == ["pss" if generation == "CPS4" else "pkcs1"]  # one connection, one signature


def counted(signed: list[str], name: str, sign: Callable[..., bytes]) -> Callable[..., bytes]:
    def counting(*arguments: object) -> bytes:
        signed.append(name)
        return sign(*arguments)

    return counting


# --- no private key outside the token -----------------------------------------------------------------


@pytest.fixture(scope="module")
def sealed(own_pki: Pki, software: SoftwareCard, tmp_path_factory: pytest.TempPathFactory) -> SoftCard:
    """A token with the keys of the card, of which no file is left."""
    if find_softhsm() is None:
        pytest.skip("SoftHSM2 is not installed")
    card = own_pki.card(NUMBER)
    made = make_card(tmp_path_factory.mktemp("sealed"), card, own_pki.intermediates)
    for issued in (card.authentication, card.signature):
        issued.key.unlink()
    return made


@pytest.mark.card
@every_library
@every_engine
@every_version
def test_the_key_stays_in_the_token(
    sealed: SoftCard, own_pki: Pki, library: str, engine: Engine, maximum: ssl.TLSVersion
) -> None:
    settings = CardSettings(str(sealed.library), sealed.environment, tls_engine=engine.value)  # type: ignore[arg-type]
    reader = PkcsReader(settings)
    try:
        card = reader.open("1234")
        assert not list(Path(own_pki.folder).rglob("cards/**/*.key"))
        spoken = "TLSv1.3" if maximum is TLS_1_3 else "TLSv1.2"
        converse(card.tls, own_pki, library, maximum, spoken)
        card.close()
    finally:
        reader.close()
