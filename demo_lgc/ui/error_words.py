"""The words of foreseen failures, in French: what the doctor reads, by problem and by code.

Each entry is a title, a second line, and the verb of the button that repairs, if there is one. The
sentences are those of the interface page « Words » where it has them; `errors` chooses among them.
"""

from __future__ import annotations

from demo_lgc.domain.errors import (
    CardProblem,
    ConformanceProblem,
    DocumentProblem,
    IdentityProblem,
    PressProblem,
    Refusal,
    StorageProblem,
)

Words = tuple[str, str, str]

CARD: dict[CardProblem, Words] = {
    CardProblem.NO_LIBRARY: (
        "Cryptolib CPS introuvable.",
        "Installez la Cryptolib CPS de l’Agence du numérique en santé, puis réessayez.",
        "Réessayer",
    ),
    CardProblem.NO_READER: ("Lecteur introuvable.", "Branchez le lecteur, puis réessayez.", "Réessayer"),
    CardProblem.NO_CARD: ("Insérez votre CPS pour accéder à vos dossiers.", "", ""),
    CardProblem.UNREADABLE: (
        "Carte non reconnue.",
        "Vérifiez que c’est bien une CPS et qu’elle est insérée puce en avant.",
        "Réessayer",
    ),
    CardProblem.EXPIRED: (
        "Carte expirée.",
        "Insérez votre nouvelle carte, ou demandez-la à l’Agence du numérique en santé.",
        "Réessayer",
    ),
    CardProblem.NO_SITUATION: (
        "Cette carte ne porte aucune situation d’exercice.",
        "Insérez une CPS qui nomme votre cabinet, ou faites mettre la carte à jour.",
        "Réessayer",
    ),
    CardProblem.CODE_LENGTH: (
        "Le code porteur compte quatre chiffres.",
        "Aucun essai n’a été utilisé.",
        "",
    ),
    CardProblem.WRONG_CODE: ("Code incorrect.", "", ""),  # the tries left are added
    CardProblem.BLOCKED: (
        "Carte bloquée.",
        "Débloquez-la avec votre code de déblocage.",
        "Voir comment faire",
    ),
    CardProblem.REMOVED: ("Session verrouillée.", "Votre saisie est conservée.", ""),
    CardProblem.REFUSED: (
        "La carte n’a pas pu signer.",
        "Retirez-la, insérez-la de nouveau, puis recommencez.",
        "Réessayer",
    ),
}

IDENTITY: dict[IdentityProblem, Words] = {
    IdentityProblem.NOT_QUALIFIED: (
        "L’identité n’est pas qualifiée.",
        "Vérifiez l’INS avant tout dépôt au DMP.",
        "Vérifier l’identité",
    ),
    IdentityProblem.NO_INS: (
        "Ce dossier n’a pas d’INS.",
        "Vérifiez l’INS avant tout dépôt au DMP.",
        "Vérifier l’identité",
    ),
    IdentityProblem.NIA: (
        "Ce patient n’a qu’un identifiant d’attente (NIA).",
        "Aucun DMP n’existe sous cet identifiant. Le document peut partir par MSSanté.",
        "",
    ),
    IdentityProblem.TRAITS_DIFFER: (
        "Les traits du document diffèrent de ceux du dossier.",
        "À comparer avant d’assigner.",
        "Comparer",
    ),
    IdentityProblem.OTHER_RECORD: (
        "Une autre version de ce document est dans un autre dossier.",
        "À comparer avant d’assigner.",
        "Comparer",
    ),
}

