"""Namespaces, actions and fixed identifiers of the DMP interface, and the one careful XML parser.

Reference: [DMP] §1.2, §1.4, §8.2, §8.3; [CISIS-MIN].
"""

from __future__ import annotations

from lxml import etree

SOAP = "http://www.w3.org/2003/05/soap-envelope"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
WSA = "http://www.w3.org/2005/08/addressing"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.1.1#"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XOP = "http://www.w3.org/2004/08/xop/include"
HL7 = "urn:hl7-org:v3"
HABILITATIONS = "urn:si-dmp-habilitations"
XDSB = "urn:ihe:iti:xds-b:2007"
LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
RS = "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"
QUERY = "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"

ANONYMOUS = f"{WSA}/anonymous"
BASE_PATH = "/si-dmp-server/v2/services"

# Service path -> {wsa:Action: (transaction, qualified name of the body element)}. Reference: [DMP] §1.2.
SERVICES = {
    "/patients": {"urn:hl7-org:v3:PRPA_IN201307UV02": ("TD0.2", f"{{{HL7}}}PRPA_IN201307UV02")},
    "/habilitations": {
        "urn:si-dmp-habilitations:HabilitationsEndPoint:setAuthorization": (
            "TD0.3",
            f"{{{HABILITATIONS}}}setAuthorization",
        )
    },
    "/repository": {
        "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b": (
            "TD2.1",
            f"{{{XDSB}}}ProvideAndRegisterDocumentSetRequest",
        )
    },
    "/registry": {"urn:ihe:iti:2007:RegistryStoredQuery": ("TD3.1", f"{{{QUERY}}}AdhocQueryRequest")},
}
RESPONSE_ACTIONS = {
    "TD0.2": "urn:hl7-org:v3:PRPA_IN201308UV02",
    "TD0.3": "urn:si-dmp-habilitations:HabilitationsEndPoint:setAuthorizationResponse",
    "TD2.1": "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-bResponse",
    "TD3.1": "urn:ihe:iti:2007:RegistryStoredQueryResponse",
}

# ebRIM
STATUS = "urn:oasis:names:tc:ebxml-regrep:StatusType:"
ASSOCIATION_OBJECT = "urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:Association"
HAS_MEMBER = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
SIGNS = "urn:ihe:iti:2007:AssociationType:signs"
RPLC = "urn:ihe:iti:2007:AssociationType:RPLC"
STABLE_DOCUMENT = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
SUBMISSION_SET_NODE = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"

# Authorities
PROFESSIONALS = "1.2.250.1.71.4.2.1"
STRUCTURES = "1.2.250.1.71.4.2.2"
PROFESSIONS = "1.2.250.1.71.1.2.7"
SPECIALITIES = "1.2.250.1.71.4.2.5"
SECTORS = "1.2.250.1.71.4.2.4"
DMP_DEVICE = "1.2.250.1.213.4.1.1.1"
REPOSITORY_UNIQUE_ID = "1.2.250.1.213.4.1.1.1.2"
INS_NIR, INS_NIA, INS_TEST, INS_DEMO = (f"1.2.250.1.213.1.4.{n}" for n in (8, 9, 10, 11))


class Doctype(ValueError):
    """A document type declaration where none may be."""


def parse(data: bytes) -> etree._Element:
    """Parse XML: no entity, no network, no DTD. Raises etree.XMLSyntaxError or Doctype."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    root = etree.fromstring(data, parser)
    if root.getroottree().docinfo.internalDTD is not None:
        raise Doctype("document type declaration")
    return root


def children(element: etree._Element) -> list[etree._Element]:
    """The child elements, without comments and processing instructions."""
    return [child for child in element if isinstance(child.tag, str)]


def local(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return etree.QName(element).localname


def text_of(element: etree._Element | None) -> str:
    """The trimmed text of an element; empty when absent."""
    return (element.text or "").strip() if element is not None else ""
