"""Values of the domain for the tests of the store; name only what a test is about."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from demo_lgc.domain.delivery import Channel, DeliveryDraft, Part
from demo_lgc.domain.document import Document
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.practitioner import PracticeContact, PractitionerSession
from tests import factory

WINTER = timezone(timedelta(hours=1))
NOW = datetime(2026, 11, 20, 10, 2, 3, 456789, tzinfo=WINTER)
DOCTOR = "899700057291"


def a_patient(**changes: Any) -> Patient:
    kept = {
        "id": 0,
        "ipp": "DEMO-0005",
        "given_names": ("Henri", "Louis"),
        "used_given_name": "",
        "phones": ("01 99 00 10 05",),
    }
    return factory.a_patient(**kept | changes)


def a_session() -> PractitionerSession:
    return factory.a_session(opened_at=NOW, contact=PracticeContact())


def a_document(patient: Patient, unique_id: str = "2.25.1", content: bytes = b"<CDA/>") -> Document:
    times = {"created_at": NOW, "service_start": NOW, "service_stop": NOW}
    people = {"patient": patient, "session": a_session()}
    return factory.a_document(content, unique_id=unique_id, set_id=unique_id, **times, **people)


def to_the_dmp(wire_id: str = "2.25.2", content: bytes = b"<request/>") -> DeliveryDraft:
    parts = (Part("request.xml", "text/xml", content), Part("2.25.1", "text/xml", b"<CDA/>"))
    return DeliveryDraft(Channel.DMP, "dmp", "DMP de M. CHEMIN", wire_id, parts)


def by_mail(wire_id: str = "<1@demo.test>", content: bytes = b"From: ...\r\n") -> DeliveryDraft:
    parts = (Part("message.eml", "message/rfc822", content),)
    address = "robert.specialiste5737@medecin.mss.demo.test"
    return DeliveryDraft(Channel.MSSANTE, address, "Dr Robert SPECIALISTE5737", wire_id, parts)
