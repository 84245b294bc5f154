"""Rewrite the expressions of a schematron so that they open no file but those of the pack.

A rule may build the address of a file out of a code found in the document that is checked
(`doc(concat($folder, @codeSystem, '.rdf'))`): whoever wrote the document would choose what is opened. So
every function that opens something is renamed to ours, which looks addresses up in the list of the pack's
files, and those that a rule never needs are refused.

Reference: [SCHEMATRON] ISO/IEC 19757-3:2016, Annex H (XPath 3.1 expressions).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

PACK = "urn:demo_lgc:pack"  # the namespace of our own functions and variables

_LITERAL = r"""'[^']*'|"[^"]*\""""
_OPENS = r"doc|document|doc-available"
_NEVER = (
    r"unparsed-[\w-]+|collection|uri-collection|json-doc|transform|load-xquery-module|function-lookup|"
    r"environment-variable|available-environment-variables|system-property|parse-xml|parse-xml-fragment"
)
_COMMENT = re.compile(rf"({_LITERAL})|\(:(?:(?!\(:|:\)).)*:\)", re.DOTALL)
_TOKEN = re.compile(
    rf"(?P<literal>{_LITERAL})"
    r"|\$(?P<variable>[\w.\-]+)(?!:\w)"
    rf"|(?<![\w.\-$@])(?:[\w.\-]+:)?(?P<opens>{_OPENS})\s*(?P<hash>[(#])"
    rf"|(?<![\w.\-$@])(?:[\w.\-]+:)?(?P<never>{_NEVER})\s*[(#]"
)


class Forbidden(ValueError):
    """An expression uses a function that no rule needs; the message is the name of the function."""


def confined(expression: str, renamed: Mapping[str, str] | None = None) -> str:
    """Return an XPath expression that opens only files of the pack, its variables renamed as `renamed` says.

    Raises Forbidden.
    """
    bare = expression
    while (shorter := _COMMENT.sub(lambda found: found.group(1) or " ", bare)) != bare:
        bare = shorter  # comments nest: the innermost goes first

    def rewritten(found: re.Match[str]) -> str:
        if found["never"] or found["hash"] == "#":
            raise Forbidden(found["never"] or found["opens"])
        if found["opens"]:
            return f"pack:{found['opens']}("
        if found["variable"] and renamed:
            return f"${renamed.get(found['variable'], found['variable'])}"
        return found.group()

    return _TOKEN.sub(rewritten, bare)


def substituted(expression: str, values: Mapping[str, str]) -> str:
    """Return an expression with `$name` replaced by a text, as the parameters of abstract patterns ask."""
    if not values:
        return expression
    names = "|".join(re.escape(name) for name in sorted(values, key=len, reverse=True))
    return re.sub(rf"\$({names})(?![\w.\-])", lambda found: values[found.group(1)], expression)
