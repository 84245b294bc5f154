"""« Vue d’ensemble »: the life of the patient above, the documents below."""

from __future__ import annotations

import unicodedata
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QStackedLayout, QWidget
from typing_extensions import override

from demo_lgc.domain.document import DocumentSummary
from demo_lgc.domain.timeline import TimelineEvent
from demo_lgc.ui import shortcuts, theme
from demo_lgc.ui.patient.lanes import Period
from demo_lgc.ui.patient.timeline import Timeline
from demo_lgc.ui.widgets import states
from demo_lgc.ui.widgets.buttons import button, segments
from demo_lgc.ui.widgets.card import Card
from demo_lgc.ui.widgets.cell import Cell
from demo_lgc.ui.widgets.drop import FileDrop
from demo_lgc.ui.widgets.empty import EmptyState
from demo_lgc.ui.widgets.layout import col, plain, row, rule
from demo_lgc.ui.widgets.page import Page
from demo_lgc.ui.widgets.table import Column, RowsModel, TableView

PERIODS = (Period.QUARTER, Period.YEAR, Period.ALL)
STATES = {  # what records says of a document: icon, tone
    "Dans le DMP": ("sent", "ok"),
    "Envoyé": ("sent", "ok"),
    "Envoi en cours": ("sending", "accent"),
    "À vérifier": ("doubt", "warn"),
    "Refusé": ("failed", "danger"),
    "Non envoyé": ("waiting", "warn"),
    "Remplacé": ("given-up", "neutral"),
    "Non lu": ("dot", "accent"),
    "Résultat critique": ("result-critical", "danger!"),
}


