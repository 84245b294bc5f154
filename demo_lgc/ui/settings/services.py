"""« Services »: which national services this program speaks to, and how fresh its revocation lists are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal

from demo_lgc.domain.administration import Place, RevocationList
from demo_lgc.ui.settings import words
from demo_lgc.ui.settings.parts import PAD, Line, Lines, Section
from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.card import Card
from demo_lgc.ui.widgets.layout import col, plain
from demo_lgc.ui.widgets.strip import Strip

_ICONS = {"dmp": "origin-dmp", "psc": "smartphone"}


class ServicesSection(Section):
    """`refresh_asked` wants the revocation lists fetched again."""

    refresh_asked = Signal()

    def __init__(self, kind: str, places: Sequence[Place]) -> None:
        super().__init__(
            words.tr("Services"),
            words.tr("Les adresses viennent du fichier d’environnement de ce cabinet."),
        )
        self.lists = Lines()
        self.problem = Strip()
        self.problem.setObjectName("settings.services.problem")
        self.refresh = button(
            words.tr("Actualiser"),
            "refresh-cw",
            "quiet",
            name="settings.refresh",
            on=self.refresh_asked.emit,
        )
        hosts = Lines()
        hosts.show_lines(
            [
                Line("layers", words.tr("Environnement"), words.kind(kind)),
                *(Line(_ICONS.get(p.service, "mail"), words.service(p.service), p.address) for p in places),
            ]
        )
        self.build(
            Card(words.tr("Adresses"), hosts),
            Card(
                words.tr("Listes de révocation"),
                plain(col(self.problem, margins=(PAD, 0, PAD, 0))),
                self.lists,
                action=self.refresh,
            ),
        )
        self.first = self.refresh
        self.show_lists(())

    def show_lists(self, lists: Sequence[RevocationList]) -> None:
        """Show the lists as this machine has them."""
        lines = []
        for found in lists:
            said, tone = words.revocation(found)
            mark = "sent" if tone == "ok" else "message-warn"
            lines.append(Line("file-check", found.address, "", said, tone, mark))
        none = Line("file-check", words.tr("Aucune liste n’est demandée par cet environnement."))
        self.lists.show_lines(lines or [none])
        self.refresh.setEnabled(bool(lists))
