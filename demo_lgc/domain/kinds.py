"""The documents that a general practitioner writes around a page: what each is called, by everybody.

One line per kind: the type that the CDA and the DMP give it, its class, and the title the doctor finds in
the page before changing it. The page is always PDF, so the format is the same for all.

Reference: [CISIS-MIN] JDV_J07 (type), ASS_X04 (class of a type); [DMP] §8.3.
"""

from __future__ import annotations

from dataclasses import dataclass

from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code

# formatCode of every document whose body is a PDF. TRE_A11
FORMAT_PDF = Code(
    "urn:ihe:iti:xds-sd:pdf:2008", oids.FORMATS_IHE, "Document à corps non structuré en Pdf/A-1"
)

REPORT = Code("10", oids.DOCUMENT_CLASSES, "Compte rendu")
PRESCRIPTION = Code("42", oids.DOCUMENT_CLASSES, "Prescription")
CERTIFICATE = Code("52", oids.DOCUMENT_CLASSES, "Certificat, déclaration")


@dataclass(frozen=True)
class Kind:
    """A kind of document. `type` is its label to others, `title` the title of the page when none is typed.

    `has_lines` is True where the doctor writes lines of prescription, `dosed` where each must say how to
    take it.
    """

    type: Code
    document_class: Code
    title: str
    has_lines: bool = False
    dosed: bool = False


def _loinc(code: str, label: str) -> Code:
    return Code(code, oids.LOINC, label)


def _french(code: str, label: str) -> Code:
    return Code(code, oids.DOCUMENT_TYPES, label)


CONSULTATION = Kind(
    _loinc("11488-4", "CR ou fiche de consultation ou de visite"), REPORT, "Compte rendu de consultation"
)
REFERRAL = Kind(_loinc("96349-6", "Lettre d'adressage"), REPORT, "Lettre d’adressage")
TUMOUR_BOARD = Kind(
    _loinc("34794-8", "CR de réunion de concertation pluridisciplinaire"),
    REPORT,
    "Fiche de réunion de concertation pluridisciplinaire (RCP)",
)
MEDICINES = Kind(
    _loinc("57833-6", "Prescription de produits de santé"),
    PRESCRIPTION,
    "Ordonnance",
    has_lines=True,
    dosed=True,
)
CARE = Kind(_loinc("57832-8", "Prescription de soins"), PRESCRIPTION, "Prescription de soins", has_lines=True)
OTHER_PRESCRIPTION = Kind(
    _loinc("57828-6", "Prescription (autre)"), PRESCRIPTION, "Prescription", has_lines=True
)
BIOLOGY = Kind(
    _french("PRESC-BIO", "Prescription d'actes de biologie médicale"),
    PRESCRIPTION,
    "Prescription d’examens de biologie",
    has_lines=True,
)
PHYSIOTHERAPY = Kind(
    _french("PRESC-KINE", "Prescription d'actes de kinésithérapie"),
    PRESCRIPTION,
    "Prescription de kinésithérapie",
    has_lines=True,
)
NURSING = Kind(
    _french("PRESC-INF", "Prescription d'actes infirmiers"),
    PRESCRIPTION,
    "Prescription de soins infirmiers",
    has_lines=True,
)
IMAGING = Kind(
    _loinc("55115-0", "Demande d'actes d'imagerie"), PRESCRIPTION, "Demande d’imagerie", has_lines=True
)
MEDICAL_CERTIFICATE = Kind(_loinc("89601-9", "Certificat médical"), CERTIFICATE, "Certificat médical")
DECLARATION = Kind(_french("CERT_DECL", "Certificat, déclaration"), CERTIFICATE, "Déclaration")

# In the order in which they are offered.
KINDS = (
    CONSULTATION,
    REFERRAL,
    MEDICINES,
    CARE,
    BIOLOGY,
    IMAGING,
    PHYSIOTHERAPY,
    NURSING,
    OTHER_PRESCRIPTION,
    MEDICAL_CERTIFICATE,
    DECLARATION,
    TUMOUR_BOARD,
)


def kind_of(type_code: Code) -> Kind | None:
    """Return the kind of a document of this type, None when it is not one that is written around a page."""
    return next((kind for kind in KINDS if kind.type == type_code), None)
