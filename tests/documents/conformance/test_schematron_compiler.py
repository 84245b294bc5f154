"""ISO Schematron, on small schematrons: what the official ones rely on."""

from __future__ import annotations

import pytest

from demo_lgc.documents.conformance.xpath import Forbidden, confined
from demo_lgc.domain.errors import ConformanceError, ConformanceProblem
from tests.documents.conformance.conftest import HEAD


def words(failures):
    return [failure.words for failure in failures]


def schema(body, attributes=""):
    return f"{HEAD} {attributes}>{body}</schema>"


def pattern(body, attributes=""):
    return f"<pattern {attributes}>{body}</pattern>"


def rule(context, *tests):
    return f'<rule context="{context}">' + "".join(tests) + "</rule>"


def fails(words, attributes=""):
    return f'<assert test="false()" {attributes}>{words}</assert>'


def test_an_assert_fails_when_it_is_false_and_a_report_when_it_is_true(run):
    body = rule(
        "a",
        '<assert test="@x = 1">wants one</assert>',
        '<assert test="@x = 2">wants two</assert>',
        '<report test="@x = 1">has one</report>',
        '<report test="@x = 2">has two</report>',
    )
    assert words(run(schema(pattern(body)), '<a x="1"/>')) == ["wants two", "has one"]


def test_a_failure_says_where(run):
    found = run(schema(pattern(rule("b", fails("no")))), '<a xmlns:n="urn:n"><b/><n:c/><b/></a>')
    assert [failure.path for failure in found] == ["/Q{}a[1]/Q{}b[1]", "/Q{}a[1]/Q{}b[2]"]


def test_in_a_pattern_a_node_meets_the_first_rule_that_matches_it(run):
    body = pattern(rule("b[@x]", fails("first")) + rule("b", fails("second")) + rule("*", fails("third")))
    assert words(run(schema(body), '<b><b x="1"/></b>')) == ["second", "first"]


def test_each_pattern_looks_at_every_node_again(run):
    body = pattern(rule("b[@x]", fails("first"))) + pattern(rule("b", fails("second")))
    assert words(run(schema(body), '<b x="1"/>')) == ["first", "second"]


def test_a_rule_may_speak_of_attributes_and_of_the_document(run):
    rules = rule("@x", fails("attribute")) + rule("/", fails("document")) + rule("a", fails("element"))
    found = run(schema(pattern(rules)), '<a x="1"/>')
    assert words(found) == ["document", "element", "attribute"]


@pytest.mark.parametrize("role", ["warning", "warn", "info", "information", "hint"])
def test_what_only_warns_refuses_nothing(run, role):
    body = rule("a", fails("soft", f'role="{role}"'), fails("hard", 'role="error"'), fails("plain"))
    assert words(run(schema(pattern(body)), "<a/>")) == ["hard", "plain"]


def test_words_hold_values_of_the_document(run):
    said = fails('<name/> is <emph>really</emph> "<value-of select="@x"/>", not <name path="b"/>.')
    assert words(run(schema(pattern(rule("a", said))), '<a x="1 &lt; 2"><b/></a>')) == [
        'a is really "1 < 2", not b.'
    ]


def test_namespaces_are_those_that_the_schema_declares(run):
    body = '<ns prefix="c" uri="urn:hl7-org:v3"/>' + pattern(rule("c:a", fails("here")))
    assert words(run(schema(body), '<a xmlns="urn:hl7-org:v3"/>')) == ["here"]
    assert words(run(schema(body), "<a/>")) == []


def test_variables_of_the_schema_the_pattern_and_the_rule_are_seen_below_them(run):
    body = (
        '<let name="one" value="1"/>'
        + pattern(
            '<let name="two" value="$one + 1"/>'
            + rule(
                "a",
                '<let name="three" value="$two + @x"/>',
                '<let name="four" value="$three + 1"/>',
                '<assert test="$four = 5">four is <value-of select="$four"/></assert>',
            )
        )
        + pattern(rule("a", '<report test="$two = 2">seen from another pattern</report>'))
    )
    assert words(run(schema(body), '<a x="1"/>')) == ["four is 4", "seen from another pattern"]


def test_two_patterns_may_give_one_name_to_two_things(run):
    body = "".join(
        pattern(
            f'<let name="n" value="{n}"/><let name="m" value="$n * 10"/>'
            + rule("a[@x = $n]", fails('<value-of select="$n"/>-<value-of select="$m"/>'))
        )
        for n in (1, 2)
    )
    assert words(run(schema(body), '<z><a x="1"/><a x="2"/></z>')) == ["1-10", "2-20"]


