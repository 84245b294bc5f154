"""TD0.2: does this patient have a DMP, and may this professional consult it?

Reference: [DMP] §3.
"""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from demo_lgc.sandbox.dmp.caller import Caller
from demo_lgc.sandbox.dmp.names import DMP_DEVICE, HL7, XSI, children, local
from demo_lgc.sandbox.dmp.refusals import RegistryRefusal, SoapFault
from demo_lgc.sandbox.dmp.state import DmpRecord, State

# Children in schema order; * may be absent or repeated, ? may be absent. HL7 V3 NE2009 PRPA_IN201307UV02.
_MESSAGE = (
    "realmCode* typeId? templateId* id creationTime securityText? versionCode? interactionId profileId* "
    "processingCode processingModeCode acceptAckCode sequenceNumber? attachmentText* receiver respondTo* "
    "sender attentionLine* controlActProcess"
)
_CONTROL = (
    "realmCode* typeId? templateId* id* code? text? effectiveTime? priorityCode* reasonCode languageCode? "
    "overseer* authorOrPerformer* dataEnterer* informationRecipient* reasonOf* queryByParameter"
)
_QUERY = (
    "queryId statusCode modifyCode? responseElementGroupId* responseModalityCode? responsePriorityCode? "
    "initialQuantity? initialQuantityCode? executionAndDeliveryTime? matchCriterionList? parameterList"
)
_PARAMETERS = "id? dataSource* patientIdentifier"
_AUTHORISATION = "1.2.250.1.213.4.1.2.6"


def existence(payload: etree._Element, caller: Caller, state: State) -> str:
    """Answer PRPA_IN201307UV02 by PRPA_IN201308UV02 (XML text). Raises SoapFault on a schema error."""
    query = _check(payload, caller)
    record = state.record(caller.patient)
    if record is None:
        return _answer(payload, query, "AA", "NF")
    return _answer(payload, query, "AA", "OK", _lines(record, caller), _subject(record), _reason(record))


def refusal(payload: etree._Element, error: RegistryRefusal) -> str:
    """Answer AE with the code and the words of a refusal."""
    detail = (
        f'<acknowledgementDetail typeCode="E"><code code={quoteattr(error.code)}/>'
        f"<text>{escape(error.message)}</text></acknowledgementDetail>"
    )
    query = payload.find(f"{{{HL7}}}controlActProcess/{{{HL7}}}queryByParameter")
    return _answer(payload, query, "AE", "AE", detail=detail)


# --- reading ------------------------------------------------------------------------------------------


def _check(payload: etree._Element, caller: Caller) -> etree._Element:
    if payload.get("ITSVersion") != "XML_1.0":
        raise _malformed("ITSVersion")
    message = _ordered(payload, _MESSAGE)
    for name in ("id", "interactionId"):
        if not message[name].get("root") or not message[name].get("extension"):
            raise _malformed(name)
    if message["interactionId"].get("extension") != "PRPA_IN201307UV02":
        raise _malformed("interactionId")
    if not re.fullmatch(r"\d{14}([+-]\d{4})?", message["creationTime"].get("value", "")):
        raise _malformed("creationTime")
    codes = [message[n].get("code") for n in ("processingCode", "processingModeCode", "acceptAckCode")]
    if codes[0] not in ("P", "D", "T") or codes[1:] != ["T", "AL"]:
        raise _malformed("processingCode")
    if _device(message["receiver"], "RCV") != DMP_DEVICE or not _device(message["sender"], "SND"):
        raise _malformed("receiver")
    control = _ordered(message["controlActProcess"], _CONTROL)
    if message["controlActProcess"].get("moodCode") != "EVN":
        raise _malformed("controlActProcess")
    reason = control["reasonCode"]
    if (reason.get("code"), reason.get("codeSystem")) != ("TEST_EXST", "1.2.250.1.213.1.1.4.11"):
        raise _malformed("reasonCode")
    query = _ordered(control["queryByParameter"], _QUERY)
    if not query["queryId"].get("root") or query["statusCode"].get("code") != "new":
        raise _malformed("queryByParameter")
    _identifier(_ordered(query["parameterList"], _PARAMETERS)["patientIdentifier"], caller)
    return control["queryByParameter"]


def _identifier(element: etree._Element, caller: Caller) -> None:
    parts = _ordered(element, "value semanticsText")
    asked = (parts["value"].get("extension"), parts["value"].get("root"))
    if (parts["semanticsText"].text or "").strip() != "Patient.id":
        raise _malformed("semanticsText")
    if asked != (caller.patient.matricule, caller.patient.oid):
        raise RegistryRefusal("XDSPatientIdDoesNotMatch", "Le patient n'est pas celui du VIHF")


def _device(element: etree._Element, kind: str) -> str:
    device = element.find(f"{{{HL7}}}device")
    found = device.find(f"{{{HL7}}}id") if device is not None else None
    if element.get("typeCode") != kind or device is None or found is None:
        raise _malformed(kind)
    if (device.get("classCode"), device.get("determinerCode")) != ("DEV", "INSTANCE"):
        raise _malformed(kind)
    return found.get("root", "")


def _ordered(element: etree._Element, model: str) -> dict[str, etree._Element]:
    """The children by name (the first of each), once they follow the model."""
    pattern = "".join(
        f"(?:{re.escape(word.rstrip('*?'))} ){word[-1] if word[-1] in '*?' else ''}" for word in model.split()
    )
    inside = children(element)
    written = "".join(f"{local(child)} " for child in inside)
    if not re.fullmatch(pattern, written) or any(etree.QName(c).namespace != HL7 for c in inside):
        raise _malformed(local(element))
    found: dict[str, etree._Element] = {}
    for child in inside:
        found.setdefault(local(child), child)
    return found


