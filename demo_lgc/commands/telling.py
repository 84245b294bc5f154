"""What files say, as JSON and as lines of a terminal; `describing` tells of the documents.

What the archive says of a document (`metadata`) stands beside what the document says itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from demo_lgc.commands.describing import (
    described,
    described_code,
    described_party,
    described_patient,
    described_time,
)
from demo_lgc.commands.verdicts import WORDS
from demo_lgc.domain.incoming import IncomingMessage
from demo_lgc.services.archives import OpenedDocument

_KINDS = {
    "plain": "Message",
    "document": "Documents",
    "delivery-report": "Accusé de réception",
    "read-receipt": "Accusé de lecture",
    "integration-error": "Erreur d’intégration",
}
_ACTIONS = {
    "delivered": "remis",
    "failed": "non remis",
    "delayed": "retardé",
    "displayed": "affiché",
    "processed": "intégré",
    "error": "non intégré",
}


def told_message(message: IncomingMessage) -> dict[str, Any]:
    """Return a message as JSON values; of its files, only what they are."""
    return {
        "kind": message.kind.value,
        "message_id": message.message_id,
        "from": {"name": message.sender.name, "address": message.sender.address},
        "to": [{"name": each.name, "address": each.address} for each in message.recipients],
        "from_patient": message.is_from_patient,
        "to_patient": message.is_to_patient,
        "subject": message.subject,
        "sent_at": described_time(message.sent_at),
        "text": message.text,
        "answers": message.answers or None,
        "outcomes": [
            {
                "recipient": each.recipient,
                "action": each.action,
                "code": each.code,
                "detail": each.detail,
                "failed": each.failed,
            }
            for each in message.outcomes
        ],
        "codes": list(message.cda_codes),
        "announces_ins": message.announces_ins,
        "product": message.product,
        "ends_exchange": message.ends_exchange,
        "receipt_to": message.receipt_to or None,
        "attachments": [
            {
                "name": each.name,
                "media_type": each.media_type,
                "size": len(each.content),
                "is_archive": each.is_archive,
            }
            for each in message.attachments
        ],
    }


def told_document(opened: OpenedDocument) -> dict[str, Any]:
    """Return a file of an archive as JSON values: its place, its metadata, what it says when it is CDA."""
    archived = opened.archived
    metadata = {
        "unique_id": archived.unique_id,
        "title": archived.title,
        "type": described_code(archived.type),
        "author": described_party(archived.author),
        "patient": described_patient(archived.patient),
        "created_at": described_time(archived.created_at),
    }
    told = {
        "uri": archived.uri,
        "media_type": archived.media_type,
        "size": archived.size,
        "sha1": archived.sha1,
        "status": archived.status or None,
        "asks_removal": archived.asks_removal,
        "metadata": metadata,
    }
    if opened.document is not None:
        return told | described(opened.document)
    # Not CDA: what is known of it is what the archive says.
    known = ("title", "type", "patient", "created_at")
    said = {name: metadata[name] for name in known} | {"author": archived.author.name, "organisation": ""}
    return told | said | {"authors": [], "sections": [], "results": [], "warnings": []}


def in_words(verdict: dict[str, Any]) -> Iterator[str]:
    """Yield the lines that say a verdict in French."""
    yield f"{verdict['file']}\u00a0: {WORDS[verdict['verdict']]}"
    if verdict["reason"]:
        yield f"  {verdict['reason']}"
    if verdict["message"]:
        yield from _message_in_words(verdict["message"])
    for document in verdict["documents"]:
        yield from document_in_words(document)
    for warning in verdict["warnings"]:
        yield f"  Attention\u00a0: {warning}"


def _message_in_words(message: dict[str, Any]) -> Iterator[str]:
    sender = message["from"]
    yield f"  {_KINDS[message['kind']]} de {sender['name'] or sender['address'] or 'personne'}"
    if message["subject"]:
        yield f"  Objet\u00a0: {message['subject']}"
    for outcome in message["outcomes"]:
        action = _ACTIONS.get(outcome["action"], outcome["action"])
        said = " ".join(part for part in (action, outcome["code"], outcome["detail"]) if part)
        yield f"  {outcome['recipient'] or 'Destinataire'}\u00a0: {said}"
    for each in message["attachments"]:
        yield f"  Pièce jointe\u00a0: {each['name']} ({each['size']}\u00a0octets)"


def document_in_words(document: dict[str, Any]) -> Iterator[str]:
    """Yield the lines that say a document: what it is, whose, by whom, its sections and results."""
    code = document["type"] or {"label": "", "code": ""}
    kind = code["label"] or code["code"] or document.get("media_type", "sans type")
    yield f"  {document['title'] or document.get('uri', 'Document')} ({kind})"
    patient = document["patient"]
    born = "/".join(reversed((patient["birth_date"] or "").split("-")))
    said = (patient["name"] or "non nommé", born and f"né(e) le {born}", f"INS {patient['ins'] or 'absent'}")
    yield f"    Patient\u00a0: {', '.join(filter(None, said))}"
    if document["author"]:
        yield f"    Auteur\u00a0: {document['author']}"
    for section in document["sections"]:
        yield f"    – {section['title']}"
    if document["results"]:
        abnormal = sum(bool(each["abnormal"] or each["outside"]) for each in document["results"])
        yield f"    Résultats\u00a0: {len(document['results'])}, dont {abnormal} hors référence"
    for warning in document["warnings"]:
        yield f"    Attention\u00a0: {warning}"
