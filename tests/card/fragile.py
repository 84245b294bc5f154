"""SoftHSM2 behind fragile.c: a card that counts its codes and leaves its reader at the worst moment."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from demo_lgc.card.reader import PkcsReader
from demo_lgc.sandbox.softcard import SoftCard, find_softhsm
from demo_lgc.settings import CardSettings


class Call(IntEnum):
    """The functions of PKCS#11 at which a card can be pulled out, by their place in its list."""

    SLOT_LIST = 4
    TOKEN_INFO = 6
    INIT_PIN = 10
    SET_PIN = 11
    OPEN = 12
    CLOSE = 13
    LOGIN = 18
    LOGOUT = 19
    VALUE = 24
    FIND_INIT = 26
    FIND = 27
    SIGN_INIT = 42
    SIGN = 43


def compile_fragile(folder: Path) -> Path:
    """Return the library, compiled."""
    library = folder / "fragile.so"
    source = Path(__file__).with_name("fragile.c")
    define = f'-DSOFTHSM="{find_softhsm()}"'
    command = ["gcc", "-Wall", "-shared", "-fPIC", define, "-o", str(library), str(source), "-ldl"]
    subprocess.run(command, check=True)
    return library


@dataclass
class FragileReader:
    """A PkcsReader on fragile.c, and the folder of files that drive it."""

    reader: PkcsReader
    library: Path
    state: Path
    numbers: tuple[str, ...]

    @classmethod
    def on(
        cls, library: Path, cards: SoftCard, folder: Path, numbers: tuple[str, ...], **settings: Any
    ) -> FragileReader:
        """Return a reader with all the cards in."""
        state = folder / "fragile"
        shutil.rmtree(state, ignore_errors=True)
        environment = {**cards.environment, "FRAGILE": str(state)}
        options = {"poll_interval": 0.05, **settings}
        made = cls(PkcsReader(CardSettings(str(library), environment, **options)), library, state, numbers)
        for number in numbers:
            (state / number).mkdir(parents=True)
            made.insert(number)
        return made

    def tell(self, name: str, value: object = "", card: str = ".") -> None:
        (self.state / card / name).write_text(str(value))

    def forget(self, name: str, card: str = ".") -> None:
        (self.state / card / name).unlink(missing_ok=True)

    def pull_out(self, number: str = "") -> None:
        (self.state / (number or self.numbers[0]) / "card").unlink(missing_ok=True)

    def pull_out_at(self, call: Call) -> None:
        """Pull all cards out when the module is next asked for that."""
        self.tell("pull", int(call))

    def insert(self, number: str = "") -> None:
        card = self.state / (number or self.numbers[0]) / "card"
        card.write_text("")
        now = time.time_ns()  # the clock of the file system is coarser than a quick hand
        os.utime(card, ns=(now, now))

    @property
    def sessions(self) -> int:
        """How many sessions the module holds open."""
        return int(ctypes.CDLL(str(self.library)).fragile_sessions())
