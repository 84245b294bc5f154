"""Who the patient is, what must not be forgotten, and the one gesture: two lines that never scroll away."""

from __future__ import annotations

import itertools
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget
from typing_extensions import override

from demo_lgc.domain.dmp import DmpStatus
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.timeline import TimelineEvent
from demo_lgc.domain.vsm import Vsm
from demo_lgc.ui import shortcuts, theme
from demo_lgc.ui.patient import words
from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.chip import Chip, ChipButton
from demo_lgc.ui.widgets.layout import clear, col, plain, row
from demo_lgc.ui.widgets.text import Icon, Text

GAP = 6


class Banner(QFrame):
    """The banner of a record. `opened` carries the name of the page a chip speaks of."""

    opened = Signal(str)
    share_wanted = Signal()
    close_wanted = Signal()

    def __init__(self, today: date) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.setObjectName("record.banner")
        self.setFixedHeight(theme.BANNER)
        self._today = today
        self._name = Text("", "title", elide=True)
        self._sex = Icon("", "text2", 18)
        self._born = Text("", "body", "text2", tabular=True)
        self._chips = row(gap=GAP)
        self._facts: list[Chip | ChipButton | Text] = []  # in the order they stand
        self._folding: list[QWidget] = []  # in the order they leave
        self._more = Chip("", "", "neutral")
        self._close = button(
            self.tr("Fermer le dossier"),
            kind="quiet",
            name="record.close",
            tip=shortcuts.tip("close-record"),
            on=self.close_wanted.emit,
        )
        self._share = button(
            self.tr("Partager le VSM"),
            "share-y",
            "primary",
            name="record.share",
            tip=shortcuts.tip("share"),
            on=self.share_wanted.emit,
        )
        who = row(self._name, self._sex, self._born, None, gap=9)
        facts = plain(self._chips)
        # The chips fold to the room there is: they must not hold the window wide.
        facts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setLayout(
            row((col(who, facts, gap=5), 1), self._close, self._share, gap=8, margins=(20, 8, 16, 8))
        )

    @property
    def facts(self) -> list[str]:
        """The words of the chips in sight, in order."""
        shown = [*self._facts, self._more]
        return [w.text() for w in shown if not w.isHidden()]

    def show_patient(
        self,
        patient: Patient,
        vsm: Vsm | None,
        status: DmpStatus | None,
        events: tuple[TimelineEvent, ...],
    ) -> None:
        """Show who it is and what is known; the names are those of the record."""
        self._name.setText(patient.display_name)
        self._sex.set(words.SEX_ICONS[patient.sex], "text2", words.sex_word(patient.sex))
        self._born.setText(words.born(patient, self._today))
        clear(self._chips)
        self._facts, self._folding = [], []
        for rank, fact in enumerate(words.facts(patient, vsm, status, events, self._today)):
            chip = ChipButton(fact.text, fact.icon, fact.tone, self._tip(fact))
            chip.clicked.connect(lambda _on=False, page=fact.opens: self.opened.emit(page))
            self._facts.append(chip)
            if fact.folds:
                self._folding.insert(0, chip)
            if rank == 0:
                self._add_ins(patient)
        self._more = Chip("", "", "neutral")
        for part in (*self._facts, self._more):
            self._chips.addWidget(part)
        self._chips.addStretch(1)
        self._order()
        self._fold()

    def show_sharing(self, sharing: bool) -> None:
        """While sharing, the filled button is the one of the form."""
        self._share.setVisible(not sharing)
        self._fold()

    def set_narrow(self, narrow: bool) -> None:
        """Use shorter words when the window is narrow."""
        self._close.setText(self.tr("Fermer") if narrow else self.tr("Fermer le dossier"))
        self._fold()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _order(self) -> None:
        """Let Tab come to the chips before the buttons at their right, whenever they were made."""
        chips = [fact for fact in self._facts if isinstance(fact, ChipButton)]
        before = self._close.previousInFocusChain()
        while before and (before.focusPolicy() is Qt.FocusPolicy.NoFocus or self._chips.indexOf(before) >= 0):
            before = before.previousInFocusChain()
        if before:
            for left, right in itertools.pairwise([before, *chips]):
                QWidget.setTabOrder(left, right)

    def _add_ins(self, patient: Patient) -> None:
        """The matricule is shown only when it may leave the practice."""
        if patient.ins is None or not patient.is_qualified:
            return
        ins = Text(f"INS\u00a0{patient.ins.spaced}", "small", "text3", tabular=True)
        ins.setObjectName("record.ins")
        self._facts.append(ins)
        self._folding.append(ins)
        if patient.ins.is_fictitious:
            test = Chip(self.tr("TEST"), "", "warn", outline=True)
            test.setToolTip(words.ins_nature(patient.ins.oid))
            self._facts.append(test)

    def _tip(self, fact: words.Fact) -> str:
        tips = {
            "administrative": self.tr("Voir les données administratives"),
            "medical": self.tr("Voir les données médicales"),
            "overview": self.tr("Voir le parcours de soins"),
            "share": self.tr("Partager le VSM"),
        }
        return f"{fact.text}\n{tips[fact.opens]}"

    def _fold(self) -> None:
        """Show as many chips as there is room for; the matricule leaves first, then the last chips."""
        buttons = [b for b in (self._close, self._share) if not b.isHidden()]
        room = self.width() - 36 - sum(b.sizeHint().width() + 8 for b in buttons)
        leaving = sorted(self._folding, key=lambda widget: not isinstance(widget, Text))
        folded: list[QWidget] = []
        while leaving and self._needed(folded) > room:
            folded.append(leaving.pop(0))
        gone = set(map(id, folded))
        for widget in self._facts:
            widget.setVisible(id(widget) not in gone)
        said = [w.text() for w in folded if isinstance(w, Text | ChipButton)]
        self._more.set(f"+{len(said)}", tip="\n".join(said))
        self._more.setVisible(bool(said))

    def _needed(self, folded: list[QWidget]) -> int:
        gone = set(map(id, folded))
        kept = [w for w in self._facts if id(w) not in gone]
        more = 44 if folded else 0
        return sum(w.sizeHint().width() + GAP for w in kept) + more