def _malformed(where: str) -> SoapFault:
    return SoapFault(f"Unmarshalling Error: PRPA_IN201307UV02, {where}")


# --- answering ----------------------------------------------------------------------------------------


def _answer(
    asked: etree._Element,
    query: etree._Element | None,
    acknowledgement: str,
    code: str,
    lines: str = "",
    subject: str = "",
    reason: str = "",
    detail: str = "",
) -> str:
    sender = asked.find(f"{{{HL7}}}sender/{{{HL7}}}device/{{{HL7}}}id")
    lps = sender.get("root", "") if sender is not None else ""
    asked_id = asked.find(f"{{{HL7}}}id")
    query_id = query.find(f"{{{HL7}}}queryId") if query is not None else None
    return (
        f'<PRPA_IN201308UV02 xmlns="{HL7}" xmlns:xsi="{XSI}" ITSVersion="XML_1.0">'
        f'<id root="{DMP_DEVICE}.1" extension="{uuid.uuid4()}"/>'
        f'<creationTime value="{datetime.now(UTC):%Y%m%d%H%M%S}"/>'
        '<interactionId root="2.16.840.1.113883.1.6" extension="PRPA_IN201308UV02"/>'
        '<processingCode code="P"/><processingModeCode code="T"/><acceptAckCode code="NE"/>'
        f"{_party('receiver', 'RCV', lps)}{_party('sender', 'SND', DMP_DEVICE)}{lines}"
        f'<acknowledgement typeCode="{acknowledgement}"><targetMessage>{_id("id", asked_id)}</targetMessage>'
        f'{detail}</acknowledgement><controlActProcess classCode="CACT" moodCode="EVN">{subject}{reason}'
        f'<queryAck>{_id("queryId", query_id)}<queryResponseCode code="{code}"/></queryAck>'
        f"{_repeat(query)}</controlActProcess></PRPA_IN201308UV02>"
    )


def _party(name: str, kind: str, oid: str) -> str:
    return (
        f'<{name} typeCode="{kind}"><device classCode="DEV" determinerCode="INSTANCE">'
        f"<id root={quoteattr(oid)}/></device></{name}>"
    )


def _id(name: str, element: etree._Element | None) -> str:
    if element is None:
        return f'<{name} nullFlavor="NI"/>'
    root, extension = element.get("root", ""), element.get("extension", "")
    return f"<{name} root={quoteattr(root)} extension={quoteattr(extension)}/>"


def _repeat(query: etree._Element | None) -> str:
    if query is None:
        return ""
    return etree.tostring(query, encoding="unicode", with_tail=False)


def _lines(record: DmpRecord, caller: Caller) -> str:
    treating = str(record.treating_doctor == caller.national_id).lower()
    return (
        f'<attentionLine><keyWordText code="AUTORISATION" codeSystem="{_AUTHORISATION}.1"/>'
        f'<value xsi:type="CV" code="{record.authorisation_of(caller.national_id)}" '
        f'codeSystem="{_AUTHORISATION}.2"/></attentionLine>'
        f'<attentionLine><keyWordText code="STATUT_MT" codeSystem="{_AUTHORISATION}.3"/>'
        f'<value xsi:type="BL" value="{treating}"/></attentionLine>'
    )


def _subject(record: DmpRecord) -> str:
    closed = record.state == "closed"
    moment = f'<effectiveTime value="{record.closed_on:%Y%m%d}"/>' if closed and record.closed_on else ""
    birth = f'<birthTime value="{record.birth_date:%Y%m%d}"/>' if record.birth_date else ""
    sex = f'<administrativeGenderCode code={quoteattr(record.sex)} codeSystem="2.16.840.1.113883.5.1"/>'
    return (
        '<subject typeCode="SUBJ"><registrationEvent classCode="REG" moodCode="EVN">'
        f'<statusCode code="active"/>{moment}<subject1 typeCode="SBJ"><patient classCode="PAT">'
        f'<id root="{record.oid}" extension="{record.matricule}"/>'
        f'<statusCode code="{"terminated" if closed else "active"}"/>'
        '<patientPerson classCode="PSN" determinerCode="INSTANCE">'
        f"<name><given>{escape(record.given or 'NON_RENSEIGNE')}</given>"
        f'<family qualifier="SP">{escape(record.family or "NON_RENSEIGNE")}</family></name>'
        f"{sex if record.sex else ''}{birth}</patientPerson>"
        f"{_observation('COMPTE_INTERNET_OUVERT', '1.2.250.1.213.4.1.2.9', record.mes)}"
        f"{_observation('RATTACHEMENT_ENS', '1.2.250.1.213.4.1.2.3', record.mes)}"
        '</patient></subject1><custodian typeCode="CST"><assignedEntity classCode="ASSIGNED">'
        f'<id root="{DMP_DEVICE}"/></assignedEntity></custodian></registrationEvent></subject>'
    )


def _observation(code: str, system: str, value: bool) -> str:
    return (
        '<subjectOf typeCode="SBJ"><administrativeObservation classCode="OBS" moodCode="EVN">'
        f'<code code="{code}" codeSystem="{system}"/><value xsi:type="BL" value="{str(value).lower()}"/>'
        "</administrativeObservation></subjectOf>"
    )


def _reason(record: DmpRecord) -> str:
    if record.state != "closed":
        return ""
    code = quoteattr(record.closing_reason or "FERMETURE_DEMANDE_PATIENT")
    return (
        '<reasonOf typeCode="RSON"><detectedIssueEvent classCode="ALRT" moodCode="EVN">'
        f'<code code={code} codeSystem="1.2.250.1.213.4.1.2.4"/></detectedIssueEvent></reasonOf>'
    )
