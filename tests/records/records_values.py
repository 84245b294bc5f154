"""Values of the domain for the tests of the store; name only what a test is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from demo_lgc.domain import oids
from demo_lgc.domain.codes import AMBULATORY, CLASS_SUMMARY, FORMAT_VSM, SYNTH, Code
from demo_lgc.domain.delivery import Channel, DeliveryDraft, Part
from demo_lgc.domain.document import Document, DocumentHeader
from demo_lgc.domain.identity import Address, IdentityStatus, Ins, Patient, Sex
from demo_lgc.domain.practitioner import PracticeSituation, Practitioner, PractitionerSession

WINTER = timezone(timedelta(hours=1))
NOW = datetime(2026, 11, 20, 10, 2, 3, 456789, tzinfo=WINTER)
DOCTOR = "899700057291"


def a_patient(**changes: Any) -> Patient:
    patient = Patient(
        id=0,
        ipp="DEMO-0005",
        birth_name="CHEMIN",
        given_names=("Henri", "Louis"),
        birth_date=date(1948, 8, 18),
        sex=Sex.MALE,
        birth_place="63220",
        status=IdentityStatus.QUALIFIED,
        ins=Ins("148086322090266", oids.INS_NIR_TEST),
        address=Address("6 rue d’Arichon", "92100", "BOULOGNE-BILLANCOURT"),
        phones=("01 99 00 10 05",),
        important=("Diabétique",),
    )
    return replace(patient, **changes)


def a_session() -> PractitionerSession:
    return PractitionerSession(
        Practitioner(DOCTOR, "MEDECIN5729", "PAUL"),
        PracticeSituation("499700057291001", "Cabinet du Dr MEDECIN5729", "SA07"),
        NOW,
    )


def a_document(patient: Patient, unique_id: str = "2.25.1", content: bytes = b"<CDA/>") -> Document:
    header = DocumentHeader(
        unique_id=unique_id,
        set_id=unique_id,
        version=1,
        type=SYNTH,
        document_class=CLASS_SUMMARY,
        format=FORMAT_VSM,
        title="Synthèse médicale",
        created_at=NOW,
        service_start=NOW,
        service_stop=NOW,
        patient=patient,
        session=a_session(),
        practice_setting=AMBULATORY,
        facility=Code("SA07", oids.SECTORS, "Cabinet individuel"),
    )
    return Document(header, content, b"%PDF-1.4 small")


def to_the_dmp(wire_id: str = "2.25.2", content: bytes = b"<request/>") -> DeliveryDraft:
    parts = (Part("request.xml", "text/xml", content), Part("2.25.1", "text/xml", b"<CDA/>"))
    return DeliveryDraft(Channel.DMP, "dmp", "DMP de M. CHEMIN", wire_id, parts)


def by_mail(wire_id: str = "<1@demo.test>", content: bytes = b"From: ...\r\n") -> DeliveryDraft:
    parts = (Part("message.eml", "message/rfc822", content),)
    address = "robert.specialiste5737@medecin.mss.demo.test"
    return DeliveryDraft(Channel.MSSANTE, address, "Dr Robert SPECIALISTE5737", wire_id, parts)
