"""The documents of the demonstration: received as any other, and always of the day they are looked at."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_lgc.domain.errors import NotAllowed
from demo_lgc.domain.identity import Ins, Patient
from demo_lgc.records import documents, patients, trace
from demo_lgc.records.store import Store
from demo_lgc.services.sample_documents import moved, receive_samples
from tests.records.records_values import NOW, a_patient
from tests.services.received_files import CHANTAL, CRITICAL, a_cda

WRITTEN = date(2026, 11, 20)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "documents"
    made.mkdir()
    listed = '[old]\norigin = "mss"\nread = true\n[critical]\nread = true\n'
    (made / "arrivals.toml").write_text(f"written_for = {WRITTEN}\n{listed}")
    (made / "old.xml").write_bytes(a_cda())
    return made


@pytest.fixture
def henri(store: Store) -> Patient:
    return patients.add(store, a_patient())


def known(patient: Patient) -> dict[Ins, int]:
    assert patient.ins
    return {patient.ins: patient.id}


def test_each_file_is_received_by_its_way_and_others_from_the_dmp(
    store: Store, folder: Path, henri: Patient
) -> None:
    (folder / "new.xml").write_bytes(a_cda("2.25.72", version='<versionNumber value="2"/>'))
    (folder / "critical.xml").write_bytes(a_cda("2.25.73", set_id="", section=CRITICAL))
    (folder / "nobody.xml").write_bytes(a_cda("2.25.74", set_id="", patient=CHANTAL))
    receive_samples(store, folder, known(henri), WRITTEN, NOW)
    lines = {line.unique_id: line for line in documents.summaries(store, henri.id)}
    assert {number: (line.origin, line.state) for number, line in lines.items()} == {
        "2.25.71": ("mss", "Remplacé"),
        "2.25.72": ("dmp", "Non lu"),
        "2.25.73": ("dmp", "Résultat critique"),
    }
    assert documents.content(store, "2.25.71") == a_cda()
    assert trace.acts(store) == (), "nobody received them"


def test_two_files_of_one_version_are_a_mistake_of_ours(store: Store, folder: Path, henri: Patient) -> None:
    (folder / "twice.xml").write_bytes(a_cda("2.25.72"))
    with pytest.raises(NotAllowed):
        receive_samples(store, folder, known(henri), WRITTEN, NOW)


def test_a_report_of_two_days_ago_stays_so(store: Store, folder: Path, henri: Patient) -> None:
    receive_samples(store, folder, known(henri), date(2028, 3, 1), NOW)
    (line,) = documents.summaries(store, henri.id)
    assert line.created_at.date() == date(2028, 2, 28)


@pytest.mark.parametrize(
    ("said", "becomes"),
    [
        (b'<time value="20261118101500+0100"/>', b'<time value="20261128101500+0100"/>'),
        (b'<low value="20261125"/>', b'<low value="20261205"/>'),
        (b"le 18/11/2026.", b"le 28/11/2026."),
        (b'<birthTime value="19480818"/>', b'<birthTime value="19480818"/>'),
        (b"depuis le 08/07/2014", b"depuis le 08/07/2014"),
        (b'<value value="20269999"/>', b'<value value="20269999"/>'),
        (b'extension="20261118"', b'extension="20261118"'),
        (b'<telecom value="tel:20261118"/>', b'<telecom value="tel:20261118"/>'),
        (b"118/11/2026/3", b"118/11/2026/3"),
    ],
)
def test_recent_dates_move_and_nothing_else(said: bytes, becomes: bytes) -> None:
    assert moved(said, WRITTEN, WRITTEN + timedelta(days=10)) == becomes


@given(st.dates(date(2024, 1, 1), date(2027, 1, 1)), st.integers(0, 5000))
def test_a_date_is_as_far_from_the_day_as_it_was_written(said: date, days: int) -> None:
    today = WRITTEN + timedelta(days=days)
    content = f'<time value="{said:%Y%m%d}0815+0100"/> le {said:%d/%m/%Y}'.encode()
    then = said + timedelta(days=days)
    assert moved(content, WRITTEN, today) == (
        f'<time value="{then:%Y%m%d}0815+0100"/> le {then:%d/%m/%Y}'.encode()
    )
    assert moved(content, WRITTEN, WRITTEN) == content
