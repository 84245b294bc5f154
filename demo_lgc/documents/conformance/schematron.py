"""Compile a schematron to a style sheet that says which asserts fail, and where.

Written for the official schematrons of the ANS, which an ISO compiler in XSLT turns into ten megabytes: here
an abstract rule is one named template, called wherever it is extended, and each pattern is one mode.

Reference: [SCHEMATRON] ISO/IEC 19757-3:2016, in XSLT 3.0.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from lxml import etree

from demo_lgc.documents.conformance.schema import (
    Assertion,
    Extends,
    Let,
    Pattern,
    Rule,
    Schema,
    SchematronError,
)
from demo_lgc.documents.conformance.xpath import PACK, Forbidden, confined
from demo_lgc.documents.hl7 import Element

XSL = "http://www.w3.org/1999/XSL/Transform"
_FOREIGN = ("http://saxon.sf.net", "java:", "http://expath.org")
_RESERVED = {
    "xsl": XSL,
    "xs": "http://www.w3.org/2001/XMLSchema",
    "map": "http://www.w3.org/2005/xpath-functions/map",
    "err": "http://www.w3.org/2005/xqt-errors",
    "pack": PACK,
}
MISSING = "missing"  # the code of the error of a rule that reads a file which is not in the pack
_TOP_PRIORITY = 1_000_000


def compiled(
    schema: Schema, base: str, files: Mapping[str, str], *, kept: Collection[str] = (), guarded: bool = False
) -> str:
    """Return the style sheet (XSLT 3.0) of a schematron.

    `files` gives the address of every file that a rule may open, by its path in the pack in lower case;
    those of `kept` are read once, with the sheet, and stay in memory. Relative addresses start from `base`,
    the path of the schematron in the pack.

    Its output is a list `<failures>` of `<failure path="/Q{…}a[1]…">words</failure>`. An expression that
    cannot be evaluated on a document stops the run; in a `guarded` sheet, slower, it is a failure with
    `error`, its code.

    Raises SchematronError.
    """
    if any(uri.startswith(_FOREIGN) for uri in schema.namespaces.values()):
        raise SchematronError("a schematron asks for foreign functions")
    if any(_RESERVED.get(prefix, uri) != uri for prefix, uri in schema.namespaces.items()):
        raise SchematronError("a schematron uses a prefix of ours")
    try:
        return etree.tostring(_Compiler(schema, guarded).sheet(base, files, kept), encoding="unicode")
    except Forbidden as function:
        raise SchematronError(f"a rule uses {function}") from None


class _Compiler:
    def __init__(self, schema: Schema, guarded: bool) -> None:
        self._schema = schema
        self._guarded = guarded
        self._sheet = etree.Element(_xsl("stylesheet"), nsmap={**schema.namespaces, **_RESERVED})
        self._named: dict[str, str] = {}
        self._declared = {let.name for let in schema.lets}

    def sheet(self, base: str, files: Mapping[str, str], kept: Collection[str]) -> Element:
        self._sheet.set("version", "3.0")
        self._sheet.set("expand-text", "no")
        _add(self._sheet, "output", method="xml", indent="no")
        self._openers(base, files, kept)
        for let in self._schema.lets:
            _add(self._sheet, "variable", name=let.name, select=confined(let.value))
        main = _add(self._sheet, "template", match="/")
        failures = etree.SubElement(main, "failures")
        for number, pattern in enumerate(self._schema.patterns):
            mode = f"pattern-{number}"
            _add(failures, "apply-templates", select="/", mode=mode)
            _add(self._sheet, "mode", name=mode, **{"on-no-match": "shallow-skip"})
            renamed = self._global_lets(pattern, mode)
            for rank, rule in enumerate(pattern.rules):
                match, priority = confined(rule.context, renamed), str(_TOP_PRIORITY - rank)
                template = _add(self._sheet, "template", match=match, mode=mode, priority=priority)
                self._content(rule, template, renamed)
                _add(template, "apply-templates", select="@*, node()", mode="#current")
        return self._sheet

    def _global_lets(self, pattern: Pattern, mode: str) -> Mapping[str, str]:
        """Declare the variables of a pattern; return the new names of those whose name was taken.

        They are global: the official schematrons use in one pattern what another one declares.
        """
        taken = {let.name for let in pattern.lets} & self._declared
        renamed = {name: f"{name}-{mode}" for name in taken}
        for let in pattern.lets:
            name = renamed.get(let.name, let.name)
            _add(self._sheet, "variable", name=name, select=confined(let.value, renamed))
            self._declared.add(name)
        return renamed

    def _content(self, rule: Rule, into: Element, renamed: Mapping[str, str]) -> None:
        renamed = dict(renamed)
        for part in rule.content:
            if isinstance(part, Let):
                self._let(part, into, renamed)
            elif isinstance(part, Assertion):
                self._assertion(part, into, renamed)
            else:
                for let in self._inherited(part, ()):  # what follows may use them
                    self._let(let, into, renamed, told=False)  # the template called tells their errors
                _add(into, "call-template", name=self._template(part.rule))

    def _let(self, let: Let, into: Element, renamed: dict[str, str], *, told: bool = True) -> None:
        value = confined(let.value, renamed)
        renamed.pop(let.name, None)
        if self._guarded:
            held = f"{let.name}-held"
            attempt = _add(_add(into, "variable", name=held, **{"as": "item()*"}), "try", select=value)
            _caught(attempt)
            if told:
                _add(into, "sequence", select=f"${held}[. instance of element(failure)]")
            value = f"${held}[not(. instance of element(failure))]"
        _add(into, "variable", name=let.name, select=value)

    def _assertion(self, assertion: Assertion, into: Element, renamed: Mapping[str, str]) -> None:
        place = _add(into, "try") if self._guarded else into
        test = confined(assertion.test, renamed)
        failing = _add(place, "if", test=test if assertion.is_report else f"not({test})")
        failure = etree.SubElement(failing, "failure", path="{path(.)}")
        for rank, words in enumerate(assertion.words):
            if rank % 2:
                _add(failure, "value-of", select=confined(words, renamed))
            elif words:
                _add(failure, "text").text = words
        if self._guarded:
            _caught(place)

    def _template(self, name: str) -> str:
        if name not in self._named:
            self._named[name] = f"rule-{len(self._named)}"
            template = _add(self._sheet, "template", name=self._named[name])
            _add(template, "context-item", use="required")
            self._content(self._abstract(name), template, {})
        return self._named[name]

    def _inherited(self, extends: Extends, seen: tuple[str, ...]) -> list[Let]:
        if extends.rule in seen:
            raise SchematronError("abstract rules extend each other")
        lets: list[Let] = []
        for part in self._abstract(extends.rule).content:
            if isinstance(part, Let):
                lets.append(part)
            elif isinstance(part, Extends):
                lets += self._inherited(part, (*seen, extends.rule))
        return lets

    def _abstract(self, name: str) -> Rule:
        try:
            return self._schema.abstract_rules[name]
        except KeyError:
            raise SchematronError("a rule extends an unknown one") from None

    def _openers(self, base: str, files: Mapping[str, str], kept: Collection[str]) -> None:
        """Our own doc, document and doc-available, that know the files of the pack and nothing else."""
        pairs = ", ".join(f"{_literal(path)}: {_literal(uri)}" for path, uri in sorted(files.items()))
        _add(self._sheet, "variable", name="pack:files", select=f"map {{ {pairs} }}")
        read = ", ".join(f"{_literal(files[path])}: doc({_literal(files[path])})" for path in sorted(kept))
        _add(self._sheet, "variable", name="pack:kept", static="yes", select=f"map {{ {read} }}")
        known = self._function("known", "xs:string?")
        attempt = _add(known, "try")
        # The address is resolved under a root that does not exist, so that `..` cannot climb above it.
        address = f"resolve-uri($address, {_literal(f'pack:/{base}')})"
        attempt.set("select", f"$pack:files(lower-case(substring-after({address}, 'pack:/')))")
        _add(attempt, "catch", select="()")
        opened = (
            "for $one in $address, $known in (pack:known($one), '')[1] return"
            f" if ($known = '') then error(QName('{PACK}', '{MISSING}'))"
            " else if (map:contains($pack:kept, $known)) then $pack:kept($known) else doc($known)"
        )
        for name in ("doc", "document"):
            _add(self._function(name, "document-node()*", "xs:string*"), "sequence", select=opened)
        _add(
            self._function("doc-available", "xs:boolean"),
            "sequence",
            select="exists(pack:known($address))",
        )

    def _function(self, name: str, kind: str, takes: str = "xs:string") -> Element:
        made = _add(self._sheet, "function", name=f"pack:{name}", **{"as": kind})
        _add(made, "param", name="address", **{"as": takes})
        return made


def _caught(attempt: Element) -> None:
    """What to say of an expression that could not be evaluated."""
    failure = etree.SubElement(_add(attempt, "catch"), "failure", path="{path(.)}")
    failure.set("error", "{local-name-from-QName($err:code)}")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _xsl(name: str) -> str:
    return f"{{{XSL}}}{name}"


def _add(parent: Element, kind: str, /, **attributes: str) -> Element:
    return etree.SubElement(parent, _xsl(kind), attributes)
