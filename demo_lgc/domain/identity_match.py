"""Is a document about this patient? Its traits beside those of the record, one by one.

Who files a document in the wrong record hides it from one patient and misleads the doctor of another: what
differs, and what the document does not say, is shown before anything is kept.

Reference: [INS] RNIV 1, strict traits; the matricule never goes without its authority.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.identity import Patient, Sex, is_place_code
from demo_lgc.domain.naming import key_of
from demo_lgc.domain.received import DocumentPatient

UNKNOWN_PLACE = "99999"  # born nobody knows where


class Trait(Enum):
    """What is compared, in the order in which it is shown."""

    INS = "ins"
    BIRTH_NAME = "birth-name"
    FIRST_GIVEN_NAME = "first-given-name"
    BIRTH_DATE = "birth-date"
    SEX = "sex"
    BIRTH_PLACE = "birth-place"


class Agreement(Enum):
    """How a trait compares."""

    EQUAL = "equal"
    DIFFERS = "differs"
    ABSENT = "absent"  # one of both does not say it, or not wholly: nothing can be concluded


# Without a matricule these must all be equal. The place of birth of old documents is often missing.
ENOUGH = frozenset({Trait.BIRTH_NAME, Trait.FIRST_GIVEN_NAME, Trait.BIRTH_DATE, Trait.SEX})


@dataclass(frozen=True)
class TraitCheck:
    """A trait, as the record and as the document give it: text to show side by side."""

    trait: Trait
    agreement: Agreement
    in_record: str = field(repr=False)
    in_document: str = field(repr=False)


@dataclass(frozen=True)
class IdentityMatch:
    """The comparison of every trait, in the order of `Trait`."""

    checks: tuple[TraitCheck, ...]

    @property
    def differing(self) -> tuple[Trait, ...]:
        """The traits that contradict one another."""
        return tuple(check.trait for check in self.checks if check.agreement is Agreement.DIFFERS)

    @property
    def is_same(self) -> bool:
        """True when nothing differs, and the matricule, or else name, date and sex, are equal."""
        equal = {check.trait for check in self.checks if check.agreement is Agreement.EQUAL}
        return not self.differing and (Trait.INS in equal or equal >= ENOUGH)


def compare(patient: Patient, said: DocumentPatient) -> IdentityMatch:
    """Compare the record of a patient with what a document says of its own.

    Names are compared without accents, case, hyphens or apostrophes. A date of birth of which the document
    only gives the year or the month is « absent » when it may be that of the record, and differs otherwise.
    """
    ours, theirs = patient.ins, said.ins
    born = PartialDate.of(patient.birth_date)
    return IdentityMatch(
        (
            TraitCheck(
                Trait.INS,
                _agree(ours, theirs),
                ours.spaced if ours else "",
                theirs.spaced if theirs else "",
            ),
            _names(Trait.BIRTH_NAME, patient.birth_name, said.birth_name),
            _names(Trait.FIRST_GIVEN_NAME, patient.first_given_name, first_given_name(said)),
            TraitCheck(
                Trait.BIRTH_DATE,
                _dates(born, said.birth_date),
                born.french,
                said.birth_date.french if said.birth_date else "",
            ),
            TraitCheck(
                Trait.SEX,
                _agree(_known_sex(patient.sex.value), _known_sex(said.sex)),
                patient.sex.value,
                said.sex,
            ),
            TraitCheck(
                Trait.BIRTH_PLACE,
                _agree(_known_place(patient.birth_place), _known_place(said.birth_place)),
                patient.birth_place,
                said.birth_place,
            ),
        )
    )


def first_given_name(said: DocumentPatient) -> str:
    """Return the first given name of the birth record, as the document gives it; empty when it does not."""
    return said.first_given_name or next(iter(said.given_names), "")


def _agree(ours: object, theirs: object) -> Agreement:
    if not ours or not theirs:
        return Agreement.ABSENT
    return Agreement.EQUAL if ours == theirs else Agreement.DIFFERS


def _names(trait: Trait, ours: str, theirs: str) -> TraitCheck:
    return TraitCheck(trait, _agree(key_of(ours), key_of(theirs)), ours, theirs)


def _dates(ours: PartialDate, theirs: PartialDate | None) -> Agreement:
    if theirs is None:
        return Agreement.ABSENT
    if not ours.hl7.startswith(theirs.hl7):
        return Agreement.DIFFERS
    return Agreement.EQUAL if theirs.day else Agreement.ABSENT


def _known_sex(sex: str) -> str:
    return sex if sex in (Sex.MALE.value, Sex.FEMALE.value) else ""


def _known_place(place: str) -> str:
    """Return an INSEE code; a town in words, or the code of an unknown place, cannot be compared."""
    return place if is_place_code(place) and place != UNKNOWN_PLACE else ""
