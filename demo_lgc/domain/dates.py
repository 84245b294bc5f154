"""Dates as medicine knows them: « 2014 », « mars 2014 », « le 8 juillet 2014 »."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import total_ordering


@total_ordering
@dataclass(frozen=True)
class PartialDate:
    """A day, a month or a year. Without `day` it is a month; without `month` it is a year.

    Raises ValueError for a date that does not exist.
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise ValueError("a day without a month")
        date(self.year, 1 if self.month is None else self.month, 1 if self.day is None else self.day)

    def __lt__(self, other: PartialDate) -> bool:
        return self.hl7 < other.hl7  # a year before its months, a month before its days

    @classmethod
    def of(cls, day: date) -> PartialDate:
        """Return the whole day."""
        return cls(day.year, day.month, day.day)

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read HL7 digits: AAAA, AAAAMM or AAAAMMJJ. Raises ValueError on anything else."""
        match = re.fullmatch(r"(\d{4})(?:(\d\d)(?:(\d\d))?)?", text, re.ASCII)
        if not match:
            raise ValueError("not AAAA, AAAAMM or AAAAMMJJ")
        year, month, day = match.groups()
        return cls(int(year), int(month) if month else None, int(day) if day else None)

    @property
    def hl7(self) -> str:
        """AAAA, AAAAMM or AAAAMMJJ."""
        return f"{self.year:04}" + "".join(f"{n:02}" for n in (self.month, self.day) if n)

    @property
    def french(self) -> str:
        """AAAA, MM/AAAA or JJ/MM/AAAA."""
        return "/".join(f"{n:02}" for n in (self.day, self.month) if n) + (
            f"/{self.year:04}" if self.month else f"{self.year:04}"
        )


def when_in_french(when: PartialDate | datetime) -> str:
    """« 2014 », « 11/2014 », « 03/11/2014 », « 03/11/2014 à 15:05 »: the hour is that of whoever wrote it."""
    return f"{when:%d/%m/%Y} à {when:%H:%M}" if isinstance(when, datetime) else when.french


def age_in_words(born: date, today: date) -> str:
    """« 66 ans et 2 mois », « 7 mois », « 12 jours »: completed years and months.

    The words are separated from their numbers by no-break spaces.
    """
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    years, rest = divmod(months, 12)
    if months < 1:
        days = (today - born).days
        return f"{days}\u00a0jour" + ("s" if days > 1 else "")
    if not years:
        return f"{rest}\u00a0mois"
    words = f"{years}\u00a0an" + ("s" if years > 1 else "")
    return f"{words} et {rest}\u00a0mois" if rest else words