BY_MAIL = "Le document peut partir par MSSanté."
REFUSAL: dict[Refusal, Words] = {  # {who} is the patient, {detail} what the refusal names
    Refusal.NO_DMP: ("{who} n’a pas de DMP.", BY_MAIL, ""),
    Refusal.DMP_CLOSED: ("Le DMP est fermé depuis le {detail}.", BY_MAIL, ""),
    Refusal.OPPOSITION: ("Le patient s’oppose à l’accès de votre profession à son DMP.", "", ""),
    Refusal.NOT_AUTHOR: (
        "Cet envoi attend la carte de son auteur.",
        "Il partira quand le médecin qui l’a préparé ouvrira sa session.",
        "",
    ),
    Refusal.OUTSIDE_TRUST_DOMAIN: (
        "Cette adresse n’est pas une adresse MSSanté.",
        "Le domaine {detail} n’appartient pas à l’espace de confiance MSSanté.",
        "Corriger l’adresse",
    ),
    Refusal.MASKED_BY_MAIL: (
        "Un document masqué aux professionnels ne part pas par messagerie.",
        "Rendez-le visible, ou déposez-le seulement dans le DMP.",
        "",
    ),
    Refusal.NO_SESSION: (
        "Session verrouillée.",
        "Ouvrez votre session avec votre carte pour continuer.",
        "",
    ),
    Refusal.ALREADY_KEPT: (
        "Ce document est déjà enregistré.",
        "Il n’a été ni remplacé ni ajouté une seconde fois.",
        "",
    ),
    Refusal.VERSION_KEPT: (
        "Cette version du document est déjà enregistrée.",
        "Un autre fichier porte le même numéro de version\u00a0: rien n’a été remplacé.",
        "",
    ),
}
UNDATED_CLOSING = "Le DMP est fermé."
UNNAMED_DOMAIN = "Son domaine n’appartient pas à l’espace de confiance MSSanté."

STORAGE: dict[StorageProblem, Words] = {
    StorageProblem.DISK_FULL: (
        "Le disque est plein.",
        "Rien n’a été enregistré à moitié. Libérez de la place, puis réessayez.",
        "Réessayer",
    ),
    StorageProblem.UNREADABLE: (
        "Les données du cabinet ne peuvent pas être lues.",
        "Ne modifiez rien et restaurez votre dernière sauvegarde.",
        "",
    ),
    StorageProblem.IN_USE: (
        "Ces dossiers sont déjà ouverts par un autre programme.",
        "Fermez l’autre fenêtre, puis réessayez.",
        "Réessayer",
    ),
    StorageProblem.NEWER: (
        "Ces dossiers ont été enregistrés par une version plus récente.",
        "Mettez le programme à jour pour les ouvrir.",
        "",
    ),
}

_STRUCTURE = "La structure, la spécialité ou l’auteur ne correspondent pas à votre carte."
_NOT_TAKEN = "Une donnée du document n’est pas acceptée par le DMP."
_BUSY = "Le DMP est momentanément saturé."
_SEARCH = "La recherche demandée n’est pas comprise par le DMP."

