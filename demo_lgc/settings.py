"""Where the services are and how to reach them: an environment is data, never code.

One TOML file names a whole environment (sandbox, formation, production); every host name is
configurable (EX_GEN-1221). Unknown keys are refused, so that a misspelling is not silently ignored.

Reference: [DMP] §1.1; [MSS] §1.1.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, get_type_hints


@dataclass(frozen=True)
class CardSettings:
    """The reader. `library` is a PKCS#11 module; empty means: search the usual places.

    `environment` holds variables the module reads (SOFTHSM2_CONF in the sandbox). Intervals in seconds.
    """

    library: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    intermediates: str = ""  # PEM file of the certificate authorities between the card and the roots
    poll_interval: float = 0.5


@dataclass(frozen=True)
class DmpSettings:
    """The DMP. `base_url` is what precedes `/patients`, `/habilitations`, `/repository`, `/registry`.

    `deadline` bounds a whole call, in seconds; `settle` is how long an absent answer to « do you have
    it? » is not believed after an attempt, in seconds.
    """

    base_url: str
    trust_anchors: str  # path of a PEM file
    lps_oid: str = "1.2.250.1.999.1.2"
    homologation: str = "DCP-DEMO-0001"
    processing_code: str = "D"  # D while testing, P in production
    deadline: float = 60.0
    settle: float = 60.0


@dataclass(frozen=True)
class MailSettings:
    """The MSSanté operator. `trust_domains` is a path: the white list, XML of the trust space."""

    imap_host: str
    imap_port: int
    smtp_host: str
    smtp_port: int
    mailbox: str
    trust_anchors: str
    trust_domains: str
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
        simple = wanted if wanted in (str, int, float) else object
        given = values.get(name)
        if given is not None and not isinstance(given, (int, float) if simple is float else simple):
            raise SettingsError(f"{where}: {name} is not of type {simple.__name__}")
    try:
        return kind(**values)
    except TypeError as error:
        raise SettingsError(f"{where}: {error}") from error
