"""What a laboratory measured is read whole, whoever wrote the report and whatever is missing from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_lgc import resources
from demo_lgc.documents.reading.measures import french, measure_of, number_of
from demo_lgc.documents.reading.parsing import parse
from demo_lgc.documents.reading.results import lab_results
from demo_lgc.documents.reading.values import time_of
from demo_lgc.documents.reading.wording import Narrative
from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.results import (
    Interpretation,
    LabResult,
    Measure,
    Point,
    Reference,
    curves,
    outside,
)

SUMMER = timezone(timedelta(hours=2))
CRITICAL_HIGH, CRITICAL_LOW = Interpretation.CRITICAL_HIGH, Interpretation.CRITICAL_LOW
NORMAL, ABNORMAL = Interpretation.NORMAL, Interpretation.ABNORMAL
LOW, HIGH = Interpretation.LOW, Interpretation.HIGH

BIOLOGY = (
    "BIO-CR-BIO_2021.01_Auto-Presentable.xml",
    "BIO-CR-BIO_2021.01_Microbiologie_V1.xml",
    "BIO-CR-BIO_2023.01_Electrophorese.xml",
    "BIO-CR-BIO_2024.01_Glycémie mole.xml",
    "BIO-CR-BIO_2024.01_Microbiologie_V1.xml",
    "BIO-CR-BIO_2024.01_TSH_1.xml",
    "BIO-TROD_2024.01_Angine.xml",
)
UREA = (
    '<code code="22664-7" codeSystem="2.16.840.1.113883.6.1" displayName="Urée [Moles/Volume] Sérum/Plasma">'
    '<originalText><reference value="#uree"/></originalText></code>'
)
OPENING = (
    '<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    "<component><structuredBody>"
)
CLOSING = "</structuredBody></component></ClinicalDocument>"
CHAPTER = '<templateId root="1.3.6.1.4.1.19376.1.3.3.2.1"/>'


def section(entry: str, head: str = f"{CHAPTER}<title>Biochimie</title>") -> str:
    words = '<table><tr><td ID="uree">Urée<br/>sanguine</td><td ID="note">À contrôler.</td></tr></table>'
    return f"<component><section>{head}<text>{words}</text>{entry}</section></component>"


def entry(held: str, head: str = "") -> str:
    return f"<entry>{head}<act><entryRelationship>{held}</entryRelationship></act></entry>"


def report(*observations: str) -> str:
    held = "".join(
        f"<entryRelationship typeCode='COMP'><observation>{each}</observation></entryRelationship>"
        for each in observations
    )
    return OPENING + section(f"<entry><act>{held}</act></entry>") + CLOSING


def found(document: str) -> tuple[LabResult, ...]:
    return lab_results(parse(document.encode()).root, {})


def only(*parts: str) -> LabResult:
    (result,) = found(report("".join(parts)))
    return result


def value(xml: str) -> Measure:
    root = parse(report(f"{UREA}{xml}").encode()).root
    return measure_of(root.find(".//{*}value"), Narrative(root))


# With the oracle


def said_by_oracle(measure: Measure, told: dict[str, Any]) -> None:
    """Compare a value with what the oracle found in the same element."""
    number = None if told["type"].startswith("IVL") else told.get("value")
    assert measure.number == (None if number is None else Decimal(number))
    assert measure.unit == (told.get("unit") or "")
    assert [measure.low, measure.high] == [number_of(told.get("low")), number_of(told.get("high"))]
    assert (measure.code.code if measure.code else None) == told.get("code")
    assert (measure.code.system if measure.code else None) == told.get("codeSystem")
    if "text" in told:
        assert measure.text == told["text"]
    others = [(number_of(number), unit or "") for number, unit in told.get("translation", ())]
    assert [(other.number, other.unit) for other in measure.others] == others


def same_range(reference: Reference, told: dict[str, Any]) -> None:
    assert [reference.low, reference.high] == [number_of(told.get("low")), number_of(told.get("high"))]
    assert reference.unit == (told.get("unit") or "")
    assert reference.is_usual == (told["interpretation"] in (None, "N"))


@pytest.mark.conformance
@pytest.mark.parametrize("name", BIOLOGY)
def test_an_official_example_says_to_us_what_it_says_to_the_oracle(
    name: str, conformance: Path, load_judge: Callable[[str], ModuleType]
):
    path = conformance / "cda" / "ExemplesCDA" / name
    oracle = load_judge("extract_bio").read(path)
    results = lab_results(parse(path.read_bytes()).root, {})

    assert oracle
    assert len(results) == len(oracle)
    for result, told in zip(results, oracle, strict=True):
        assert result.code is not None
        assert (result.code.code, result.code.system) == (told["code"], told["codeSystem"])
        assert told["name"] in (result.name, result.code.label)
        assert result.status == told["status"]
        assert result.time == time_of(told["time"])
        assert list(result.interpretation_codes) == told["interpretation"]
        for measure, expected in zip(result.measures, told["values"], strict=True):
            said_by_oracle(measure, expected)
        for reference, expected in zip(result.references, told["ranges"], strict=True):
            same_range(reference, expected)
        for point, expected in zip(result.previous, told["previous"], strict=True):
            assert point.time == time_of(expected["time"])
            for measure, one in zip(point.measures, expected["values"], strict=True):
                said_by_oracle(measure, one)
        assert list(result.comments) == told["comments"]


@pytest.mark.conformance
def test_a_result_of_an_official_example_reads_as_on_paper(conformance: Path):
    path = conformance / "cda" / "ExemplesCDA" / "BIO-CR-BIO_2024.01_TSH_1.xml"
    thyrotropin, thyroxine = lab_results(parse(path.read_bytes()).root, {})

    assert thyrotropin == LabResult(
        name="Thyréostimuline (TSH)",
        code=Code("3016-3", oids.LOINC, "Thyréostimuline [Arbitraire/Volume] Sérum/Plasma ; Numérique"),
        measures=(Measure("1,950", "m[IU]/L", Decimal("1.950")),),
        time=datetime(2014, 4, 2, 14, 55, 21, tzinfo=SUMMER),
        interpretation=NORMAL,
        interpretation_codes=("N",),
        references=(Reference(Decimal("0.270"), Decimal("4.200"), "m[IU]/L", interpretation=NORMAL),),
        path=("BIOCHIMIE", "Biochimie"),
    )
    assert thyroxine.interpretation is LOW


@pytest.mark.conformance
def test_an_antibiogram_says_of_which_germ_it_is(conformance: Path):
    path = conformance / "cda" / "ExemplesCDA" / "BIO-CR-BIO_2024.01_Microbiologie_V1.xml"
    results = lab_results(parse(path.read_bytes()).root, {})

    read = [(*result.path[1:], result.name, result.measures[0].text) for result in results]
    assert ("Escherichia coli", "Antibiogramme (CMI)", "Amoxicilline", "≥\u00a00,512") in read
    assert ("Streptococcus D.", "Antibiogramme (CMI)", "Amoxicilline", "<\u00a00,012") in read


# What is missing, and what stands elsewhere


def test_a_result_without_anything_but_a_value_is_kept():
    bare = '<value xsi:type="PQ" value="6.2"/>'

    assert only(bare) == LabResult("", None, (Measure("6,2", number=Decimal("6.2")),), path=("Biochimie",))
    assert found(report("<code code='22664-7'/>")) == ()


@pytest.mark.parametrize(
    "part",
    [
        '<code nullFlavor="UNK"/>',
        '<code><originalText><reference value="#nowhere"/></originalText></code>',
        '<statusCode nullFlavor="UNK"/>',
        '<effectiveTime nullFlavor="UNK"/>',
        '<effectiveTime value="20140231"/>',
        '<effectiveTime><low nullFlavor="NAV"/></effectiveTime>',
        '<interpretationCode nullFlavor="NI"/>',
        '<entryRelationship typeCode="REFR" nullFlavor="NI"/>',
        "<entryRelationship typeCode='SUBJ'><act><text nullFlavor='NI'/></act></entryRelationship>",
    ],
)
def test_a_part_that_is_not_known_loses_nothing_of_the_others(part: str):
    result = only(part, '<value xsi:type="PQ" value="6.2" unit="mmol/L"/>')

    assert result == LabResult("", None, (Measure("6,2", "mmol/L", Decimal("6.2")),), path=("Biochimie",))


def test_a_range_that_is_not_known_is_a_range_that_says_nothing():
    unknown = '<value xsi:type="IVL_PQ" nullFlavor="UNK"><low nullFlavor="NI"/></value>'
    ranges = f"<referenceRange><observationRange>{unknown}</observationRange></referenceRange>"

    assert only('<value value="6"/>', ranges).references == (Reference(text="inconnu"),)
    assert only('<value value="6"/>', "<referenceRange/>").references == ()


def test_a_result_is_called_as_the_laboratory_calls_it():
    value = '<value xsi:type="PQ" value="6.2"/>'

    assert only(UREA, value).name == "Urée sanguine"
    assert only(UREA.replace("#uree", "#nowhere"), value).name == "Urée [Moles/Volume] Sérum/Plasma"
    assert only('<code code="UR" codeSystem="1.2.3"/>', value).name == "UR"


def test_an_analysis_without_loinc_is_known_by_the_code_of_the_laboratory():
    own = '<code nullFlavor="OTH"><translation code="UR1" codeSystem="1.2.3" displayName="Urée"/></code>'
    loinc = UREA.replace("code ", "translation ").replace("/code", "/translation")
    both = f'<code code="UR1" codeSystem="1.2.3">{loinc}</code>'

    assert only(own, "<value/>").code == Code("UR1", "1.2.3", "Urée")
    assert only(both, "<value/>").code == Code("22664-7", oids.LOINC, "Urée [Moles/Volume] Sérum/Plasma")


def test_earlier_results_and_comments_stand_with_their_result():
    earlier = (
        "<entryRelationship typeCode='REFR'><observation><effectiveTime value='20140902'/>"
        "<value xsi:type='PQ' value='5.9' unit='mmol/L'/></observation></entryRelationship>"
    )
    comment = (
        "<entryRelationship typeCode='SUBJ'><act><templateId root='1.3.6.1.4.1.19376.1.5.3.1.4.2'/>"
        "<text><reference value='#note'/></text></act></entryRelationship>"
    )
    result = only(UREA, "<value value='6.2' unit='mmol/L'/>", earlier, comment)

    assert result.previous == (Point(PartialDate(2014, 9, 2), (Measure("5,9", "mmol/L", Decimal("5.9")),)),)
    assert result.comments == ("À contrôler.",)


def test_every_value_of_an_observation_is_kept():
    both = "<value xsi:type='ST'>E. coli</value><value xsi:type='ST'>S. aureus</value>"

    assert [measure.text for measure in only(UREA, both).measures] == ["E. coli", "S. aureus"]


def test_an_observation_without_value_says_how_the_germ_answers():
    antibiotic = '<code code="18862-3" codeSystem="2.16.840.1.113883.6.1" displayName="Amoxicilline"/>'
    result = only(antibiotic, '<interpretationCode code="R" displayName="Résistant"/>')

    assert result.measures == (Measure("Résistant"),)
    assert result.is_abnormal


def test_an_analysis_that_was_not_done_is_told():
    undone = only(UREA, '<statusCode code="aborted"/>')

    assert (undone.name, undone.status, undone.measures) == ("Urée sanguine", "aborted", ())
    assert found(report(UREA)) == ()


def test_a_result_that_tells_no_status_has_that_of_what_is_around_it():
    act = report(f'{UREA}<value value="6"/>').replace("<act>", '<act><statusCode code="active"/>')
    own = act.replace("<value", '<statusCode code="completed"/><value', 1)

    assert [found(each)[0].status for each in (act, own)] == ["active", "completed"]


def test_what_was_not_found_is_not_shown_as_found():
    germ = '<value xsi:type="CD" code="3092008" codeSystem="1.2.3" displayName="Staphylocoque"/>'
    count = '<value xsi:type="PQ" value="12" unit="g/L"/>'
    earlier = f'<entryRelationship typeCode="REFR"><observation negationInd="true">{count}</observation>'
    document = report(f"{UREA}{germ}{count}{earlier}</entryRelationship>")
    (result,) = found(document.replace("<observation>", '<observation negationInd="true">', 1))

    assert result.measures == (
        Measure("Absence de\u00a0: Staphylocoque"),
        Measure("Absence de\u00a0: 12 g/L"),
    )
    assert result.previous == (Point(None, (Measure("Absence de\u00a0: 12 g/L"),)),)
    assert curves((result,)) == ()


def test_a_chapter_without_a_title_is_called_by_its_code():
    chapter = '<code code="18719-5" displayName="Biochimie"/>'
    sub = '<templateId root="1.3.6.1.4.1.19376.1.3.3.2.2"/><title>Ionogramme</title>'
    inner = section(entry("<observation><value value='1'/></observation>"), sub)
    document = f"{OPENING}<component><section>{CHAPTER}{chapter}{inner}</section></component>{CLOSING}"

    assert [result.path for result in found(document)] == [("Biochimie", "Ionogramme")]


def test_a_result_names_the_section_of_the_page_it_comes_from():
    root = parse(report(f"{UREA}<value value='6'/>").encode()).root
    place = root.find(".//{*}section")

    assert lab_results(root, {place: "section-3"})[0].anchor == "section-3"


def test_laboratory_entries_are_read_outside_of_a_report_and_nothing_else_is():
    observation = "<observation><value value='6'/></observation>"
    battery = f"<organizer><code code='%s'/><component>{observation}</component></organizer>"
    laboratory = entry(observation, "<templateId root='1.3.6.1.4.1.19376.1.3.1'/>")
    summary = '<templateId root="1.2.250.1.213.1.1.2.244"/>'
    vital_signs = '<templateId root="1.2.250.1.213.1.1.2.75"/>'

    def count(held: str, head: str) -> int:
        return len(found(OPENING + section(held, head) + CLOSING))

    assert count(laboratory, "<title>Examens</title>") == 1
    assert count(f"<entry>{battery % '26436-6'}</entry>", summary) == 1
    assert count(f"<entry>{battery % '18748-4'}</entry>", summary) == 0
    assert count(f"<entry>{battery % '85353-1'}</entry>", vital_signs) == 0


def test_a_prefix_changes_nothing():
    plain = report(
        f"{UREA}<value xsi:type='PQ' value='6.2' unit='mmol/L'/>",
        f"{UREA}<value xsi:type='CD' code='POS' displayName='positif'/>",
    )
    prefixed = (
        (plain.replace("</", "<//").replace("<", "<c:").replace("<c://", "</c:").replace('"PQ"', '"c:PQ"'))
        .replace("xmlns=", "xmlns:c=")
        .replace("'PQ'", "'c:PQ'")
        .replace("'CD'", "'c:CD'")
    )

    assert prefixed != plain
    assert found(prefixed) == found(plain)


# Values


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ('<value xsi:type="PQ" value="6.8" unit="mmol/L"/>', Measure("6,8", "mmol/L", Decimal("6.8"))),
        ('<value xsi:type="INT" value="12"/>', Measure("12", number=Decimal(12))),
        ('<value xsi:type="REAL" value="-.5"/>', Measure("-0,5", number=Decimal("-0.5"))),
        ('<value xsi:type="PQ" value="6,8"/>', Measure("6,8", number=Decimal("6.8"))),
        ('<value xsi:type="PQ" value="&lt;5" unit="mg/L"/>', Measure("<5", "mg/L")),
        ('<value value="6.8" unit="mmol/L"/>', Measure("6,8", "mmol/L", Decimal("6.8"))),
        (
            '<value xsi:type="PQ" value="0.62" unit="g/L"><translation value="0.71" code="mmol/L"/></value>',
            Measure("0,62", "g/L", Decimal("0.62"), others=(Measure("0,71", "mmol/L", Decimal("0.71")),)),
        ),
        (
            '<value xsi:type="PQ" nullFlavor="OTH"><translation value="3" displayName="croix"/></value>',
            Measure("3", "croix", Decimal(3)),
        ),
        (
            '<value xsi:type="IVL_PQ"><high value="1.0" unit="mg/L" inclusive="false"/></value>',
            Measure("<\u00a01,0", "mg/L", high=Decimal("1.0")),
        ),
        (
            '<value xsi:type="IVL_PQ"><low nullFlavor="NINF"/><high value="1" inclusive="true"/></value>',
            Measure("≤\u00a01", high=Decimal(1)),
        ),
        ('<value xsi:type="IVL_INT"><low value="3"/></value>', Measure(">\u00a03", low=Decimal(3))),
        (
            '<value xsi:type="IVL_PQ"><low value="3.5"/><high value="8" unit="mmol/L"/></value>',
            Measure("3,5\u00a0–\u00a08", "mmol/L", low=Decimal("3.5"), high=Decimal(8)),
        ),
        (
            '<value xsi:type="IVL_TS"><low value="20140902"/></value>',
            Measure(">\u00a002/09/2014"),
        ),
        (
            '<value xsi:type="CD" code="112283007" displayName="Escherichia coli" codeSystem="1.2"/>',
            Measure("Escherichia coli", code=Code("112283007", "1.2", "Escherichia coli")),
        ),
        (
            '<value xsi:type="CD"><originalText><reference value="#note"/></originalText></value>',
            Measure("À contrôler."),
        ),
        ('<value xsi:type="CD" nullFlavor="MSK"/>', Measure("masqué")),
        ('<value xsi:type="ST">&lt;1.0 mg/L</value>', Measure("<1.0 mg/L")),
        ('<value xsi:type="ED"><reference value="#note"/></value>', Measure("À contrôler.")),
        ('<value xsi:type="ED" representation="B64">SUQ=</value>', Measure("Fichier joint")),
        ('<value xsi:type="BL" value="true"/>', Measure("oui")),
        ('<value xsi:type="TS" value="20140902"/>', Measure("02/09/2014")),
        ('<value xsi:type="TS" value="201409020735+0200"/>', Measure("02/09/2014 à 07:35")),
        (
            '<value xsi:type="RTO"><numerator value="1"/><denominator value="160"/></value>',
            Measure("1/160"),
        ),
        ('<value xsi:type="RTO" nullFlavor="TRC"/>', Measure("traces")),
        ('<value xsi:type="PQ" nullFlavor="NASK"/>', Measure("non demandé")),
        ('<value xsi:type="PQ"/>', Measure("")),
        ("<value/>", Measure("")),
    ],
)
def test_a_value_reads_as_people_write_it(xml: str, expected: Measure):
    assert value(xml) == expected


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("6.8", "6,8"),
        ("1.950", "1,950"),
        ("75.0", "75,0"),
        ("63.000000", "63"),
        ("83.500000", "83,5"),
        ("100000", "100\u202f000"),
        ("1250.5", "1250,5"),
        ("0.00120", "0,00120"),
        ("-2.5", "-2,5"),
        ("-1234.5", "-1234,5"),
        ("-12345", "-12\u202f345"),
        ("0", "0"),
        ("1e5", "100\u202f000"),
    ],
)
def test_a_number_is_written_as_in_france(written: str, read: str):
    number = number_of(written)

    assert number == Decimal(written)
    assert french(number) == read


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_writing_a_number_never_changes_it(number: Decimal):
    assert number_of(french(number).replace("\u202f", "")) == number


@pytest.mark.parametrize(
    "text", ["", " ", "NaN", "Infinity", "1_000", "٣", "0x1F", "1e999", "9" * 50, ".", "-", "5 g", None]
)
def test_what_is_not_a_number_is_none(text: str | None):
    assert number_of(text) is None


# Interpretations and ranges


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ("N", NORMAL),
        ("L", LOW),
        ("H", HIGH),
        ("LL", CRITICAL_LOW),
        ("HH", CRITICAL_HIGH),
        ("AA", Interpretation.CRITICAL),
        ("A", ABNORMAL),
        ("POS", ABNORMAL),
        ("NEG", NORMAL),
        ("S", NORMAL),
        ("I", ABNORMAL),
        ("R", ABNORMAL),
        ("<", None),
        (">", None),
        ("U", None),
        ("ZZZ", None),
        ("", None),
        ("N A", ABNORMAL),
        ("H HH", CRITICAL_HIGH),
        ("A L", LOW),
    ],
)
def test_an_interpretation_is_the_gravest_of_what_the_laboratory_says(
    codes: str, said: Interpretation | None
):
    written = "".join(f'<interpretationCode code="{escaped(code)}"/>' for code in codes.split())
    result = only(UREA, '<value value="6"/>', written)

    assert result.interpretation is said
    assert result.interpretation_codes == tuple(codes.split())


def escaped(code: str) -> str:
    return code.replace("<", "&lt;")


def test_an_interpretation_of_the_laboratory_is_read_in_its_translation():
    written = (
        '<interpretationCode code="C3" codeSystem="1.2.3"><translation code="HH" '
        'codeSystem="2.16.840.1.113883.5.83"/></interpretationCode>'
    )

    assert only('<value value="6"/>', written).interpretation is CRITICAL_HIGH


def test_an_interval_whose_ends_have_two_units_keeps_both():
    ends = '<low value="0.5" unit="g/L"/><high value="900" unit="mg/L"/>'
    bounds = f'<value xsi:type="IVL_PQ">{ends}</value>'
    ranges = f"<referenceRange><observationRange>{bounds}</observationRange></referenceRange>"

    assert value(bounds) == Measure("0,5\u00a0g/L\u00a0–\u00a0900\u00a0mg/L")
    (reference,) = only('<value xsi:type="PQ" value="800" unit="g/L"/>', ranges).references
    assert reference == Reference(text="0,5\u00a0g/L\u00a0–\u00a0900\u00a0mg/L")


@pytest.mark.parametrize(
    "form",
    [
        '<value xsi:type="IVL_PQ"><center value="5" unit="g/L"/><width value="2" unit="g/L"/></value>',
        '<value xsi:type="II" root="1.2" extension="X"/>',
        '<value xsi:type="ED"><reference value="#gone"/></value>',
    ],
)
def test_a_value_that_we_do_not_read_is_not_blank(form: str):
    assert value(form) == Measure("à lire dans le document")
    assert value('<value xsi:type="ST"/>') == Measure("")


def test_one_is_not_a_unit_that_people_read():
    ratio = only(
        '<value xsi:type="PQ" value="2.5" unit=" 1 "/>',
        '<referenceRange><observationRange><value xsi:type="IVL_PQ"><low value="2" unit="1"/>'
        '<high value="3" unit="1"/></value></observationRange></referenceRange>',
    )

    assert ratio.measures == (Measure("2,5", "", Decimal("2.5")),)
    assert ratio.references == (Reference(Decimal(2), Decimal(3)),)


def test_a_code_of_another_table_is_not_an_interpretation():
    result = only('<value value="6"/>', '<interpretationCode code="H" codeSystem="1.2.3"/>')

    assert result.interpretation is None
    assert result.interpretation_codes == ("H",)


def test_nothing_is_interpreted_in_the_place_of_the_laboratory():
    bounds = '<value xsi:type="IVL_PQ"><high value="5.1" unit="mmol/L"/></value>'
    ranges = f"<referenceRange><observationRange>{bounds}</observationRange></referenceRange>"

    assert only('<value value="6.8" unit="mmol/L"/>', ranges).interpretation is None


def test_ranges_are_kept_with_what_they_mean():
    said = (
        "<text>Adulte</text><value xsi:type='IVL_PQ'><low value='3.5' unit='mmol/L'/>"
        "<high value='5.1' unit='mmol/L'/></value><interpretationCode code='N'/>",
        "<value xsi:type='IVL_PQ'><low value='6.5' unit='mmol/L'/></value><interpretationCode code='HH'/>",
        "<value xsi:type='ST'>négatif</value>",
        "<text><reference value='#note'/></text>",
    )
    ranges = "".join(
        f"<referenceRange><observationRange>{each}</observationRange></referenceRange>" for each in said
    )

    assert only('<value value="6.8" unit="mmol/L"/>', ranges).references == (
        Reference(Decimal("3.5"), Decimal("5.1"), "mmol/L", "Adulte", NORMAL),
        Reference(Decimal("6.5"), None, "mmol/L", "", CRITICAL_HIGH),
        Reference(text="négatif"),
        Reference(text="À contrôler."),
    )


# Times and words


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2014", PartialDate(2014)),
        ("201409", PartialDate(2014, 9)),
        ("20140902", PartialDate(2014, 9, 2)),
        ("20140902+0200", PartialDate(2014, 9, 2)),
        ("20140900", PartialDate(2014, 9)),
        ("20140000", PartialDate(2014)),
        ("2014090207", datetime(2014, 9, 2, 7)),
        ("201409020735", datetime(2014, 9, 2, 7, 35)),
        ("20140902073521+0200", datetime(2014, 9, 2, 7, 35, 21, tzinfo=SUMMER)),
        ("20140902073521.1234567+0200", datetime(2014, 9, 2, 7, 35, 21, 123456, tzinfo=SUMMER)),
        ("20140902073521-0330", datetime(2014, 9, 2, 7, 35, 21, tzinfo=timezone(-timedelta(minutes=210)))),
        ("20140902073521Z", datetime(2014, 9, 2, 7, 35, 21, tzinfo=UTC)),
        ("20140231", None),
        ("2014090299", None),
        ("20140902073521+9900", None),
        ("0000", None),
        ("٢٠١٤", None),
        ("hier", None),
        ("", None),
        (None, None),
    ],
)
def test_a_time_keeps_its_precision_and_its_offset(written: str | None, read: object):
    assert time_of(written) == read


def test_a_text_pointed_at_from_all_sides_is_not_quoted_without_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("demo_lgc.documents.reading.wording.MAX_WORDS", 25)
    root = parse(f'{OPENING}<a ID="a">0123456789</a>{CLOSING}'.encode()).root
    narrative = Narrative(root)

    assert [narrative.text("#a") for _ in range(4)] == ["0123456789", "0123456789", "", ""]


def test_of_two_texts_with_one_name_the_first_is_quoted():
    narrative = Narrative(parse(f'{OPENING}<a ID="a">un</a><a ID="a">deux</a>{CLOSING}'.encode()).root)

    assert narrative.text("#a") == "un"
    assert narrative.text("a") == "un"


# The reports of the demonstration


def demonstration() -> list[LabResult]:
    paths = sorted(resources.sample("documents").glob("biologie_chemin_*.xml"))
    return [result for path in paths for result in lab_results(parse(path.read_bytes()).root, {})]


def test_the_reports_of_the_demonstration_make_a_curve_of_three_points_for_each_analysis():
    drawn = curves(demonstration())

    assert {curve.name: [str(point.number) for point in curve.points] for curve in drawn} == {
        "Urée sanguine": ["5.6", "5.9", "6.2"],
        "Glycémie à jeun": ["11.4", "7.9", "9.2"],
        "HbA1c": ["8.9", "7.3", "7.9"],
        "Créatinine": ["88", "91", "94"],
        "Hémoglobine": ["13.1", "12.8", "12.6"],
        "Leucocytes": ["6.6", "6.1", "6.4"],
        "Plaquettes": ["251", "245", "238"],
        "Potassium": ["4.3", "4.5", "6.8"],
    }


def test_what_the_laboratory_of_the_demonstration_says_is_what_the_figures_say():
    results = demonstration()

    assert [result.name for result in results if result.interpretation is CRITICAL_HIGH] == ["Potassium"]
    for result in results:
        by_the_figures = outside(result.measures[0], result.references[0])
        assert result.is_abnormal == (by_the_figures is not None), result.name
        if result.interpretation is not CRITICAL_HIGH:
            assert result.interpretation is (by_the_figures or NORMAL), result.name


@pytest.mark.conformance
@pytest.mark.parametrize("day", ["2014-05-12", "2014-09-02", "2014-11-03"])
def test_the_rules_accept_the_reports_of_the_demonstration(day: str, court: Callable[..., Any]):
    content = resources.sample("documents", f"biologie_chemin_{day}.xml").read_bytes()

    assert court("full", "termino", "BIO-CR-BIO_2023.01")(content) == []
