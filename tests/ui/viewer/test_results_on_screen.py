"""Results of biology: what is abnormal is seen before it is read, and never by its colour alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from PySide6.QtGui import QColor, QFont

from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.results import Interpretation, LabResult, Measure, Point, Reference
from demo_lgc.ui import theme
from demo_lgc.ui.viewer import words
from demo_lgc.ui.viewer.alarm import alarm
from demo_lgc.ui.viewer.browser import DocumentBrowser
from demo_lgc.ui.viewer.results_html import MOST_TABLED, results_html
from tests.ui.viewer import papers
from tests.ui.viewer.papers import HIGH, NORMAL, SAMPLED, a_biology, a_result, measured, usual

NBSP = "\u00a0"


@pytest.fixture
def shown(qtbot, look):
    """Show results in a browser, and give it."""

    def build(*results):
        browser = DocumentBrowser("Résultats")
        qtbot.addWidget(browser)
        browser.resize(760, 900)
        browser.show()
        html, browser.entries = results_html(a_biology(results=results or papers.RESULTS))
        browser.show_html(html, cards=True)
        return browser

    return build


def face(browser, text):
    """The format in which words are written."""
    cursor = browser.document().find(text)
    assert not cursor.isNull(), f"{text} is not there"
    return cursor.charFormat()


@pytest.mark.parametrize(
    ("interpretation", "word"),
    [
        (Interpretation.NORMAL, "✓ Normal"),
        (Interpretation.LOW, "↓ Bas"),
        (Interpretation.HIGH, "↑ Haut"),
        (Interpretation.ABNORMAL, "● Anormal"),
        (Interpretation.CRITICAL_LOW, "⚠ Critique ↓"),
        (Interpretation.CRITICAL_HIGH, "⚠ Critique ↑"),
        (Interpretation.CRITICAL, "⚠ Critique"),
    ],
)
def test_an_interpretation_is_a_sign_and_a_word(shown, interpretation, word):
    browser = shown(a_result("Sodium", "128", "mmol/L", ("136", "145"), interpretation=interpretation))
    assert word in browser.toPlainText()


def test_every_interpretation_has_its_word():
    urea = papers.RESULTS[0]
    said = {results_html(a_biology(results=(replace(urea, interpretation=i),)))[0] for i in Interpretation}
    assert len(said) == len(Interpretation)


def test_an_abnormal_value_is_bold_and_in_the_colour_of_danger_a_normal_one_is_not(shown):
    browser = shown()
    assert face(browser, "9,2").foreground().color() == theme.ink("danger")
    assert face(browser, "9,2").fontWeight() >= QFont.Weight.Bold
    assert face(browser, "94").foreground().color() != theme.ink("danger")


def test_a_critical_result_is_filled_the_others_are_soft(shown, qtbot):
    browser = shown()
    picture = browser.grab().toImage()
    colours = {picture.pixelColor(x, y).name() for x in range(760) for y in range(picture.height())}
    assert theme.ink("danger").name() in colours
    assert theme.ink("danger_soft").name() in colours
    assert face(browser, "Critique").foreground().color() == theme.ink("surface")
    assert face(browser, "Haut").foreground().color() == theme.ink("danger")


def test_the_colours_follow_the_theme(shown, look):
    browser = shown()
    try:
        look.apply("dark")
        assert face(browser, "9,2").foreground().color() == QColor(look.tokens().danger)
    finally:
        look.apply("light")


def test_a_value_nobody_judged_but_outside_its_interval_is_said_hors_reference(shown):
    browser = shown(a_result("Ferritine", "12", "ug/L", ("30", "300")))
    assert "Hors référence" in browser.toPlainText()
    assert face(browser, "12").foreground().color() == theme.ink("warn")


def test_the_laboratory_is_believed_when_it_says_normal(shown):
    browser = shown(a_result("Ferritine", "12", "ug/L", ("30", "300"), interpretation=NORMAL))
    assert "Hors" not in browser.toPlainText()


def test_a_value_inside_one_of_two_intervals_is_not_said_outside(shown):
    two = (usual("30", "300", "ug/L"), usual("10", "200", "ug/L"))
    assert "Hors" not in shown(a_result("Ferritine", "12", "ug/L", ("", ""), references=two)).toPlainText()


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [("6,5", "mmol/L", True), ("7,1", "mmol/L", True), ("6,4", "mmol/L", False), ("7,1", "g/L", False)],
)
def test_a_value_nobody_judged_in_a_zone_to_be_feared_is_said_hors_reference(value, unit, said):
    zone = Reference(Decimal("6.5"), None, "mmol/L", interpretation=Interpretation.CRITICAL_HIGH)
    potassium = replace(a_result("Potassium", value, unit, ("", "")), references=(zone,))
    assert (alarm((potassium,)) is not None) is said


def test_the_strip_names_the_critical_result_and_counts_the_others():
    told = alarm(papers.RESULTS)
    assert told.sentence == (
        f"1{NBSP}résultat critique{NBSP}: potassium 6,8{NBSP}mmol/L. 3{NBSP}autres résultats hors référence."
    )
    assert told.tone == "danger"
    assert told.anchor == "result-7"


def test_without_a_critical_result_the_strip_is_amber_and_without_any_there_is_none():
    one = (papers.RESULTS[0], papers.RESULTS[1])
    assert (alarm(one).tone, alarm(one).sentence) == ("warn", f"1{NBSP}résultat hors référence.")
    assert alarm(papers.RESULTS[:1]) is None
    assert alarm(()) is None


def test_of_many_critical_results_three_are_named():
    critical = Interpretation.CRITICAL
    names = ("Potassium", "Sodium", "Calcium", "Lactates")
    many = [a_result(name, "9", "g/L", ("", ""), interpretation=critical) for name in names]
    assert alarm(many).sentence == (
        f"4{NBSP}résultats critiques{NBSP}: potassium 9{NBSP}g/L, sodium 9{NBSP}g/L, calcium 9{NBSP}g/L "
        f"et 1{NBSP}autre."
    )


def test_a_result_in_two_units_shows_both(shown):
    both = measured("1,75", "g/L", measured("4,53", "mmol/L"))
    text = shown(a_result("Cholestérol", "1,75", "g/L", ("", ""), measures=(both,))).toPlainText()
    assert "1,75" in text
    assert "4,53" in text
    assert "mmol/L" in text


def test_a_text_and_a_list_of_germs_are_results_too(shown):
    germs = (Measure("Escherichia coli"), Measure("Streptococcus agalactiae"))
    browser = shown(LabResult("Germes", None, germs, path=("Urines",)))
    assert "Escherichia coli" in browser.toPlainText()
    assert "Streptococcus agalactiae" in browser.toPlainText()


def test_a_result_without_value_says_so_and_what_became_of_it(shown):
    text = shown(LabResult("Lactates", None, (), status="aborted")).toPlainText()
    assert "Non rendu" in text
    assert "Analyse non réalisée" in text


def test_comments_stand_under_their_result(shown):
    text = shown().toPlainText()
    assert text.index("Potassium") < text.index("second tube")


def test_the_latest_earlier_value_is_shown_with_its_day(shown):
    day = PartialDate(2014, 9, 2)
    points = (Point(day, (measured("5,1", "%"),)), Point(PartialDate(2013, 9, 2), (measured("4,9", "%"),)))
    browser = shown(a_result("HbA1c", "7,9", "%", ("", ""), previous=points))
    assert "5,1" in browser.toPlainText()
    assert "4,9" not in browser.toPlainText()
    assert "antériorités du 02/09/2014" in browser.toPlainText()


def test_earlier_values_of_several_days_each_have_theirs(shown):
    other = Point(PartialDate(2014, 1, 7), (measured("4,2", "g/L"),))
    browser = shown(papers.RESULTS[0], a_result("Protéines", "70", "g/L", ("", ""), previous=(other,)))
    text = browser.toPlainText()
    assert "02/09/2014" in text
    assert "07/01/2014" in text
    assert "4,2" in text


def test_results_of_several_hours_each_have_theirs(shown):
    later = a_result("Glycémie", "1,1", "g/L", ("", ""), time=SAMPLED + timedelta(days=1))
    text = shown(papers.RESULTS[0], later).toPlainText()
    assert "03/11/2014 à 07:40" in text
    assert "04/11/2014 à 07:40" in text


def test_a_zone_to_be_feared_is_not_shown_as_a_usual_interval(shown):
    feared = Reference(Decimal("6.5"), None, "mmol/L", interpretation=Interpretation.CRITICAL_HIGH)
    result = a_result("Potassium", "5,0", "mmol/L", ("3.5", "5.1"))
    browser = shown(replace(result, references=(*result.references, feared)))
    assert "Critique ↑ : ≥ 6,5" in browser.toPlainText()


def test_what_a_laboratory_writes_is_never_markup(shown):
    evil = '<img src="file:///etc/hostname"><b>gras</b>'
    result = replace(papers.RESULTS[0], name=evil, comments=(evil,), path=(evil,), measures=(Measure(evil),))
    text = shown(result).toPlainText()
    assert text.count("<b>gras</b>") == 4


def test_the_contents_list_sections_and_batteries():
    path = ("Biochimie", "Ionogramme")
    urea, glucose, hba1c = papers.RESULTS[:3]
    results = (urea, replace(glucose, path=path), replace(hba1c, path=path))
    _, entries = results_html(a_biology(results=results))
    assert [(entry.title, entry.depth) for entry in entries] == [
        ("Biochimie sanguine", 0),
        ("Biochimie", 0),
        ("Ionogramme", 1),
    ]
    assert len({entry.anchor for entry in entries}) == 3


@pytest.mark.parametrize(
    ("ucum", "said"),
    [
        ("mmol/L", "mmol/L"),
        ("umol/L", "µmol/L"),
        ("10*9/L", "10⁹/L"),
        ("10*-3", "10⁻³"),
        ("m[iU]/L", "mUI/L"),
        ("{score}", "score"),
        ("/mL{cellules}", "/mL"),
        ("Cel", "°C"),
        ("", ""),
    ],
)
def test_units_are_written_as_people_write_them(ucum, said):
    assert words.unit(ucum) == said


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        (usual("3.5", "5.10", "mmol/L"), f"[3,5{NBSP}–{NBSP}5,10]"),
        (usual("63.000000", "83.000000"), f"[63{NBSP}–{NBSP}83]"),
        (usual("-2", ""), f"≥{NBSP}\u22122"),
        (usual("", "1E+2"), f"≤{NBSP}100"),
        (usual("1", "2", "g/L"), f"[1{NBSP}–{NBSP}2]{NBSP}g/L"),
        (Reference(text="Négatif"), "Négatif"),
    ],
)
def test_bounds_are_said_with_their_own_unit_only_when_it_differs(bounds, said):
    assert words.reference(bounds, "mmol/L") == said


def test_an_instant_is_said_as_it_was_written():
    assert words.when(datetime(2014, 11, 3, 7, 40)) == "03/11/2014 à 07:40"
    assert words.when(PartialDate(2014, 11)) == "11/2014"
    assert words.when(None) == ""


def test_an_acronym_keeps_its_capitals_inside_a_sentence():
    assert [words.lowered(name) for name in ("Potassium", "HbA1c", "TSH", "T4 libre", "Na")] == [
        "potassium",
        "HbA1c",
        "TSH",
        "T4 libre",
        "Na",
    ]


def test_high_is_abnormal_even_without_bounds():
    assert alarm((a_result("TSH", "9", "m[iU]/L", ("", ""), interpretation=HIGH),)).tone == "warn"


def test_a_result_without_date_does_not_hide_the_day_of_the_others(shown):
    text = shown(papers.RESULTS[0], LabResult("Lactates", None, ())).toPlainText()
    assert "Résultats du 03/11/2014 à 07:40" in text


def test_a_great_many_results_are_lines_that_say_as_much(shown):
    path = ("Ionogramme",)
    potassium = papers.RESULTS[-1]
    sodium = a_result("Sodium", "139", "mmol/L", ("136", "145"), interpretation=Interpretation.NORMAL)
    nobody = a_result("Fer", "4", "umol/L", ("10", "30"))
    lost = replace(sodium, name="Chlore", measures=(), status="aborted")
    many = [replace(sodium, name=f"Sodium {n}", path=path) for n in range(MOST_TABLED)]
    browser = shown(*many, potassium, nobody, lost)
    assert not browser.document().rootFrame().childFrames(), "no table"
    text = browser.toPlainText().replace(NBSP, " ")
    assert "Ce document compte 303 résultats : chacun est donné sur une ligne." in text
    assert "Sodium 299 : 139 mmol/L ✓ Normal [136 – 145]" in text
    assert "Potassium : 6,8 mmol/L  ⚠ Critique ↑  [3,5 – 5,1], antériorité : 4,5" in text
    assert "Résultat contrôlé sur un second tube." in text
    assert "Fer : 4 µmol/L  ↕ Hors référence  [10 – 30]" in text
    assert "Chlore : Non rendu" in text
    assert "Analyse non réalisée" in text
    assert face(browser, "6,8").fontWeight() > face(browser, "139").fontWeight()
    assert face(browser, "6,8").foreground().color() == theme.ink("danger")


def test_the_strip_leads_to_a_result_among_a_great_many(qtbot, look):
    results = (
        *(replace(papers.RESULTS[0], name=f"Urée {n}") for n in range(MOST_TABLED)),
        papers.RESULTS[-1],
    )
    html, entries = results_html(a_biology(results=results))
    told = alarm(results)
    assert told is not None
    assert f'name="{told.anchor}"' in html
    assert [entry.title for entry in entries] == ["Biochimie sanguine", "Hématologie et ionogramme"]
