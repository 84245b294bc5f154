"""How a document is dressed: one style sheet for the tags of its text, made from the tokens of a theme.

What a document says has classes and no colours; the same text is dressed for the screen in the theme that is
on, and for paper in the light one. Sizes are pixels, multiplied by the zoom.
"""

from __future__ import annotations

import re
from string import Template

from PySide6.QtGui import QFont

from demo_lgc.ui import theme
from demo_lgc.ui.tokens import Tokens

_SHEET = Template("""
p, li { color: $text; line-height: 130%; }
p { margin-top: 0; margin-bottom: ${s}px; }
p.h1 { font-size: ${title}px; font-weight: 600; margin-bottom: ${xs}px; }
p.h2 { font-size: ${section}px; font-weight: 600; margin-top: ${xl}px; margin-bottom: ${s}px; }
p.h3 { font-size: ${body}px; font-weight: 600; color: $text2; margin-top: ${l}px; }
p.h4, p.h5, p.h6 { font-size: ${small}px; font-weight: 600; color: $text2; margin-top: ${m}px;
  margin-bottom: ${xs}px; }
li { margin-bottom: ${xs}px; }
ul, ol { margin-top: 0; margin-bottom: ${s}px; }
a { color: $accent; }
.quiet { color: $text2; }
.caption { color: $text2; font-size: ${small}px; margin-top: ${s}px; margin-bottom: ${xs}px; }
.abnormal { color: $danger; font-weight: 600; }
table { margin-top: ${xs}px; margin-bottom: ${m}px; border-collapse: collapse; color: $text; }
td, th { padding: ${xxs}px ${s}px; font-size: ${small}px; vertical-align: top; }
td { border-bottom: 1px solid $line; }
th { border-bottom: 1px solid $edge; color: $text2; font-weight: 600; text-align: left; }
table.narrative td, table.narrative th { border: 1px solid $line; padding: ${xxs}px ${pad}px; }
table.narrative th { background-color: $sunken; color: $text2; }

p.card { font-size: ${section}px; font-weight: 600; margin-top: ${gap}px; margin-left: ${l}px; }
table.results { margin-top: 0; margin-bottom: 0; }
table.results td { padding-top: ${row}px; padding-bottom: ${row}px; }
table.results th { color: $text3; font-weight: 500; border-bottom: 1px solid $line; }
table.results .first { padding-left: ${l}px; }
table.results .end { padding-right: ${l}px; }
table.results .under { padding-top: 0; color: $text2; }
table.results .joined { border-bottom: 0; padding-bottom: ${xs}px; }
table.results .last { border-bottom: 0; }
.name { font-weight: 500; }
.value { font-weight: 600; }
.alarm { font-weight: 700; color: $danger; }
.doubt { font-weight: 600; color: $warn; }
.soft { color: $danger; background-color: $danger_soft; font-weight: 500; font-size: ${caption}px; }
.filled { color: $surface; background-color: $danger; font-weight: 600; font-size: ${caption}px; }
.amber { color: $warn; background-color: $warn_soft; font-weight: 500; font-size: ${caption}px; }

table.facts td { border-bottom: 0; padding: ${xxs}px ${l}px ${xxs}px 0; }
table.facts .label { color: $text2; }
""")
_HEADING = re.compile(r"<h([1-6])>")
_EMPTY = re.compile(r"(<t[dh](?: [^<>]*)?>)\s*(</t[dh]>)")
_CLOSED = re.compile(r"</h[1-6]>")
_SPACES = {"xxs": 3, "xs": 4, "s": 8, "m": 12, "l": 16, "xl": 24, "gap": 34, "pad": 6, "row": 8}


def ready(html: str) -> str:
    """Return a text that Qt lays out as it is asked.

    Qt enlarges h1 to h6 whatever is said, and forgets the margin above what follows a table that ends with an
    empty cell.
    """
    filled = _EMPTY.sub(r"\1&nbsp;\2", html)
    return _CLOSED.sub("</p>", _HEADING.sub(r'<p class="h\1">', filled))


def style_sheet(tokens: Tokens, zoom: float = 1.0) -> str:
    """Return the style sheet of a document for a theme; `zoom` is 1.0 at 100 %."""
    sizes = {step: max(1, round(pixels * zoom)) for step, (pixels, _weight) in theme.TYPE.items()}
    spaces = {name: max(1, round(pixels * zoom)) for name, pixels in _SPACES.items()}
    return _SHEET.substitute(vars(tokens) | sizes | spaces)


def face(zoom: float = 1.0, *, tabular: bool = True) -> QFont:
    """Return the face of the text of a document; `tabular` aligns figures."""
    result = theme.font("body", tabular=tabular)
    result.setPixelSize(max(1, round(result.pixelSize() * zoom)))
    return result
