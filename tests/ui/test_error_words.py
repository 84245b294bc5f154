"""Every foreseen failure has words, in the tone of the house."""

import re
from datetime import datetime

import pytest

from demo_lgc.domain import errors
from demo_lgc.domain.delivery import Reason
from demo_lgc.domain.errors import (
    ArchiveProblem,
    CardError,
    CardProblem,
    ConformanceError,
    ConformanceProblem,
    DocumentProblem,
    Finding,
    IdentityError,
    IdentityProblem,
    InvalidDocument,
    LgcError,
    MessageProblem,
    NetworkError,
    NotAllowed,
    PressError,
    PressProblem,
    Refusal,
    RemoteRefusal,
    SignInError,
    SignInProblem,
    StorageError,
    StorageProblem,
    UnreadableArchive,
    UnreadableDocument,
    UnreadableMessage,
)
from demo_lgc.ui import error_words
from demo_lgc.ui.errors import explain, explain_reason

DOOR = "Pro Santé Connect"
EVERY = [
    *(CardError(problem, tries) for problem in CardProblem for tries in (None, 0, 1, 2)),
    *(SignInError(problem) for problem in SignInProblem),
    *(NetworkError(service, doubtful=d) for service in ("DMP", "MSSanté", DOOR) for d in (True, False)),
    RemoteRefusal(DOOR, "invalid_request", "Texte du service"),
    *(RemoteRefusal("DMP", code, "Texte du service") for code in (*error_words.DMP_CODES, "Inconnu")),
    *(RemoteRefusal("MSSanté", code, "5.1.1 User unknown") for code in (*error_words.SMTP_CODES, "599")),
    *(IdentityError(problem) for problem in IdentityProblem),
    *(PressError(problem) for problem in PressProblem),
    *(ConformanceError(problem) for problem in ConformanceProblem),
    *(NotAllowed(refusal, detail) for refusal in Refusal for detail in ("", "12/03/2014")),
    *(StorageError(problem) for problem in StorageProblem),
    *(UnreadableDocument(problem) for problem in DocumentProblem),
    *(UnreadableArchive(problem) for problem in ArchiveProblem),
    *(UnreadableMessage(problem) for problem in MessageProblem),
    InvalidDocument((Finding("Traitements", "la date du traitement"),)),
    InvalidDocument((Finding("Traitements", "Il manque une date."), Finding("", "Il manque un titre."))),
    LgcError(),
    ValueError("our bug"),
]


def test_every_class_of_failure_is_in_the_list_above():
    known = {c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, LgcError)}
    assert known == {type(error) for error in EVERY if isinstance(error, LgcError)}


@pytest.mark.parametrize("error", EVERY, ids=lambda e: f"{type(e).__name__} {e}")
def test_every_failure_has_a_courteous_sentence(error):
    words = explain(error, "M.\u00a0CARTON")
    text = " ".join((words.title, words.detail, words.action))
    assert words.title.endswith(".")
    assert "!" not in text
    assert "Erreur" not in text
    assert "{" not in text
    assert "'" not in text
    assert not re.search(r"[ ][:;?»]|« ", text), "no-break spaces before double signs"
    assert words.action not in ("OK", "Oui", "Non")
    assert "Traceback" not in text


BY_MAIL = "Le document peut partir par MSSanté."
WORD_FOR_WORD = {
    CardError(CardProblem.NO_READER): (
        "Lecteur introuvable.",
        "Branchez le lecteur, puis réessayez.",
        "Réessayer",
    ),
    CardError(CardProblem.NO_CARD): ("Insérez votre CPS pour accéder à vos dossiers.", "", ""),
    CardError(CardProblem.WRONG_CODE, 2): ("Code incorrect.", "Il vous reste 2\u00a0essais.", ""),
    CardError(CardProblem.WRONG_CODE, 1): (
        "Code incorrect.",
        "Dernier essai. Un code incorrect bloquera la carte.",
        "",
    ),
    CardError(CardProblem.WRONG_CODE, 0): (
        "Carte bloquée.",
        "Débloquez-la avec votre code de déblocage.",
        "Débloquer ma carte",
    ),
    CardError(CardProblem.REMOVED): ("Session verrouillée.", "Votre saisie est conservée.", ""),
    NetworkError("DMP", doubtful=True): (
        "Réponse non reçue.",
        "Nous vérifions auprès du DMP avant tout nouvel envoi.",
        "",
    ),
    NotAllowed(Refusal.NO_DMP): ("M.\u00a0CARTON n’a pas de DMP.", BY_MAIL, ""),
    NotAllowed(Refusal.DMP_CLOSED, "12/03/2014"): ("Le DMP est fermé depuis le 12/03/2014.", BY_MAIL, ""),
    NotAllowed(Refusal.OPPOSITION): (
        "Le patient s’oppose à l’accès de votre profession à son DMP.",
        "",
        "",
    ),
    IdentityError(IdentityProblem.NOT_QUALIFIED): (
        "L’identité n’est pas qualifiée.",
        "Vérifiez l’INS avant tout dépôt au DMP.",
        "Vérifier l’identité",
    ),
    InvalidDocument((Finding("", "la date du traitement"),)): (
        "Il manque une information pour partager le VSM\u00a0: la date du traitement.",
        "",
        "Compléter",
    ),
}


