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
    SignInProblem,
    StorageProblem,
)

Words = tuple[str, str, str]

CARD: dict[CardProblem, Words] = {
    CardProblem.NO_LIBRARY: (
        "Cryptolib CPS introuvable.",
        "Installez la Cryptolib CPS de l’Agence du numérique en santé, puis réessayez.",
        "Réessayer",
    ),
    CardProblem.LIBRARY_ARCHITECTURE: (
        "Cryptolib CPS incompatible.",
        "Installez celle de votre ordinateur (64\u00a0bits), puis réessayez.",
        "Réessayer",
    ),
    CardProblem.LIBRARY_FAILS: (
        "La Cryptolib CPS ne démarre pas.",
        "Réinstallez-la, puis réessayez.",
        "Réessayer",
    ),
    CardProblem.NO_READER: ("Lecteur introuvable.", "Branchez le lecteur, puis réessayez.", "Réessayer"),
    CardProblem.NO_CARD: ("Insérez votre CPS pour accéder à vos dossiers.", "", ""),
    CardProblem.UNREADABLE: (
        "Carte non reconnue.",
        "Vérifiez que c’est bien une CPS et qu’elle est insérée puce en avant.",
        "Réessayer",
    ),
    CardProblem.FOREIGN: (
        "Ce n’est pas une carte de professionnel de santé.",
        "Insérez votre carte CPS, CPF ou CPE.",
        "Réessayer",
    ),
    CardProblem.TEST_CARD: (
        "Carte de test.",
        "Elle n’ouvre que l’environnement de démonstration. Insérez votre carte réelle.",
        "Réessayer",
    ),
    CardProblem.NOT_YET_VALID: (
        "Carte pas encore valable.",
        "Vérifiez la date de l’ordinateur, ou gardez l’ancienne carte jusque-là.",
        "Réessayer",
    ),
    CardProblem.EXPIRED: (
        "Carte expirée.",
        "Insérez votre nouvelle carte, ou demandez-la à l’Agence du numérique en santé.",
        "Réessayer",
    ),
    CardProblem.REVOKED: (
        "Carte mise en opposition.",
        "Insérez votre nouvelle carte, ou demandez-la à l’Agence du numérique en santé.",
        "Réessayer",
    ),
    CardProblem.IN_USE: (
        "Carte occupée par un autre programme.",
        "Fermez celui qui s’en sert, puis réessayez.",
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
        "Débloquer ma carte",
    ),
    CardProblem.UNBLOCKING_LENGTH: (
        "Le code de déblocage compte huit chiffres.",
        "Aucun essai n’a été utilisé.",
        "",
    ),
    CardProblem.WRONG_UNBLOCKING_CODE: (
        "Code de déblocage incorrect.",
        "Les essais sont comptés.",
        "",
    ),
    CardProblem.UNBLOCKING_BLOCKED: (
        "Cette carte ne peut plus être débloquée.",
        "Demandez son remplacement à l’Agence du numérique en santé.",
        "",
    ),
    CardProblem.NEW_CODE_REFUSED: (
        "La carte n’accepte pas ce nouveau code.",
        "Choisissez-en un autre.",
        "",
    ),
    CardProblem.REMOVED: ("Session verrouillée.", "Votre saisie est conservée.", ""),
    CardProblem.REFUSED: (
        "La carte n’a pas pu signer.",
        "Retirez-la, insérez-la de nouveau, puis recommencez.",
        "Réessayer",
    ),
    CardProblem.NOT_ACCEPTED: (
        "Le service refuse votre carte.",
        "Vérifiez qu’elle n’est ni expirée ni révoquée\u202f; si cela se répète, appelez votre assistance.",
        "Réessayer",
    ),
}

SIGN_IN: dict[SignInProblem, Words] = {
    SignInProblem.NOT_CONFIGURED: (
        "Pro Santé Connect n’est pas configuré sur ce poste.",
        "Ouvrez votre session avec votre carte.",
        "",
    ),
    SignInProblem.REFUSED: (
        "La connexion a été refusée.",
        "Rien n’a été ouvert. Si ce refus n’était pas voulu, recommencez.",
        "",
    ),
    SignInProblem.TOO_LATE: (
        "Le délai de confirmation est dépassé.",
        "Rien n’a été ouvert. Vous pouvez recommencer.",
        "",
    ),
    SignInProblem.UNTRUSTED: (
        "La réponse reçue n’a pas pu être vérifiée.",
        "Par prudence, rien n’a été ouvert. Si cela se reproduit, prévenez votre assistance.",
        "",
    ),
    SignInProblem.NO_IDENTITY: (
        "Aucun professionnel de santé sous cet identifiant.",
        "Vérifiez votre identifiant national, puis recommencez.",
        "",
    ),
    SignInProblem.OTHER_PERSON: (
        "Une autre personne a répondu.",
        "Rien n’a été ouvert. Vérifiez votre identifiant national, puis recommencez.",
        "",
    ),
    SignInProblem.ENDED: (
        "Pro Santé Connect a fermé votre session.",
        "Ouvrez-la de nouveau pour retrouver votre messagerie.",
        "",
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
    Refusal.NEEDS_CARD: (
        "Cette action demande votre carte.",
        "Pro Santé Connect ne permet ni de signer ni d’ouvrir le DMP\u202f: ouvrez votre session avec elle.",
        "",
    ),
    Refusal.STAFF_CARD: (
        "Une carte d’établissement n’envoie pas de document en son nom.",
        "Le partage demande la carte d’un médecin.",
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
    "DMPInvalidCertificate": "Le DMP ne reconnaît pas le certificat de votre carte. Vérifiez la carte "
    "insérée, puis partagez de nouveau\u202f; si le refus se répète, appelez votre assistance.",
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
