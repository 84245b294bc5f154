"""The matricule, and how a patient is named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from demo_lgc.domain import oids
from demo_lgc.domain.identity import IdentityStatus, Ins, Sex, ins_key
from tests.factory import a_patient

# Public test matricules and the keys the two Corsican departments give. [INS]
KNOWN = [
    ("297022A020778", "78"),
    ("160012B020777", "13"),
    ("180032B020401", "23"),
    ("2751263220749", "74"),
    ("2360663220836", "56"),
    ("1090763220834", "89"),
    ("1100863220830", "60"),
    ("2600588154002", "33"),
    ("2770101154003", "29"),
    ("1480863220902", "66"),
]
nir13 = st.from_regex(r"[12]\d{4}(\d\d|2[AB])\d{6}", fullmatch=True, alphabet="0123456789AB")

CHEMIN = a_patient(birth_name="Chemin", given_names=("HENRI", "LOUIS"), used_given_name="")


@pytest.mark.parametrize(("number", "key"), KNOWN)
def test_the_key_is_that_of_the_public_examples(number: str, key: str) -> None:
    assert ins_key(number) == key
    Ins(number + key, oids.INS_NIR_TEST)


@given(nir13)
def test_any_matricule_with_its_key_is_accepted_and_with_another_refused(number: str) -> None:
    key = ins_key(number)
    assert 1 <= int(key) <= 97
    assert Ins(number + key, oids.INS_NIR).matricule == number + key
    with pytest.raises(ValueError, match="key"):
        Ins(f"{number}{int(key) % 97 + 1:02}", oids.INS_NIR)


@given(nir13, st.integers(0, 12), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_noticed(number: str, place: int, digit: str) -> None:
    assume(number[place].isdigit() and number[place] != digit)
    wrong = number[:place] + digit + number[place + 1 :]
    assume(wrong[5:7] == number[5:7] or wrong[5:7].isdigit())
    try:
        assert ins_key(wrong) != ins_key(number)
    except ValueError:
        return  # no longer the form of a matricule: noticed as well


@pytest.mark.parametrize(
    "text",
    [
        "",
        "148086322090266x",
        "14808632209026",
        "1480863220902666",
        "1A8086322090266",
        "297022C02077878",
        "181036322045660",
        "148086322090 66",
        "١48086322090266",
    ],
)
def test_what_is_no_matricule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"key|matricule"):
        Ins(text, oids.INS_NIR_TEST)


def test_a_matricule_never_shows_in_a_representation() -> None:
    assert "148086" not in repr(CHEMIN)
    assert "Chemin" not in repr(CHEMIN)
    assert "HENRI" not in repr(CHEMIN)


def test_a_matricule_is_written_as_each_reader_wants_it() -> None:
    assert CHEMIN.ins
    assert CHEMIN.ins.cx == "148086322090266^^^&1.2.250.1.213.1.4.10&ISO^NH"
    assert CHEMIN.ins.spaced.replace("\u00a0", " ") == "1 48 08 63 220 902 66"


@pytest.mark.parametrize(
    ("oid", "nia", "fictitious"),
    [
        (oids.INS_NIR, False, False),
        (oids.INS_NIA, True, False),
        (oids.INS_NIR_TEST, False, True),
        (oids.INS_NIR_DEMO, False, True),
    ],
)
def test_the_authority_tells_waiting_and_fictitious_identifiers(
    oid: str, nia: bool, fictitious: bool
) -> None:
    ins = Ins("148086322090266", oid)
    assert (ins.is_nia, ins.is_fictitious) == (nia, fictitious)


@pytest.mark.parametrize("status", list(IdentityStatus))
def test_only_a_qualified_identity_with_a_matricule_lets_it_out(status: IdentityStatus) -> None:
    patient = replace(CHEMIN, status=status)
    assert patient.is_qualified is (status is IdentityStatus.QUALIFIED)
    assert not replace(patient, ins=None).is_qualified


def test_a_patient_is_named_as_used() -> None:
    assert CHEMIN.display_name == "CHEMIN Henri"
    assert CHEMIN.courtesy_name == "M.\u00a0CHEMIN"
    married = replace(CHEMIN, sex=Sex.FEMALE, used_name="Da Silva", used_given_name="José")
    assert married.display_name == "DA SILVA José"
    assert married.courtesy_name == "Mme\u00a0DA SILVA"
    assert replace(CHEMIN, sex=Sex.UNKNOWN).courtesy_name == "CHEMIN"
