"""The two keys of a card, one taken for the other, all the way to the DMP and back to the doctor's screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from demo_lgc.documents.cda.writer import write_vsm
from demo_lgc.domain.delivery import Channel, Delivery, DeliveryDraft, DeliveryState
from demo_lgc.domain.dmp import DmpExistence
from demo_lgc.domain.document import Visibility
from demo_lgc.domain.errors import CardError, CardProblem, RemoteRefusal
from demo_lgc.exchange.dmp.client import DmpClient
from demo_lgc.exchange.xds.submission import freeze
from demo_lgc.records import outbox, patients
from demo_lgc.records.store import Store
from demo_lgc.sandbox.dmp.server import DmpServer
from demo_lgc.sandbox.dmp.state import DmpRecord
from demo_lgc.sandbox.pki import CardCertificates, Holder, Issued, Pki, make_pki
from demo_lgc.services.delivery import Deliveries
from demo_lgc.settings import DmpSettings
from demo_lgc.ui.errors import explain_reason
from tests.exchange.soft_identity import SoftIdentity, SoftSigner
from tests.factory import TINY_PDF, a_document, a_full_vsm, a_header, a_patient, a_session
from tests.trusting import trusting

INS = a_patient().ins or pytest.fail("the patient of the tests has an INS")
DOCTOR = a_session().practitioner
PLACE = a_session().situation
LOT = "2.25.121024268376059954778407258149334522390"

MakeClient = Callable[..., DmpClient]


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@dataclass
class Peers:
    """The DMP of an open session."""

    dmp: DmpClient
    holder: str = DOCTOR.national_id


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    activity = (PLACE.structure_id, PLACE.name, PLACE.sector)
    holder = Holder(DOCTOR.national_id, DOCTOR.family, DOCTOR.given, activities=(activity,))
    return make_pki(tmp_path_factory.mktemp("pki"), [holder])


@pytest.fixture
def card(pki: Pki) -> CardCertificates:
    return pki.cards[0]


@pytest.fixture
def dmp(pki: Pki) -> Iterator[DmpServer]:
    server = DmpServer(pki, {INS.matricule: DmpRecord(INS.matricule, INS.oid)})
    server.start()
    yield server
    server.stop()


def key_of(issued: Issued) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = load_pem_private_key(issued.key.read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key, x509.load_pem_x509_certificate(issued.certificate.read_bytes())


def signing_with(issued: Issued) -> SoftSigner:
    return SoftSigner(*key_of(issued))


@pytest.fixture
def client(dmp: DmpServer, pki: Pki, tmp_path: Path) -> Iterator[MakeClient]:
    """Make a client whose line, and VIHF when it is signed, use these keys."""
    made: list[DmpClient] = []

    def make(line: Issued, vihf: Issued | None = None) -> DmpClient:
        made.append(
            DmpClient(
                DmpSettings(base_url=dmp.base_url, trust_anchors=str(pki.anchors), deadline=10.0),
                replace(a_session(), opened_at=now()),
                SoftIdentity(*key_of(line), tmp_path),
                trusting(pki.anchors),
                software="demo_lgc",
                version="0.1.0",
                clock=now,
                signer=signing_with(vihf) if vihf else None,
            )
        )
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "profile.db") as store:
        yield store


def delivered(store: Store, client: DmpClient, signed_with: Issued) -> Delivery:
    """Write down a synthesis signed with this key, and deliver it."""
    patient = patients.add(store, replace(a_patient(), id=0))
    content = write_vsm(a_full_vsm(), a_header(patient=patient), TINY_PDF)
    document = a_document(content, patient=patient)
    lot = freeze(
        document,
        Visibility.VISIBLE,
        signing_with(signed_with),
        submission_id=LOT,
        source_id="1.2.250.1.999.1.2",
        now=now(),
    )
    draft = DeliveryDraft(Channel.DMP, "dmp", "DMP de M. CHEMIN", LOT, lot.parts)
    (written,) = outbox.add(store, document, (draft,), now())
    settle = {Channel.DMP: timedelta(seconds=30), Channel.MSSANTE: timedelta(seconds=30)}
    return Deliveries(store, Peers(client), now, settle).deliver(written.id)  # type: ignore[arg-type]


def test_each_key_at_its_place_is_taken(
    client: MakeClient, store: Store, dmp: DmpServer, card: CardCertificates
) -> None:
    sent = delivered(store, client(card.authentication, vihf=card.signature), card.signature)
    assert sent.state is DeliveryState.SENT
    assert dmp.journal.count(sent.document_id) == 1


def test_a_lot_signed_with_the_authentication_key_is_refused_and_explained(
    client: MakeClient, store: Store, dmp: DmpServer, card: CardCertificates
) -> None:
    refused = delivered(store, client(card.authentication), card.authentication)
    assert refused.state is DeliveryState.REFUSED
    assert refused.reason.code == "DMPInvalidCertificate"
    assert dmp.journal.count(refused.document_id) == 0
    words = explain_reason(refused.reason, "DMP", refused.next_try)
    assert words is not None
    assert words.title == "Le DMP a refusé la demande."
    assert "ne reconnaît pas le certificat de votre carte" in words.detail
    assert "partagez de nouveau" in words.detail  # what is signed keeps its signature: it must be made again
    assert "«\u00a0Not a valid signature certificate\u00a0» (DMPInvalidCertificate)" in words.detail


def test_a_vihf_signed_with_the_authentication_key_is_refused(
    client: MakeClient, card: CardCertificates
) -> None:
    with pytest.raises(RemoteRefusal, match="DMPInvalidCertificate") as raised:
        client(card.authentication, vihf=card.authentication).status(INS)
    assert raised.value.message == "Not a valid signature certificate"
    assert client(card.authentication, vihf=card.signature).status(INS).existence is DmpExistence.ACTIVE


def test_the_signature_key_opens_no_line(client: MakeClient, store: Store, card: CardCertificates) -> None:
    """Its certificate is not one for TLS: no message is read, hence no fault is answered."""
    with pytest.raises(CardError) as raised:
        client(card.signature).status(INS)
    assert raised.value.problem is CardProblem.NOT_ACCEPTED
    waiting = delivered(store, client(card.signature), card.signature)
    assert (waiting.state, waiting.content_left) == (DeliveryState.READY, False)
    assert waiting.next_try is None  # no time mends it
    words = explain_reason(waiting.reason, "DMP", waiting.next_try)
    assert words is not None
    assert words.title == "Le service refuse votre carte."
