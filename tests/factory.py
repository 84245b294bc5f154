"""Values of the domain that are valid by default; name only what a test is about.

`a_vsm(allergies=Absence.NOT_ASKED)` is the fictitious diabetic of the demonstration but for his allergies.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from demo_lgc.domain import oids
from demo_lgc.domain.codes import AMBULATORY, CLASS_SUMMARY, FORMAT_VSM, SECTOR_LABELS, SYNTH, Code
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.document import Document, DocumentHeader
from demo_lgc.domain.identity import Address, IdentityStatus, Ins, Patient, Sex
from demo_lgc.domain.practitioner import PracticeContact, PracticeSituation, Practitioner, PractitionerSession
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

WINTER = timezone(timedelta(hours=1))
CREATED_AT = datetime(2014, 11, 6, 10, 2, 0, tzinfo=WINTER)
DOCUMENT_ID = oids.oid_of(UUID("5b0c6d1e-7a43-4a0e-9a51-0d6f3c1f9a10"))

TINY_PDF = b"%PDF-1.4\n%a constant that stands for the copy\n%%EOF\n"


def a_patient(**changes: Any) -> Patient:
    """M. CHEMIN Henri, born 18/08/1948, qualified, with a test INS."""
    patient = Patient(
        id=1,
        ipp="P000123",
        birth_name="CHEMIN",
        given_names=("HENRI",),
        birth_date=date(1948, 8, 18),
        sex=Sex.MALE,
        birth_place="63220",
        status=IdentityStatus.QUALIFIED,
        ins=Ins("148086322090266", oids.INS_NIR_TEST),
        used_given_name="Henri",
        address=Address("6 rue d’Arichon", "92100", "BOULOGNE"),
        phones=("0600000000",),
        important=("Diabétique",),
    )
    return replace(patient, **changes)


def a_session(**changes: Any) -> PractitionerSession:
    """Dr Paul MEDECIN5729 in his own practice, with a test card."""
    session = PractitionerSession(
        practitioner=Practitioner("899700057291", "MEDECIN5729", "PAUL"),
        situation=PracticeSituation("499700057291001", "Cabinet du Dr MEDECIN5729", "SA07"),
        opened_at=datetime(2014, 11, 6, 8, 30, 0, tzinfo=WINTER),
        contact=PracticeContact(
            Address("8 rue de Lyon", "92100", "BOULOGNE"), "0100000000", "paul.medecin5729@mssante.fr"
        ),
    )
    return replace(session, **changes)


def a_header(**changes: Any) -> DocumentHeader:
    """The header of the first version of a VSM; `patient` and `session` may be changed too."""
    header = DocumentHeader(
        unique_id=DOCUMENT_ID,
        set_id=DOCUMENT_ID,
        version=1,
        type=SYNTH,
        document_class=CLASS_SUMMARY,
        format=FORMAT_VSM,
        title="Synthèse médicale",
        created_at=CREATED_AT,
        service_start=CREATED_AT - timedelta(minutes=12),
        service_stop=CREATED_AT,
        patient=a_patient(),
        session=a_session(),
        practice_setting=AMBULATORY,
        facility=Code("SA07", oids.SECTORS, SECTOR_LABELS["SA07"]),
    )
    return replace(header, **changes)


def a_document(content: bytes = b"<CDA/>", pdf: bytes = TINY_PDF, **changes: Any) -> Document:
    """A document of these bytes; `changes` are of its header."""
    return Document(a_header(**changes), content, pdf)


def a_vsm(**changes: Any) -> Vsm:
    """The synthesis of the fictitious diabetic: one entry or so in each rubric."""
    diabetes = Code("E10", oids.CIM10, "Diabète sucré de type 1")
    vsm = Vsm(
        problems=(Problem("Diabète sucré insulino-dépendant", diabetes, since=PartialDate(2014, 7, 8)),),
        medical_history=(
            Problem(
                "Fracture de l’épaule et du bras",
                Code("S42", oids.CIM10, "Fracture de l'épaule et du bras"),
                since=PartialDate(2011, 10, 2),
                until=PartialDate(2012, 1),
            ),
        ),
        procedures=(Procedure("Appendicectomie par laparotomie", on=PartialDate(2004, 6, 12)),),
        allergies=Absence.NONE_KNOWN,
        treatments=(
            Treatment(
                "INSULATARD FLEXPEN 100 UI/ml, suspension injectable en stylo prérempli",
                "1 à 3 injections par jour",
                since=PartialDate(2014, 7, 10),
                reason="Diabète sucré insulino-dépendant",
                reason_code=diabetes,
            ),
        ),
        lifestyle=(
            Lifestyle(LifestyleKind.TOBACCO, "Non"),
            Lifestyle(LifestyleKind.DIET, "Régime diabétique"),
        ),
        family_history=(
            FamilyHistory(
                Relative.FATHER,
                "Infarctus du myocarde",
                Code("I21.9", oids.CIM10, "Infarctus (aigu) du myocarde, sans précision"),
            ),
        ),
    )
    return replace(vsm, **changes)


def a_full_vsm() -> Vsm:
    """Every rubric filled, every optional field given at least once."""
    return a_vsm(
        problems=(
            Problem(
                "Diabète sucré insulino-dépendant",
                Code("E10", oids.CIM10, "Diabète sucré de type 1"),
                since=PartialDate(2014, 7, 8),
            ),
            Problem(
                "Lombalgies chroniques",
                since=PartialDate(2009),
                kind=ProblemKind.COMPLAINT,
                severity=Severity.MODERATE,
                status=ProblemStatus.RECURRENCE,
                certainty=Certainty.CONFIRMED,
                comment="Arrêts de travail répétés",
            ),
            Problem("Syndrome d’apnées du sommeil"),
        ),
        procedures=(
            Procedure(
                "Appendicectomie",
                Code("HHFA016", oids.CCAM, "Appendicectomie, par cœlioscopie"),
                on=PartialDate(2004, 6, 12),
                reason="Appendicite aiguë",
                reason_code=Code("K35.8", oids.CIM10, "Appendicites aigües, autres et sans précision"),
            ),
            Procedure("Ablation des dents de sagesse"),
        ),
        allergies=(
            Allergy(
                "Pénicilline",
                AllergyKind.MEDICATION,
                agent_code=Code("XM5DJ7", oids.CIM11, "Pénicilline"),
                reaction="Urticaire",
                reaction_code=Code("L50.0", oids.CIM10, "Urticaire allergique"),
                since=PartialDate(1990),
                severity=Severity.SEVERE,
                status=AllergyStatus.ACTIVE,
                criticality=Criticality.HIGH,
                certainty=Certainty.CONFIRMED,
                comment="Adrénaline en 1990",
            ),
            Allergy(
                "Lait de vache",
                AllergyKind.FOOD_INTOLERANCE,
                since=PartialDate(1949),
                until=PartialDate(1953),
                status=AllergyStatus.RESOLVED,
            ),
            Allergy("Arachide", AllergyKind.FOOD, reaction="Œdème des lèvres"),
            Allergy("Pollen de bouleau"),
        ),
        treatments=(
            Treatment(
                "PLAVIX 75 mg, comprimé pelliculé",
                "1 comprimé par jour",
                code=Code("63564053", oids.CIS, "PLAVIX 75 mg, comprimé pelliculé"),
                since=PartialDate(2012, 3, 5),
                until=PartialDate(2014, 12, 10),
                route=Code("20053000", oids.EDQM, "Voie orale"),
                dose_low="1",
                dose_high="1",
                dose_unit="{tablet}",
                every_hours=24,
                reason="Cardiopathie artérioscléreuse",
                reason_code=Code("I25.1", oids.CIM10, "Cardiopathie artérioscléreuse"),
            ),
            Treatment(
                "INSULATARD FLEXPEN 100 UI/ml, suspension injectable en stylo prérempli",
                "1 à 3 injections par jour",
                since=PartialDate(2014, 7, 10),
                reason="Diabète",
            ),
        ),
        lifestyle=(
            Lifestyle(LifestyleKind.TOBACCO, "10 paquets-années", quantity="10", unit="{pack}/a"),
            Lifestyle(LifestyleKind.DIET, "Régime diabétique"),
            Lifestyle(LifestyleKind.EXPOSURE, "Plomb", since=PartialDate(1975), until=PartialDate(1982, 5)),
            Lifestyle(LifestyleKind.OTHER, "Vit seul"),
        ),
        family_history=(
            FamilyHistory(
                Relative.FATHER,
                "Infarctus du myocarde",
                Code("I21.9", oids.CIM10, "Infarctus (aigu) du myocarde, sans précision"),
                since=PartialDate(1980),
            ),
            FamilyHistory(Relative.MATERNAL_GRANDMOTHER, "Cancer du sein"),
        ),
        occupational_risks="Menuisier : exposition aux poussières de bois de 1975 à 2008.",
        vigilance=("Fond d’œil annuel à prévoir.", "Port d’un stimulateur cardiaque."),
    )
