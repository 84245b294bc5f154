"""Who somebody is and from where they work, as the directory behind Pro Santé Connect tells (userinfo).

Codes come as « code^OID of its nomenclature ». The directory has holes: an activity is kept when it says its
structure and its sector, as documents want them and both from the same one; without any, the single activity
that the claims of the first level name is taken, and without that the holder declares theirs.

Reference: [PSC] userinfo; [DMP] §2.2 (Struct_IdNat, sector).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from demo_lgc.domain.errors import SignInError, SignInProblem
from demo_lgc.domain.practitioner import PracticeSituation, Practitioner
from demo_lgc.domain.structure_id import kind_of_structure_id

_NATIONAL_ID = re.compile(r"[0-9][0-9A-Za-z/]{8,40}")
_SECTOR = re.compile(r"[A-Z]{2}[0-9]{2}")
_LONGEST = 200  # characters of a name
_MOST = 50  # activities


def practitioner_of(claims: dict[str, Any]) -> Practitioner:
    """Return the professional of these claims. Raises SignInError (NO_IDENTITY)."""
    national_id = _text(claims, "SubjectNameID") or _text(claims, "preferred_username")
    exercise = _exercise(claims)
    family = _text(exercise, "nomDexercice") or _text(claims, "family_name")
    if not _NATIONAL_ID.fullmatch(national_id) or not family:
        raise SignInError(SignInProblem.NO_IDENTITY)
    return Practitioner(
        national_id=national_id,
        family=family,
        given=_text(exercise, "prenomDexercice") or _text(claims, "given_name"),
        profession=_text(exercise, "codeProfession") or _role(claims),
        speciality=_text(exercise, "codeSavoirFaire"),
    )


def situations_of(claims: dict[str, Any]) -> tuple[PracticeSituation, ...]:
    """Return the activities of the same exercise as `practitioner_of`, in the order of the directory."""
    activities = (
        _situation(
            _text(activity, "ancienIdentifiantDeLaStructure"),
            _text(activity, "raisonSocialeSite"),
            _code(_text(activity, "codeSecteurDactivite")),
        )
        for activity in _tables(_exercise(claims).get("activities"))
    )
    found = tuple({s.structure_id: s for s in activities if s is not None}.values())[:_MOST]
    if found:
        return found
    alone = _situation(
        _text(claims, "SubjectOrganizationID"),
        _text(claims, "SubjectOrganization"),
        _code(_text(claims, "Secteur_Activite")),
    )
    return () if alone is None else (alone,)


def _situation(structure_id: str, name: str, sector: str) -> PracticeSituation | None:
    if not kind_of_structure_id(structure_id) or not _SECTOR.fullmatch(sector):
        return None
    return PracticeSituation(structure_id, name or structure_id, sector)


def _exercise(claims: dict[str, Any]) -> dict[str, Any]:
    """The exercise of the profession they signed in with, else the first: one may have two."""
    reference = claims.get("SubjectRefPro")
    exercises = list(_tables(reference.get("exercices") if isinstance(reference, dict) else None))
    role = _role(claims)
    same = [e for e in exercises if role and _text(e, "codeProfession") == role]
    return (same or exercises or [{}])[0]


def _role(claims: dict[str, Any]) -> str:
    roles = claims.get("SubjectRole")
    first = roles[0] if isinstance(roles, list) and roles else roles
    return _code(first) if isinstance(first, str) else ""


def _code(text: str) -> str:
    return text.partition("^")[0]


def _tables(value: object) -> Iterable[dict[str, Any]]:
    return (item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def _text(table: dict[str, Any], name: str) -> str:
    """A text without what cannot be shown, « » when it is none."""
    value = table.get(name)
    if not isinstance(value, str) or not value.isprintable():
        return ""
    return value.strip()[:_LONGEST]
