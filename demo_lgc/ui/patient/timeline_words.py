"""What a mark of the timeline says, on its card and to a screen reader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QCoreApplication

from demo_lgc.domain.timeline import TimelineEvent
from demo_lgc.ui.dates import long_date
from demo_lgc.ui.patient.lanes import Item, lane_title

SHOWN = 6  # lines of a card; the others are counted


def _tr(text: str) -> str:
    return QCoreApplication.translate("Timeline", text)


def headline(item: Item, today: date) -> str:
    """The first line of the card: when, and whether it was planned, done or is late."""
    if item.planned:
        return _planned(item, today)
    if item.until and item.events[0].until:
        return f"{item.day:%d/%m/%Y} – {item.until:%d/%m/%Y}"
    if item.until:
        return _tr("Depuis le %1").replace("%1", f"{item.day:%d/%m/%Y}")
    last = max(event.day for event in item.events)
    if last == item.day:
        return long_date(item.day)
    return _tr("Du %1 au %2").replace("%1", f"{item.day:%d/%m/%Y}").replace("%2", f"{last:%d/%m/%Y}")


def lines(item: Item) -> list[str]:
    """The titles on the card; beyond six the others are counted."""
    titles = [event.title for event in item.events]
    rest = len(titles) - SHOWN
    return titles if rest <= 0 else [*titles[:SHOWN], _tr("et %1 autres").replace("%1", str(rest))]


def description(events: Sequence[TimelineEvent]) -> str:
    """All the events in one text, for those who hear the page."""
    said = [f"{e.day:%d/%m/%Y}, {lane_title(e.lane)}, {e.title}" for e in sorted(events, key=lambda e: e.day)]
    return ". ".join(said) or _tr("Aucun événement.")


def _planned(item: Item, today: date) -> str:
    when, done = long_date(item.day), item.events[0].done
    if done:
        return (
            _tr("Prévu le %1, réalisé le %2")
            .replace("%1", f"{item.day:%d/%m/%Y}")
            .replace("%2", f"{done:%d/%m/%Y}")
        )
    return (_tr("%1, en retard") if item.day < today else _tr("%1, prévu")).replace("%1", when)