DMP_CODES: dict[str, str] = {  # Reference: [DMP] §10, EX_GEN-1145: one understandable message per code
    "DMPAccessForbidden": "Le patient s’est opposé à l’accès en urgence à son DMP.",
    "DMPAccessDeniedByRightsService": "Votre profil ne permet pas cette action.",
    "DMPAccessDeniedByExcededThreshold": "Trop de consultations d’affilée. Les dépôts restent possibles.",
    "DMPInvalidCertificate": "Le certificat n’est pas le bon. Retirez la carte, puis remettez-la.",
    "DMPIdentityCertificationFailure": "L’identité du patient n’a pas pu être certifiée.",
    "DMPPatientAccessAlreadyExists": "Le patient a déjà un accès à son DMP.",
    "DMPPatientAccessOTPAlreadyExists": "Le patient a déjà un moyen de connexion à son DMP.",
    "DMPFragmentCVAError": "Ce vaccin figure déjà à cette date dans l’historique.",
    "XDSUnknownPatientId": "Le DMP ne connaît pas cet INS.",
    "XDSPatientIdDoesNotMatch": "L’INS du document n’est pas celui du DMP demandé.",
    "XDSDocumentUniqueIdError": "Le DMP ne connaît pas ce document.",
    "XDSMissingDocument": "Le document n’est pas arrivé avec sa description.",
    "XDSMissingDocumentMetadata": "La description du document n’est pas arrivée.",
    "XDSRegistryError": "Le DMP n’a pas pu traiter la demande.",
    "XDSRepositoryError": "Le DMP n’a pas pu traiter la demande.",
    "XDSRegistryMetadataError": _NOT_TAKEN,
    "XDSRepositoryMetadataError": _NOT_TAKEN,
    "XDSRegistryDuplicateUniqueIdInMessage": "Le même document figure deux fois dans l’envoi.",
    "XDSDuplicateUniqueIdInRegistry": "Ce document est déjà dans le DMP.",
    "XDSNonIdenticalHash": "Ce document a déjà été déposé avec un autre contenu.",
    "XDSRegistryDeprecatedDocumentError": "La version remplacée n’est plus la version en vigueur.",
    "XDSReplaceFailed": "La version précédente n’a pas pu être remplacée.",
    "XDSUnknownRepositoryId": "Le DMP ne connaît pas ce lieu de dépôt.",
    "XDSMetadataVersionError": "Le document a été modifié entre-temps dans le DMP.",
    "XDSMetadataUpdateError": "La modification n’a pas été acceptée.",
    "XDSStoredQueryMissingParam": _SEARCH,
    "XDSStoredQueryParamNumber": _SEARCH,
    "XDSUnknownStoredQuery": _SEARCH,
    "XDSTooManyResults": "Trop de documents répondent à la recherche. Réduisez la période.",
    "XDSRegistryBusy": _BUSY,
    "XDSRepositoryBusy": _BUSY,
    "XDSRegistryOutOfResources": _BUSY,
    "XDSRepositoryOutOfResources": _BUSY,
    "MessageAddressingHeaderRequired": "La demande est incomplète pour le DMP.",
}
DMP_SAYINGS: tuple[tuple[str, str], ...] = (  # refusals without a code of their own, by what they say
    ("Le champ Resource_id est incorrect", "L’INS transmis n’a pas la forme attendue."),
    ("Structure introuvable ou Inactive", _STRUCTURE),
    ("PS et Structure non liés", _STRUCTURE),
    ("Aucune spécialité dans le vihf", _STRUCTURE),
    ("Aucun AuthorInstitution ne correspond", _STRUCTURE),
    ("ne fait pas partie du domaine d'affinité", _NOT_TAKEN),
    ("ne fait pas partie du domaine d’affinité", _NOT_TAKEN),
)

SMTP_CODES: dict[str, str] = {  # Reference: [MSS] IGC error codes; RFC 5321 §4.2
    "421": "La messagerie se ferme ; l’envoi sera retenté.",
    "450": "La boîte du destinataire est momentanément indisponible ; l’envoi sera retenté.",
    "451": "La messagerie est momentanément indisponible ; l’envoi sera retenté.",
    "452": "La messagerie manque de place ; l’envoi sera retenté.",
    "530": "La messagerie demande une identification.",
    "535": "La messagerie n’a pas reconnu votre carte.",
    "541": "Le destinataire refuse ce message.",
    "550": "L’adresse n’existe pas, ou n’appartient pas à l’espace de confiance MSSanté.",
    "551": "Cette boîte a changé d’adresse.",
    "552": "Le message dépasse la taille acceptée.",
    "553": "L’adresse n’est pas bien écrite.",
    "554": "La messagerie a refusé le message.",
}

