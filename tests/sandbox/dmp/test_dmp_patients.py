"""TD0.2 and TD0.3: existence of the DMP, and the authorisation that follows from consent."""

from __future__ import annotations

import pytest

from tests.sandbox.dmp.dmp_requests import CLOSED, MATRICULE, OTHER_MATRICULE, UNKNOWN, td0_2, td0_3


def ask(desk, matricule=MATRICULE, *edits):
    body = td0_2(matricule)
    for old, new in edits:
        assert old in body
        body = body.replace(old, new)
    return desk.ask("/patients", body, matricule=matricule)


def said(answer, keyword):
    for line in answer.findall(".//h:attentionLine"):
        if line.find("h:keyWordText", {"h": "urn:hl7-org:v3"}).get("code") == keyword:
            value = line.find("h:value", {"h": "urn:hl7-org:v3"})
            return value.get("code") or value.get("value")
    return None


def code(answer):
    return answer.find(".//h:acknowledgement").get("typeCode"), answer.find(".//h:queryResponseCode").get(
        "code"
    )


def test_an_open_dmp_is_described(desk):
    answer = ask(desk)
    assert code(answer) == ("AA", "OK")
    assert (said(answer, "AUTORISATION"), said(answer, "STATUT_MT")) == ("NON_EXISTE", "false")
    assert answer.find(".//h:patient/h:statusCode").get("code") == "active"
    assert answer.find(".//h:patient/h:id").get("extension") == MATRICULE
    assert answer.text(".//h:patientPerson/h:name/h:given") == "RUTH"
    observations = {
        o.find("h:code", {"h": "urn:hl7-org:v3"}).get("code"): o.find("h:value", {"h": "urn:hl7-org:v3"}).get(
            "value"
        )
        for o in answer.findall(".//h:administrativeObservation")
    }
    assert observations["RATTACHEMENT_ENS"] == "true"


def test_the_answer_names_the_question(desk):
    call = desk.call("/patients", td0_2())
    answer = desk.send(call)
    asked = call.body.split('extension="')[1].split('"')[0]
    assert answer.find(".//h:targetMessage/h:id").get("extension") == asked


def test_a_patient_without_dmp_is_not_found(desk):
    assert code(ask(desk, UNKNOWN)) == ("AA", "NF")
    assert ask(desk, UNKNOWN).find(".//h:patient") is None


def test_a_matricule_of_another_authority_is_not_found(desk):
    real = "1.2.250.1.213.1.4.8"
    answer = desk.ask("/patients", td0_2(oid=real), oid=real)
    assert code(answer) == ("AA", "NF")


def test_a_closed_dmp_gives_its_date_and_motive(desk):
    answer = ask(desk, CLOSED)
    assert answer.find(".//h:patient/h:statusCode").get("code") == "terminated"
    assert answer.find(".//h:registrationEvent/h:effectiveTime").get("value") == "20260914"
    assert answer.find(".//h:reasonOf/h:detectedIssueEvent/h:code").get("code") == "DECES"


def test_a_professional_may_be_blocked(desk):
    assert said(ask(desk, OTHER_MATRICULE), "AUTORISATION") == "INTERDIT"


def test_the_patient_asked_about_is_the_one_of_the_vihf(desk):
    answer = desk.ask("/patients", td0_2(OTHER_MATRICULE))
    assert code(answer) == ("AE", "AE")
    detail = answer.find(".//h:acknowledgementDetail/h:code")
    assert detail.get("code") == "XDSPatientIdDoesNotMatch"


