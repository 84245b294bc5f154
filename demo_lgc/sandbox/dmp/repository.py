"""TD2.1: accepts a lot of documents, or says exactly why not.

Reference: [ITI-41]; [DMP] §8.1, §8.5.
"""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from demo_lgc.sandbox.dmp.caller import Caller, Directory
from demo_lgc.sandbox.dmp.cda_check import check_cda, replaced_id
from demo_lgc.sandbox.dmp.codes_check import confidentialities
from demo_lgc.sandbox.dmp.ebrim import RegistryObject, read_submission
from demo_lgc.sandbox.dmp.journal import Journal
from demo_lgc.sandbox.dmp.metadata_check import CheckedSubmission, author_ids, check_metadata, unique_id
from demo_lgc.sandbox.dmp.refusals import RegistryRefusal, repository_metadata
from demo_lgc.sandbox.dmp.signature_check import check_signature
from demo_lgc.sandbox.dmp.state import State, StoredDocument, new_entry_id


def provide_and_register(
    payload: etree._Element,
    attachments: Mapping[str, bytes],
    caller: Caller,
    directory: Directory,
    state: State,
    journal: Journal,
) -> None:
    """Check a lot, register it whole and write it in the journal. Raises SoapFault, RegistryRefusal."""
    lot = check_metadata(read_submission(payload, attachments), caller)
    record = state.open_record(caller)
    if record.authorisation_of(caller.national_id) == "INTERDIT":
        raise RegistryRefusal("DMPAccessForbidden", "Le patient s'oppose à l'alimentation de son DMP")
    contents = lot.submission.contents
    roots = {unique_id(d): check_cda(contents[d.id], d, caller.patient, record) for d in lot.documents}
    check_signature(contents[lot.signature.id], lot.submission_id, roots, caller, directory)
    replaced = _replaced(lot, roots, caller, state)
    stored = [_stored(entry, contents[entry.id], caller) for entry in (*lot.documents, lot.signature)]
    state.commit(lot.submission_id, stored, replaced)
    for document in stored[:-1]:
        journal.record_document(lot.submission_id, document.unique_id, document.sha256)


def _stored(entry: RegistryObject, content: bytes, caller: Caller) -> StoredDocument:
    return StoredDocument(
        unique_id=unique_id(entry),
        entry_id=entry.id if entry.id.startswith("urn:uuid:") else new_entry_id(),
        matricule=caller.patient.matricule,
        content=content,
        entry=entry.element,
        authors=author_ids(entry),
        masked="MASQUE_PS" in confidentialities(entry),
    )


def _replaced(
    lot: CheckedSubmission, roots: Mapping[str, etree._Element], caller: Caller, state: State
) -> list[str]:
    """The uniqueIds made obsolete, once RPLC associations and relatedDocument agree."""
    announced = dict(lot.replaces)
    replaced = []
    for entry in lot.documents:
        parent, target = replaced_id(roots[unique_id(entry)]), announced.get(entry.id, "")
        if bool(parent) != bool(target):
            raise repository_metadata(f"{entry.id}: association RPLC et relatedDocument vont ensemble")
        if not target:
            continue
        old = state.by_entry(target)
        if old is None or old.matricule != caller.patient.matricule or old.unique_id != parent:
            raise RegistryRefusal("XDSReplaceFailed", "Le document à remplacer est inconnu")
        known = state.document(unique_id(entry))
        if old.status != "Approved" and known is None:
            raise RegistryRefusal("XDSRegistryDeprecatedDocumentError", old.unique_id)
        if caller.national_id not in old.authors:
            raise RegistryRefusal("DMPAccessDeniedByRightsService", "Seul un auteur remplace son document")
        replaced.append(old.unique_id)
    return replaced
