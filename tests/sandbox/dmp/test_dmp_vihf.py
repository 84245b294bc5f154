"""The VIHF: what is taken, and one refusal for each rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from demo_lgc.sandbox.dmp.certificates import rdns_of, rdns_of_text
from tests.sandbox.dmp.dmp_requests import COLLEAGUE, DOCTOR, MATRICULE, TEST_OID, td0_2

SECRET = "urn:oasis:names:tc:xspa:1.0:resource:patient:hl7:confidentiality-code"
ISSUER = "CN=899900063480+2.5.4.4=MEDECIN+2.5.4.42=ANNE,title=Médecin,C=FR"


def ask(desk, *edits, **changes):
    return desk.ask("/patients", td0_2(), edits=list(edits), **changes)


def test_an_unsigned_direct_vihf_is_taken(desk):
    assert ask(desk).find(".//h:queryResponseCode").get("code") == "OK"


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param((">4.0<", ">3.0<"), id="version-3"),
        pytest.param((ISSUER, "GN=ANNE+CN=899900063480+SN=MEDECIN, T=Médecin, C=FR"), id="other-spelling"),
        pytest.param(
            (
                ISSUER,
                "CN=899900063480+2.5.4.4=#0c074d45444543494e+2.5.4.42=#0c04414e4e45,title=M\\C3\\A9decin,C=FR",
            ),
            id="hexadecimal",
        ),
        pytest.param(("saml2:", "s:"), id="another-prefix"),
        pytest.param(('code="normal"', 'code="bris_de_glace"'), id="break-the-glass"),
        pytest.param(
            (
                '<saml2:Attribute Name="LPS_Nom">',
                f'<saml2:Attribute Name="{SECRET}">'
                "<saml2:AttributeValue>INVISIBLE_REPRESENTANTS_LEGAUX^1.2.250.1.213.1.1.4.13"
                '</saml2:AttributeValue></saml2:Attribute><saml2:Attribute Name="LPS_Nom">',
            ),
            id="secret-connection",
        ),
    ],
)
def test_what_the_specification_leaves_free_is_taken(desk, edit):
    edits = [edit, ("xmlns:saml2=", "xmlns:s=")] if edit[0] == "saml2:" else [edit]
    answer = ask(desk, *edits)
    assert answer.fault == ""


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        pytest.param(("saml2:Assertion", "saml2:Assert"), "absent", id="no-assertion"),
        pytest.param(('Version="2.0"', 'Version="1.1"'), "Version", id="version"),
        pytest.param(('ID="_', 'ID="1'), "ID", id="id-not-ncname"),
        pytest.param(("X509SubjectName", "unspecified"), "Issuer/@Format", id="issuer-format"),
        pytest.param((ISSUER, ISSUER.replace("ANNE", "PAUL")), "différent du certificat", id="other-issuer"),
        pytest.param(
            (ISSUER, "C=FR,title=Médecin," + ISSUER.split(",")[0]), "Issuer différent", id="reversed"
        ),
        pytest.param((ISSUER, "Anne"), "Issuer", id="unreadable-issuer"),
        pytest.param(
            (">899900063480</saml2:NameID>", ">899900063498</saml2:NameID>"), "NameID", id="name-id"
        ),
        pytest.param(("SmartcardPKI", "Password"), "AuthnContextClassRef", id="context"),
        pytest.param(("<saml2:Subject>", "<saml2:Advice/><saml2:Subject>"), "ordre", id="unknown-element"),
        pytest.param(
            (
                "<saml2:AuthnStatement",
                "<saml2:Conditions><saml2:AudienceRestriction/></saml2:Conditions><saml2:AuthnStatement",
            ),
            "AudienceRestriction",
            id="audience",
        ),
        pytest.param(
            (
                "<saml2:AuthnStatement",
                '<saml2:Conditions NotOnOrAfter="2020-01-01T00:00:00Z"/><saml2:AuthnStatement',
            ),
            "NotOnOrAfter",
            id="expired",
        ),
        pytest.param(("VIHF_Version", "VIHF"), "VIHF_Version", id="no-version"),
        pytest.param((">4.0<", ">2.0<"), "VIHF_Version", id="old-version"),
        pytest.param(
            ("Authentification_mode", "Authentification_Mode"), "Authentification_mode", id="capital"
        ),
        pytest.param((">DIRECTE<", ">INDIRECTE<"), "Authentification_mode", id="indirect"),
        pytest.param((">urn:dmp<", ">urn:other<"), "Ressource_URN", id="urn"),
        pytest.param(('"LPS_Nom"', '"LPS"'), "LPS_Nom", id="no-software"),
        pytest.param(('"LPS_Version"', '"LPS"'), "LPS_Version", id="no-software-version"),
        pytest.param(('"LPS_ID_HOMOLOGATION_DMP"', '"LPS"'), "LPS_ID_HOMOLOGATION_DMP", id="no-number"),
        pytest.param(('"LPS_Nom"', '"LPS_Version"'), "AttributeStatement", id="twice"),
        pytest.param(('code="normal"', 'code="brisDeGlace"'), "PurposeOfUse", id="purpose"),
        pytest.param(("1.2.250.1.213.1.1.4.248", "1.2.3"), "PurposeOfUse", id="purpose-system"),
        pytest.param(('code="10"', 'code="60"'), "profession", id="profession"),
        pytest.param(
            ("1.2.250.1.71.4.2.5", "1.2.250.1.71.4.2.6"), "Aucune spécialité dans le vihf", id="speciality"
        ),
        pytest.param(('code="SM26"', 'code="SM04"'), "spécialité", id="other-speciality"),
        pytest.param(('xsi:type="CE"', 'xsi:type="CD"'), "xsi:type", id="type"),
        pytest.param(
            (">499900063480001<", ">499900063480009<"), "Structure introuvable ou Inactive", id="structure"
        ),
        pytest.param((">499900063480001<", ">499900063498001<"), "PS et Structure non liés", id="not-linked"),
        pytest.param((">SA07^", ">SA08^"), "Structure introuvable ou Inactive", id="other-sector"),
        pytest.param(
            (f"{MATRICULE}^^^", f"{MATRICULE[:13]}^^^"), "Le champ Resource_id", id="thirteen-digits"
        ),
        pytest.param((f"{MATRICULE}^^^", f"{MATRICULE[:13]}88^^^"), "Le champ Resource_id", id="wrong-key"),
        pytest.param((f"{TEST_OID}&amp;", "1.2.250.1.213.1.4.9&amp;"), "Le champ Resource_id", id="nia"),
        pytest.param(("&amp;ISO^NH", "&amp;ISO^PI"), "Le champ Resource_id", id="not-nh"),
    ],
)
def test_a_vihf_that_breaks_a_rule_is_a_fault(desk, edit, words):
    answer = ask(desk, edit)
    assert words in answer.fault
    assert answer.status == 500


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_vihf_of_another_moment_is_a_fault(desk, minutes):
    answer = ask(desk, issued_at=datetime.now(UTC) + timedelta(minutes=minutes))
    assert "IssueInstant" in answer.fault


@pytest.mark.parametrize("minutes", [-4, 4])
def test_clocks_may_differ_a_little(desk, minutes):
    issued = datetime.now(UTC) + timedelta(minutes=minutes)
    assert ask(desk, issued_at=issued).fault == ""


def test_the_vihf_of_another_professional_is_a_fault(desk):
    assert "certificat" in ask(desk, holder=COLLEAGUE).fault


# --- signed -------------------------------------------------------------------------------------------


def test_a_vihf_signed_with_the_signature_key_is_taken(desk, dmp_pki):
    assert ask(desk, sign_with=dmp_pki.card(DOCTOR.national_id).signature).fault == ""


def test_a_vihf_signed_with_the_authentication_key_is_a_fault(desk, dmp_pki):
    answer = ask(desk, sign_with=dmp_pki.card(DOCTOR.national_id).authentication)
    assert answer.subcodes == ["soap:DMPInvalidCertificate"]
    assert answer.fault == "Not a valid signature certificate"


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param((">4.0<", ">3.0<"), id="changed-content"),
        pytest.param(("<ds:SignatureValue>", "<ds:SignatureValue>AAAA"), id="changed-signature"),
        pytest.param(("xmldsig-more#rsa-sha256", "xmldsig-more#rsa-sha512"), id="other-algorithm"),
        pytest.param(("<ds:X509Certificate>", "<ds:X509Certificate>!"), id="no-certificate"),
    ],
)
def test_a_signed_vihf_does_not_change(desk, dmp_pki, edit):
    answer = ask(desk, edit, sign_with=dmp_pki.card(DOCTOR.national_id).signature)
    assert answer.fault == "La signature du VIHF est incorrecte"


def test_the_signature_certificate_is_the_callers(desk, dmp_pki):
    answer = ask(desk, sign_with=dmp_pki.card(COLLEAGUE.national_id).signature)
    assert answer.subcodes == ["soap:DMPInvalidCertificate"]


# --- distinguished names ------------------------------------------------------------------------------

_OIDS = [NameOID.COMMON_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.SURNAME, NameOID.TITLE]
_ATTRIBUTES = st.builds(
    x509.NameAttribute, st.sampled_from(_OIDS), st.text(min_size=1, max_size=20).filter(str.isprintable)
)


@given(
    st.lists(st.lists(_ATTRIBUTES, min_size=1, max_size=3, unique_by=lambda a: a.oid), min_size=1, max_size=4)
)
def test_a_distinguished_name_is_read_as_rfc_4514_writes_it(rdns):
    name = x509.Name([x509.RelativeDistinguishedName(rdn) for rdn in rdns])
    written = name.rfc4514_string()
    assert rdns_of_text(written) == rdns_of(name)
