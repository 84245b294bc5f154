"""Any VSM and any header that can be written, for hypothesis."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

from hypothesis import strategies as st

from demo_lgc.documents.rules.vsm import before
from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.document import DocumentHeader
from demo_lgc.domain.identity import Address, IdentityStatus, Ins, Patient, Sex, ins_key
from demo_lgc.domain.vsm import (
    Absence,
    Allergy,
    AllergyKind,
    AllergyStatus,
    Certainty,
    Criticality,
    FamilyHistory,
    Lifestyle,
    LifestyleKind,
    Problem,
    ProblemKind,
    ProblemStatus,
    Procedure,
    Relative,
    Severity,
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


def _maybe(kind):
    return st.none() | st.sampled_from(kind)


maybe_phrase = st.just("") | phrases


@st.composite
def _over(draw, entry):
    """An entry with the dates of a period, in their order, each perhaps not known."""
    made, since, until = draw(entry), draw(maybe_date), draw(maybe_date)
    if since and until and before(until, since):
        since, until = until, since
    return replace(made, since=since, until=until)


_problems = _over(
    st.builds(
        Problem,
        phrases,
        st.none() | cim10,
        kind=st.sampled_from(ProblemKind),
        severity=_maybe(Severity),
        status=_maybe(ProblemStatus),
        certainty=_maybe(Certainty),
        comment=maybe_phrase,
    )
)
_procedures = st.builds(
    Procedure,
    phrases,
    st.none() | ccam,
    on=maybe_date,
    reason=maybe_phrase,
    reason_code=st.none() | cim10,
)
_allergies = _over(
    st.builds(
        Allergy,
        phrases,
        st.sampled_from(AllergyKind),
        agent_code=st.none() | cim11,
        reaction=maybe_phrase,
        reaction_code=st.none() | cim10,
        severity=_maybe(Severity),
        status=_maybe(AllergyStatus),
        criticality=_maybe(Criticality),
        certainty=_maybe(Certainty),
        comment=maybe_phrase,
    )
)
_treatments = _over(
    st.builds(
        Treatment,
        phrases,
        phrases,
        code=st.none() | cis,
        route=st.none() | oral,
        dose_low=st.sampled_from(["", "1", "0,5", "0.25"]),
        dose_high=st.sampled_from(["", "1", "2"]),
        dose_unit=st.sampled_from(["", "{tablet}", "mg"]),
        every_hours=st.none() | st.integers(1, 72),
        reason=maybe_phrase,
        reason_code=st.none() | cim10,
    )
)
_habits = _over(
    st.builds(Lifestyle, st.sampled_from(LifestyleKind), phrases)
    | st.builds(
        Lifestyle,
        st.sampled_from(LifestyleKind),
        st.just("12,5 paquets-années"),
        st.sampled_from(["", "12,5", "12.5"]),
        st.sampled_from(["", "{pack}/a"]),
    )
)


vsms = st.builds(
    Vsm,
    problems=_rubric(_problems),
    medical_history=_rubric(_problems),
    procedures=_rubric(_procedures),
    allergies=_rubric(_allergies),
    treatments=_rubric(_treatments),
    lifestyle=_rubric(_habits),
    family_history=_rubric(
        st.builds(FamilyHistory, st.sampled_from(Relative), phrases, st.none() | cim10, since=maybe_date)
    ),
    occupational_risks=st.lists(phrases, max_size=3).map("\n".join),
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
def patients(draw: st.DrawFn) -> Patient:
    """A patient of any practice: with a matricule, a waiting one or none, born in a known place or not."""
    patient = draw(qualified_patients())
    match draw(st.sampled_from(["test", "waiting", "unknown birthplace", "not qualified"])):
        case "waiting":
            return replace(patient, ins=Ins(patient.ins.matricule, oids.INS_NIA))
        case "unknown birthplace":
            return replace(patient, birth_place="99999")
        case "not qualified":
            ins = draw(st.sampled_from([None, patient.ins]))
            status = draw(st.sampled_from([s for s in IdentityStatus if s is not IdentityStatus.QUALIFIED]))
            place = draw(st.sampled_from(["", "99999", patient.birth_place]))
            return replace(patient, status=status, ins=ins, birth_place=place, ipp="P000124")
        case _:
            return patient


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
        patient=draw(patients()),
        version=version,
        replaces="2.25.41" if version > 1 else None,
    )
