"""The white list of the trust space: nothing is ever written to an address outside it.

Reference: [MSS] §1.6 (liste blanche, https://espacedeconfiance.mssante.fr/listeblanchemssante.xml).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from demo_lgc.domain.errors import NotAllowed, Refusal, StorageError, StorageProblem
from demo_lgc.exchange.mssante.addresses import wire_address, wire_domain
from demo_lgc.exchange.soap.xml import parse

_NS = "{https://listeblanche.mssante.fr/schema}"
_LARGEST = 32_000_000  # bytes; the list of 2026 has 8,655 domains, about 5 MB


@dataclass(frozen=True)
class TrustDomain:
    """The domains one may write to, in ASCII. `generated_at` is what the list says of its date, verbatim."""

    domains: frozenset[str] = field(repr=False)
    generated_at: str = ""

    @classmethod
    def load(cls, path: Path | str) -> TrustDomain:
        """Read a white list. Domains that are not names are left out: nobody can be written to there.

        Raises StorageError (UNREADABLE) when it is absent, is not XML, declares a DTD, or holds no domain.
        """
        try:
            content = Path(path).read_bytes()
            if len(content) > _LARGEST:
                raise ValueError("not a white list")
            root = parse(content)
        except (OSError, ValueError) as error:
            raise StorageError(StorageProblem.UNREADABLE, "white list") from error
        names = (wire_domain(e.text or "") for e in root.iterfind(f".//{_NS}Domaine/{_NS}Nom"))
        domains = frozenset(name for name in names if name)
        if not domains:
            raise StorageError(StorageProblem.UNREADABLE, "white list")
        return cls(domains, root.findtext(f".//{_NS}DateDeGeneration", "").strip())

    def check(self, address: str) -> None:
        """Pass when the domain of `address` is exactly one of the list (a sub-domain is another domain).

        Raises NotAllowed (OUTSIDE_TRUST_DOMAIN): `detail` is the domain, or `addresses.MALFORMED` when the
        text is not an address at all.
        """
        domain = wire_address(address).rpartition("@")[2]
        if domain not in self.domains:
            raise NotAllowed(Refusal.OUTSIDE_TRUST_DOMAIN, domain)