class Overview(Page):
    """The timeline and the documents of a record.

    `document_opened` and `document_apart` carry the unique id of the document to read, here or in a window;
    `file_wanted` asks to add one, `files_dropped` carries the paths of those dropped on the documents.
    """

    document_opened = Signal(str)
    document_apart = Signal(str)
    file_wanted = Signal()
    files_dropped = Signal(object)

    def __init__(self, today: date) -> None:
        super().__init__()
        self.timeline = Timeline(today)
        self.timeline.setObjectName("record.timeline")
        self.timeline.document_chosen.connect(self.choose_document)
        self.timeline.document_opened.connect(self.document_opened)
        self._documents: tuple[DocumentSummary, ...] = ()
        self._model = RowsModel(columns(self), key=lambda d: d.unique_id)
        self.table = TableView(self._model, self.tr("Documents du patient"))
        self.table.setObjectName("record.documents")
        self.table.opened.connect(lambda document: self.document_opened.emit(document.unique_id))
        self.table.opened_apart.connect(lambda document: self.document_apart.emit(document.unique_id))
        self.filter = _Filter()
        self.filter.setObjectName("record.filter")
        self.filter.setPlaceholderText(self.tr("Filtrer…"))
        self.filter.setAccessibleName(self.tr("Filtrer les documents"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setMinimumWidth(180)
        self.filter.textChanged.connect(lambda _text: self._show_rows())
        self._nothing = EmptyState("file-text", self.tr("Pas encore de document."))
        self._unmatched = EmptyState(
            "search", "", self.tr("Effacer le filtre"), on=lambda: self.filter.setText("")
        )
        self._hide = button(self.tr("Masquer"), kind="quiet", name="record.timeline.hide", on=self._toggle)
        self._build()
        self.first = self.table
        self.show_events(())

    def show_events(self, events: tuple[TimelineEvent, ...]) -> None:
        """Show the life of the patient."""
        self.timeline.show_events(events)

    def show_documents(self, documents: tuple[DocumentSummary, ...]) -> None:
        """Show the documents, newest first; the one chosen stays chosen."""
        self._documents = documents
        self._card.set_count(str(len(documents)))
        self._show_rows()

    def choose_document(self, unique_id: str) -> None:
        """Bring a document under the eyes, in the table."""
        if not self.table.choose(unique_id):
            self.filter.clear()
            self.table.choose(unique_id)
        self.table.scrollTo(self.table.currentIndex())

    def set_narrow(self, narrow: bool) -> None:
        """Fold what goes under 1200 pixels."""
        self.table.fold(narrow)
        margin = theme.M if narrow else theme.L
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(margin, margin, margin, margin)

    def _build(self) -> None:
        period = segments(
            (self.tr("3\u00a0mois"), self.tr("1\u00a0an"), self.tr("Tout")),
            1,
            lambda rank: self.timeline.show_period(PERIODS[rank]),
        )
        self._period = period
        head = plain(row(period, 6, self._hide, gap=6))
        self._life = Card(self.tr("Parcours de soins"), self.timeline, action=head, margins=(1, 0, 1, 2))
        rows = FileDrop(self.tr("Déposer ici pour ajouter au dossier"))
        rows.dropped.connect(self.files_dropped)
        self._stack = QStackedLayout(rows)
        for part in (self.table, self._nothing, self._unmatched):
            self._stack.addWidget(part)
        add = button(self.tr("Ajouter un fichier…"), "file-plus", name="record.add", on=self.file_wanted.emit)
        add.setToolTip(shortcuts.tip("add-file"))
        acts = plain(row(add, self.filter))
        self._card = Card(self.tr("Documents"), rule(), (rows, 1), action=acts, margins=(1, 0, 1, 6), gap=0)
        self.setLayout(col(self._life, (self._card, 1), gap=12, margins=16))

    def _show_rows(self) -> None:
        wanted = _plain(self.filter.text()).split()
        rows = [d for d in self._documents if all(word in _haystack(d) for word in wanted)]
        self._model.set_rows(rows)
        said = self.tr("Rien ne correspond à «\u00a0%1\u00a0».").replace("%1", self.filter.text())
        self._unmatched.sentence.setText(said)
        empty = self._unmatched if self._documents else self._nothing
        self._stack.setCurrentWidget(self.table if rows else empty)

    def _toggle(self) -> None:
        shown = self.timeline.isHidden()
        self.timeline.setVisible(shown)
        self._period.setVisible(shown)
        self._hide.setText(self.tr("Masquer") if shown else self.tr("Afficher"))


class _Filter(QLineEdit):
    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)


def columns(page: QWidget) -> tuple[Column[DocumentSummary], ...]:
    """Return the columns of the documents. `page` translates their titles."""
    return (
        Column(page.tr("Origine"), lambda d: _origin(d.origin)),
        Column(page.tr("Date"), lambda d: Cell(f"{d.created_at:%d/%m/%Y}", tone="text2")),
        Column(page.tr("Nom"), lambda d: Cell(d.title, weight=500), stretch=True),
        Column(page.tr("Type"), lambda d: Cell(d.type_label, tone="text2"), folds=True),
        Column(page.tr("Signataire"), lambda d: Cell(d.author, tone="text2")),
        Column(page.tr("Établissement"), lambda d: Cell(d.organisation, tone="text2"), folds=True),
        Column(page.tr("État"), lambda d: _state(d.state)),
    )


def _origin(origin: str) -> Cell:
    state = states.ORIGIN.get(origin, states.ORIGIN["practice"])
    return Cell(state.word, icon=state.icon, tone=state.tone, weight=500)


def _state(said: str) -> Cell:
    if not said:
        return Cell()
    icon, tone = STATES.get(said, ("", "neutral"))
    return Cell(said, icon=icon, tone=tone, chip=True)


def _haystack(document: DocumentSummary) -> str:
    d = document
    origin = states.ORIGIN.get(d.origin, states.ORIGIN["practice"]).word
    return _plain(
        " ".join(
            (d.title, d.type_label, d.author, d.organisation, origin, d.state, f"{d.created_at:%d/%m/%Y}")
        )
    )


def _plain(text: str) -> str:
    """Lower case, without accents, apostrophes made straight: what is compared."""
    bare = unicodedata.normalize("NFKD", text.replace("’", "'")).casefold()
    return "".join(c for c in bare if not unicodedata.combining(c))
