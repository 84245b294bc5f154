"""TD0.2: does this patient have a DMP, and may I read it?

Asked before anything else is done with a DMP. The identity traits that come back are not read: only
those of the INS count (EX_0.2-1020).

Reference: [DMP] TD0.2 (§3); HL7 V3 PRPA_IN201307UV02, PRPA_IN201308UV02.
"""

from __future__ import annotations

from datetime import date, datetime

from lxml import etree

from demo_lgc.domain import oids
from demo_lgc.domain.dmp import DmpAuthorisation, DmpExistence, DmpStatus
from demo_lgc.domain.identity import Ins
from demo_lgc.exchange.soap.faults import refusal
from demo_lgc.exchange.soap.xml import UnreadableXmlError, serialise, text_of

PATH = "/patients"
ACTION = "urn:hl7-org:v3:PRPA_IN201307UV02"
HL7 = "urn:hl7-org:v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

REASONS = "1.2.250.1.213.1.1.4.11"
_NS = {"h": HL7}
_FOUND, _NOT_FOUND = "OK", "NF"


def request(
    ins: Ins,
    *,
    lps_oid: str,
    software: str,
    processing_code: str,
    message_id: str,
    query_id: str,
    now: datetime,
) -> bytes:
    """Return the body of the question.

    `lps_oid` is the OID of the installation, `processing_code` P in production and D elsewhere,
    `message_id` and `query_id` bare UUIDs, `now` carries an offset. Reference: [DMP] TD0.2.
    """
    root = etree.Element(f"{{{HL7}}}PRPA_IN201307UV02", nsmap={"hl7": HL7, "xsi": XSI})
    root.set("ITSVersion", "XML_1.0")
    _add(root, "id", root=f"{lps_oid}.1.1", extension=message_id)
    _add(root, "creationTime", value=now.strftime("%Y%m%d%H%M%S"))
    _add(root, "interactionId", root="2.16.840.1.113883.1.6", extension="PRPA_IN201307UV02")
    _add(root, "processingCode", code=processing_code)
    _add(root, "processingModeCode", code="T")
    _add(root, "acceptAckCode", code="AL")
    _device(_add(root, "receiver", typeCode="RCV"), oids.DMP_DEVICE, "DMP")
    _device(_add(root, "sender", typeCode="SND"), lps_oid, software)
    act = _add(root, "controlActProcess", classCode="CACT", moodCode="EVN")
    _add(act, "reasonCode", code="TEST_EXST", codeSystem=REASONS, displayName="Test d'existence de dossier")
    query = _add(act, "queryByParameter")
    _add(query, "queryId", root=f"{lps_oid}.2", extension=query_id)
    _add(query, "statusCode", code="new")
    parameters = _add(query, "parameterList")
    _add(parameters, "dataSource").set(f"{{{XSI}}}nil", "true")
    identifier = _add(parameters, "patientIdentifier")
    _add(identifier, "value", root=ins.oid, extension=ins.matricule)
    _add(identifier, "semanticsText").text = "Patient.id"
    return serialise(root)


def read(answer: etree._Element, asked_at: datetime) -> DmpStatus:
    """Return what the DMP says.

    Raises RemoteRefusal for an acknowledgement in error (code and text of its detail),
    UnreadableXmlError for an answer that says neither found nor not found. Reference: [DMP] TD0.2.
    """
    acknowledgement = answer.find("h:acknowledgement", _NS)
    if acknowledgement is None or answer.tag != f"{{{HL7}}}PRPA_IN201308UV02":
        raise UnreadableXmlError("not an answer to TD0.2")
    if acknowledgement.get("typeCode") != "AA":
        detail = acknowledgement.find("h:acknowledgementDetail", _NS)
        code = _value(acknowledgement, "h:acknowledgementDetail/h:code", "code")
        text = text_of(detail.find("h:text", _NS)) if detail is not None else ""
        raise refusal("DMP", code or "AE", text)
    act = answer.find("h:controlActProcess", _NS)
    found = _value(answer, "h:controlActProcess/h:queryAck/h:queryResponseCode", "code")
    if found == _NOT_FOUND:
        return DmpStatus(DmpExistence.NONE, asked_at=asked_at)
    patient = act.find("h:subject/h:registrationEvent/h:subject1/h:patient", _NS) if act is not None else None
    if found != _FOUND or act is None or patient is None:
        raise UnreadableXmlError("an answer to TD0.2 that does not conclude")
    closed = _value(patient, "h:statusCode", "code") == "terminated"
    return DmpStatus(
        existence=DmpExistence.CLOSED if closed else DmpExistence.ACTIVE,
        authorisation=_authorisation(answer),
        treating_doctor=_attention(answer, "STATUT_MT", "value") == "true",
        attached_to_mes=_observation(patient, "RATTACHEMENT_ENS") == "true",
        closed_on=_closing_date(act) if closed else None,
        closing_reason=_closing_reason(act) if closed else "",
        asked_at=asked_at,
    )


def _authorisation(answer: etree._Element) -> DmpAuthorisation:
    try:
        return DmpAuthorisation(_attention(answer, "AUTORISATION", "code"))
    except ValueError:  # absent when closed; a value added later gives no right
        return DmpAuthorisation.MISSING


def _attention(answer: etree._Element, keyword: str, attribute: str) -> str:
    for line in answer.iterfind("h:attentionLine", _NS):
        if _value(line, "h:keyWordText", "code") == keyword:
            return _value(line, "h:value", attribute)
    return ""


def _observation(patient: etree._Element, code: str) -> str:
    for observation in patient.iterfind("h:subjectOf/h:administrativeObservation", _NS):
        if _value(observation, "h:code", "code") == code:
            return _value(observation, "h:value", "value")
    return ""


def _closing_date(act: etree._Element) -> date | None:
    path = "h:subject/h:registrationEvent/h:effectiveTime"
    text = _value(act, path, "value") or _value(act, f"{path}/h:high", "value")
    try:
        return datetime.strptime(text[:8], "%Y%m%d").date()
    except ValueError:  # the screen says « fermé » without a date
        return None


def _closing_reason(act: etree._Element) -> str:
    path = "h:reasonOf/h:detectedIssueEvent/h:code"
    return _value(act, path, "displayName") or _value(act, path, "code")


def _value(owner: etree._Element, path: str, attribute: str) -> str:
    element = owner.find(path, _NS)
    return element.get(attribute, "") if element is not None else ""


def _device(owner: etree._Element, oid: str, name: str) -> None:
    device = _add(owner, "device", classCode="DEV", determinerCode="INSTANCE")
    _add(device, "id", root=oid)
    _add(device, "softwareName").text = name


def _add(owner: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(owner, f"{{{HL7}}}{name}", attributes)
