"""Each transaction of the DMP, without the wire: the words we say, and what we make of theirs."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from lxml import etree

from demo_lgc.domain.dmp import DmpAuthorisation, DmpExistence
from demo_lgc.domain.errors import RemoteRefusal
from demo_lgc.exchange.dmp import td0_2, td0_3, td2_1, td3_1
from demo_lgc.exchange.soap.xml import UnreadableXmlError, parse
from tests.factory import a_patient

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
RS = "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"
STATUS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:"


def td0_2_question() -> bytes:
    ins = a_patient().ins
    assert ins is not None
    return td0_2.request(
        ins,
        lps_oid="1.2.250.1.999.1.2",
        software="demo_lgc",
        processing_code="D",
        message_id="0e1c3a52-0000-4000-8000-000000000001",
        query_id="0e1c3a52-0000-4000-8000-000000000002",
        now=NOW,
    )


def td0_2_answer(
    *,
    acknowledgement: str = '<acknowledgement typeCode="AA"/>',
    found: str = "OK",
    authorisation: str = "VALIDE",
    status: str = "active",
    more: str = "",
    registration: str = "",
) -> etree._Element:
    patient = (
        f'<patient classCode="PAT"><id root="1.2.250.1.213.1.4.10" extension="148086322090266"/>'
        f'<statusCode code="{status}"/>'
        "<patientPerson><name><family>NON_RENSEIGNE</family></name></patientPerson>"
        "<subjectOf><administrativeObservation>"
        '<code code="RATTACHEMENT_ENS" codeSystem="1.2.250.1.213.4.1.2.3"/><value value="true"/>'
        "</administrativeObservation></subjectOf></patient>"
    )
    subject = (
        f"<subject><registrationEvent>{registration}<subject1>{patient}</subject1></registrationEvent></subject>"
        if found == "OK"
        else ""
    )
    return parse(
        f'<PRPA_IN201308UV02 xmlns="urn:hl7-org:v3">{acknowledgement}'
        f'<attentionLine><keyWordText code="AUTORISATION"/><value code="{authorisation}"/></attentionLine>'
        '<attentionLine><keyWordText code="STATUT_MT"/><value value="true"/></attentionLine>'
        f"<controlActProcess>{subject}{more}"
        f'<queryAck><queryResponseCode code="{found}"/></queryAck></controlActProcess>'
        "</PRPA_IN201308UV02>".encode()
    )


def test_td0_2_tells_an_active_dmp_with_its_rights() -> None:
    status = td0_2.read(td0_2_answer(), NOW)
    assert status.existence is DmpExistence.ACTIVE
    assert status.authorisation is DmpAuthorisation.VALID
    assert status.treating_doctor
    assert status.attached_to_mes
    assert status.asked_at == NOW


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("EXPIRE", DmpAuthorisation.EXPIRED),
        ("INTERDIT", DmpAuthorisation.FORBIDDEN),
        ("NON_EXISTE", DmpAuthorisation.MISSING),
        ("INCONNU_DEMAIN", DmpAuthorisation.MISSING),
    ],
)
def test_td0_2_tells_the_rights(code: str, expected: DmpAuthorisation) -> None:
    assert td0_2.read(td0_2_answer(authorisation=code), NOW).authorisation is expected


def test_td0_2_tells_that_there_is_no_dmp() -> None:
    assert td0_2.read(td0_2_answer(found="NF"), NOW).existence is DmpExistence.NONE


def test_td0_2_tells_when_and_why_a_dmp_was_closed() -> None:
    answer = td0_2_answer(
        status="terminated",
        registration='<effectiveTime value="20240312101500"/>',
        more="<reasonOf><detectedIssueEvent><code code='FERMETURE_DEMANDE_PATIENT'"
        " displayName='Fermeture à la demande du patient'/></detectedIssueEvent></reasonOf>",
    )
    status = td0_2.read(answer, NOW)
    assert (status.existence, status.closed_on) == (DmpExistence.CLOSED, date(2024, 3, 12))
    assert status.closing_reason == "Fermeture à la demande du patient"


def test_td0_2_in_error_is_a_refusal_with_its_words() -> None:
    detail = '<code code="INSInconnu"/><text>INS inconnu du service</text>'
    answer = td0_2_answer(
        acknowledgement=f'<acknowledgement typeCode="AE"><acknowledgementDetail>{detail}'
        "</acknowledgementDetail></acknowledgement>"
    )
    with pytest.raises(RemoteRefusal) as raised:
        td0_2.read(answer, NOW)
    assert (raised.value.code, raised.value.message) == ("INSInconnu", "INS inconnu du service")


@pytest.mark.parametrize("answer", ["<other/>", '<PRPA_IN201308UV02 xmlns="urn:hl7-org:v3"/>'])
def test_td0_2_does_not_guess(answer: str) -> None:
    with pytest.raises(UnreadableXmlError):
        td0_2.read(parse(answer.encode()), NOW)
    with pytest.raises(UnreadableXmlError):
        td0_2.read(td0_2_answer(found="XX"), NOW)


@pytest.mark.conformance
def test_td0_2_follows_the_schema_of_its_family(conformance: Path) -> None:
    """The schema of this interaction is not public; its neighbour 201309 has the same parts (MT201307)."""
    folder = conformance / "ihe/ipf/hl7v3/HL7V3/NE2008/multicacheschemas"
    question = td0_2_question().replace(b"PRPA_IN201307UV02", b"PRPA_IN201309UV02")
    schema = etree.XMLSchema(etree.parse(folder / "PRPA_IN201309UV02.xsd"))
    assert schema.validate(etree.fromstring(question)), schema.error_log


def test_td0_3_asks_in_the_words_of_the_wsdl() -> None:
    question = parse(td0_3.request(td0_3.Change.ADD))
    assert question.tag == "{urn:si-dmp-habilitations}setAuthorization"
    assert question.findtext("{urn:si-dmp-habilitations}action") == "AJOUT"


def test_td0_3_returns_what_the_dmp_says() -> None:
    body = "<output><status>DMPOk</status><context>Autorisation déjà présente</context></output>"
    answer = f'<setAuthorizationResponse xmlns="urn:si-dmp-habilitations">{body}</setAuthorizationResponse>'
    assert td0_3.read(parse(answer.encode())) == "Autorisation déjà présente"
    refused = answer.replace("DMPOk", "DMPAccessDeniedByRightsService")
    with pytest.raises(RemoteRefusal) as raised:
        td0_3.read(parse(refused.encode()))
    assert raised.value.code == "DMPAccessDeniedByRightsService"
    with pytest.raises(UnreadableXmlError):
        td0_3.read(parse(answer.replace("status", "state").encode()))


def an_outcome(status: str, *errors: str) -> etree._Element:
    listing = f"<RegistryErrorList>{''.join(errors)}</RegistryErrorList>" if errors else ""
    return parse(
        f'<RegistryResponse xmlns="{RS}" status="{STATUS}{status}">{listing}</RegistryResponse>'.encode()
    )


def an_error(code: str, context: str, severity: str = "Error") -> str:
    kind = f"urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:{severity}"
    return f'<RegistryError errorCode="{code}" codeContext="{context}" severity="{kind}"/>'


def test_td2_1_success_is_a_receipt_with_its_warnings() -> None:
    assert td2_1.read(an_outcome("Success"), "2.25.12").wire_id == "2.25.12"
    warned = an_outcome("Success", an_error("XDSExtraMetadataNotSaved", "un slot ignoré", "Warning"))
    assert td2_1.read(warned, "2.25.12").said == "un slot ignoré"


@pytest.mark.parametrize("status", ["Failure", "PartialSuccess"])
def test_td2_1_anything_less_is_a_refusal_with_the_first_serious_error(status: str) -> None:
    errors = (
        an_error("Note", "sans gravité", "Warning"),
        an_error("urn:x:XDSDuplicateUniqueIdInRegistry", "déjà là"),
    )
    with pytest.raises(RemoteRefusal) as raised:
        td2_1.read(an_outcome(status, *errors), "2.25.12")
    assert (raised.value.code, raised.value.message) == ("XDSDuplicateUniqueIdInRegistry", "déjà là")


def test_td2_1_a_busy_registry_may_be_asked_later() -> None:
    with pytest.raises(RemoteRefusal) as raised:
        td2_1.read(an_outcome("Failure", an_error("XDSRegistryBusy", "")), "2.25.12")
    assert raised.value.transient


def test_td2_1_without_a_clear_status_is_not_believed() -> None:
    with pytest.raises(UnreadableXmlError):
        td2_1.read(an_outcome("Maybe"), "2.25.12")
    with pytest.raises(UnreadableXmlError):
        td2_1.read(parse(b"<other/>"), "2.25.12")
    with pytest.raises(ValueError, match="request"):
        td2_1.request(())


def test_td3_1_lists_references() -> None:
    rim = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
    answer = (
        f'<AdhocQueryResponse xmlns="{td3_1.QUERY}" xmlns:r="{rim}" status="{STATUS}Success">'
        '<r:RegistryObjectList><r:ObjectRef id="urn:uuid:1"/></r:RegistryObjectList></AdhocQueryResponse>'
    )
    assert td3_1.read(parse(answer.encode())) == ("urn:uuid:1",)
    assert td3_1.read(parse(re.sub("<r:ObjectRef.*?/>", "", answer).encode())) == ()
    with pytest.raises(RemoteRefusal):
        td3_1.read(parse(answer.replace("Success", "Failure").encode()))
    with pytest.raises(UnreadableXmlError):
        td3_1.read(parse(f'<AdhocQueryResponse xmlns="{td3_1.QUERY}" status="{STATUS}Success"/>'.encode()))
