"""Who, whom, when and where: the header, as anybody may have written it."""

from __future__ import annotations

import pytest
from lxml import etree

from demo_lgc.documents.hl7 import Element
from demo_lgc.documents.reading.document import read_document
from demo_lgc.documents.reading.people import (
    address,
    identifier_words,
    person_words,
    telecoms,
)
from demo_lgc.domain import oids
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.received import Identifier, ReceivedDocument
from tests.documents.hostile import document, section

NBSP = "\u00a0"


def element(xml: str) -> Element:
    return etree.fromstring(f'<x xmlns="urn:hl7-org:v3">{xml}</x>')[0]


def read(header: str = "", patient: str = "") -> ReceivedDocument:
    target = f"<recordTarget><patientRole>{patient}</patientRole></recordTarget>"
    return read_document(document(header + section("Bonjour"), patient=target))


def lines(read: ReceivedDocument, title: str) -> dict[str, str]:
    return {line.label: line.text for group in read.metadata if group.title == title for line in group.lines}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("<given>Marcel</given><family>Camparini</family><suffix>DR</suffix>", f"Dr{NBSP}Marcel CAMPARINI"),
        (
            "<prefix>MME</prefix><given>PAULE-ANNE</given><family>LE GOFF</family>",
            f"Mme{NBSP}Paule-Anne LE GOFF",
        ),
        (
            "<prefix>M</prefix><given>Jean</given><family>Petit</family><suffix>PR</suffix>",
            f"Pr{NBSP}Jean PETIT",
        ),
        ("<family>DUPONT</family>", "DUPONT"),
        ("Docteur  Durand", "Docteur Durand"),
        ("<given/><family/>", ""),
    ],
)
def test_people_are_called_as_they_are(name: str, said: str) -> None:
    assert person_words(element(f"<name>{name}</name>")) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            "<houseNumber>28</houseNumber><streetNameType>Avenue</streetNameType>"
            "<streetName>de Breteuil</streetName><unitID>Escalier A</unitID><postalCode>75007</postalCode>"
            "<city>Paris</city><country>FRANCE</country>",
            "28 Avenue de Breteuil, Escalier A, 75007 Paris, FRANCE",
        ),
        (
            "<streetAddressLine>3 rue du Lac</streetAddressLine><streetAddressLine>Bât. B</streetAddressLine>"
            "<postalCode>74000</postalCode><city>ANNECY</city>",
            "3 rue du Lac, Bât. B, 74000 ANNECY",
        ),
        ("  3 rue du Lac \n 74000 ANNECY ", "3 rue du Lac 74000 ANNECY"),
    ],
)
def test_an_address_is_one_line_in_the_order_of_an_envelope(written: str, said: str) -> None:
    assert address(element(f"<addr>{written}</addr>")) == said


def test_an_address_that_is_not_given_is_empty() -> None:
    assert address(element("<addr nullFlavor='UNK'/>")) == ""
    assert address(None) == ""


def test_numbers_go_in_pairs_and_addresses_as_they_are() -> None:
    holder = etree.fromstring(
        '<x xmlns="urn:hl7-org:v3"><telecom value="tel:0144534551"/><telecom value="tel:+33-6-47-15-10-10"/>'
        '<telecom value="fax:0144534552"/><telecom value="mailto:a@b.fr"/><telecom value="0144534551"/>'
        '<telecom nullFlavor="UNK"/><telecom value="tel:"/></x>'
    )
    assert telecoms(holder) == (
        NBSP.join(["01", "44", "53", "45", "51"]),
        NBSP.join(["06", "47", "15", "10", "10"]),
        f"fax{NBSP}: " + NBSP.join(["01", "44", "53", "45", "52"]),
        "a@b.fr",
    )