@pytest.mark.parametrize(("error", "said"), WORD_FOR_WORD.items(), ids=lambda e: str(e)[:40])
def test_the_sentences_of_the_interface_are_kept_word_for_word(error, said):
    words = explain(error, "M.\u00a0CARTON")
    assert (words.title, words.detail, words.action) == said


def test_what_a_service_said_is_given_verbatim_with_its_code_after_what_it_means():
    words = explain(RemoteRefusal("DMP", "XDSRegistryMetadataError", "Le code X ne fait pas partie…"))
    assert words.title == "Le DMP a refusé le document."
    assert words.detail == (
        "Une donnée du document n’est pas acceptée par le DMP. "
        "«\u00a0Le code X ne fait pas partie…\u00a0» (XDSRegistryMetadataError)"
    )


def test_a_refusal_without_code_is_known_by_what_it_says():
    words = explain(RemoteRefusal("DMP", "Sender", "PS et Structure non liés"))
    assert words.title == "Le DMP a refusé la demande."
    assert words.detail.startswith("La structure, la spécialité ou l’auteur ne correspondent pas")


@pytest.mark.parametrize(
    ("code", "meaning"),
    [("550 5.1.1", "L’adresse n’existe pas"), ("552", "taille"), ("451", "momentanément indisponible")],
)
def test_a_mail_refusal_is_explained_by_its_three_digits(code, meaning):
    words = explain(RemoteRefusal("MSSanté", code, "User unknown"))
    assert words.title == "La messagerie a refusé le message."
    assert meaning in words.detail
    assert "«\u00a0User unknown\u00a0»" in words.detail


def test_a_bug_is_owned_without_its_words():
    words = explain(KeyError("a name that must not be shown"))
    assert "a name" not in f"{words.title} {words.detail}"


REASONS = [
    Reason("refusal", "550", "MSSanté\u00a0: User unknown"),
    Reason("network", "", "DMP"),
    Reason("doubtful", "", "DMP"),
    Reason("interrupted"),
    *(Reason("card", problem.value) for problem in CardProblem),
    *(Reason("sign-in", problem.value) for problem in SignInProblem),
    *(Reason("not-allowed", refusal.value) for refusal in Refusal),
    *(Reason("identity", problem.value) for problem in IdentityProblem),
    *(Reason("storage", problem.value) for problem in StorageProblem),
    Reason("other", "InvalidDocument"),
]


@pytest.mark.parametrize("reason", REASONS, ids=lambda r: f"{r.kind} {r.code}")
def test_what_was_written_down_of_a_failure_is_explained_as_the_failure_was(reason):
    words = explain_reason(reason)
    assert words is not None
    assert words.title.endswith(".")


def test_a_written_refusal_keeps_the_words_of_the_service():
    words = explain_reason(Reason("refusal", "550", "MSSanté\u00a0: User unknown"))
    assert words == explain(RemoteRefusal("MSSanté", "550", "User unknown"))


def test_the_next_try_is_announced():
    words = explain_reason(Reason("network", "", "DMP"), next_try=datetime(2014, 11, 6, 10, 24))
    assert (words.title, words.detail) == ("Le DMP ne répond pas.", "Nous réessaierons à 10:24.")


def test_nothing_written_down_is_nothing_to_explain():
    assert explain_reason(Reason()) is None
