"""Results of biology as tables: an abnormal one is seen before it is read, and never by its colour alone.

One card per battery; bold, an arrow and a word for what is out of bounds, a filled chip for what is critical.

Reference: [CR-BIO] CI-SIS compte rendu d’examens biologiques; interface, « Semantics », family « result ».
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import groupby

from demo_lgc.domain.received import ReceivedDocument, When
from demo_lgc.domain.results import Interpretation, LabResult, Measure, Point, Reference
from demo_lgc.ui.viewer import words
from demo_lgc.ui.viewer.alarm import anchor_of
from demo_lgc.ui.viewer.contents import Entry
from demo_lgc.ui.viewer.words import NBSP, tr

MOST_TABLED = 300  # results; real reports have 150, and Qt takes a second to lay out 1,000 rows of a table
TALKATIVE = 18  # characters of a result without number that take the place of the unit too
_SAID = {  # interpretation: class of the value, class of the word, the word
    Interpretation.NORMAL: ("value", "quiet", "✓ Normal"),
    Interpretation.LOW: ("alarm", "soft", "↓ Bas"),
    Interpretation.HIGH: ("alarm", "soft", "↑ Haut"),
    Interpretation.ABNORMAL: ("alarm", "soft", "● Anormal"),
    Interpretation.CRITICAL_LOW: ("alarm", "filled", "⚠ Critique ↓"),
    Interpretation.CRITICAL_HIGH: ("alarm", "filled", "⚠ Critique ↑"),
    Interpretation.CRITICAL: ("alarm", "filled", "⚠ Critique"),
}
_STATUS = {"active": "Résultat partiel", "aborted": "Analyse non réalisée"}


def results_html(document: ReceivedDocument) -> tuple[str, tuple[Entry, ...]]:
    """Return the results of a document as HTML, and the contents: an entry per section and per battery.

    Above `MOST_TABLED` each result is a line, with all that a row says: none is left out.
    """
    results = document.results
    tabled = len(results) <= MOST_TABLED
    earlier = _earlier(results)
    same_day = len({words.day(result.time) for result in results if result.time is not None}) <= 1
    parts = [_head(document, same_day, earlier or "")]
    if not tabled:
        said = tr("Ce document compte %1 résultats\u00a0: chacun est donné sur une ligne.")
        parts.append(f'<p class="quiet">{said.replace("%1", str(len(results)))}</p>')
    entries: list[Entry] = []
    rank, section = 0, ""
    for path, group in groupby(results, key=lambda result: result.path):
        rows = tuple(group)
        title = path[-1] if path else tr("Résultats")
        if len(path) > 1 and path[0] != section:
            entries.append(Entry(path[0], f"section-{len(entries)}", 0))
            parts.append(f'<h2><a name="{entries[-1].anchor}"></a>{escape(path[0])}</h2>')
        section = path[0] if path else ""
        entries.append(Entry(title, f"section-{len(entries)}", min(1, max(0, len(path) - 1))))
        heading = f'<a name="{entries[-1].anchor}"></a>{escape(title)}'
        parts.append(f'<p class="card">{heading}</p>' if tabled else f"<h3>{heading}</h3>")
        if tabled:
            parts.append(_table(rows, rank, earlier, dated=not same_day))
        else:
            parts += [_line(row, rank + place, earlier, dated=not same_day) for place, row in enumerate(rows)]
        rank += len(rows)
    parts.append(_foot(document))
    return "".join(parts), tuple(entries)


def _head(document: ReceivedDocument, same_day: bool, earlier: str) -> str:
    """The title, the day of the results and that of the earlier ones, when they are the same for all."""
    times = {result.time for result in document.results if result.time is not None}
    now = ""
    if same_day and times:
        now = (words.when if len(times) == 1 else words.day)(min(times, key=_order))
    said = [tr("Résultats du %1").replace("%1", now)] if now else []
    if earlier:
        said.append((tr("antériorités du %1") if now else tr("Antériorités du %1")).replace("%1", earlier))
    below = f'<p class="quiet">{", ".join(said)}</p>' if said else ""
    return f"<h1>{escape(words.title_of(document))}</h1>{below}"


def _foot(document: ReceivedDocument) -> str:
    who = document.responsible
    if not who.name:
        return ""
    at = words.when(who.at)
    said = tr("Validé par %1, le %2") if at else tr("Validé par %1")
    said = said.replace("%2", at).replace("%1", escape(who.name))
    return f'<p class="caption"><br/>✓{NBSP}{said}</p>'


def _earlier(results: Sequence[LabResult]) -> str | None:
    """Return the one day of all the earlier values, empty when they differ, None when there are none."""
    latest = [_latest(result) for result in results]
    days = {words.day(point.time) for point in latest if point is not None}
    return None if not days else days.pop() if len(days) == 1 else ""


def _table(rows: Sequence[LabResult], rank: int, earlier: str | None, *, dated: bool) -> str:
    widths = (32, 14, 14, 20, 20) if earlier is None else (27, 12, 13, 17, 16, 15)
    titles = [tr("Examen"), tr("Résultat"), tr("Unité"), tr("Interprétation"), tr("Référence")]
    titles += [] if earlier is None else [tr("Antériorité")]
    head = "".join(
        f'<th width="{width}%" align="{"right" if place in (1, 5) else "left"}" '
        f'class="{_edge(place, len(titles))}">{title}</th>'
        for place, (title, width) in enumerate(zip(titles, widths, strict=True))
    )
    body = "".join(
        _row(result, rank + place, _Row(len(titles), earlier, dated, place == len(rows) - 1))
        for place, result in enumerate(rows)
    )
    return f'<table class="results" width="100%" cellspacing="0"><tr>{head}</tr>{body}</table>'


def _edge(place: int, count: int) -> str:
    return "first" if place == 0 else "end" if place == count - 1 else "inner"


@dataclass(frozen=True)
class _Row:
    """How a row stands in its table."""

    columns: int
    earlier: str | None
    dated: bool
    last: bool


def _row(result: LabResult, rank: int, row: _Row) -> str:
    loudness, chip = _interpretation(result)
    under = _remarks(result)
    last = " last" if row.last else ""
    line = " joined" if under else last
    name = f'<a name="{anchor_of(rank)}"></a><span class="name">{escape(result.name)}</span>'
    if row.dated and result.time is not None:
        name += f'<br/><span class="quiet">{words.when(result.time)}</span>'
    unit = result.measures[0].unit if result.measures else ""
    bounds = "<br/>".join(_bounds(bound, unit) for bound in result.references)
    end = " end" if row.earlier is None else ""
    cells = [
        f'<td class="first{line}">{name}</td>',
        *_value(result.measures, loudness, line),
        f'<td class="inner{line}">{chip}</td>',
        f'<td class="quiet{end}{line}">{bounds}</td>',
    ]
    if row.earlier is not None:
        before = _before(result, unit, dated=not row.earlier)
        cells.append(f'<td align="right" class="quiet end{line}">{before}</td>')
    below = f'<tr><td colspan="{row.columns}" class="first under{last}">{under}</td></tr>' if under else ""
    return f"<tr>{''.join(cells)}</tr>{below}"


def _line(result: LabResult, rank: int, earlier: str | None, *, dated: bool) -> str:
    """« Potassium : 6,8 mmol/L ⚠ Critique ↑ [3,5 – 5,1], antériorité : 4,5 », and the remarks below."""
    loudness, chip = _interpretation(result)
    unit = result.measures[0].unit if result.measures else ""
    values = escape(", ".join(_whole(measure) for measure in result.measures)).replace("\n", "<br/>")
    value = f'<span class="{loudness}">{values}</span>' if values else tr("Non rendu")
    aside = [_bounds(bound, unit) for bound in result.references]
    before = _before(result, unit, dated=not earlier).replace("<br/>", " ") if earlier is not None else ""
    aside += [tr("antériorité\u00a0: %1").replace("%1", before)] if before else []
    aside += [words.when(result.time)] if dated and result.time is not None else []
    under = _remarks(result)
    return (
        f'<p><a name="{anchor_of(rank)}"></a><span class="name">{escape(result.name)}</span>{NBSP}: '
        f'{value} {chip} <span class="quiet">{", ".join(aside)}{"<br/>" if under else ""}{under}</span></p>'
    )


def _whole(measure: Measure) -> str:
    """A value in all its units."""
    return " = ".join(words.measure(each) for each in (measure, *measure.others))


def _remarks(result: LabResult) -> str:
    """What the laboratory adds to a result, and what became of it when it is not a whole one."""
    said = [*result.comments, *([tr(_STATUS[result.status])] if result.status in _STATUS else [])]
    return "<br/>".join(escape(remark).replace("\n", "<br/>") for remark in said)


def _interpretation(result: LabResult) -> tuple[str, str]:
    """Return the class of the value, and the word beside it."""
    if result.interpretation is None:
        if result.is_outside:
            return "doubt", _chip("amber", tr("↕ Hors référence"))
        return "value", ""
    loudness, kind, said = _SAID[result.interpretation]
    said = tr(said).replace(" ", NBSP)
    return loudness, f'<span class="quiet">{said}</span>' if kind == "quiet" else _chip(kind, said)


def _chip(kind: str, said: str) -> str:
    """A word on its ground, with room at both ends."""
    return f'<span class="{kind}">{NBSP}{escape(said).replace(" ", NBSP)}{NBSP}</span>'


def _value(measures: Sequence[Measure], loudness: str, line: str) -> tuple[str, ...]:
    if not measures:
        return (f'<td colspan="2" class="quiet{line}">{tr("Non rendu")}</td>',)
    figures = all(
        measure.number is not None or measure.low is not None or measure.high is not None
        for measure in measures
    )
    talkative = any(len(measure.text) > TALKATIVE for measure in measures)
    if talkative or (not figures and not any(measure.unit for measure in measures)):
        lines = "<br/>".join(escape(words.measure(measure)).replace("\n", "<br/>") for measure in measures)
        return (f'<td colspan="2" class="inner{line}"><span class="{loudness}">{lines}</span></td>',)
    values, units = [], []
    for measure in measures:
        values.append(f'<span class="{loudness}">{escape(measure.text)}</span>')
        units.append(escape(words.unit(measure.unit)))
        for other in measure.others:
            values.append(f'<span class="quiet">{escape(other.text)}</span>')
            units.append(escape(words.unit(other.unit)))
    return (
        f'<td align="right" class="inner{line}">{"<br/>".join(values)}</td>',
        f'<td class="quiet{line}">{"<br/>".join(units)}</td>',
    )


def _bounds(reference: Reference, unit: str) -> str:
    """An interval; one to be feared says of what."""
    said = escape(words.reference(reference, unit))
    if reference.is_usual or reference.interpretation is None:
        return said
    meant = tr(_SAID[reference.interpretation][2]).lstrip("↓↑●⚠ ")
    return f"{meant}{NBSP}: {said}"


def _latest(result: LabResult) -> Point | None:
    """Return the latest of the earlier values."""
    dated = [point for point in result.previous if point.time is not None]
    return max(dated, key=lambda point: _order(point.time)) if dated else next(iter(result.previous), None)


def _before(result: LabResult, unit: str, *, dated: bool) -> str:
    """The latest earlier value, with its day when `dated`; its unit too when it changed."""
    latest = _latest(result)
    if latest is None:
        return ""
    said = escape(", ".join(m.text if m.unit == unit else words.measure(m) for m in latest.measures))
    at = words.day(latest.time) if dated else ""
    return f'{said}<br/><span class="quiet">{at}</span>' if at else said


def _order(at: When | None) -> str:
    """Digits in order of time: a day comes before its hours."""
    return f"{at:%Y%m%d%H%M}" if isinstance(at, datetime) else at.hl7 if at is not None else ""
