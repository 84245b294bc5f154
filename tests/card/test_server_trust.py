"""Files of anchors as people make them: a comment in French, a file left empty, a text that is none."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import serialization

from demo_lgc.card.tls.server_proof import ServerProof
from demo_lgc.card.tls.server_trust import ServerOnlyTls
from demo_lgc.domain.trust import ServerTrust
from demo_lgc.sandbox.igc_sante import self_signed_authority

both_engines = pytest.mark.parametrize("use", [ServerOnlyTls().context, ServerProof])


@pytest.fixture(scope="module")
def anchor() -> str:
    certificate = self_signed_authority("AC RACINE", "ACR-FO").certificate
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


@pytest.mark.parametrize("before", ["# AC RACINE IGC-SANTÉ\n", "\ufeff"])
@both_engines
def test_a_comment_with_accents_hides_no_anchor(
    use: Callable[[ServerTrust], object], anchor: str, before: str
) -> None:
    made = use(ServerTrust(before + anchor))
    if isinstance(made, ssl.SSLContext):
        assert made.cert_store_stats()["x509"] == 1


@pytest.mark.parametrize("anchors", ["", "é", "no certificate at all"])
@both_engines
def test_no_anchor_at_all_is_a_named_failure(use: Callable[[ServerTrust], object], anchors: str) -> None:
    with pytest.raises(ssl.SSLError):
        use(ServerTrust(anchors))
