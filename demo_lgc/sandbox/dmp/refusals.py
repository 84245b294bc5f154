"""The three shapes in which the DMP says no, as exceptions the checks raise.

Reference: [DMP] §1.5, §10.
"""

from __future__ import annotations

from demo_lgc.sandbox.dmp.names import SOAP, WSA


class Refused(Exception):
    """The request is refused. `code` and `message` are what the client reads."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code or message)
        self.code = code
        self.message = message


class SoapFault(Refused):
    """Refused as a SOAP 1.2 Fault.

    `code` is the local name of the Subcode (DMPInvalidCertificate; empty for none), `namespace` its
    namespace, `detail_code` a second Subcode inside it. `receiver` says that the fault is ours.
    """

    def __init__(
        self,
        message: str,
        code: str = "",
        *,
        namespace: str = SOAP,
        detail_code: str = "",
        receiver: bool = False,
    ) -> None:
        super().__init__(code, message)
        self.namespace = namespace
        self.detail_code = detail_code
        self.receiver = receiver


class RegistryRefusal(Refused):
    """Refused as a rs:RegistryError with this errorCode and codeContext."""


class HttpRefusal(Refused):
    """Refused by the HTTP layer: `code` is the status, in digits."""


def addressing_fault(message: str, code: str, detail_code: str = "") -> SoapFault:
    """Return a fault of WS-Addressing. Reference: WS-Addressing 1.0 SOAP binding §6.4."""
    return SoapFault(message, code, namespace=WSA, detail_code=detail_code)


def invalid_certificate(message: str = "Not a valid signature certificate") -> SoapFault:
    """Return the fault for a signature made with another key than the card's signature key."""
    return SoapFault(message, "DMPInvalidCertificate")


def repository_metadata(message: str) -> RegistryRefusal:
    """Return the error for metadata the repository cannot accept."""
    return RegistryRefusal("XDSRepositoryMetadataError", message)


def registry_metadata(message: str) -> RegistryRefusal:
    """Return the error for metadata outside the rules of the affinity domain."""
    return RegistryRefusal("XDSRegistryMetadataError", message)


def outside_affinity_domain(code: str) -> RegistryRefusal:
    """Return the error for a code the DMP does not take."""
    return registry_metadata(f"Le code {code} ne fait pas partie du domaine d'affinité")
