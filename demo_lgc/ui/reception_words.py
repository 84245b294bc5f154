"""The words of archives and messages that are refused, in French: the reason first, then what to do.

Same form as `error_words`. Reference: [MSS] §2.5 (« pièce jointe non intégrable : raison »).
"""

from __future__ import annotations

from demo_lgc.domain.errors import ArchiveProblem, MessageProblem
from demo_lgc.ui.error_words import KEPT, Words

_ASK = "Demandez à l’expéditeur de l’envoyer de nouveau."
_UNSAFE = "Elle n’a pas été ouverte, par prudence. Prévenez l’expéditeur."
_TO_COMPARE = "Rien n’a été rangé, pour ne rien attribuer à un autre. Prévenez l’expéditeur."

ARCHIVE: dict[ArchiveProblem, Words] = {
    ArchiveProblem.EMPTY: ("L’archive est vide.", _ASK, ""),
    ArchiveProblem.NOT_ZIP: ("L’archive n’est pas un fichier ZIP, ou elle est incomplète.", _ASK, ""),
    ArchiveProblem.TOO_LARGE: (
        "L’archive est bien plus grande que ce qu’un message transporte.",
        _UNSAFE,
        "",
    ),
    ArchiveProblem.TOO_MANY_ENTRIES: ("L’archive contient beaucoup trop de fichiers.", _UNSAFE, ""),
    ArchiveProblem.ENCRYPTED: (
        "L’archive est protégée par un mot de passe.",
        "La messagerie sécurisée s’en passe\u00a0: demandez à l’expéditeur de l’envoyer sans protection.",
        "",
    ),
    ArchiveProblem.OVERLAPPING: ("Des fichiers de l’archive occupent la même place.", _UNSAFE, ""),
    ArchiveProblem.DUPLICATE: ("L’archive contient deux fichiers du même nom.", _UNSAFE, ""),
    ArchiveProblem.UNSAFE_NAME: ("Un fichier de l’archive est rangé hors d’elle.", _UNSAFE, ""),
    ArchiveProblem.DAMAGED: ("L’archive est endommagée.", _ASK, ""),
    ArchiveProblem.NO_METADATA: (
        "L’archive ne décrit pas ses documents.",
        f"Le fichier METADATA.XML y manque. {_ASK}",
        "",
    ),
    ArchiveProblem.BAD_METADATA: (
        "La description des documents est illisible.",
        f"Le fichier METADATA.XML n’est pas celui d’une archive IHE XDM. {_ASK}",
        "",
    ),
    ArchiveProblem.MISSING_DOCUMENT: ("Un document annoncé manque dans l’archive.", _ASK, ""),
    ArchiveProblem.WRONG_SIZE: ("Un document n’a pas la taille annoncée.", _ASK, ""),
    ArchiveProblem.WRONG_HASH: (
        "Un document n’est pas celui que l’archive décrit.",
        f"Son empreinte diffère. {_ASK}",
        "",
    ),
    ArchiveProblem.TWO_PATIENTS: ("L’archive concerne plusieurs patients.", _TO_COMPARE, ""),
    ArchiveProblem.OTHER_PATIENT: (
        "L’archive et son document ne désignent pas le même patient.",
        _TO_COMPARE,
        "",
    ),
}

MESSAGE: dict[MessageProblem, Words] = {
    MessageProblem.NOT_MAIL: ("Ce fichier n’est pas un message.", KEPT, ""),
    MessageProblem.TOO_LARGE: ("Ce message est bien plus grand que ce qui s’échange.", KEPT, ""),
    MessageProblem.TOO_MANY_PARTS: ("Ce message compte beaucoup trop de parties.", KEPT, ""),
    MessageProblem.TOO_DEEP: (
        "Ce message est construit d’une manière qui bloquerait le programme.",
        KEPT,
        "",
    ),
}
