"""The login: the page that covers everything while no session is open.

At the left what one code opens, at the right one panel at a time. The heading keeps its place from a panel
to the next; nothing of a patient is ever here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QScrollArea, QWidget
from typing_extensions import override

from demo_lgc.domain.practitioner import Door
from demo_lgc.ui.errors import Explanation
from demo_lgc.ui.session.change_panel import ChangePanel
from demo_lgc.ui.session.code_panel import CodePanel
from demo_lgc.ui.session.declare_panel import DeclarePanel
from demo_lgc.ui.session.hero import Hero
from demo_lgc.ui.session.locked import LockedStrip
from demo_lgc.ui.session.panel import Panel
from demo_lgc.ui.session.sign_in_panel import SignInPanel
from demo_lgc.ui.session.situation_panel import SituationPanel
from demo_lgc.ui.session.unblock_panel import UnblockPanel
from demo_lgc.ui.widgets.busy import Busy
from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.chip import Chip
from demo_lgc.ui.widgets.layout import col, frame, plain, row, scroll
from demo_lgc.ui.widgets.mark import Mark
from demo_lgc.ui.widgets.secret import Secret
from demo_lgc.ui.widgets.strip import Strip
from demo_lgc.ui.widgets.text import Text

NARROWEST, WIDEST, EDGE = 300, 400, 16  # pixels of a panel, and around it
HERO_FROM = 900  # pixels of width under which the panels have the page for themselves


def _height(widget: QWidget, width: int) -> int:
    """Return how high a widget wants to be, so wide."""
    return widget.heightForWidth(width) if widget.hasHeightForWidth() else widget.sizeHint().height()


class LoginView(QWidget):
    """The page. `today` gives the day from which a card ends soon.

    `appeared` tells whether it is in sight, `gone` that something else took its place. `look_again` asks
    for the readers to be read, `administration_asked` for the settings that need no card; `panel_left`
    carries a panel that is left.
    """

    look_again = Signal()
    appeared = Signal(bool)
    gone = Signal()
    administration_asked = Signal()
    panel_left = Signal(object)

    def __init__(self, *, sandbox: bool, version: str, today: Callable[[], date] = date.today) -> None:
        super().__init__()
        self._today = today
        self.code_panel = CodePanel()
        self.unblock_panel = UnblockPanel()
        self.change_panel = ChangePanel()
        self.situation_panel = SituationPanel()
        self.declare_panel = DeclarePanel()
        self.sign_in_panel = SignInPanel()
        self._shown: Panel = self.code_panel
        self._way_back: Panel = self.code_panel
        for panel in self._panels:
            panel.setVisible(panel is self._shown)
            panel.left.connect(lambda panel=panel: self.panel_left.emit(panel))
            panel.headed.connect(self._head)
        self._build(sandbox, version)
        self.code_panel.cards.look_again.connect(self.look_again)
        self._head()

    @property
    def _panels(self) -> tuple[Panel, ...]:
        return (
            self.code_panel,
            self.unblock_panel,
            self.change_panel,
            self.situation_panel,
            self.declare_panel,
            self.sign_in_panel,
        )

    # --- what the flows show --------------------------------------------------------------------------

    @property
    def panel(self) -> Panel:
        """The panel in sight."""
        return self._shown

    @property
    def today(self) -> date:
        """The day."""
        return self._today()

    def show_panel(self, panel: Panel) -> None:
        """Bring a panel into sight, and the keyboard to it."""
        if panel is not self._shown:
            self.notice.silence()
            self._shown.hide()
            self._shown = panel
            self._head()
            panel.show()
        panel.focus_first()

    def tell(self, tone: str, title: str, detail: str = "") -> None:
        """Say something about what has just ended, above the panel."""
        self.notice.say(tone, title, detail)

    def say_locked(self, words: Explanation, national_id: str = "", door: Door = Door.CARD) -> None:
        """Say that the session of `national_id` closed and that nothing typed was lost.

        The way back is the `door` it was opened with.
        """
        self.locked.lock(words, national_id)
        self._way_back = self.code_panel
        if door is Door.PRO_SANTE_CONNECT:
            self.sign_in_panel.know(national_id)
            self._way_back = self.sign_in_panel
        self.show_panel(self._way_back)

    def forget_lock(self) -> None:
        """A session opens: nobody is waited for any more."""
        self.locked.silence()
        self._way_back = self.code_panel

    def set_busy(self, panel: Panel, words: str = "") -> None:
        """Slow work began on a panel; with no `words` it ended."""
        if panel.is_busy == bool(words):
            return
        if words:
            self.bar.start(words)
        else:
            self.bar.stop()
        panel.set_busy(bool(words))
        self.administration.setEnabled(not words)  # a session that opens would come over the settings

    # --- what others of the house use -----------------------------------------------------------------

    @property
    def code(self) -> Secret:
        """The field of the code porteur."""
        return self.code_panel.code

    def submit(self) -> None:
        """Hand over the code porteur."""
        self.code_panel.submit()

    # --- parts ----------------------------------------------------------------------------------------

    def _build(self, sandbox: bool, version: str) -> None:
        self._title, self._subtitle = Text("", "hello"), Text("", "body", "text2", wrap=True)
        self.locked, self.notice = LockedStrip(), Strip()
        self.notice.setObjectName("login.notice")
        heading = col(row(Mark(40), None), 14, self._title, self._subtitle, gap=4)
        self._form = plain(col(heading, 2, self.locked, self.notice, *self._panels, gap=6))
        self._form.setMinimumWidth(NARROWEST)
        self._form.setMaximumWidth(WIDEST)
        self._form.installEventFilter(self)
        self._column = col(row(None, (self._form, 10), None), None, gap=0, margins=EDGE)
        self._page: QScrollArea = scroll(plain(self._column))
        self._page.verticalScrollBar().rangeChanged.connect(self._keep_in_sight)
        self.administration = button(
            self.tr("Administration"),
            "settings",
            "quiet",
            name="login.administration",
            on=self.administration_asked.emit,
        )
        foot: list[QWidget] = [Text(f"demo_lgc {version}", "caption", "text3")]
        if sandbox:
            foot.append(Chip(self.tr("Environnement de démonstration"), "info", "warn"))
        base = row(self.administration, None, *foot, gap=12, margins=(16, 4, 20, 12))
        right = frame("pane", col((self._page, 1), base, gap=0))
        self._hero = Hero()
        self.setLayout(row((self._hero, 9), (right, 11), gap=0))
        self.bar = Busy(right)

    def _head(self) -> None:
        self._title.setText(self.panel.title)
        self._subtitle.setText(self.panel.subtitle)
        self._subtitle.setVisible(bool(self.panel.subtitle))
        self._place()

    def _place(self) -> None:
        """Centre the first panel; the others begin at the same height, or higher when they must."""
        room = self._page.viewport().height() - 2 * EDGE
        form = self._form.layout()
        width = max(NARROWEST, min(WIDEST, self._page.viewport().width() - 2 * EDGE))
        height = form.heightForWidth(width) if form is not None else 0
        first = height - _height(self._shown, width) + _height(self.code_panel, width)
        top = max(0, min((room - first) // 2, room - height))
        if self._column.contentsMargins().top() != EDGE + top:
            self._column.setContentsMargins(EDGE, EDGE + top, EDGE, EDGE)

    def _keep_in_sight(self) -> None:
        """What has the keyboard stays visible when the page grows."""
        focus = self._form.focusWidget()
        if focus is not None and focus.isVisible():
            self._page.ensureWidgetVisible(focus)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Échap at « Administration », which is under every panel, goes back as it does in the panel."""
        if event.key() == Qt.Key.Key_Escape:
            self.panel.go_back()
        else:
            super().keyPressEvent(event)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The form asks for another height."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._place()
        return super().eventFilter(watched, event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._hero.setVisible(self.width() >= HERO_FROM)
        self._place()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.appeared.emit(True)
        self.panel.focus_first()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.appeared.emit(False)
        if not event.spontaneous():
            self.show_panel(self._way_back)
            self.notice.silence()
            self.gone.emit()
