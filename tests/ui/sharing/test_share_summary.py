"""One sentence for the whole sharing, with the right numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from demo_lgc.domain.delivery import Channel, DeliveryState
from demo_lgc.ui.sharing.summary import BranchState, branch_state, summary
from tests.ui.sharing.fake_desk import REFUSED, a_delivery

SENT = {"state": DeliveryState.SENT}
GIVEN_UP = {"state": DeliveryState.GIVEN_UP}


def branches(*states):
    made = [a_delivery(1, **states[0])]
    return tuple(made + [a_delivery(n, Channel.MSSANTE, **s) for n, s in enumerate(states[1:], 2)])


def test_the_numbers_agree():
    assert summary(branches(SENT)).detail == "1\u00a0dépôt au DMP."
    assert summary(branches(SENT, SENT)).detail == "1\u00a0dépôt au DMP, 1\u00a0message."
    assert summary(branches(SENT, REFUSED)).title == "Un envoi sur deux n’a pas abouti."
    assert summary(branches(SENT, REFUSED)).detail == "L’autre est parti et ne sera pas renvoyé."
    assert summary(branches(REFUSED, SENT, REFUSED)).title == "Deux envois sur trois n’ont pas abouti."
    assert summary(branches(REFUSED, REFUSED)).title == "Aucun envoi n’a abouti."
    assert summary(branches(REFUSED)).title == "L’envoi n’a pas abouti."


def test_a_branch_given_up_is_told_beside_what_left():
    said = summary(branches(SENT, GIVEN_UP))
    assert said.title == "Envoi abandonné."
    assert "1\u00a0dépôt au DMP" in said.detail


def test_what_is_being_sent_is_shown_so_whatever_was_committed():
    ready = a_delivery(1)
    assert branch_state(ready) is BranchState.WAITING
    assert branch_state(ready, {1}) is BranchState.SENDING


@given(st.lists(st.sampled_from(DeliveryState), min_size=1, max_size=12))
def test_every_mixture_has_a_sentence_and_never_says_all_is_sent_wrongly(states):
    made = tuple(a_delivery(n, Channel.MSSANTE, state=state) for n, state in enumerate(states, 1))
    said = summary(made)
    assert said.title.endswith((".", "…"))
    assert (said.title == "Partage terminé.") == all(s is DeliveryState.SENT for s in states)
