"""The HL7 v2 forms that XDS metadata are written in: XCN for people, XON for structures, CX for identifiers.

Reference: [ITI-41] ITI TF-3 §4.2.3.1.7; [DMP] §8.3 (the French sub-components).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.practitioner import PracticeSituation, Practitioner

# HL7 v2.5 §2.7: a separator inside a value is written as a letter between two backslashes.
_LETTERS = {"\\": "E", "^": "S", "&": "T", "|": "F", "~": "R"}
_SEPARATORS = {letter: separator for separator, letter in _LETTERS.items()}


def escape(text: str) -> str:
    """Return `text` as it may stand inside a component."""
    return "".join(f"\\{_LETTERS[c]}\\" if c in _LETTERS else c for c in text)


def unescape(text: str) -> str:
    """Return the text that a component says."""
    return re.sub(r"\\([ESTFR])\\", lambda found: _SEPARATORS[found[1]], text)


def dtm(moment: datetime) -> str:
    """Return a time as XDS wants it: UTC, AAAAMMJJhhmmss. Raises ValueError when `moment` has no offset."""
    if moment.tzinfo is None:
        raise ValueError("a time without offset")
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def read_dtm(text: str) -> datetime:
    """Return the UTC time that an XDS DTM says; missing digits are the earliest ones. Raises ValueError."""
    if not text.isdigit() or len(text) not in (4, 6, 8, 10, 12, 14):
        raise ValueError("not an XDS time")
    filled = text + "00000101000000"[len(text) :]
    return datetime.strptime(filled, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def xcn(person: Practitioner) -> str:
    """« 899700450101^MEDECIN^PAUL^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS »."""
    name = f"{escape(person.family)}^{escape(person.given)}"
    return f"{escape(person.national_id)}^{name}^^^^^^&{oids.PROFESSIONALS}&ISO^D^^^IDNPS"


def xon(structure: PracticeSituation) -> str:
    """« Cabinet X^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^499700057291001 »."""
    return f"{escape(structure.name)}^^^^^&{oids.STRUCTURES}&ISO^IDNST^^^{escape(structure.structure_id)}"


def internal_cx(identifier: str, authority: str) -> str:
    """« P000123^^^&1.2.250.1.999.1.1.7&ISO^PI »: an identifier of our own."""
    return f"{escape(identifier)}^^^&{authority}&ISO^PI"


def coded(code: Code) -> str:
    """« G15_10/SM26^Médecin - …^1.2.250.1.213.1.1.4.5 »: a code where XDS has no Classification for it."""
    return f"{escape(code.code)}^{escape(code.label)}^{escape(code.system)}"


def read_coded(text: str) -> Code:
    """Return the code that `coded` wrote; missing components are empty."""
    code, label, system, *_ = [*text.split("^"), "", "", ""]
    return Code(unescape(code), unescape(system), unescape(label))


def patient_info(patient: Patient) -> tuple[str, ...]:
    """Return the values of sourcePatientInfo: PID-5 of the birth record (L) and in use (D), PID-7, PID-8.

    Reference: [DMP] §8.3 sourcePatientInfo; the type of a name is its seventh component.
    """
    given = " ".join(patient.given_names)
    born = f"{escape(patient.birth_name)}^{escape(patient.first_given_name)}^{escape(given)}^^^^L"
    used_given = patient.used_given_name or patient.first_given_name
    used = f"{escape(patient.used_name or patient.birth_name)}^{escape(used_given)}^^^^^D"
    # PID-8 is table 0001 of HL7 v2, where unknown is U; CDA says UN.
    sex = {"UN": "U"}.get(patient.sex.value, patient.sex.value)
    return (f"PID-5|{born}", f"PID-5|{used}", f"PID-7|{patient.birth_date:%Y%m%d}", f"PID-8|{sex}")


def components(text: str) -> list[str]:
    """Return the components of a field (XCN, XON…), unescaped; those that are not written are empty."""
    return [unescape(part) for part in text.split("^")] + [""] * 12


def read_cx(text: str) -> tuple[str, str]:
    """Return the number and the OID of the authority that a CX says; either may be empty."""
    number, *_ = components(text)
    authority = text.split("^")[3:4]  # its own separators are not escaped
    parts = authority[0].split("&") if authority else []
    return number.strip(), unescape(parts[1]).strip() if len(parts) > 1 else ""