def test_an_abstract_pattern_is_filled_with_parameters(run):
    model = pattern(
        rule("$where", '<assert test="@code = $code">$code and <value-of select="$shown"/></assert>')
        + "<p>$where</p>",
        'id="coded" abstract="true"',
    )
    uses = "".join(
        pattern(
            f'<param name="where" value="{where}"/><param name="code" value="\'{code}\'"/>'
            f'<param name="shown" value="\'{where}\'"/>',
            f'is-a="coded" id="{where}"',
        )
        for where, code in (("a", "x"), ("b", "y"))
    )
    found = run(schema(model + uses), '<z><a code="x"/><b code="x"/></z>')
    assert words(found) == ["$code and b"]


def test_a_parameter_does_not_swallow_another_whose_name_it_begins(run):
    model = pattern(
        rule("a", fails('<value-of select="$n"/><value-of select="$name"/>')), 'id="m" abstract="true"'
    )
    use = pattern('<param name="n" value="\'1\'"/><param name="name" value="\'2\'"/>', 'is-a="m"')
    assert words(run(schema(model + use), "<a/>")) == ["12"]


def test_an_abstract_rule_is_taken_over_with_its_variables(run):
    body = pattern(
        '<rule abstract="true" id="top"><let name="t" value="@x"/><assert test="$t = 1">top</assert></rule>'
        '<rule abstract="true" id="middle"><extends rule="top"/><assert test="$t = 2">middle</assert></rule>'
        + rule("a", '<extends rule="middle"/>', '<assert test="$t = 3">own <value-of select="$t"/></assert>')
    )
    assert words(run(schema(body), '<a x="3"/>')) == ["top", "middle"]
    assert words(run(schema(body), '<a x="1"/>')) == ["middle", "own 1"]


def test_abstract_rules_may_be_in_another_pattern(run):
    body = pattern('<rule abstract="true" id="r">' + fails("there") + "</rule>")
    body += pattern(rule("a", '<extends rule="r"/>'))
    assert words(run(schema(body), "<a/>")) == ["there"]


def test_includes_are_brought_in_from_their_own_folder_whatever_the_case_of_their_name(run):
    space = 'xmlns="http://purl.oclc.org/dsdl/schematron"'
    found = run(
        schema('<include href="parts/Pattern.sch"/>'),
        "<a/>",
        schematrons__parts__pattern_dot_sch=f'<pattern {space}><include href="..\\rule.sch"/></pattern>',
        schematrons__rule_dot_sch=f'<rule {space} context="a">{fails("included")}</rule>',
    )
    assert words(found) == ["included"]


@pytest.mark.parametrize(
    ("attributes", "said"),
    [('defaultPhase="some"', ["two"]), ('defaultPhase="#ALL"', ["one", "two"]), ("", ["one", "two"])],
)
def test_the_default_phase_chooses_the_patterns(run, attributes, said):
    phase = '<phase id="some"><active pattern="two"/></phase>'
    body = phase + "".join(pattern(rule("a", fails(n)), f'id="{n}"') for n in ("one", "two"))
    assert words(run(schema(body, attributes), "<a/>")) == said


def test_a_rule_opens_the_files_of_the_pack_from_the_place_of_its_schematron(run):
    test = "document($list)//code = @code"
    body = '<let name="list" value="\'../jeuxDeValeurs/Codes.xml\'"/>'
    body += pattern(rule("a", f'<assert test="{test}">not a code</assert>'))
    codes = {"jeuxDeValeurs__CODES_dot_xml": "<l><code>x</code></l>"}
    assert words(run(schema(body), '<a code="x"/>', **codes)) == []
    assert words(run(schema(body), '<a code="y"/>', **codes)) == ["not a code"]


OPEN = 'doc-available(concat("../terms/", @s, ".rdf")) and doc(concat("../terms/", @s, ".rdf"))//secret'


@pytest.mark.parametrize(
    "system",
    ["../outside", "../../outside", "{address}", "../../../../../../../..{path}", "../outside.rdf?", "a b<"],
)
def test_no_code_of_a_document_opens_a_file_outside_of_the_pack(run, tmp_path, system):
    """The terminology of the official pack opens `<codeSystem>.rdf`, and the document gives codeSystem."""
    outside = tmp_path / "outside.rdf"
    outside.write_text("<a><secret/></a>", encoding="utf-8")
    path = outside.as_posix().removesuffix(".rdf")
    system = system.format(address=f"file://{path}", path=path).replace("<", "&lt;")
    body = pattern(rule("a", f"<report test='{OPEN}'>opened</report>"))
    inside = {"schematrons__terms__good_dot_rdf": "<a><secret/></a>"}
    assert words(run(schema(body), f'<a s="{system}"/>', **inside)) == []
    body = body.replace("../terms", "terms")
    assert words(run(schema(body), '<a s="good"/>', **inside)) == ["opened"]


