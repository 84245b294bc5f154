"""Turn what a schema or a schematron says into a short French sentence.

The pack speaks French mostly, for editors of software: codes of rules, names of files and OIDs go away, and
the names of elements become words. Its header speaks English (Art-Decor): those few kinds are a table.

Reference: [ANS-KIT]; [CISIS-MIN].
"""

from __future__ import annotations

import re
from collections.abc import Callable

from demo_lgc.documents.conformance.words import NBSP, attribute_named, named

NARROW = "\u202f"
DEFAULT = "Cette information n’a pas la forme attendue."
NOT_EVALUATED = "Une règle n’a pas pu être vérifiée ici\u00a0: une information manque ou figure deux fois."
WRONG_CODE = "Ce code ne figure pas dans la liste nationale."

_Said = Callable[[re.Match[str]], str]
_NAME = r"(?:\w+:)?(?P<name>[\w.\-]+)"


def _kind(pattern: str, said: str | _Said) -> tuple[re.Pattern[str], _Said]:
    return re.compile(pattern, re.DOTALL), (lambda _: said) if isinstance(said, str) else said


_KINDS = (
    _kind(
        rf"^element {_NAME}.* is (?:mandatory|required)", lambda m: f"Il manque{NBSP}: {named(m['name'])}."
    ),
    _kind(
        rf"^element {_NAME}.* appears too often",
        lambda m: f"Figure trop souvent{NBSP}: {named(m['name'])}.",
    ),
    _kind(
        rf"^[Aa]ttribute @{_NAME} SHALL be present",
        lambda m: f"Il manque{NBSP}: {attribute_named(m['name'])}.",
    ),
    _kind(
        rf"^[Aa]ttribute @{_NAME} (?:SHALL be of data type|is not a valid)",
        lambda m: f"N’a pas la forme attendue{NBSP}: {attribute_named(m['name'])}.",
    ),
    _kind(r"SHALL be selected from value set|element value SHALL be one of|JDV\S* .*associée", WRONG_CODE),
    _kind(
        r"^The value for .* SHALL be '(?P<wanted>[^']*)'",
        lambda m: f"La valeur attendue est «{NBSP}{m['wanted']}{NBSP}».",
    ),
    _kind(r"If an @xsi:type instruction", "Le type de cette valeur n’est pas celui qui est attendu."),
    _kind(r"too many elements", "Cette information figure trop souvent."),
    _kind(r"does not contain enough elements", "Il manque une information."),
    _kind(r"not a valid (?:INT|int) number", "Un nombre entier est attendu."),
    _kind(r"not a valid timestamp", "Cette date n’est pas valable."),
    _kind(r"low/@value.* must be before", "La date de fin précède la date de début."),
    _kind(r"SHALL be distinct", "Cette information figure deux fois."),
    _kind(
        r"null(?:Flavor)?(?: |-)violation|Cannot have @nullFlavor",
        "Cette information est à la fois renseignée et déclarée inconnue.",
    ),
    _kind(
        r"Code\s*: \"(?P<code>[^\"]*)\".*pas dans UCUM",
        lambda m: f"L’unité «{NBSP}{m['code']}{NBSP}» n’est pas reconnue.",
    ),
    _kind(
        r"Code\s*: \"(?P<code>[^\"]*)\".*pas retrouvé dans la terminologie",
        lambda m: f"Le code «{NBSP}{m['code']}{NBSP}» ne figure pas dans sa nomenclature.",
    ),
    _kind(r"doit faire partie du jeu de valeurs", WRONG_CODE),
)
_ENGLISH = re.compile(
    r"^dtr\d|\b(?:SHALL|SHOULD|shall|should|must|cannot|not allowed|may not)\b", re.IGNORECASE
)
_HEAD = re.compile(
    r"^(?:\[[^\]]*\]|\([\w.\-]+\)|\d+\b|:|Err+eurs? de\s+conformit[ée]s?[^:]{0,60}:|\s)+", re.IGNORECASE
)
_TECHNICAL = re.compile(  # names of elements that are not words: effectiveTime, recordTarget…
    r"(?<![\w/«\u00a0.\-])[A-Za-z][a-z]+[A-Z]\w*(?![\w/\-])|(?<=[ée]lément )[a-z]+\b(?=[ .,])"
)
_LONG = 160
_NOISE = (
    re.compile(r"\s*[(\[]\s*(?:’|')?[\d.]{7,}(?:’|')?\s*[)\]]"),  # OIDs
    re.compile(r"\s*[(\[][^()\[\]]*\b(?:cardinalit\w+|1x|min|max)\b[^()]*?\)", re.IGNORECASE),
    re.compile(r"(?:\s*\b(?:avec une )?cardinalité)?\s*\[\d+\.\.[\d*]+\]", re.IGNORECASE),
    re.compile(r"\s*\(Conformité[^)]*\)"),
    re.compile(r"\s*\S+\.(?:sch|xml|xsl|xsd)\b"),
)


def missing_element(words: str) -> str:
    """Return the name of the element whose absence a message of the pack tells, empty when it tells else."""
    found = re.match(rf"element {_NAME}.* is (?:mandatory|required)", _HEAD.sub("", words, count=1))
    return found["name"] if found else ""


def sentence_of(words: str) -> str:
    """Return a message of the pack as a sentence: no code of rule, no OID in brackets, French typography."""
    bare = _HEAD.sub("", words, count=1).strip()
    for pattern, said in _KINDS:
        if found := pattern.search(bare):
            return said(found)
    if not bare or _ENGLISH.search(bare):
        return DEFAULT
    for noise in _NOISE:
        bare = noise.sub("", bare)
    return _typeset(bare)


def _typeset(text: str) -> str:
    text = re.sub(r"(?<=\w)'(?=\w)", "’", text)
    text = re.sub(r"\"\s*([^\"]*?)\s*\"|'\s*([^']*?)\s*'|<(\w+)>|«\s*([^»]*?)\s*»", _quoted, text)
    text = _TECHNICAL.sub(_french_name, re.sub(r"@(?=\w)", "", text))
    text = re.sub(r"=(?=«)", " = ", text.replace("/>", ""))
    text = re.sub(r"\s+", " ", text.replace(NBSP, "\0")).replace("\0", NBSP)
    text = re.sub(r" +([,.)])", r"\1", text)
    text = re.sub(r"[ \u00a0]*([;?!])", rf"{NARROW}\1", text)
    text = re.sub(r"[ \u00a0]*:(?=\s|$)", f"{NBSP}:", text).strip(f" {NBSP}:;,")
    if len(text) > _LONG:  # the rest explains; the first sentence says what to do
        text = re.split(r"(?<=[\w»)])\. (?=[A-ZÉ])", text, maxsplit=1)[0]
    text = text.lstrip("- ")
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _french_name(found: re.Match[str]) -> str:
    name = found.group()
    words = named(name[0].lower() + name[1:])
    return name if words.startswith("«") else f"«{NBSP}{words}{NBSP}»"


def _quoted(found: re.Match[str]) -> str:
    inside = next(group for group in found.groups() if group is not None)
    words = named(inside) if re.fullmatch(r"(?:\w+:)?[a-z]\w+", inside) else inside
    return words if words.startswith("«") else f"«{NBSP}{words}{NBSP}»"
