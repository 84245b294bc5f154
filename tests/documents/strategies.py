"""Any VSM and any header that can be written, for hypothesis."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from hypothesis import strategies as st

from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.document import DocumentHeader
from demo_lgc.domain.identity import Address, IdentityStatus, Ins, Patient, Sex, ins_key
from demo_lgc.domain.vsm import (
    Absence,
    Allergy,
    AllergyKind,
    FamilyHistory,
    Lifestyle,
    LifestyleKind,
    Problem,
    ProblemKind,
    Procedure,
    Relative,
    Treatment,
    Vsm,
)
from tests.factory import a_header, a_patient

_letters = st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S", "Zs"))
words = st.text(_letters, min_size=1, max_size=60).filter(lambda text: text.strip())
phrases = st.one_of(
    words,
    st.sampled_from(["Œdème de l’œil", "« Mère »\u00a0: née à Çà", "<script>&amp;]]>", "A" * 300]),
)
names = st.one_of(words, st.sampled_from(["D’ARTAGNAN", "ÉLÉONORE-ZOÉ", "ȘTEFĂNESCU", "A" * 120]))

cim10 = st.sampled_from(
    [
        Code("E10", oids.CIM10, "Diabète sucré de type 1"),
        Code("I25.1", oids.CIM10, "Cardiopathie artérioscléreuse"),
        Code("L50.0", oids.CIM10, "Urticaire allergique"),
    ]
)
ccam = st.just(Code("HHFA016", oids.CCAM, "Appendicectomie, par cœlioscopie"))
cis = st.just(Code("63564053", oids.CIS, "PLAVIX 75 mg, comprimé pelliculé"))
cim11 = st.just(Code("XM5DJ7", oids.CIM11, "Paracétamol"))
oral = st.just(Code("20053000", oids.EDQM, "Voie orale"))


@st.composite
def past_dates(draw: st.DrawFn) -> PartialDate:
    """A date with any precision, after the birth of the patients of these strategies."""
    day = draw(st.dates(date(2001, 1, 1), date(2014, 11, 1)))
    precision = draw(st.integers(1, 3))
    return PartialDate(*(day.year, day.month, day.day)[:precision])


maybe_date = st.none() | past_dates()


def _rubric(entry):
    return st.sampled_from(Absence) | st.lists(entry, min_size=1, max_size=3).map(tuple)


_problems = st.builds(
    Problem, phrases, st.none() | cim10, since=maybe_date, kind=st.sampled_from(ProblemKind)
)
_allergies = st.builds(
    Allergy,
    phrases,
    st.sampled_from(AllergyKind),
    agent_code=st.none() | cim11,
    reaction=st.just("") | phrases,
    reaction_code=st.none() | cim10,
    since=maybe_date,
)
_treatments = st.builds(
    Treatment,
    phrases,
    phrases,
    code=st.none() | cis,
    since=maybe_date,
    route=st.none() | oral,
    dose_low=st.sampled_from(["", "1", "0,5"]),
    dose_high=st.sampled_from(["", "1", "2"]),
    dose_unit=st.sampled_from(["", "{tablet}", "mg"]),
    every_hours=st.none() | st.integers(1, 72),
    reason=st.just("") | phrases,
    reason_code=st.none() | cim10,
)

vsms = st.builds(
    Vsm,
    problems=_rubric(_problems),
    medical_history=_rubric(_problems),
    procedures=_rubric(st.builds(Procedure, phrases, st.none() | ccam, on=maybe_date)),
    allergies=_rubric(_allergies),
    treatments=_rubric(_treatments),
    lifestyle=_rubric(st.builds(Lifestyle, st.sampled_from(LifestyleKind), phrases)),
    family_history=_rubric(st.builds(FamilyHistory, st.sampled_from(Relative), phrases, st.none() | cim10)),
    occupational_risks=st.just("") | phrases,
    vigilance=st.lists(phrases, max_size=3).map(tuple),
)


@st.composite
def qualified_patients(draw: st.DrawFn) -> Patient:
    """A qualified patient with a test INS, born in 2000."""
    corsican = draw(st.sampled_from(["63", "2A", "99"]))
    nir = f"{draw(st.sampled_from('12'))}0008{corsican}{draw(st.integers(1, 999999)):06}"
    return a_patient(
        birth_name=draw(names),
        given_names=tuple(draw(st.lists(names, min_size=1, max_size=3))),
        birth_date=date(2000, 8, draw(st.integers(1, 31))),
        sex=draw(st.sampled_from(Sex)),
        birth_place=f"{corsican}{draw(st.integers(1, 999)):03}",
        status=IdentityStatus.QUALIFIED,
        ins=Ins(nir + ins_key(nir), draw(st.sampled_from([oids.INS_NIR_TEST, oids.INS_NIR_DEMO]))),
        used_name=draw(st.just("") | names),
        used_given_name=draw(st.just("") | names),
        address=draw(st.builds(Address, st.just("") | phrases, st.just("75001"), words)),
        phones=draw(st.sampled_from([(), ("06 00 00 00 00",), ("+33100000000", "01.00.00.00.00")])),
    )


@st.composite
def headers(draw: st.DrawFn) -> DocumentHeader:
    """A header at any hour and in any zone, first version or not."""
    zone = timezone(timedelta(minutes=draw(st.sampled_from([60, 120, -240, 660, 0]))))
    now = datetime(2014, 11, 6, draw(st.integers(0, 23)), 2, 9, tzinfo=zone)
    version = draw(st.integers(1, 3))
    return a_header(
        created_at=now,
        service_start=now - timedelta(minutes=15),
        service_stop=now,
        patient=draw(qualified_patients()),
        version=version,
        replaces="2.25.41" if version > 1 else None,
    )