def test_a_rule_that_opens_what_the_pack_has_not_is_a_defect_of_the_pack(run):
    body = pattern(rule("a", "<assert test=\"doc('none.xml')//code\">no</assert>"))
    with pytest.raises(ConformanceError) as failure:
        run(schema(body), "<a/>")
    assert failure.value.problem is ConformanceProblem.INCOMPLETE


def test_an_expression_that_cannot_be_evaluated_is_a_failure_beside_the_others(run):
    body = pattern(
        rule(
            "a",
            '<let name="both" value="concat(b, \'x\')"/>',
            "<assert test=\"$both = '1x'\">b is not 1</assert>",
            '<assert test="string-length(b) = 1">too long</assert>',
            fails("other"),
        )
    )
    assert words(run(schema(body), "<a><b>2</b></a>")) == ["b is not 1", "other"]
    found = run(schema(body), "<a><b>1</b><b>2</b></a>")
    assert [failure.error for failure in found] == ["XPTY0004", "", "XPTY0004", ""]
    assert words(found)[-1] == "other"


def test_an_error_of_an_abstract_rule_is_told_once(run):
    body = pattern(
        '<rule abstract="true" id="r"><let name="n" value="xs:integer(@x)"/>'
        + fails("abstract")
        + "</rule>"
        + rule("a", '<extends rule="r"/>', '<assert test="$n = 1">own</assert>')
    )
    found = run(schema(body), '<a x="one"/>')
    assert [(failure.error, failure.words) for failure in found] == [
        ("FORG0001", ""),
        ("", "abstract"),
        ("", "own"),
    ]


@pytest.mark.parametrize(
    "broken",
    [
        "<a/>",
        schema(pattern(rule("a", '<extends rule="none"/>'))),
        schema(
            pattern(
                '<rule abstract="true" id="r"><extends rule="r"/></rule>' + rule("a", '<extends rule="r"/>')
            )
        ),
        schema(pattern("", 'is-a="none"')),
        schema(pattern(rule("a", fails("x"))), 'defaultPhase="none"'),
        schema(pattern("<rule>" + fails("x") + "</rule>")),
        schema(pattern(rule("a", "<assert>x</assert>"))),
        schema(pattern(rule("a", '<assert test="1 +">x</assert>'))),
        schema(pattern(rule("a", '<assert test="$none">x</assert>'))),
        schema(pattern(rule("a", "<assert test=\"collection('/etc')\">x</assert>"))),
        schema('<ns prefix="s" uri="http://saxon.sf.net/"/>'),
        schema('<ns prefix="pack" uri="urn:other"/>'),
        schema('<include href="none.sch"/>'),
        schema('<include href="../../../../etc/hostname"/>'),
        schema('<include href="main.sch"/>'),
    ],
)
def test_a_schematron_that_is_not_one_is_a_defect_of_the_pack(run, broken):
    with pytest.raises(ConformanceError) as failure:
        run(broken, "<a/>")
    assert failure.value.problem is ConformanceProblem.INCOMPLETE


@pytest.mark.parametrize(
    ("expression", "becomes"),
    [
        ("doc('a.xml')//b", "pack:doc('a.xml')//b"),
        ("document ($x)", "pack:document($x)"),
        ("fn:doc-available(@a)", "pack:doc-available(@a)"),
        ("a/doc(@x)", "a/pack:doc(@x)"),
        ("@href => doc()", "@href => pack:doc()"),
        ("doc(: a (: nested :) comment :)(@x)", "pack:doc(@x)"),
        ("'doc(x)' = \"it's doc(y)\"", "'doc(x)' = \"it's doc(y)\""),
        ("document-node()", "document-node()"),
        ("doc/document[@doc]", "doc/document[@doc]"),
        ("my-doc(1) + cda:mydoc(2)", "my-doc(1) + cda:mydoc(2)"),
        ("$n + $name", "$n-2 + $name"),
    ],
)
def test_only_what_opens_is_renamed(expression, becomes):
    assert confined(expression, {"n": "n-2"}) == becomes


@pytest.mark.parametrize(
    "expression",
    ["unparsed-text('/etc/passwd')", "doc#1", "fn:collection ()", "function-lookup(xs:QName('fn:doc'), 1)"],
)
def test_what_no_rule_needs_is_refused(expression):
    with pytest.raises(Forbidden):
        confined(expression)
