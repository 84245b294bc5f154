"""Several readers, several cards, and which of them is spoken of."""

from dataclasses import replace

import pytest

from demo_lgc.card.cps import load_pem_chain
from demo_lgc.card.reader import PkcsReader
from demo_lgc.card.software import SoftwareReader
from demo_lgc.card.validity import CardRules
from demo_lgc.domain.errors import CardProblem
from demo_lgc.domain.practitioner import CardKind
from demo_lgc.sandbox.pki import issue_bad_card
from demo_lgc.sandbox.softcard import find_softhsm, make_card
from demo_lgc.settings import CardSettings
from tests.card.conftest import NUMBER, OTHER, STAFF
from tests.card.saying import refused


def number_of(pki, national_id: str) -> str:
    return pki.card(national_id).holder.card_number


def holders(reader) -> list[str]:
    return [seen.holder.practitioner.national_id if seen.holder else "" for seen in reader.look()]


@pytest.fixture(params=["software", pytest.param("fragile", marks=pytest.mark.card)])
def two(request, pki):
    """(reader of two cards, pull one out, block one)."""
    if request.param == "software":
        reader = SoftwareReader()
        cards = {n: reader.insert(pki.card(n), f"Lecteur {n}") for n in (NUMBER, OTHER)}

        def block(number):
            cards[number].tries = 0

        yield reader, lambda number: reader.pull_out(f"Lecteur {number}"), block
        reader.close()
    else:
        made = request.getfixturevalue("fragile_cards")(NUMBER, OTHER)
        yield made.reader, made.pull_out, lambda number: made.tell("tries", 0, number)


def test_each_card_is_told_with_the_name_of_its_reader(two):
    reader, *_ = two
    seen = {card.holder.practitioner.national_id: card for card in reader.look()}
    assert seen.keys() == {NUMBER, OTHER}
    assert {card.reader for card in seen.values()} == {f"Lecteur {NUMBER}", f"Lecteur {OTHER}"}
    assert all(number in card.reader for number, card in seen.items())


def test_the_card_that_is_named_is_opened_and_no_other(two, pki):
    reader, *_ = two
    for number in (OTHER, NUMBER, OTHER):
        card = reader.open("1234", number_of(pki, number))
        assert card.holder.practitioner.national_id == number
        assert card.signer.sign(b"x")
    assert refused(reader.open, "1234", "2899999999")[0] is CardProblem.NO_CARD
    assert refused(reader.unblock, "12345678", "4321", "2899999999")[0] is CardProblem.NO_CARD


def test_a_wrong_code_counts_on_the_card_it_was_given_to(two, pki):
    reader, *_ = two
    assert refused(reader.open, "0000", number_of(pki, OTHER)) == (CardProblem.WRONG_CODE, 2)
    left = {card.holder.practitioner.national_id: card.tries_left for card in reader.look()}
    assert left == {NUMBER: 3, OTHER: 2}


@pytest.mark.parametrize("blocked", [NUMBER, OTHER])
def test_the_cards_that_can_open_a_session_come_first(two, blocked, pki):
    reader, _, block = two
    block(blocked)
    free = ({NUMBER, OTHER} - {blocked}).pop()
    assert holders(reader) == [free, blocked]
    assert [seen.problem for seen in reader.look()] == [None, CardProblem.BLOCKED]
    assert reader.open("1234").holder.practitioner.national_id == free
    assert refused(reader.open, "1234", number_of(pki, blocked)) == (CardProblem.BLOCKED, None)
    reader.unblock("12345678", "4321", number_of(pki, blocked))
    assert reader.open("4321", number_of(pki, blocked)).holder.practitioner.national_id == blocked


def test_pulling_out_the_other_card_leaves_the_session_open(two, pki):
    reader, pull_out, _ = two
    card = reader.open("1234", number_of(pki, NUMBER))
    told = []
    reader.watch(lambda: told.append("removed"))
    pull_out(OTHER)
    assert holders(reader) == [NUMBER]
    assert card.signer.sign(b"x")
    assert told == []


@pytest.mark.card
@pytest.mark.parametrize("defect", ["foreign", "empty"])
def test_a_health_card_or_an_empty_one_is_told_only_when_there_is_no_other(fragile_cards, defect):
    fragile = fragile_cards(NUMBER, OTHER)
    fragile.tell(defect, card=NUMBER)
    assert holders(fragile.reader) == [OTHER]
    fragile.pull_out(OTHER)
    (seen,) = fragile.reader.look()
    assert (seen.holder, seen.problem, seen.reader) == (None, CardProblem.UNREADABLE, f"Lecteur {NUMBER}")
    assert refused(fragile.reader.open, "1234") == (CardProblem.UNREADABLE, None)
    assert refused(fragile.reader.unblock, "12345678", "4321") == (CardProblem.UNREADABLE, None)
    assert fragile.sessions == 0