@pytest.mark.parametrize(
    "edit",
    [
        ('ITSVersion="XML_1.0"', 'ITSVersion="1"'),
        ('<creationTime value="20261120100000"/>', ""),
        ('value="20261120100000"', 'value="2026"'),
        ('extension="PRPA_IN201307UV02"', 'extension="PRPA_IN201305UV02"'),
        ('<processingModeCode code="T"/>', '<processingModeCode code="R"/>'),
        ('code="TEST_EXST"', 'code="CNSLT_DATA"'),
        ('root="1.2.250.1.213.4.1.1.1"', 'root="1.2.3"'),
        ('moodCode="EVN"', 'moodCode="RQO"'),
        ("Patient.id", "Patient"),
        ('<statusCode code="new"/>', '<statusCode code="old"/>'),
        ('typeCode="SND"', 'typeCode="RCV"'),
        ('<acceptAckCode code="AL"/>', '<acceptAckCode code="AL"/><acceptAckCode code="AL"/>'),
        ('classCode="DEV"', 'classCode="ENT"'),
    ],
)
def test_a_message_outside_the_schema_is_a_fault(desk, edit):
    assert "PRPA_IN201307UV02" in ask(desk, MATRICULE, edit).fault


def test_optional_elements_are_taken(desk):
    nil = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"'
    answer = ask(
        desk,
        MATRICULE,
        ("<controlActProcess", f"<attentionLine {nil}/><controlActProcess"),
        ("<parameterList>", f"<parameterList><dataSource {nil}/>"),
    )
    assert code(answer) == ("AA", "OK")


# --- TD0.3 --------------------------------------------------------------------------------------------


def status(answer):
    return answer.text(".//hab:output/hab:status"), answer.text(".//hab:output/hab:context")


def test_an_authorisation_is_added_then_seen_then_removed(desk):
    assert status(desk.ask("/habilitations", td0_3()))[0] == "DMPOk"
    assert said(ask(desk), "AUTORISATION") == "VALIDE"
    again = status(desk.ask("/habilitations", td0_3()))
    assert again == ("DMPOk", "Autorisation déjà présente aucune action effectuée")
    assert status(desk.ask("/habilitations", td0_3("SUPPRESSION")))[0] == "DMPOk"
    assert said(ask(desk), "AUTORISATION") == "NON_EXISTE"
    assert status(desk.ask("/habilitations", td0_3("SUPPRESSION")))[0] == "DMPOk"


def test_the_treating_doctor_takes_and_leaves_that_role(desk):
    role = "MEDECIN_TRAITANT"
    refused = status(desk.ask("/habilitations", td0_3("SUPPRESSION", role)))
    assert refused[0] == "DMPAccessDeniedByRightsService"
    assert status(desk.ask("/habilitations", td0_3("AJOUT", role)))[0] == "DMPOk"
    assert said(ask(desk), "STATUT_MT") == "true"
    assert status(desk.ask("/habilitations", td0_3("SUPPRESSION", role)))[0] == "DMPOk"
    assert (said(ask(desk), "STATUT_MT"), said(ask(desk), "AUTORISATION")) == ("false", "VALIDE")


@pytest.mark.parametrize(
    ("matricule", "code"),
    [
        (OTHER_MATRICULE, "DMPAccessForbidden"),
        (CLOSED, "XDSUnknownPatientId"),
        (UNKNOWN, "XDSUnknownPatientId"),
    ],
)
def test_a_forbidden_authorisation_is_refused(desk, matricule, code):
    assert status(desk.ask("/habilitations", td0_3(), matricule=matricule))[0] == code


def test_breaking_the_glass_gives_no_authorisation(desk):
    edits = [('code="normal"', 'code="bris_de_glace"')]
    assert status(desk.ask("/habilitations", td0_3(), edits=edits))[0] == "DMPAccessDeniedByRightsService"


@pytest.mark.parametrize(
    "body",
    [
        td0_3("AJOUTER"),
        td0_3("AJOUT", "MEDECIN"),
        td0_3().replace("<action>", "<verb>").replace("</action>", "</verb>"),
        '<setAuthorization xmlns="urn:si-dmp-habilitations"><role>MEDECIN_TRAITANT</role>'
        "<action>AJOUT</action></setAuthorization>",
    ],
)
def test_a_request_outside_the_schema_is_a_fault(desk, body):
    assert "setAuthorization" in desk.ask("/habilitations", body).fault
