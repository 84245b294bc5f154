"""MSSanté addresses as they travel: one form, nothing in them that could be taken for a header or a command.

Reference: [MSS] §1.6; RFC 5321 §4.1.2.
"""

from __future__ import annotations

import re

from demo_lgc.domain.errors import NotAllowed, Refusal

MALFORMED = "malformed-address"
"""`NotAllowed.detail` for a text that is not an address; otherwise the detail is a domain."""

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+"
)


def wire_address(address: str) -> str:
    """Return an address with its domain in lower-case ASCII (IDNA), the local part as given.

    Raises NotAllowed (OUTSIDE_TRUST_DOMAIN, detail MALFORMED) when it is not an address of RFC 5321;
    quoted local parts and address literals are not taken.
    """
    local, at, domain = address.strip().rpartition("@")
    ascii_domain = wire_domain(domain)
    if not at or len(local) > 64 or not _LOCAL.fullmatch(local) or ascii_domain is None:
        raise NotAllowed(Refusal.OUTSIDE_TRUST_DOMAIN, MALFORMED)
    return f"{local}@{ascii_domain}"


def wire_domain(domain: str) -> str | None:
    """Return a domain in lower-case ASCII (IDNA), or None when it is not one."""
    try:
        name = domain.strip().encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    return name if _DOMAIN.fullmatch(name) else None