_NOT_CHECKED = "La vérification du document n’a pas abouti."
_PACK = "«\u00a0demo-lgc conformance install DOSSIER\u00a0»"
CONFORMANCE: dict[ConformanceProblem, Words] = {
    ConformanceProblem.NOT_A_PACK: (
        "Ce dossier n’est pas un paquet de conformité.",
        "Il doit contenir infrastructure, schematrons et jeuxDeValeurs.",
        "",
    ),
    ConformanceProblem.INCOMPLETE: (
        "Le paquet de conformité est incomplet.",
        f"Téléchargez-le de nouveau, puis installez-le par {_PACK}.",
        "",
    ),
    ConformanceProblem.TOO_LARGE: (
        "Ce dossier est trop volumineux pour un paquet de conformité.",
        "Vérifiez que c’est bien celui de l’Agence du numérique en santé.",
        "",
    ),
    ConformanceProblem.UNWRITABLE: (
        "Le paquet de conformité n’a pas pu être copié.",
        "Vérifiez la place libre et vos droits sur le dossier, puis réessayez.",
        "Réessayer",
    ),
    ConformanceProblem.UNAVAILABLE: (
        _NOT_CHECKED,
        "Rien n’est parti. L’outil de vérification manque sur ce poste\u202f: réinstallez le programme.",
        "Réessayer",
    ),
    ConformanceProblem.CRASHED: (
        _NOT_CHECKED,
        "Rien n’est parti. Réessayez\u202f: l’outil redémarre.",
        "Réessayer",
    ),
    ConformanceProblem.TOO_SLOW: (
        _NOT_CHECKED,
        "Rien n’est parti. Le poste est très occupé\u202f: réessayez dans un instant.",
        "Réessayer",
    ),
    ConformanceProblem.FAILED: (
        _NOT_CHECKED,
        "Rien n’est parti. Transmettez le journal à votre assistance.",
        "",
    ),
}

_NO_PDF = "Le document imprimable n’a pas pu être préparé."
PRESS: dict[PressProblem, Words] = {
    PressProblem.UNAVAILABLE: (
        _NO_PDF,
        "Rien n’est parti. L’outil d’impression manque sur ce poste\u202f: réinstallez le programme.",
        "Réessayer",
    ),
    PressProblem.CRASHED: (_NO_PDF, "Rien n’est parti. Réessayez\u202f: l’outil redémarre.", "Réessayer"),
    PressProblem.TOO_SLOW: (
        _NO_PDF,
        "Rien n’est parti. Le poste est très occupé\u202f: réessayez dans un instant.",
        "Réessayer",
    ),
    PressProblem.FAILED: (
        _NO_PDF,
        "Rien n’est parti. Ce document ne s’imprime pas\u202f: transmettez le journal à votre assistance.",
        "",
    ),
}

_UNREADABLE = "Ce document ne peut pas être affiché."
_ASK_AGAIN = "Demandez à son auteur de l’envoyer de nouveau."
KEPT = "Il est conservé tel qu’il a été reçu."  # not said before it is: `ui.reception`
DOCUMENT: dict[DocumentProblem, Words] = {
    DocumentProblem.EMPTY: (_UNREADABLE, f"Le fichier est vide. {_ASK_AGAIN}", ""),
    DocumentProblem.NOT_XML: (
        _UNREADABLE,
        f"Le fichier n’est pas un document de santé, ou il a été abîmé en chemin. {KEPT}",
        "",
    ),
    DocumentProblem.TRUNCATED: (
        _UNREADABLE,
        f"Le fichier s’arrête avant la fin. {KEPT} {_ASK_AGAIN}",
        "",
    ),
    DocumentProblem.DOCTYPE: (
        _UNREADABLE,
        f"Il contient des instructions étrangères à un document de santé, peut-être dangereuses. {KEPT}",
        "",
    ),
    DocumentProblem.TOO_LARGE: (
        _UNREADABLE,
        f"Le fichier est bien plus grand qu’un document de santé. {KEPT}",
        "",
    ),
    DocumentProblem.TOO_DEEP: (
        _UNREADABLE,
        f"Le fichier est construit d’une manière qui bloquerait le programme. {KEPT}",
        "",
    ),
    DocumentProblem.NOT_CDA: (
        _UNREADABLE,
        f"Le fichier n’est pas un document de santé au format CDA. {KEPT}",
        "",
    ),
    DocumentProblem.TWO_PATIENTS: (
        "Ce document parle de plusieurs patients.",
        f"Il n’est pas affiché, pour qu’aucune donnée ne soit attribuée à un autre. {KEPT}",
        "",
    ),
}
