"""The narrative block: the chapters of a VSM as tables and paragraphs that entries point into.

Reference: [CDA] StrucDoc.Text.
"""

from __future__ import annotations

from demo_lgc.documents.cda.ns import Node, append, element
from demo_lgc.documents.narrative import KIND, NBSP, Chapter, Row


def paragraph(*content: Node | str) -> Node:
    """Return a paragraph of narrative."""
    return element("paragraph", *content)


def content_of(text: str, text_id: str) -> Node:
    """Return a piece of narrative that an entry may point at."""
    return element("content", text, ID=text_id)


def text_of(chapter: Chapter, *, identified: bool = True) -> Node:
    """Return the `text` of a section: a table of its rows, or the sentence that stands for none.

    Rows without date nor kind are paragraphs. `identified` is False where no entry will point.
    """
    if not chapter.rows:
        said = content_of(chapter.sentence, chapter.text_id(0)) if identified else f"{chapter.sentence}."
        return element("text", paragraph(said))
    if not any(chapter.heads):
        return element("text", *(paragraph(row.label) for row in chapter.rows))
    columns = [i for i in range(3) if any(_cells(row)[i] for row in chapter.rows)]
    detailed = any(row.details for row in chapter.rows)
    heads = [chapter.heads[i] for i in columns] + (["Précisions"] if detailed else [])
    table = element(
        "table",
        element("thead", element("tr", *(element("th", head) for head in heads))),
        element(
            "tbody",
            *(_line(chapter, row, i, columns, detailed) for i, row in enumerate(chapter.rows, 1)),
        ),
        border="0",
    )
    return element("text", table)


def _cells(row: Row) -> tuple[str, str, str]:
    return row.when, row.kind, row.label


def _line(chapter: Chapter, row: Row, position: int, columns: list[int], detailed: bool) -> Node:
    made = (
        row.when,
        content_of(row.kind, chapter.text_id(position, KIND)),
        content_of(row.label, chapter.text_id(position)),
    )
    line = element("tr", *(element("td", made[i]) for i in columns))
    if detailed:
        cell = element("td")
        for detail in row.details:
            if cell.content:
                append(cell, element("br"))
            words = content_of(detail.text, chapter.text_id(position, detail.key))
            append(cell, f"{detail.caption}{NBSP}: " if detail.caption else None, words)
        append(line, cell)
    return line
