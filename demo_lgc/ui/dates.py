"""How the interface says a day in full."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate, QLocale


def long_date(day: date) -> str:
    """« Jeudi 6 novembre 2014 », with « 1er » for the first of a month."""
    french = QLocale(QLocale.Language.French, QLocale.Country.France)
    said = str(french.toString(QDate(day.year, day.month, day.day), "dddd d MMMM yyyy"))
    if day.day == 1:
        said = said.replace(" 1 ", " 1er ", 1)
    return said[:1].upper() + said[1:]
