"""Before anything is written down, the conformance pack has its say, when one is installed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from demo_lgc.documents.conformance.checker import Checker
from demo_lgc.documents.conformance.installing import install
from demo_lgc.domain.delivery import DeliveryState
from demo_lgc.domain.document import Visibility
from demo_lgc.domain.errors import ConformanceError, ConformanceProblem, Finding, InvalidDocument
from demo_lgc.domain.message import Correspondent, MessageText
from demo_lgc.records import outbox, patients, vsm
from demo_lgc.records.store import Store
from demo_lgc.services import sharing
from demo_lgc.services.sharing import Product, ShareRequest, Sharing
from tests.factory import CREATED_AT, TINY_PDF, a_patient, a_session, a_vsm

PRODUCT = Product("demo_lgc", "0", "demo_lgc", "reference", "1.2.3")
COLLEAGUE = Correspondent("Dr Robert SPECIALISTE5737", "robert.specialiste5737@medecin.mss.demo.test")
REQUEST = ShareRequest(False, Visibility.VISIBLE, (COLLEAGUE,), MessageText("Synthèse", "Bonjour"))


class Judge:
    """Says what a test tells it to say."""

    def __init__(self, says: tuple[Finding, ...] | Exception) -> None:
        self.says = says
        self.seen: list[bytes] = []

    def check(self, content: bytes) -> tuple[Finding, ...]:
        self.seen.append(content)
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


def shared(store: Store, checker: Any) -> int:
    """Prepare the VSM of a new patient for a colleague; return how many deliveries are written down."""
    patient = patients.add(store, a_patient())
    vsm.save(store, patient.id, a_vsm(), "899700057291", CREATED_AT)
    parts: Any = (
        SimpleNamespace(current=a_session()),
        None,
        SimpleNamespace(pdf=lambda *_: TINY_PDF),
        SimpleNamespace(check=lambda address: None),
    )
    prepared = Sharing(store, *parts, PRODUCT, lambda: CREATED_AT, uuid4, checker).prepare(patient, REQUEST)
    return len(prepared)


def written(store: Store) -> int:
    return len(outbox.in_states(store, tuple(DeliveryState)))


def test_a_document_that_conforms_is_written_down(store):
    judge = Judge(())
    assert shared(store, judge) == written(store) == 1
    assert b"<ClinicalDocument" in judge.seen[0]


def test_without_a_pack_nothing_is_asked(store):
    assert shared(store, None) == 1


def test_a_document_that_is_refused_is_not_written_down(store):
    finding = Finding("Traitements, ligne 2, date de début", "Cette date n’est pas valable.")
    with pytest.raises(InvalidDocument) as failure:
        shared(store, Judge((finding,)))
    assert failure.value.findings == (finding,)
    assert written(store) == 0


def test_a_document_that_could_not_be_judged_is_not_written_down(store):
    with pytest.raises(ConformanceError):
        shared(store, Judge(ConformanceError(ConformanceProblem.CRASHED)))
    assert written(store) == 0


@pytest.fixture(scope="module")
def checker(conformance: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checker]:
    made = Checker(install(conformance / "cda", tmp_path_factory.mktemp("installed") / "pack"))
    yield made
    made.close()


@pytest.mark.conformance
def test_the_real_pack_lets_a_good_vsm_leave(store, checker):
    assert shared(store, checker) == written(store) == 1


@pytest.mark.conformance
def test_the_real_pack_keeps_a_broken_one_and_says_why(store, checker, monkeypatch):
    build = sharing.build_vsm

    def broken(*arguments: Any) -> Any:
        document = build(*arguments)
        return replace(document, content=document.content.replace(b'code="SYNTH"', b'code="ESSAI"', 1))

    monkeypatch.setattr(sharing, "build_vsm", broken)
    with pytest.raises(InvalidDocument) as failure:
        shared(store, checker)
    assert (
        Finding("Type du document", "Ce code ne figure pas dans la liste nationale.")
        in failure.value.findings
    )
    assert written(store) == 0