@pytest.mark.card
def test_another_card_makes_a_wrong_code_forgotten(fragile_cards, pki):
    fragile = fragile_cards(NUMBER, OTHER)
    fragile.tell("opensc")
    fragile.pull_out(OTHER)
    assert refused(fragile.reader.open, "0000") == (CardProblem.WRONG_CODE, 2)
    fragile.pull_out(NUMBER)
    fragile.insert(OTHER)
    assert [seen.tries_left for seen in fragile.reader.look()] == [3]
    fragile.tell("tries", 3, NUMBER)  # it opened something elsewhere
    fragile.pull_out(OTHER)
    fragile.insert(NUMBER)
    assert [seen.tries_left for seen in fragile.reader.look()] == [3]


# --- cards that open nothing --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ("expired", CardProblem.EXPIRED),
        ("not-yet-valid", CardProblem.NOT_YET_VALID),
        ("revoked", CardProblem.REVOKED),
        ("wrong-ca", CardProblem.FOREIGN),
    ],
)
def test_a_card_that_is_refused_tells_whose_it_is_and_is_never_given_a_code(pki, fault, problem):
    bad = issue_bad_card(pki, fault)
    roots = load_pem_chain(pki.anchors.read_bytes())
    reader = SoftwareReader(bad, rules=CardRules(roots, revocations=pki.revocations.read_bytes()))
    (seen,) = reader.look()
    assert (seen.problem, seen.holder.practitioner.national_id) == (problem, NUMBER)
    for act in (
        lambda: reader.open("0000"),
        lambda: reader.change_code("0000", "4321"),
        lambda: reader.unblock("00000000", "4321"),
    ):
        assert refused(act) == (problem, None)
    assert reader.look()[0].tries_left == 3


@pytest.mark.card
def test_the_roots_of_the_settings_are_asked_of_the_card(fragile_cards, pki, tmp_path):
    (tmp_path / "others.pem").write_bytes(pki.server.certificate.read_bytes())
    for roots, problem in (
        (pki.anchors, None),
        (tmp_path / "others.pem", CardProblem.FOREIGN),
        (tmp_path / "absent.pem", CardProblem.FOREIGN),  # what cannot be read vouches for nobody
    ):
        fragile = fragile_cards(NUMBER, roots=str(roots))
        assert [seen.problem for seen in fragile.reader.look()] == [problem]
        fragile.reader.close()


@pytest.mark.card
def test_a_revoked_card_is_refused_as_soon_as_the_list_is_there(pki, tmp_path):
    if find_softhsm() is None:
        pytest.skip("SoftHSM2 is not installed")
    soft, lists = make_card(tmp_path, issue_bad_card(pki, "revoked"), pki.intermediates), [b""]
    settings = CardSettings(str(soft.library), soft.environment, roots=str(pki.anchors))
    reader = PkcsReader(settings, revocations=lambda: lists[0])
    assert reader.look()[0].problem is None
    lists[0] = pki.revocations.read_bytes()
    assert reader.look()[0].problem is CardProblem.REVOKED
    assert refused(reader.open, "0000") == (CardProblem.REVOKED, None)
    assert reader.look()[0].tries_left == 3
    reader.close()


@pytest.mark.card
def test_the_certificates_of_a_doctor_open_nothing_without_their_key(pki, tmp_path):
    """They can be read without any code: a token made of them, with a code of its own, is not their card."""
    if find_softhsm() is None:
        pytest.skip("SoftHSM2 is not installed")
    genuine, own = pki.card(NUMBER), pki.card(OTHER)
    copied = replace(
        genuine,
        authentication=replace(genuine.authentication, key=own.authentication.key),
        signature=replace(genuine.signature, key=own.signature.key),
    )
    soft = make_card(tmp_path, copied, pki.intermediates, code="9999")
    reader = PkcsReader(CardSettings(str(soft.library), soft.environment, roots=str(pki.anchors)))
    try:
        assert reader.look()[0].problem is None  # nothing tells it apart before the code
        assert refused(reader.open, "9999") == (CardProblem.FOREIGN, None)
    finally:
        reader.close()


@pytest.mark.parametrize("kind", ["software", pytest.param("fragile", marks=pytest.mark.card)])
def test_a_card_without_names_or_activities_opens_all_the_same(kind, pki, request):
    if kind == "software":
        reader = SoftwareReader(pki.card(STAFF))
    else:
        reader = request.getfixturevalue("fragile_cards")(STAFF).reader
    (seen,) = reader.look()
    assert seen.problem is None
    assert (seen.holder.practitioner.given, seen.holder.kind) == ("", CardKind.CPE)
    card = reader.open("1234")
    assert card.situations == ()
    assert card.signer.sign(b"x")
