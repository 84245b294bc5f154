"""The client and the simulated DMP, each built from the specification by other hands, meet here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from demo_lgc.card.software import SoftwareReader
from demo_lgc.documents.cda.enclosed import write_enclosed
from demo_lgc.documents.cda.writer import write_vsm
from demo_lgc.domain.delivery import Part
from demo_lgc.domain.dmp import DmpAuthorisation, DmpExistence
from demo_lgc.domain.document import Document, Visibility
from demo_lgc.domain.errors import CardError, NetworkError, RemoteRefusal
from demo_lgc.domain.trust import OpenCard
from demo_lgc.exchange.dmp.client import DmpClient
from demo_lgc.exchange.xds.submission import Submission, freeze
from demo_lgc.sandbox.dmp.server import DmpServer
from demo_lgc.sandbox.dmp.state import DmpRecord
from demo_lgc.sandbox.pki import Holder, Pki, make_pki
from demo_lgc.settings import DmpSettings
from tests.documents.letters import PAGES, ROBERT, a_letter_header
from tests.factory import TINY_PDF, a_full_vsm, a_header, a_patient, a_session
from tests.trusting import trusting

INS = a_patient().ins or pytest.fail("the patient of the tests has an INS")
DOCTOR = a_session().practitioner
PLACE = a_session().situation


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    activity = (PLACE.structure_id, PLACE.name, PLACE.sector)
    holder = Holder(DOCTOR.national_id, DOCTOR.family, DOCTOR.given, activities=(activity,))
    return make_pki(tmp_path_factory.mktemp("pki"), [holder])


@pytest.fixture
def dmp(pki: Pki) -> Iterator[DmpServer]:
    server = DmpServer(pki, {INS.matricule: DmpRecord(INS.matricule, INS.oid)})
    server.start()
    yield server
    server.stop()


@pytest.fixture
def reader(pki: Pki) -> Iterator[SoftwareReader]:
    reader = SoftwareReader(pki.cards[0])
    yield reader
    reader.close()


@pytest.fixture
def card(reader: SoftwareReader) -> Iterator[OpenCard]:
    card = reader.open("1234")
    yield card
    card.close()


@pytest.fixture
def client(dmp: DmpServer, pki: Pki, card: OpenCard) -> Iterator[DmpClient]:
    client = DmpClient(
        DmpSettings(base_url=dmp.base_url, trust_anchors=str(pki.anchors), deadline=10.0),
        replace(a_session(), opened_at=now()),
        card.tls,
        trusting(pki.anchors),
        software="demo_lgc",
        version="0.1.0",
        clock=now,
    )
    yield client
    client.close()


def a_submission(
    card: OpenCard, visibility: Visibility = Visibility.VISIBLE, **changes: object
) -> Submission:
    header = a_header(**changes)
    document = Document(header, write_vsm(a_full_vsm(), header, TINY_PDF), TINY_PDF)
    return freeze(
        document,
        visibility,
        card.signer,
        submission_id="2.25.121024268376059954778407258149334522390",
        source_id="1.2.250.1.999.1.2",
        now=now(),
    )


def test_status_then_consent(client: DmpClient, dmp: DmpServer) -> None:
    status = client.status(INS)
    assert (status.existence, status.authorisation) == (DmpExistence.ACTIVE, DmpAuthorisation.MISSING)
    assert status.attached_to_mes
    client.authorise(INS)
    assert client.status(INS).authorisation is DmpAuthorisation.VALID


def test_a_closed_dmp_says_when(client: DmpClient, dmp: DmpServer) -> None:
    dmp.script.close_dmp(INS.matricule, date(2024, 3, 12))
    status = client.status(INS)
    assert (status.existence, status.closed_on) == (DmpExistence.CLOSED, date(2024, 3, 12))
    assert status.closing_reason


def test_an_opposition_is_seen(client: DmpClient, dmp: DmpServer) -> None:
    dmp.script.oppose(INS.matricule)
    assert client.status(INS).authorisation is DmpAuthorisation.FORBIDDEN


@pytest.mark.parametrize("visibility", list(Visibility))
def test_a_vsm_is_taken_once_and_then_known(
    client: DmpClient, dmp: DmpServer, card: OpenCard, visibility: Visibility
) -> None:
    submission = a_submission(card, visibility)
    assert not client.knows(INS, submission.document_id)
    receipt = client.submit(INS, submission.parts, submission.submission_id)
    assert receipt.wire_id == submission.submission_id
    assert client.knows(INS, submission.document_id)
    stored = dmp.document(submission.document_id)
    assert stored is not None
    assert stored.content == submission.parts[1].content
    with pytest.raises(RemoteRefusal) as raised:
        client.submit(INS, submission.parts, submission.submission_id)
    assert raised.value.code == "XDSDuplicateUniqueIdInRegistry"
    assert dmp.journal.count(submission.document_id) == 1


def test_a_page_of_every_kind_is_taken(client: DmpClient, dmp: DmpServer, card: OpenCard) -> None:
    for number, (kind, _) in enumerate(PAGES.values(), 1):
        oid = f"2.25.{number}"
        header = a_letter_header(kind, unique_id=oid, set_id=oid, recipients=(ROBERT,))
        document = Document(header, write_enclosed(header, TINY_PDF), TINY_PDF)
        submission = freeze(
            document,
            Visibility.VISIBLE,
            card.signer,
            submission_id=f"2.25.{number + 100}",
            source_id="1.2.250.1.999.1.2",
            now=now(),
        )
        client.submit(INS, submission.parts, submission.submission_id)
        assert dmp.journal.count(oid) == 1


def test_a_new_version_replaces_the_one_before(client: DmpClient, dmp: DmpServer, card: OpenCard) -> None:
    first = a_submission(card)
    client.submit(INS, first.parts, first.submission_id)
    header = a_header(unique_id="2.25.77", version=2, replaces=first.document_id)
    second = freeze(
        Document(header, write_vsm(a_full_vsm(), header, TINY_PDF), TINY_PDF),
        Visibility.VISIBLE,
        card.signer,
        submission_id="2.25.78",
        source_id="1.2.250.1.999.1.2",
        now=now(),
        replaces_entry=client.entry_uuids(INS, first.document_id)[0],
    )
    client.submit(INS, second.parts, second.submission_id)
    before = dmp.document(first.document_id)
    assert before is not None
    assert before.status == "Deprecated"


@pytest.mark.parametrize("when", ["before-answer", "after-commit", "mid-answer"])
def test_a_lost_answer_is_a_doubt_that_a_question_lifts(
    client: DmpClient, dmp: DmpServer, card: OpenCard, when: str
) -> None:
    submission = a_submission(card)
    dmp.script.cut(when)  # type: ignore[arg-type]
    with pytest.raises(NetworkError) as raised:
        client.submit(INS, submission.parts, submission.submission_id)
    assert raised.value.doubtful
    if not client.knows(INS, submission.document_id):
        client.submit(INS, submission.parts, submission.submission_id)
    assert dmp.journal.count(submission.document_id) == 1


def test_a_busy_repository_may_be_asked_later(client: DmpClient, dmp: DmpServer, card: OpenCard) -> None:
    submission = a_submission(card)
    dmp.script.refuse("TD2.1", "XDSRepositoryBusy")
    with pytest.raises(RemoteRefusal) as raised:
        client.submit(INS, submission.parts, submission.submission_id)
    assert raised.value.transient
    client.submit(INS, submission.parts, submission.submission_id)


def test_a_lot_changed_on_the_way_is_refused(client: DmpClient, card: OpenCard) -> None:
    submission = a_submission(card)
    request, document, signature = submission.parts
    changed = Part(document.name, document.media_type, document.content.replace(b"Diab", b"diab"))
    with pytest.raises(RemoteRefusal):
        client.submit(INS, (request, changed, signature), submission.submission_id)


def test_a_service_that_is_down_leaves_no_doubt(client: DmpClient, dmp: DmpServer) -> None:
    dmp.script.down()
    with pytest.raises(NetworkError) as raised:
        client.status(INS)
    assert not raised.value.doubtful
    dmp.script.down(False)
    assert client.status(INS).existence is DmpExistence.ACTIVE


def test_a_card_pulled_out_is_what_the_caller_hears_of(client: DmpClient, reader: SoftwareReader) -> None:
    reader.pull_out()
    with pytest.raises(CardError):
        client.status(INS)
