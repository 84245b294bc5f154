"""Cards of every kind behind the same few gestures."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from demo_lgc.card.reader import PkcsReader
from demo_lgc.card.software import SoftwareReader
from demo_lgc.domain.trust import CardReader
from demo_lgc.sandbox.pki import Holder, Pki, make_pki
from demo_lgc.sandbox.softcard import SoftCard, find_softhsm, make_card
from demo_lgc.settings import CardSettings
from tests.card.fragile import FragileReader, compile_fragile
from tests.card.server import serving

NUMBER, OTHER, STAFF = "899900000018", "899900000026", "30B0057881/CPET0002"
ACTIVITIES = (
    ("499900000018001", "CABINET M MEDECIN5729", "SA07"),
    ("10B0999999", "HÔPITAL DÉMO", "SA01"),
)
POLL = 0.05  # seconds


@dataclass
class Gestures:
    """A reader, and what a hand does to it. `counts` when wrong codes are really counted."""

    reader: CardReader
    pull_out: Callable[[], object] | None = None
    put_back: Callable[[], object] | None = None
    counts: bool = False

    def must_be_pulled_out(self) -> tuple[Callable[[], object], Callable[[], object]]:
        if self.pull_out is None or self.put_back is None:
            pytest.skip("SoftHSM2 cannot be pulled out of its reader")
        return self.pull_out, self.put_back

    def must_count(self) -> None:
        if not self.counts:
            pytest.skip("SoftHSM2 never blocks a code")


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    holders = [
        Holder(NUMBER, "MEDECIN5729", "PAUL", activities=ACTIVITIES),
        Holder(OTHER, "SEUL", "ÈVE"),
        Holder(STAFF, "", "", profession=0, kind=2, establishment="HOPITAL DES 3 DAMES"),
    ]
    return make_pki(tmp_path_factory.mktemp("pki"), holders)


MakeCard = Callable[..., SoftCard]


@pytest.fixture(scope="session")
def _made_cards(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], SoftCard]:
    if find_softhsm() is None:
        pytest.skip("SoftHSM2 is not installed")
    made: dict[str, SoftCard] = {}

    def make(number: str) -> SoftCard:
        if number not in made:
            made[number] = make_card(tmp_path_factory.mktemp("card"), pki.card(number), pki.intermediates)
        return made[number]

    return make


@pytest.fixture
def soft_cards(_made_cards: Callable[[str], SoftCard], tmp_path: Path) -> MakeCard:
    """`soft_cards(number, …)`: SoftHSM2 with these cards, of which nothing is kept for the next test."""

    def copy(*numbers: str) -> SoftCard:
        folder = tmp_path / "softhsm"
        for number in numbers:
            source = _made_cards(number).configuration.parent / "tokens"
            shutil.copytree(source, folder / "tokens", dirs_exist_ok=True)
        configuration = folder / "softhsm2.conf"
        configuration.write_text(
            f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n"
            "log.level = ERROR\nslots.removable = true\n"
        )
        first = _made_cards(numbers[0])
        return SoftCard(first.library, configuration, first.label)

    return copy


@pytest.fixture
def soft_card(soft_cards: MakeCard) -> SoftCard:
    return soft_cards(NUMBER)


@pytest.fixture(scope="session")
def fragile_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if find_softhsm() is None or shutil.which("gcc") is None:
        pytest.skip("SoftHSM2 and gcc are needed")
    return compile_fragile(tmp_path_factory.mktemp("fragile"))


MakeFragile = Callable[..., FragileReader]


@pytest.fixture
def fragile_cards(fragile_library: Path, soft_cards: MakeCard, tmp_path: Path) -> Iterator[MakeFragile]:
    """`fragile_cards(number, …)`: a reader for each of these cards, all in."""
    made: list[FragileReader] = []

    def make(*numbers: str, **settings: Any) -> FragileReader:
        reader = FragileReader.on(fragile_library, soft_cards(*numbers), tmp_path, numbers, **settings)
        made.append(reader)
        return reader

    yield make
    for reader in made:
        reader.reader.close()


@pytest.fixture
def fragile(fragile_cards: MakeFragile) -> FragileReader:
    return fragile_cards(NUMBER)


@pytest.fixture(
    params=[
        "software",
        "software-cps3",
        pytest.param("softhsm", marks=pytest.mark.card),
        pytest.param("fragile", marks=pytest.mark.card),
        pytest.param("fragile-cps3", marks=pytest.mark.card),
        pytest.param("fragile-opensc", marks=pytest.mark.card),
    ]
)
def gestures(request: pytest.FixtureRequest, pki: Pki) -> Iterator[Gestures]:
    """Every kind of card, with the code 1234 and the unblocking code 12345678."""
    kind, _, variant = request.param.partition("-")
    if kind == "software":
        software = SoftwareReader(pki.card(NUMBER), pss=not variant)
        card = software.insert(pki.card(NUMBER))
        yield Gestures(software, software.pull_out, lambda: software.insert(card), counts=True)
        software.close()
    elif kind == "softhsm":
        soft: SoftCard = request.getfixturevalue("soft_card")
        reader = PkcsReader(CardSettings(str(soft.library), soft.environment, poll_interval=POLL))
        yield Gestures(reader)
        reader.close()
    else:
        made: FragileReader = request.getfixturevalue("fragile")
        if variant:
            made.tell(variant)
        yield Gestures(made.reader, made.pull_out, made.insert, counts=True)


Serve = Callable[..., AbstractContextManager[int]]


@pytest.fixture
def serve(pki: Pki) -> Serve:
    """`with serve() as port`: a server of localhost that wants a certificate from the roots' people."""
    return partial(serving, pki)
