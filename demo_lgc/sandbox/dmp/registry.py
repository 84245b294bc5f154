"""TD3.1: GetDocuments, by which a client in doubt learns whether its document arrived.

The other stored queries are known by name only, and answered XDSUnknownStoredQuery: a practice that
feeds has no use for them.

Reference: [ITI-18]; [DMP] §9.1.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import quoteattr

from lxml import etree

from demo_lgc.sandbox.dmp.answers import query_response
from demo_lgc.sandbox.dmp.caller import Caller
from demo_lgc.sandbox.dmp.names import QUERY, REPOSITORY_UNIQUE_ID, RIM, STATUS, children
from demo_lgc.sandbox.dmp.refusals import RegistryRefusal, SoapFault
from demo_lgc.sandbox.dmp.state import DmpRecord, State, StoredDocument

_GET_DOCUMENTS = "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"
_BY_UNIQUE_ID, _BY_ENTRY = "$XDSDocumentEntryUniqueId", "$XDSDocumentEntryEntryUUID"
_OTHERS = ("$XDSAssociationTypes", "$MetadataLevel", "$homeCommunityId")
_LIST = re.compile(r"\(\s*'(?:[^']|'')*'(?:\s*,\s*'(?:[^']|'')*')*\s*\)")
_MOST = {_BY_UNIQUE_ID: 20, _BY_ENTRY: 88}


def stored_query(payload: etree._Element, caller: Caller, state: State) -> str:
    """Treat an AdhocQueryRequest and return the body of the answer. Raises RegistryRefusal, SoapFault."""
    whole, query_id, slots = _read(payload)
    if query_id != _GET_DOCUMENTS:
        raise RegistryRefusal("XDSUnknownStoredQuery", query_id)
    name, values = _parameter(slots)
    record = state.record(caller.patient)
    if record is None:
        raise RegistryRefusal("XDSUnknownPatientId", "Ce patient n'a pas de DMP")
    if whole:
        _check_right(record, caller)
    found = [state.document(v) if name == _BY_UNIQUE_ID else state.by_entry(v) for v in dict.fromkeys(values)]
    documents = [d for d in found if d is not None and d.matricule == caller.patient.matricule]
    if not whole:
        references = "".join(f"<rim:ObjectRef id={quoteattr(d.entry_id)}/>" for d in documents)
        return query_response(references, len(documents))
    treating = record.treating_doctor == caller.national_id
    visible = [d for d in documents if not d.masked or treating or caller.national_id in d.authors]
    return query_response("".join(_leaf(d) for d in visible), len(visible))


def _check_right(record: DmpRecord, caller: Caller) -> None:
    current = record.authorisation_of(caller.national_id)
    if record.state == "closed":
        raise RegistryRefusal("DMPAccessForbidden", "Le DMP de ce patient est fermé")
    if current == "INTERDIT":
        raise RegistryRefusal("DMPAccessForbidden", "Le patient s'oppose à l'accès à son DMP")
    if current != "VALIDE" and caller.mode == "normal":
        raise RegistryRefusal("DMPAccessDeniedByRightsService", "Le PS n'est pas autorisé à consulter ce DMP")


def _read(payload: etree._Element) -> tuple[bool, str, dict[str, list[str]]]:
    parts = children(payload)
    if [p.tag for p in parts] != [f"{{{QUERY}}}ResponseOption", f"{{{RIM}}}AdhocQuery"]:
        raise SoapFault("Unmarshalling Error: AdhocQueryRequest")
    option, query = parts
    if option.get("returnType") not in ("LeafClass", "ObjectRef"):
        raise RegistryRefusal("XDSRegistryError", "returnType")
    if option.get("returnComposedObjects", "false") not in ("true", "1"):
        raise RegistryRefusal("XDSRegistryError", "returnComposedObjects")
    slots: dict[str, list[str]] = {}
    for slot in children(query):
        lists = children(slot)
        if slot.tag != f"{{{RIM}}}Slot" or [c.tag for c in lists] != [f"{{{RIM}}}ValueList"]:
            raise SoapFault("Unmarshalling Error: AdhocQuery")
        values = [(v.text or "").strip() for v in lists[0].findall(f"{{{RIM}}}Value")]
        slots.setdefault(slot.get("name", ""), []).extend(values)
    return option.get("returnType") == "LeafClass", query.get("id", ""), slots


def _parameter(slots: dict[str, list[str]]) -> tuple[str, list[str]]:
    unknown = set(slots) - {_BY_UNIQUE_ID, _BY_ENTRY, *_OTHERS}
    if unknown:
        raise RegistryRefusal("XDSStoredQueryParamNumber", f"paramètre inattendu : {min(unknown)}")
    given = [name for name in (_BY_UNIQUE_ID, _BY_ENTRY) if name in slots]
    if not given:
        raise RegistryRefusal("XDSStoredQueryMissingParam", _BY_UNIQUE_ID)
    if len(given) > 1:
        raise RegistryRefusal("XDSStoredQueryParamNumber", "uniqueId ou entryUUID, pas les deux")
    name, values = given[0], []
    for text in slots[given[0]]:
        if not _LIST.fullmatch(text):
            raise RegistryRefusal("XDSRegistryError", f"{name} : liste ('…','…') attendue")
        values += re.findall(r"'((?:[^']|'')*)'", text)
    if len(values) > _MOST[name]:
        raise RegistryRefusal("XDSRegistryError", f"{name} : {_MOST[name]} valeurs au plus")
    return name, values


def _leaf(document: StoredDocument) -> str:
    """The ExtrinsicObject as the registry gives it back: entryUUID, lid, status, hash, size, version."""
    entry = etree.fromstring(etree.tostring(document.entry, with_tail=False, encoding="UTF-8"))
    for attribute in ("classifiedObject", "registryObject"):
        for element in entry.findall(f"*[@{attribute}]"):
            element.set(attribute, document.entry_id)
    entry.set("id", document.entry_id)
    entry.set("lid", document.entry_id)
    entry.set("status", f"{STATUS}{document.status}")
    for slot in entry.findall(f"{{{RIM}}}Slot"):
        if slot.get("name") in ("hash", "size", "repositoryUniqueId"):
            entry.remove(slot)
    added = {
        "hash": document.sha1,
        "size": str(len(document.content)),
        "repositoryUniqueId": REPOSITORY_UNIQUE_ID,
    }
    for name, value in added.items():
        slot = etree.Element(f"{{{RIM}}}Slot", name=name)
        etree.SubElement(etree.SubElement(slot, f"{{{RIM}}}ValueList"), f"{{{RIM}}}Value").text = value
        entry.insert(0, slot)
    before = [
        e for e in children(entry) if e.tag in {f"{{{RIM}}}{n}" for n in ("Slot", "Name", "Description")}
    ]
    for version in entry.findall(f"{{{RIM}}}VersionInfo"):
        entry.remove(version)
    before[-1].addnext(etree.Element(f"{{{RIM}}}VersionInfo", versionName="1"))
    return etree.tostring(entry, encoding="unicode", with_tail=False)
