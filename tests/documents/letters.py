"""Pages of every kind, written by the fictitious doctor of the factory for his fictitious patient."""

from __future__ import annotations

from typing import Any

from demo_lgc.domain import kinds
from demo_lgc.domain.document import DocumentHeader
from demo_lgc.domain.kinds import Kind
from demo_lgc.domain.letter import Letter, Line, NotSubstitutable, Passage
from demo_lgc.domain.message import Correspondent
from tests.factory import a_header

ROBERT = Correspondent(
    "Dr Robert SPECIALISTE5737",
    "robert.specialiste5737@medecin.mss.demo.test",
    "Pneumologie",
    "Cabinet de pneumologie, Boulogne-Billancourt",
)
CLAIRE = Correspondent("Pr Claire DE LA TOUR", "claire.tour@medecin.mss.demo.test", "Diabétologie")

CONSULTATION = Letter(
    (
        Passage("Suivi du diabète de type 1.", "Motif"),
        Passage(
            "Poids : 82 kg, taille : 1,74 m, PA : 142/86 mmHg.\n"
            "Auscultation cardiaque et pulmonaire sans particularité.\n\n"
            "Pouls pédieux perçus. Monofilament : sensibilité conservée aux deux pieds.",
            "Examen clinique",
        ),
        Passage("HbA1c du 28/10/2014 : 7,9 % (7,4 % en juillet).", "Examens complémentaires"),
        Passage(
            "Déséquilibre glycémique modéré, sans hypoglycémie sévère.\n"
            "INSULATARD augmentée de 2 unités le soir ; contrôle de l’HbA1c dans trois mois.",
            "Conclusion et conduite à tenir",
        ),
    )
)
REFERRAL = Letter(
    (
        Passage("Cher confrère,"),
        Passage(
            "Je vous adresse Monsieur CHEMIN Henri, 66 ans, ancien fumeur (30 paquets-années), qui présente "
            "depuis six mois une dyspnée d’effort et une toux matinale productive.\n\n"
            "L’auscultation retrouve des sibilants diffus ; la saturation est à 94 % en air ambiant. "
            "La radiographie du thorax du 20/10/2014 est normale.\n\n"
            "Je vous remercie de bien vouloir réaliser des épreuves fonctionnelles respiratoires et me "
            "donner votre avis sur l’opportunité d’un traitement de fond."
        ),
        Passage("Bien confraternellement,"),
    )
)
MEDICINES = Letter(
    (Passage("Surveillance de la glycémie capillaire trois fois par jour."),),
    (
        Line(
            "INSULINE ISOPHANE 100 UI/ml (INSULATARD FLEXPEN), suspension injectable en stylo prérempli",
            "18 unités le soir, en sous-cutané",
            "3 mois",
            "2 boîtes de 5 stylos",
            renewals=2,
            long_term=True,
        ),
        Line(
            "LÉVOTHYROXINE 75 microgrammes, comprimé sécable",
            "1 comprimé le matin à jeun",
            "3 mois",
            not_substitutable=NotSubstitutable.NARROW_MARGIN,
        ),
        Line("PARACÉTAMOL 1 g, comprimé", "1 comprimé en cas de douleur, 3 fois par jour au plus", "5 jours"),
    ),
    two_parts=True,
)
BIOLOGY = Letter(
    (Passage("À jeun depuis 12 heures."),), (Line("Hémogramme"), Line("HbA1c"), Line("Créatinine, DFG"))
)
CARE = Letter((), (Line("Pansement simple à domicile", "tous les deux jours", "3 semaines"),))
CERTIFICATE = Letter(
    (
        Passage(
            "Je soussigné, Dr Paul MEDECIN5729, certifie avoir examiné ce jour Monsieur CHEMIN Henri, né le "
            "18/08/1948, et n’avoir constaté aucun signe clinique apparent contre-indiquant la pratique de "
            "la marche nordique."
        ),
        Passage("Certificat établi à la demande de l’intéressé et remis en main propre."),
    )
)
TUMOUR_BOARD = Letter(
    (
        Passage("Adénocarcinome du côlon gauche, découvert le 12/09/2014.", "Diagnostic"),
        Passage(
            "Colectomie gauche puis nouvelle discussion avec les résultats de l’anatomopathologie.", "Avis"
        ),
    )
)

PAGES = {
    "consultation": (kinds.CONSULTATION, CONSULTATION),
    "referral": (kinds.REFERRAL, REFERRAL),
    "medicines": (kinds.MEDICINES, MEDICINES),
    "care": (kinds.CARE, CARE),
    "biology": (kinds.BIOLOGY, BIOLOGY),
    "imaging": (kinds.IMAGING, Letter((), (Line("Radiographie du thorax de face"),))),
    "physiotherapy": (kinds.PHYSIOTHERAPY, Letter((), (Line("Rééducation de l’épaule droite"),))),
    "nursing": (kinds.NURSING, CARE),
    "other": (kinds.OTHER_PRESCRIPTION, Letter((Passage("Bas de contention, classe 2."),))),
    "certificate": (kinds.MEDICAL_CERTIFICATE, CERTIFICATE),
    "declaration": (kinds.DECLARATION, CERTIFICATE),
    "tumour_board": (kinds.TUMOUR_BOARD, TUMOUR_BOARD),
}


def a_letter_header(kind: Kind = kinds.CONSULTATION, **changes: Any) -> DocumentHeader:
    """The header of the factory, for a page of this kind."""
    return a_header(
        **{
            "type": kind.type,
            "document_class": kind.document_class,
            "format": kinds.FORMAT_PDF,
            "title": kind.title,
            **changes,
        }
    )
