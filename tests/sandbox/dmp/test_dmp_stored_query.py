"""TD3.1: asking whether a document arrived, and the errors of a stored query."""

from __future__ import annotations

import pytest

from tests.sandbox.dmp.dmp_lot import new_oid
from tests.sandbox.dmp.dmp_requests import COLLEAGUE, MATRICULE, OTHER_MATRICULE, UNKNOWN, td0_3, td3_1

QUERY = "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"


@pytest.fixture
def fed(desk):
    lot = desk.lot()
    assert desk.send(lot).registered
    return lot


def ask(desk, body, **changes):
    return desk.ask("/registry", body, **changes)


def references(answer):
    return [reference.get("id") for reference in answer.findall(".//rim:ObjectRef")]


def test_a_document_is_found_without_any_authorisation(desk, dmp, fed):
    answer = ask(desk, td3_1(f"('{fed.document_id}')"))
    assert references(answer) == [dmp.document(fed.document_id).entry_id]
    response = answer.find(".//query:AdhocQueryResponse")
    assert response.get("status").endswith(":Success")
    assert response.get("totalResultCount") == "1"


def test_an_unknown_document_gives_an_empty_list(desk):
    answer = ask(desk, td3_1(f"('{new_oid()}')"))
    assert answer.find(".//query:AdhocQueryResponse").get("status").endswith(":Success")
    assert references(answer) == []


def test_several_documents_are_asked_at_once(desk, fed):
    answer = ask(desk, td3_1(f"('{fed.document_id}','{fed.signature_id}', '{new_oid()}')"))
    assert len(references(answer)) == 2


def test_a_document_is_found_by_its_entry_uuid(desk, dmp, fed):
    entry = dmp.document(fed.document_id).entry_id
    assert references(ask(desk, td3_1(f"('{entry}')", name="$XDSDocumentEntryEntryUUID"))) == [entry]


def test_the_documents_of_another_patient_are_not_listed(desk, fed):
    answer = ask(desk, td3_1(f"('{fed.document_id}')"), matricule=OTHER_MATRICULE)
    assert references(answer) == []


def test_the_whole_entry_needs_an_authorisation(desk, fed):
    body = td3_1(f"('{fed.document_id}')", "LeafClass")
    assert ask(desk, body).error[0] == "DMPAccessDeniedByRightsService"
    desk.ask("/habilitations", td0_3())
    answer = ask(desk, td3_1(f"('{fed.document_id}')", "LeafClass"))
    (entry,) = answer.findall(".//rim:ExtrinsicObject")
    assert entry.get("id") == entry.get("lid")
    assert entry.get("status") == "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
    names = [slot.get("name") for slot in entry.findall("{*}Slot")]
    assert {"hash", "size", "repositoryUniqueId"} <= set(names)
    order = [child.tag.split("}")[1] for child in entry]
    assert order == sorted(
        order,
        key=["Slot", "Name", "Description", "VersionInfo", "Classification", "ExternalIdentifier"].index,
    )
    assert {c.get("classifiedObject") for c in entry.findall("{*}Classification")} == {entry.get("id")}


def test_breaking_the_glass_reads_without_authorisation(desk, fed):
    edits = [('code="normal"', 'code="bris_de_glace"')]
    answer = ask(desk, td3_1(f"('{fed.document_id}')", "LeafClass"), edits=edits)
    assert len(answer.findall(".//rim:ExtrinsicObject")) == 1


def test_a_masked_document_is_shown_to_its_author_only(desk, dmp_pki):
    lot = desk.lot(masks=("MASQUE_PS",))
    assert desk.send(lot).registered
    line = desk.line(dmp_pki.card(COLLEAGUE.national_id).authentication)
    desk.send(desk.call("/habilitations", td0_3(), holder=COLLEAGUE), line)
    call = desk.call("/registry", td3_1(f"('{lot.document_id}')", "LeafClass"), holder=COLLEAGUE)
    assert desk.send(call, line).findall(".//rim:ExtrinsicObject") == []
    desk.ask("/habilitations", td0_3())
    answer = ask(desk, td3_1(f"('{lot.document_id}')", "LeafClass"))
    assert len(answer.findall(".//rim:ExtrinsicObject")) == 1


def many(count):
    return "(" + ",".join(f"'{new_oid()}'" for _ in range(count)) + ")"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (td3_1("('1.2')").replace(QUERY, QUERY.replace("5c4f", "6c4f")), "XDSUnknownStoredQuery"),
        (td3_1("('1.2')", name="$XDSOther"), "XDSStoredQueryParamNumber"),
        (
            td3_1("('1.2')").replace(
                '<rim:Slot name="$XDSDocumentEntryUniqueId"', '<rim:Slot name="$MetadataLevel"'
            ),
            "XDSStoredQueryMissingParam",
        ),
        (td3_1("1.2"), "XDSRegistryError"),
        (td3_1("('1.2'"), "XDSRegistryError"),
        (td3_1(many(21)), "XDSRegistryError"),
        (td3_1("('1.2')", "Whole"), "XDSRegistryError"),
        (td3_1("('1.2')").replace('returnComposedObjects="true" ', ""), "XDSRegistryError"),
    ],
)
def test_a_wrong_query_has_the_error_of_ihe(desk, body, code):
    assert ask(desk, body).error[0] == code


def test_both_identifiers_at_once_are_too_many(desk):
    other = td3_1("('1.2')", name="$XDSDocumentEntryEntryUUID").split("<rim:AdhocQuery")[1].split(">", 1)[1]
    other = other.split("</rim:AdhocQuery>")[0]
    body = td3_1("('1.2')").replace("</rim:AdhocQuery>", f"{other}</rim:AdhocQuery>")
    assert ask(desk, body).error[0] == "XDSStoredQueryParamNumber"


def test_twenty_documents_may_be_asked(desk):
    assert ask(desk, td3_1(many(20))).error == ("", "")


def test_a_patient_without_dmp_is_unknown(desk):
    assert ask(desk, td3_1("('1.2')"), matricule=UNKNOWN).error[0] == "XDSUnknownPatientId"


def test_a_blocked_professional_reads_nothing(desk):
    answer = ask(desk, td3_1("('1.2')", "LeafClass"), matricule=OTHER_MATRICULE)
    assert answer.error[0] == "DMPAccessForbidden"
    assert ask(desk, td3_1("('1.2')", "LeafClass"), matricule=MATRICULE).error[0]


@pytest.mark.parametrize("edit", [("rim:AdhocQuery", "rim:Query"), ("rim:ValueList", "rim:Values")])
def test_a_query_outside_the_schema_is_a_fault(desk, edit):
    assert "Unmarshalling" in ask(desk, td3_1("('1.2')").replace(*edit)).fault
