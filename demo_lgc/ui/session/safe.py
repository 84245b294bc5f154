"""The safe: the login in front, the desktop behind, and « Administration » beside, without any card.

Covering hides the page and everything that floats over it, and gives them back to the same holder as they
were. Nothing is destroyed: what was typed is still there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget
from shiboken6 import isValid

from demo_lgc.domain.practitioner import Door, LockCause, PractitionerSession
from demo_lgc.ui.session.view import LoginView
from demo_lgc.ui.session.words import lock_words


class Safe(QStackedWidget):
    """The central widget of the window. `make_administration` builds the page of the settings, once."""

    def __init__(self, login: LoginView, desktop: QWidget, make_administration: Callable[[], Any]) -> None:
        super().__init__()
        self.login, self._desktop = login, desktop
        self._make = make_administration
        self._administration: Any = None
        self._sheets: list[QWidget] = []
        self._focus: QWidget | None = None
        self._said: tuple[LockCause, str, Door] | None = None
        self.addWidget(login)
        self.addWidget(desktop)
        login.administration_asked.connect(self._show_administration)
        application = QApplication.instance()
        assert isinstance(application, QApplication)  # noqa: S101 - a widget belongs to one
        application.focusChanged.connect(self._keep_keyboard)

    @property
    def is_locked(self) -> bool:
        """True while the desktop is out of sight."""
        return self.currentWidget() is not self._desktop

    def cover(self, cause: LockCause, session: PractitionerSession | None) -> None:
        """Put the login before everything. `session` is the one that closes."""
        self._focus = self._desktop.focusWidget()
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        self._sheets = [w for w in QApplication.topLevelWidgets() if self._floats(w)]
        was_on_one = QApplication.activeWindow() in self._sheets
        for sheet in self._sheets:
            sheet.hide()
        if was_on_one:
            self.window().activateWindow()  # some window managers leave the keyboard to nobody
        holder = session.practitioner.national_id if session else ""
        self._said = cause, holder, session.door if session else Door.CARD
        self.setCurrentWidget(self.login)
        self._say_locked()

    def cover_late(self, sheet: QWidget) -> None:
        """Hide what a story under way asks after the page was covered: nobody is there to be shown it."""
        if self.is_locked:
            sheet.hide()
            self._sheets.append(sheet)

    def forget(self) -> None:
        """Another holder comes: nothing that was over the page comes back."""
        self._sheets, self._focus = [], None

    def uncover(self) -> QWidget | None:
        """Show the desktop and what was over it; return what had the focus.

        What a story under way threw away behind the lock does not come back.
        """
        self._said = None
        self.setCurrentWidget(self._desktop)
        for sheet in self._sheets:
            if isValid(sheet):
                sheet.show()
        focus = self._focus
        self.forget()
        return focus if focus is not None and isValid(focus) else None

    def show_login(self) -> None:
        """Leave « Administration »: the login says again why the page is covered."""
        self.setCurrentWidget(self.login)
        self._say_locked()

    def _show_administration(self) -> None:
        if self._administration is None:
            self._administration = self._make()
            self._administration.left.connect(self.show_login)
            self.addWidget(self._administration)
        self.setCurrentWidget(self._administration)

    def _say_locked(self) -> None:
        if self._said is not None:
            cause, holder, door = self._said
            self.login.say_locked(lock_words(cause), holder, door)

    @Slot("QWidget*", "QWidget*")
    def _keep_keyboard(self, before: QWidget | None, now: QWidget | None) -> None:
        """Give back the keyboard that a story under way takes behind the lock; it has it when it opens.

        A widget out of sight still takes the focus: what is typed would go there, Entrée and all.
        """
        if now is None or self._desktop.isVisible() or not self._desktop.isAncestorOf(now):
            return
        self._focus = now
        if before is not None and before.isVisible():
            before.setFocus()
        elif (page := self.currentWidget()) is self.login:
            self.login.panel.focus_first()
        elif page is not None:
            page.setFocus()

    def _floats(self, widget: QWidget) -> bool:
        window = self.window()
        if widget is window or not widget.isVisible():
            return False
        parent = widget.parentWidget()
        while parent is not None and parent is not window:
            parent = parent.parentWidget()
        return parent is window
