import os
import subprocess
import sys

import pytest

from demo_lgc.sandbox import softcard
from demo_lgc.sandbox.pki import Holder, Pki, make_pki
from demo_lgc.sandbox.softcard import find_softhsm, forget_key_files, make_card

ACTIVITIES = (("499900000018001", "CABINET", "SA07"), ("10B0999999", "HÔPITAL " * 20, "SA01"))
_LIST = """
import sys, pkcs11
from pkcs11 import Attribute as A, ObjectClass as O
token = pkcs11.lib(sys.argv[1]).get_token(token_label=sys.argv[2])
with token.open(user_pin=sys.argv[3]) if sys.argv[3] else token.open() as session:
    for found in session.get_objects():
        kind = found[A.CLASS]
        key = kind is O.PRIVATE_KEY
        more = found[A.ID].hex()[-2:] + f" {found[A.SENSITIVE]} {found[A.EXTRACTABLE]}" if key else ""
        print(kind.name, found[A.LABEL], more, sep="|")
"""


@pytest.fixture
def pki(tmp_path) -> Pki:
    return make_pki(tmp_path / "pki", [Holder("899900000018", "MEDECIN5729", "PAUL", activities=ACTIVITIES)])


@pytest.fixture
def _softhsm() -> None:
    if find_softhsm() is None:
        pytest.skip("SoftHSM2 is not installed")


def _objects(made, code: str) -> list[str]:
    child = subprocess.run(
        [sys.executable, "-c", _LIST, str(made.library), made.label, code],
        env={**os.environ, **made.environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return sorted(child.stdout.splitlines())


@pytest.mark.card
@pytest.mark.usefixtures("_softhsm")
def test_a_made_card_holds_what_a_cps_holds(pki, tmp_path):
    made = make_card(tmp_path / "card", pki.cards[0], pki.intermediates, "4321")
    free = _objects(made, "")
    assert [line.split("|")[1] for line in free if line.startswith("DATA")] == [
        "CPS_ID_CARD",
        "CPS_INFO_PS",
        "CPS_NAME_PS",
    ]
    assert not [line for line in free if "PRIV" in line or "ACTIVITY" in line]
    behind = [line for line in _objects(made, "4321") if line not in free]
    assert behind == [
        "DATA|CPS_ACTIVITY_01_PS|",
        "DATA|CPS_ACTIVITY_03_PS|",
        "PRIVATE_KEY|CPS_PRIV_AUT|20 True False",
        "PRIVATE_KEY|CPS_PRIV_SIG|10 True False",
    ]
    assert len([line for line in free if line.startswith("CERTIFICATE")]) == 4


@pytest.mark.card
@pytest.mark.usefixtures("_softhsm")
def test_the_card_outlives_its_key_files_and_the_caller_is_not_disturbed(pki, tmp_path):
    before = dict(os.environ)
    made = make_card(tmp_path / "card", pki.cards[0], pki.intermediates)
    forget_key_files(pki)
    assert not list((pki.folder / "cards").rglob("*.key"))
    assert make_card(tmp_path / "card", pki.cards[0], pki.intermediates) == made
    assert "PRIVATE_KEY|CPS_PRIV_AUT|20 True False" in _objects(made, "1234")
    with pytest.raises(RuntimeError, match="keys to make one are gone"):
        make_card(tmp_path / "other", pki.cards[0], pki.intermediates)
    assert dict(os.environ) == before
    forget_key_files(pki)


def test_a_machine_without_softhsm_says_how_to_get_it(pki, tmp_path, monkeypatch):
    monkeypatch.setattr(softcard, "_LIBRARIES", ())
    with pytest.raises(RuntimeError, match="apt install softhsm2"):
        make_card(tmp_path / "card", pki.cards[0], pki.intermediates)
