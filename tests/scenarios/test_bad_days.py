"""What goes wrong on a bad day: one French sentence, a way forward, the other branch gone, nothing lost.

Each test is one line of « Bad input » of the main job.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget

from demo_lgc.card.reader import PkcsReader
from demo_lgc.card.software import SoftwareReader
from demo_lgc.domain.delivery import Channel, DeliveryState
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.trust import CardInReader
from demo_lgc.sandbox.world import World
from demo_lgc.settings import CardSettings
from tests.scenarios.conftest import Doctor, Opening

pytestmark = [pytest.mark.scenario, pytest.mark.mail]

COLLEAGUE = "robert.specialiste5737@medecin.mss.demo.test"
SENT, READY, REFUSED = DeliveryState.SENT, DeliveryState.READY, DeliveryState.REFUSED


# --- at the door --------------------------------------------------------------------------------------


def test_a_wrong_code_tells_the_tries_left_and_the_right_one_still_opens(
    open_window: Opening, reader: SoftwareReader, world: World
) -> None:
    doctor = open_window(reader)
    doctor.reads("Vous avez 3 essais")
    doctor.type("login.code", "9999")
    doctor.click("login.open")
    doctor.reads("Il vous reste 2 essais")
    assert doctor.find(QLineEdit, "login.code").text() == ""
    doctor.log_in(world.code)
    assert doctor.house.desk.session.is_open


def test_a_second_wrong_code_warns_that_the_next_blocks_and_the_third_blocks(
    open_window: Opening, reader: SoftwareReader
) -> None:
    doctor = open_window(reader)
    for code, words in (("9999", "2 essais"), ("9998", "Dernier essai"), ("9997", "Carte bloquée")):
        doctor.wait("the field ready", doctor.find(QAbstractButton, "login.open").isEnabled)
        doctor.type("login.code", code)
        doctor.click("login.open")
        doctor.reads(words)
    assert reader.look()[0].tries_left == 0


@pytest.mark.parametrize("code", ["123", "12345", ""])
def test_a_code_of_the_wrong_length_spends_no_try(
    open_window: Opening, reader: SoftwareReader, code: str
) -> None:
    doctor = open_window(reader)
    doctor.reads("Vous avez 3 essais")
    doctor.type("login.code", code)
    doctor.key(doctor.find(QLineEdit, "login.code"), Qt.Key.Key_Return)
    if len(code) <= 4:
        doctor.reads("quatre chiffres")
    assert reader.look()[0].tries_left == 3
    assert len(doctor.find(QLineEdit, "login.code").text()) <= 4


def test_without_a_card_the_page_asks_for_it_and_sees_it_come(
    open_window: Opening, reader: SoftwareReader, world: World
) -> None:
    card = reader.pull_out()
    assert card is not None
    doctor = open_window(reader)
    doctor.reads("Insérez votre CPS")
    reader.insert(card)
    doctor.reads("Dr Paul MEDECIN5729")
    doctor.log_in(world.code)


def test_without_a_reader_the_page_says_to_plug_it(open_window: Opening) -> None:
    class Unplugged(SoftwareReader):
        def look(self) -> tuple[CardInReader, ...]:
            raise CardError(CardProblem.NO_READER)

    doctor = open_window(Unplugged())
    doctor.reads("Lecteur introuvable. Branchez le lecteur, puis réessayez.")


def test_without_a_pkcs11_library_the_page_says_what_is_missing(open_window: Opening, tmp_path: Path) -> None:
    doctor = open_window(PkcsReader(CardSettings(library=str(tmp_path / "nothing.so"))))
    doctor.reads("Cryptolib")
    assert "Traceback" not in doctor.screen


# --- the DMP ------------------------------------------------------------------------------------------


def test_the_card_pulled_out_during_the_send_covers_the_page_and_loses_nothing(
    doctor: Doctor, reader: SoftwareReader, world: World
) -> None:
    before = doctor.submissions(), doctor.messages()
    doctor.prepares_to_share("BOUTON")
    world.dmp.script.delay(1.5, "TD2.1")
    doctor.click("share.send")
    doctor.find(QAbstractButton, "outcome.back")
    card = reader.pull_out()
    assert card is not None
    doctor.find(QWidget, "login.locked")
    assert "BOUTON" not in doctor.screen
    assert "BOUTON" not in doctor.window.windowTitle()
    world.dmp.script.delay(0, "TD2.1")
    reader.insert(card)
    doctor.log_in_again(world.code)
    doctor.waits_for("BOUTON", Channel.DMP, SENT)
    doctor.waits_for("BOUTON", Channel.MSSANTE, SENT)
    assert (doctor.submissions(), doctor.messages()) == (before[0] + 1, before[1] + 1)


def test_an_unreachable_dmp_waits_while_the_mail_goes_then_leaves_by_itself(
    doctor: Doctor, world: World
) -> None:
    before = doctor.submissions()
    doctor.prepares_to_share("BOUTON")
    world.dmp.script.down(True)
    # The DMP was asked when the page opened; the document is prepared from that answer and signed offline.
    doctor.send()
    doctor.waits_for("BOUTON", Channel.MSSANTE, SENT)
    waiting = doctor.waits_for("BOUTON", Channel.DMP, READY)
    assert waiting.next_try is not None
    doctor.reads("Le DMP ne répond pas")
    world.dmp.script.down(False)
    doctor.click("outcome.retry")
    doctor.waits_for("BOUTON", Channel.DMP, SENT)
    assert doctor.submissions() == before + 1


@pytest.mark.parametrize(
    ("name", "words"),
    [("CARTON", "n’a pas de DMP"), ("ARIANE", "14/09/2026"), ("DEVILLE", "s’oppose")],
)
def test_no_dmp_a_closed_one_or_an_opposition_leaves_the_mail(doctor: Doctor, name: str, words: str) -> None:
    before = doctor.submissions()
    doctor.prepares_to_share(name)
    doctor.reads(words)
    assert not doctor.find(QAbstractButton, "share.choice.dmp").isEnabled()
    doctor.send()
    assert doctor.deliveries(name)[Channel.MSSANTE].state is SENT
    assert Channel.DMP not in doctor.deliveries(name)
    assert doctor.submissions() == before


def test_an_opposition_recorded_by_the_practice_stops_the_deposit(doctor: Doctor) -> None:
    doctor.open_record("VANDIER")
    doctor.click("record.menu.administrative")
    doctor.click("record.opposition")
    doctor.wait("the opposition kept", lambda: doctor.patient("VANDIER").opposed_to_dmp)
    doctor.share()
    doctor.reads("s’oppose")
    assert not doctor.find(QAbstractButton, "share.choice.dmp").isEnabled()


def test_an_identity_not_qualified_is_never_asked_about_and_travels_without_ins(
    doctor: Doctor, world: World
) -> None:
    asked = len(world.dmp.journal.entries)
    doctor.wait("the day asked", lambda: not doctor.window.asks_the_dmp)
    asked = len(world.dmp.journal.entries)
    doctor.prepares_to_share("ANNE")
    doctor.reads("L’identité n’est pas qualifiée")
    doctor.send()
    assert doctor.deliveries("ANNE")[Channel.MSSANTE].state is SENT
    assert len(world.dmp.journal.entries) == asked
    message = world.mail.read_mailbox(COLLEAGUE)[-1]
    assert b"X-MSS-INS: N" in message


def test_a_soap_fault_is_told_with_its_code_and_the_mail_goes(doctor: Doctor, world: World) -> None:
    doctor.prepares_to_share("VALLEE")
    world.dmp.script.refuse("TD2.1", "DMPInvalidCertificate", "Not a valid signature certificate")
    doctor.send()
    assert doctor.deliveries("VALLEE")[Channel.DMP].state is REFUSED
    assert doctor.deliveries("VALLEE")[Channel.MSSANTE].state is SENT
    doctor.reads("Un envoi sur deux n’a pas abouti")
    doctor.reads("DMPInvalidCertificate")
    doctor.click("outcome.retry")
    doctor.waits_for("VALLEE", Channel.DMP, SENT)


def test_an_answer_lost_after_the_deposit_is_asked_for_and_never_doubled(
    doctor: Doctor, world: World
) -> None:
    before = doctor.submissions()
    doctor.prepares_to_share("DA SILVA")
    world.dmp.script.accept_duplicates(True)
    world.dmp.script.cut("after-commit")
    doctor.send()
    doctor.waits_for("DA SILVA", Channel.DMP, SENT)
    assert doctor.submissions() == before + 1


# --- the mail -----------------------------------------------------------------------------------------


def test_a_recipient_outside_the_trust_domain_is_refused_at_the_field(doctor: Doctor) -> None:
    doctor.prepares_to_share("LEGRAND", None)
    field = doctor.find(QLineEdit, "share.recipients")
    doctor.type("share.recipients", "quelquun@example.org")
    doctor.key(field, Qt.Key.Key_Return)
    doctor.reads("example.org")
    assert field.text() == "quelquun@example.org"


def test_a_mailbox_refused_by_the_operator_is_told_and_the_deposit_stays(
    doctor: Doctor, world: World
) -> None:
    before = doctor.submissions(), doctor.messages()
    doctor.prepares_to_share("LEGRAND")
    world.mail.script.refuse(COLLEAGUE, 550, "5.1.1 mailbox unknown")
    doctor.send()
    assert doctor.deliveries("LEGRAND")[Channel.DMP].state is SENT
    assert doctor.deliveries("LEGRAND")[Channel.MSSANTE].state is REFUSED
    doctor.reads("Un envoi sur deux n’a pas abouti")
    doctor.reads("550")
    assert (doctor.submissions(), doctor.messages()) == (before[0] + 1, before[1])


def test_a_line_cut_after_the_message_was_taken_is_looked_for_and_never_doubled(
    doctor: Doctor, world: World
) -> None:
    before = doctor.messages()
    doctor.prepares_to_share("MARTIN")
    world.mail.script.cut_after_data(1)
    doctor.send()
    delivery = doctor.waits_for("MARTIN", Channel.MSSANTE, SENT)
    assert doctor.messages() == before + 1
    doctor.wait("the copy filed", lambda: doctor.deliveries("MARTIN")[Channel.MSSANTE].filed)
    sent = world.mail.read_mailbox(world.owner["mailbox"], "Éléments envoyés")
    assert sum(delivery.wire_id.encode() in message for message in sent) == 1


# --- the store ----------------------------------------------------------------------------------------


def test_a_full_disk_keeps_the_form_and_sends_nothing_until_there_is_room(doctor: Doctor) -> None:
    before = doctor.submissions(), doctor.messages()
    doctor.prepares_to_share("CARTIER")
    doctor.fill_the_disk()
    doctor.click("share.send")
    doctor.reads("Le disque est plein")
    assert (doctor.submissions(), doctor.messages()) == before
    doctor.free_the_disk()
    doctor.send()
    assert doctor.deliveries("CARTIER")[Channel.DMP].state is SENT
    assert (doctor.submissions(), doctor.messages()) == (before[0] + 1, before[1] + 1)
