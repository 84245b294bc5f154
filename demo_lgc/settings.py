"""Where the services are and how to reach them: an environment is data, never code.

One TOML file names a whole environment (sandbox, formation, production); every host name is
configurable (EX_GEN-1221). Unknown keys are refused, so that a misspelling is not silently ignored.

Reference: [DMP] §1.1; [MSS] §1.1.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints


@dataclass(frozen=True)
class CardSettings:
    """The reader. `library` is a PKCS#11 module; empty means: search the usual places.

    `environment` holds variables the module reads (SOFTHSM2_CONF in the sandbox). Intervals in seconds.
    With `roots`, a card that none of them vouches for is refused; without `test_cards`, so is one of the
    TEST branch of IGC-Santé.
    """

    library: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    intermediates: str = ""  # PEM file of the certificate authorities between the card and the roots
    roots: str = ""  # PEM file of the roots of the people
    test_cards: bool = True
    poll_interval: float = 0.5
    tls_engine: Literal["auto", "openssl", "tlslite"] = "auto"  # for support: what leads the handshakes


@dataclass(frozen=True)
class RevocationSettings:
    """Where the revocation lists of IGC-Santé are. Without `lists` nothing is looked up.

    `authorities` is a PEM file of the certificates that sign them. A list is fetched again after
    `refresh_after` seconds, and believed until the end it gives itself.
    """

    lists: list[str] = field(default_factory=list)  # http: they are signed
    authorities: str = ""
    refresh_after: float = 24 * 3600.0
    deadline: float = 20.0


@dataclass(frozen=True)
class ProSanteSettings:
    """Pro Santé Connect, and how this software is registered there. An empty `client_id`: not registered.

    `discovery` is the URL of the provider's metadata. `trust_anchors` is a PEM file; empty: the anchors of
    this Python (certifi), since Pro Santé Connect is not under IGC-Santé.
    """

    discovery: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    trust_anchors: str = ""
    scope: str = "openid scope_all"
    acr_values: str = "eidas1"
    deadline: float = 30.0  # of one call
    patience: float = 180.0  # of the holder, in the browser


@dataclass(frozen=True)
class DmpSettings:
    """The DMP. `base_url` is what precedes `/patients`, `/habilitations`, `/repository`, `/registry`.

    `deadline` bounds a whole call, in seconds; `settle` is how long an absent answer to « do you have
    it? » is not believed after an attempt, in seconds. With `sign_vihf` the VIHF of every call is signed
    by the card, which the DMP does not ask for in direct mode. Reference: [DMP] §2.3.
    """

    base_url: str
    trust_anchors: str  # path of a PEM file
    lps_oid: str = "1.2.250.1.999.1.2"
    homologation: str = "DCP-DEMO-0001"
    processing_code: str = "D"  # D while testing, P in production
    deadline: float = 60.0
    settle: float = 60.0
    sign_vihf: bool = False


@dataclass(frozen=True)
class MailSettings:
    """The MSSanté operator. `trust_domains` is a path: the white list, XML of the trust space.

    `mailbox` is the address of the doctor; in a practice of several, `mailboxes` gives the address of each
    national identifier.
    """

    imap_host: str
    imap_port: int
    smtp_host: str
    smtp_port: int
    mailbox: str
    trust_anchors: str
    trust_domains: str
    mailboxes: dict[str, str] = field(default_factory=dict)
    product_reference: str = "DEMO-LGC-0001"  # X-MSS-NIL
    deadline: float = 60.0
    settle: float = 120.0


@dataclass(frozen=True)
class PracticeSettings:
    """What the card does not say of the practice."""

    street: str = ""
    postal_code: str = ""
    city: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Environment:
    """Everything outside the program, in one value. `kind` is sandbox, formation or production."""

    kind: str
    dmp: DmpSettings
    mail: MailSettings
    card: CardSettings = CardSettings()
    practice: PracticeSettings = PracticeSettings()
    revocation: RevocationSettings = RevocationSettings()
    pro_sante: ProSanteSettings = ProSanteSettings()

    @property
    def is_sandbox(self) -> bool:
        """True when the services are the simulated ones."""
        return self.kind == "sandbox"


class SettingsError(ValueError):
    """A settings file that cannot be used; the message names the file and the key."""


S = TypeVar("S")


def load_environment(path: Path) -> Environment:
    """Read an environment file. Raises SettingsError (unreadable, unknown or missing key)."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: {error}") from error
    sections = {
        "dmp": DmpSettings,
        "mail": MailSettings,
        "card": CardSettings,
        "practice": PracticeSettings,
        "revocation": RevocationSettings,
        "pro_sante": ProSanteSettings,
    }
    known: dict[str, Any] = {
        name: _section(kind, table.pop(name), f"{path}: [{name}]")
        for name, kind in sections.items()
        if name in table
    }
    return _section(Environment, {**table, **known}, str(path))


def _section(kind: type[S], values: dict[str, Any], where: str) -> S:
    if not isinstance(values, dict):
        raise SettingsError(f"{where}: not a table")
    unknown = set(values) - {f.name for f in fields(kind)}  # type: ignore[arg-type]
    if unknown:
        raise SettingsError(f"{where}: unknown {', '.join(sorted(unknown))}")
    for name, wanted in get_type_hints(kind).items():
        simple = wanted if wanted in (str, int, float, bool) else object
        given = values.get(name)
        if given is not None and not isinstance(given, (int, float) if simple is float else simple):
            raise SettingsError(f"{where}: {name} is not of type {simple.__name__}")
        if get_origin(wanted) is Literal and name in values and given not in get_args(wanted):
            raise SettingsError(f"{where}: {name} is none of {', '.join(get_args(wanted))}")
    try:
        return kind(**values)
    except TypeError as error:
        raise SettingsError(f"{where}: {error}") from error
