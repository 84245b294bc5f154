"""The whole simulated world in one folder, and the file that names its places.

PKI and its revocation lists, card, DMP, MSSanté operator, Pro Santé Connect.

```
world = World(folder); world.start()
world.environment        the TOML file to give to the program
world.dmp, world.mail, world.psc    their scripts and journals, in the process
world.control_url        the same, from another process
world.stop()
```

The people of this world are those of sample_data/.
"""

from __future__ import annotations

import contextlib
import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from demo_lgc.resources import sample
from demo_lgc.sandbox.control import ControlServer
from demo_lgc.sandbox.dmp.server import DmpServer
from demo_lgc.sandbox.dmp.state import DmpRecord
from demo_lgc.sandbox.mail.operator import MailboxOwner, MailOperator
from demo_lgc.sandbox.pki import Holder, Pki, make_pki
from demo_lgc.sandbox.psc.server import ProSanteServer
from demo_lgc.sandbox.revocation_server import RevocationServer
from demo_lgc.sandbox.softcard import SoftCard, forget_key_files, make_card


class World:
    """Everything the program meets outside itself. Nothing listens elsewhere than on loopback."""

    def __init__(self, folder: Path, *, card: bool = True) -> None:
        """Prepare a world in `folder`; with `card` False no token is made and the key files are kept."""
        self.folder = folder
        self.environment = folder / "environment.toml"
        self._card_wanted = card
        self._practice = tomllib.loads(sample("practice.toml").read_text(encoding="utf-8"))
        self._patients = tomllib.loads(sample("patients.toml").read_text(encoding="utf-8"))["patient"]
        self._closing = contextlib.ExitStack()

    def start(self) -> None:
        """Make what is missing and open every door. Raises RuntimeError without SoftHSM2 or Dovecot."""
        with contextlib.ExitStack() as closing:
            self.folder.mkdir(parents=True, exist_ok=True)
            doctors = self._practice["doctor"]
            holders = [_holder(d) for d in doctors]
            self.pki: Pki = make_pki(self.folder / "pki", holders)
            self.revocations = RevocationServer(self.pki)
            self.revocations.start()
            closing.callback(self.revocations.stop)
            self.psc = ProSanteServer(holders)
            self.psc.start()
            closing.callback(self.psc.stop)
            self.soft_card: SoftCard | None = self._make_card() if self._card_wanted else None
            self.dmp = DmpServer(self.pki, {p["matricule"]: _record(p) for p in self._patients})
            self.dmp.start()
            closing.callback(self.dmp.stop)
            self.mail = MailOperator(
                self.folder / "mail",
                self.pki,
                [MailboxOwner(d["mailbox"], d["national_id"], "demo") for d in doctors]
                + [MailboxOwner(c["address"], "", "demo") for c in self._colleagues()],
                self._practice["mail"]["domains"],
                vouches=self.psc.provider.holder_of,
            )
            self.mail.start()
            closing.callback(self.mail.stop)
            doors = {"dmp": self.dmp.apply, "mail": self.mail.apply, "psc": self.psc.provider.apply}
            self._control = ControlServer(doors, self.journal)
            self._control.start()
            closing.callback(self._control.stop)
            self.environment.write_text(self._environment(), encoding="utf-8")
            self._closing = closing.pop_all()

    def stop(self) -> None:
        """Close every door."""
        self._closing.close()

    @property
    def control_url(self) -> str:
        """Where `demo_lgc.sandbox.control` listens."""
        return self._control.url

    @property
    def code(self) -> str:
        """The code porteur of the card."""
        return str(self._practice["card"]["code"])

    def journal(self) -> dict[str, Any]:
        """What each service accepted so far, as JSON values."""
        return {
            "dmp": self.dmp.journal.summary(),
            "mail": self.mail.journal.summary(),
            "psc": self.psc.provider.journal(),
        }

    # --- pieces ---------------------------------------------------------------------------------------

    @property
    def owner(self) -> dict[str, Any]:
        """The doctor whose card and mailbox the program uses."""
        holder = self._practice["card"]["holder"]
        return dict(next(d for d in self._practice["doctor"] if d["id"] == holder))

    def _colleagues(self) -> list[dict[str, Any]]:
        doctors = {d["mailbox"] for d in self._practice["doctor"]}
        return [c for c in self._practice["correspondent"] if c["address"] not in doctors]

    def _make_card(self) -> SoftCard:
        certificates = self.pki.card(self.owner["national_id"])
        made = make_card(self.folder / "card", certificates, self.pki.intermediates, self.code)
        forget_key_files(self.pki)
        return made

    def _environment(self) -> str:
        owner, anchors, client = self.owner, self.pki.anchors, self.psc.provider.client
        card = [f'library = "{self.soft_card.library}"'] if self.soft_card else []
        lines = [
            'kind = "sandbox"',
            "[card]",
            *card,
            f'intermediates = "{self.pki.intermediates}"',
            f'roots = "{anchors}"',
            "poll_interval = 0.2",
            "[dmp]",
            f'base_url = "{self.dmp.base_url}"',
            f'trust_anchors = "{anchors}"',
            "deadline = 30.0",
            "settle = 5.0",
            "[mail]",
            'imap_host = "localhost"',
            f"imap_port = {self.mail.imap_port}",
            'smtp_host = "localhost"',
            f"smtp_port = {self.mail.smtp_port}",
            f'mailbox = "{owner["mailbox"]}"',
            f'trust_anchors = "{anchors}"',
            f'trust_domains = "{self.mail.white_list}"',
            "deadline = 30.0",
            "settle = 5.0",
            "[revocation]",
            f"lists = {json.dumps(self.revocations.urls)}",
            f'authorities = "{self.pki.authorities}"',
            "[pro_sante]",
            f'discovery = "{self.psc.provider.discovery}"',
            f'client_id = "{client.name}"',
            f'client_secret = "{client.secret}"',
            "[practice]",
            *(f'{key} = "{owner[key]}"' for key in ("street", "postal_code", "city", "phone")),
        ]
        lines += ["[mail.mailboxes]"]
        lines += [f'{d["national_id"]} = "{d["mailbox"]}"' for d in self._practice["doctor"]]
        if self.soft_card:
            lines += ["[card.environment]", f'SOFTHSM2_CONF = "{self.soft_card.configuration}"']
        return "\n".join(lines) + "\n"


def _holder(doctor: dict[str, Any]) -> Holder:
    return Holder(
        national_id=doctor["national_id"],
        family=doctor["family"],
        given=doctor["given"],
        speciality=doctor["speciality"],
        profession=int(doctor["profession"]),
        activities=((doctor["structure_id"], doctor["structure_name"], doctor["sector"]),),
    )


def _record(patient: dict[str, Any]) -> DmpRecord:
    dmp = patient["dmp"]
    closed_on: date | None = dmp.get("closed_on")
    return DmpRecord(
        matricule=patient["matricule"],
        oid=patient["oid"],
        state=dmp["state"],
        authorisation=dmp.get("authorisation", "NON_EXISTE"),
        closed_on=closed_on,
        closing_reason=dmp.get("closing_reason", ""),
        family=patient["birth_name"],
        given=patient["given_names"][0],
        birth_date=patient["birth_date"],
        sex=patient["sex"],
    )
