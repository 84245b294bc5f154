"""A new synthesis replaces the one before, where it is; nothing is stuck when it cannot."""

from __future__ import annotations

import pytest

from demo_lgc.domain.delivery import Channel, DeliveryState, SharedVersion
from demo_lgc.domain.document import Visibility
from demo_lgc.domain.errors import NetworkError, RemoteRefusal
from demo_lgc.records import patients
from demo_lgc.records.store import Store
from demo_lgc.services.dmp_access import DmpAccess
from demo_lgc.services.versions import following, replaceable
from tests.factory import CREATED_AT, a_header
from tests.records.records_values import a_patient
from tests.services.conftest import FakePeers

DMP, MAIL = Channel.DMP, Channel.MSSANTE
S = DeliveryState


def version(number: int, *deliveries: tuple[Channel, DeliveryState], set_id: str = "2.25.1") -> SharedVersion:
    return SharedVersion(f"2.25.{number}0", set_id, number, deliveries)


def chosen(*shared: SharedVersion, to_dmp: bool = True, visibility: Visibility = Visibility.VISIBLE) -> str:
    found = replaceable(shared, to_dmp=to_dmp, visibility=visibility)
    return found.unique_id if found else ""


@pytest.mark.parametrize(
    ("shared", "to_dmp", "replaced"),
    [
        ((), True, ""),
        ((version(1, (DMP, S.SENT)),), True, "2.25.10"),
        ((version(2, (DMP, S.SENT)), version(1, (DMP, S.SENT))), True, "2.25.20"),
        # What only colleagues have is unknown to the DMP: the version there is the one to replace.
        ((version(2, (MAIL, S.SENT)), version(1, (DMP, S.SENT))), True, "2.25.10"),
        ((version(1, (MAIL, S.SENT)),), True, ""),
        ((version(1, (MAIL, S.SENT)),), False, "2.25.10"),
        ((version(2, (MAIL, S.REFUSED), (MAIL, S.SENT)),), False, "2.25.20"),
        # One that waits cannot be replaced, and a refusal must not be met again.
        ((version(2, (DMP, S.READY)), version(1, (DMP, S.SENT))), True, ""),
        ((version(2, (DMP, S.IN_DOUBT)), version(1, (DMP, S.SENT))), True, ""),
        ((version(2, (DMP, S.REFUSED)), version(1, (DMP, S.SENT))), True, ""),
        ((version(2, (MAIL, S.READY)), version(1, (MAIL, S.SENT))), False, ""),
    ],
)
def test_the_last_that_has_arrived_there_is_replaced(
    shared: tuple[SharedVersion, ...], to_dmp: bool, replaced: str
) -> None:
    assert chosen(*shared, to_dmp=to_dmp) == replaced


def test_what_the_patient_may_not_see_replaces_nothing_in_the_dmp() -> None:
    hidden = Visibility.INVISIBLE_TO_PATIENT
    assert chosen(version(1, (DMP, S.SENT)), visibility=hidden) == ""
    assert chosen(version(1, (DMP, S.SENT)), visibility=Visibility.MASKED_TO_PROFESSIONALS) == "2.25.10"


def test_a_following_version_keeps_its_set_and_passes_every_number_of_it() -> None:
    made = following(a_header(unique_id="2.25.99"), version(1, set_id="2.25.5"), 4, CREATED_AT)
    assert (made.unique_id, made.set_id, made.version, made.replaces) == ("2.25.99", "2.25.5", 5, "2.25.10")


@pytest.mark.parametrize("failure", [NetworkError("dmp"), RemoteRefusal("dmp", "XDSRegistryBusy", "")])
def test_a_dmp_that_does_not_answer_stops_no_sharing(
    failure: Exception,
    access: DmpAccess,
    store: Store,
    peers: FakePeers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: object) -> tuple[str, ...]:
        raise failure

    patient = patients.add(store, a_patient())
    monkeypatch.setattr(peers.dmp, "entry_uuids", fails, raising=False)
    assert access.entry_of(patient, "2.25.1") == ""


def test_two_entries_for_one_document_replace_nothing(
    access: DmpAccess, store: Store, peers: FakePeers, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = patients.add(store, a_patient())
    answers = iter([("urn:uuid:1",), (), ("urn:uuid:1", "urn:uuid:2")])
    monkeypatch.setattr(peers.dmp, "entry_uuids", lambda *_: next(answers), raising=False)
    assert [access.entry_of(patient, "2.25.1") for _ in range(3)] == ["urn:uuid:1", "", ""]
