"""TD3.1b: does the DMP have this document? By its uniqueId, in references only.

This is the question asked when an answer was lost. In ObjectRef mode it needs no right of consultation
and reads nothing of the patient's DMP.

Reference: [DMP] TD3.1 (§9.1), RG_3130; [ITI-18] GetDocuments.
"""

from __future__ import annotations

from lxml import etree

from demo_lgc.exchange.dmp.registry_response import check_response
from demo_lgc.exchange.soap.xml import UnreadableXmlError, serialise
from demo_lgc.exchange.xds.ebrim import RIM

PATH = "/registry"
ACTION = "urn:ihe:iti:2007:RegistryStoredQuery"
QUERY = "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
GET_DOCUMENTS = "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"


def request(document_id: str) -> bytes:
    """Return the body of the query for the document of uniqueId `document_id` (an OID).

    Reference: [ITI-18] ITI TF-2 §3.18.4.1.2.3.7.5.
    """
    root = etree.Element(f"{{{QUERY}}}AdhocQueryRequest", nsmap={"query": QUERY, "rim": RIM})
    option = etree.SubElement(root, f"{{{QUERY}}}ResponseOption")
    option.set("returnComposedObjects", "true")
    option.set("returnType", "ObjectRef")
    query = etree.SubElement(root, f"{{{RIM}}}AdhocQuery", id=GET_DOCUMENTS)
    slot = etree.SubElement(query, f"{{{RIM}}}Slot", name="$XDSDocumentEntryUniqueId")
    values = etree.SubElement(slot, f"{{{RIM}}}ValueList")
    quoted = document_id.replace("'", "''")
    etree.SubElement(values, f"{{{RIM}}}Value").text = f"('{quoted}')"
    return serialise(root)


def read(answer: etree._Element) -> tuple[str, ...]:
    """Return the entryUUID of every version of the metadata found; none when the DMP has no such document.

    Raises RemoteRefusal, UnreadableXmlError when the answer does not conclude. Reference: [DMP] TD3.1.
    """
    if answer.tag != f"{{{QUERY}}}AdhocQueryResponse":
        raise UnreadableXmlError("not an answer to TD3.1")
    check_response(answer)
    listing = answer.find(f"{{{RIM}}}RegistryObjectList")
    if listing is None:
        raise UnreadableXmlError("an answer to TD3.1 without a list")
    return tuple(item.get("id", "") for item in listing.iterfind(f"{{{RIM}}}ObjectRef"))
