"""The record of M. CHEMIN on a desk that looks at files for real, and keeps what it is told to in a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from demo_lgc.documents.reading.document import read_document
from demo_lgc.domain.document import UNREAD, DocumentSummary
from demo_lgc.domain.errors import UnreadableDocument
from demo_lgc.domain.identity import Patient, Sex
from demo_lgc.services.reception import Arrival, unique_id_of
from demo_lgc.ui.patient.page import RecordPage
from demo_lgc.ui.reception.comparison import WhoseDocument
from demo_lgc.ui.reception.view import Notice
from tests.ui.sharing.fake_desk import NOW, FakeDesk, a_patient
from tests.ui.viewer import papers

CHANTAL = a_patient(
    id=9,
    birth_name="LEGRAND",
    given_names=("CHANTAL",),
    birth_date=date(1956, 3, 2),
    sex=Sex.FEMALE,
    used_name="",
    used_given_name="",
    ins=None,
)


class Shelf(FakeDesk):
    """A desk that keeps what it receives; `refusal` is raised instead, unless the doctor accepted."""

    def __init__(self, **changes: Any) -> None:
        self.kept_elsewhere: dict[str, int] = {}
        self.patients: tuple[Patient, ...] = (a_patient(), CHANTAL)
        self.candidates: tuple[Patient, ...] = ()
        self.versions_in: frozenset[int] = frozenset()
        self.refusal: Exception | None = None
        super().__init__(arrival=self.look, received=self.keep, **changes)

    def look(self, content: bytes, name: str) -> Arrival:
        try:
            document, problem = read_document(content), None
        except UnreadableDocument as unreadable:
            document, problem = None, unreadable.problem
        unique_id = unique_id_of(document, content)
        here = {line.unique_id: self.file.patient.id for line in self.file.documents}
        kept_in = (self.kept_elsewhere | here).get(unique_id)
        return Arrival(name, document, problem, self.candidates, kept_in, self.versions_in)

    def keep(
        self, patient_id: int, content: bytes, origin: str, name: str, *, accepted_differences: bool
    ) -> DocumentSummary | Exception:
        if self.refusal is not None and not accepted_differences:
            return self.refusal
        arrival = self.look(content, name)
        title = arrival.document.title if arrival.document else name
        unique_id = unique_id_of(arrival.document, content)
        line = DocumentSummary(unique_id, title, "", "", "", NOW, origin, UNREAD)
        self.file = replace(self.file, documents=(line, *self.file.documents))
        return line

    @property
    def receptions(self) -> list[tuple[int, str, str, bool]]:
        """Whose record, from where, under which name, whether the doctor accepted differences."""
        return [(patient, origin, name, yes) for patient, _, origin, name, yes in self.called("receive")]


@pytest.fixture
def desk() -> Shelf:
    made = Shelf(document=papers.a_biology())
    made.files.names = lambda ids: {p.id: p.display_name for p in made.patients if p.id in ids}
    return made


Opening = Callable[..., RecordPage]


@pytest.fixture
def record(open_record: Opening) -> RecordPage:
    return open_record()


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, bytes], Path]:
    """Write a file on the disk of the doctor."""

    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def sheet_of(page: RecordPage) -> WhoseDocument:
    """The sheet now open."""
    return next(sheet for sheet in page.findChildren(WhoseDocument) if sheet.isVisible())


def notice_of(page: RecordPage) -> Notice:
    return page.findChild(Notice)