@pytest.mark.parametrize(
    ("identifier", "said"),
    [
        (Identifier(oids.PROFESSIONALS, "810012345678"), f"RPPS{NBSP}10012345678"),
        (Identifier(oids.STRUCTURES, "1120459876"), f"FINESS{NBSP}120459876"),
        (Identifier(oids.STRUCTURES, "312345678901234"), f"SIRET{NBSP}12345678901234"),
        (Identifier(oids.PROFESSIONALS, "00B1057294"), f"{oids.PROFESSIONALS}^00B1057294"),
        (Identifier("1.2.3"), "1.2.3"),
    ],
)
def test_identifiers_are_said_by_their_kind(identifier: Identifier, said: str) -> None:
    assert identifier_words(identifier) == said


def test_the_traits_of_an_old_document_have_no_qualifier_or_that_of_a_spouse() -> None:
    patient = read(
        patient="<patient><name><family qualifier='SP'>PETIT</family><family>GRAND</family>"
        "<given>Marie</given><given>Anne</given></name>"
        "<administrativeGenderCode code='f'/><birthTime value='1953'/></patient>"
    ).patient
    assert (patient.birth_name, patient.used_name) == ("GRAND", "PETIT")
    assert (patient.given_names, patient.first_given_name) == (("Marie", "Anne"), "Marie")
    assert (patient.sex, patient.birth_date) == ("F", PartialDate(1953))
    assert patient.display_name == "PETIT Marie"


def test_only_a_true_matricule_of_an_ins_authority_is_one() -> None:
    number = "279035121518989"
    assert read(patient=f"<id root='{oids.INS_NIR_TEST}' extension='{number}'/>").patient.ins is not None
    assert read(patient=f"<id root='1.2.250.1.213.1.4.13' extension='{number}'/>").patient.ins is None
    wrong = read(patient=f"<id root='{oids.INS_NIR}' extension='279035121518900'/>")
    assert wrong.patient.ins is None
    assert any("clé" in warning for warning in wrong.warnings)


def test_a_device_may_be_an_author() -> None:
    found = read(
        "<author><time value='20260102'/><assignedAuthor><assignedAuthoringDevice>"
        "<manufacturerModelName>Tensiomètre</manufacturerModelName><softwareName>TX 2</softwareName>"
        "</assignedAuthoringDevice></assignedAuthor></author>"
    )
    assert found.authors[0].name == "Tensiomètre TX 2"
    assert found.authors[0].at == PartialDate(2026, 1, 2)
    assert lines(found, "Auteur") == {"Nom": "Tensiomètre TX 2", "Date": "02/01/2026"}


def test_versions_and_what_a_document_replaces_are_read() -> None:
    found = read(
        "<setId root='1.2.9' extension='A'/><versionNumber value='3'/><relatedDocument typeCode='RPLC'>"
        "<parentDocument><id root='1.2.8'/></parentDocument></relatedDocument>"
    )
    assert (found.set_id.text, found.version) == ("1.2.9^A", 3)
    assert found.replaces == Identifier("1.2.8")
    assert lines(found, "Liens") == {"Remplace": "1.2.8"}
    bare = read("<versionNumber value='beaucoup'/>")
    assert (bare.set_id, bare.version, bare.replaces) == (Identifier("1.2.3"), 0, None)


def test_recipients_trusted_people_and_consents_are_said() -> None:
    found = read(
        "<informant><relatedEntity classCode='NOK'><relatedPerson><name><given>Léa</given>"
        "<family>PETIT</family></name></relatedPerson></relatedEntity></informant>"
        "<informationRecipient><intendedRecipient><informationRecipient><name><family>ROBERT</family></name>"
        "</informationRecipient><receivedOrganization><name>Cabinet</name></receivedOrganization>"
        "</intendedRecipient></informationRecipient>"
        "<authorization><consent><code code='X' displayName='Accord écrit'/></consent></authorization>"
    )
    assert lines(found, "Personne de confiance") == {"Nom": "Léa PETIT"}
    assert lines(found, "Destinataire") == {"Nom": "ROBERT", "Structure": "Cabinet"}
    assert lines(found, "Liens") == {"Consentement": "Accord écrit (X)"}
