"""« Partager le VSM », from the button to the outcome, by mouse and by keyboard."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
)

from demo_lgc.domain.delivery import Channel, DeliveryState, Reason
from demo_lgc.domain.dmp import DmpExistence, DmpStatus
from demo_lgc.domain.document import Visibility
from demo_lgc.domain.errors import (
    CardError,
    CardProblem,
    Finding,
    InvalidDocument,
    NetworkError,
    StorageError,
    StorageProblem,
)
from demo_lgc.domain.identity import IdentityStatus
from demo_lgc.domain.vsm import Vsm
from demo_lgc.ui.sharing.access import CONSENT
from demo_lgc.ui.sharing.model import AccessState
from demo_lgc.ui.sharing.outcome import OutcomePanel
from demo_lgc.ui.sharing.view import SharePage
from demo_lgc.ui.widgets.text import Text
from tests.ui.sharing.fake_desk import (
    ACTIVE,
    IN_DOUBT,
    NOT_AUTHORISED,
    OFFLINE,
    PAUL,
    REFUSED,
    ROBERT,
    TODAY,
    a_delivery,
    a_file,
    a_patient,
)

LEFT = Qt.MouseButton.LeftButton


class Hands:
    """The hands and the eyes of a doctor on a record."""

    def __init__(self, page, qtbot, desk):
        self.page, self.qtbot, self.desk = page, qtbot, desk

    def find(self, kind, name):
        found = [w for w in self.page.findChildren(kind, name) if w.isVisible()]
        assert len(found) == 1, name
        return found[0]

    def click(self, name, kind=QPushButton):
        widget = self.find(kind, name)
        if kind in (QRadioButton, QCheckBox):
            widget.click()
        else:
            self.qtbot.mouseClick(widget, LEFT)

    def key(self, key, modifier=Qt.KeyboardModifier.NoModifier):
        self.qtbot.keyClick(QApplication.focusWidget(), key, modifier)

    def type(self, words):
        self.qtbot.keyClicks(QApplication.focusWidget(), words)

    @property
    def share(self):
        return self.page.findChild(SharePage)

    @property
    def form(self):
        return self.share.form

    @property
    def outcome(self):
        return self.share.outcome

    def begin(self, *people):
        self.click("record.share")
        self.qtbot.waitUntil(lambda: self.share is not None and self.share.isVisible())
        for who in people:
            self.form.add_recipient(who)
        return self

    def settled(self):
        self.qtbot.waitUntil(lambda: self.share.is_outcome and not self.outcome.is_running)
        return self

    def states(self):
        return [self.outcome.card(d.id).chip.text() for d in self.outcome.deliveries]


@pytest.fixture(params=[True, False], ids=["serial", "threads"])
def hands(request, open_record, qtbot, desk):
    """Build the hands once the desk is as the test wants it."""
    return lambda: Hands(open_record(serial=request.param), qtbot, desk)


@pytest.fixture
def quick(open_record, qtbot, desk):
    """The same, serial only."""
    return lambda **size: Hands(open_record(**size), qtbot, desk)


def known(doctor, state):
    doctor.qtbot.waitUntil(lambda: doctor.form.access.state is state)


def test_everything_ready_is_two_clicks(hands, desk):
    doctor = hands().begin(ROBERT, PAUL)
    known(doctor, AccessState.AUTHORISED)
    assert doctor.form.readiness.sentence == "1\u00a0dépôt, 2\u00a0messages"
    doctor.click("share.send")
    doctor.settled()
    assert doctor.states() == ["Déposé", "Envoyé", "Envoyé"]
    assert doctor.outcome.strip.text == "Partage terminé."
    assert doctor.outcome.strip.detail == "1\u00a0dépôt au DMP, 2\u00a0messages."
    (_patient, request), *others = desk.called("prepare")
    assert not others
    assert request.to_dmp
    assert request.visibility is Visibility.VISIBLE
    assert request.recipients == (ROBERT, PAUL)
    assert request.text.subject == "Synthèse médicale de M.\u00a0CHEMIN Henri"
    assert "M.\u00a0Henri CHEMIN" in request.text.body
    assert "Dr\u00a0Paul MEDECIN5729" in request.text.body
    doctor.click("outcome.back")
    assert doctor.page.overview.isVisible()


def test_the_whole_gesture_goes_by_keyboard(hands, desk):
    doctor = hands()
    doctor.key(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    doctor.qtbot.waitUntil(lambda: doctor.share is not None and doctor.share.isVisible())
    known(doctor, AccessState.AUTHORISED)
    assert QApplication.focusWidget() is doctor.find(QLineEdit, "share.recipients")
    doctor.type("rob")
    doctor.qtbot.waitUntil(lambda: doctor.form.recipients.suggestions.current == ROBERT)
    doctor.key(Qt.Key.Key_Return)
    doctor.type("medecin5978")
    doctor.qtbot.waitUntil(lambda: doctor.form.recipients.suggestions.current == PAUL)
    doctor.key(Qt.Key.Key_Return)
    assert doctor.form.recipients.people == (ROBERT, PAUL)
    doctor.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    doctor.settled()
    doctor.key(Qt.Key.Key_Escape)
    doctor.qtbot.waitUntil(doctor.page.overview.isVisible)
    assert len(desk.called("deliver")) == 3


def test_without_the_authorisation_the_doctor_may_send_right_away(hands, desk):
    desk.status = NOT_AUTHORISED
    doctor = hands().begin(ROBERT)
    known(doctor, AccessState.NOT_AUTHORISED)
    assert "sans attendre" in doctor.form.access.detail
    doctor.click("share.send")
    doctor.settled()
    assert doctor.states() == ["Déposé", "Envoyé"]
    assert not desk.called("authorise")


def test_the_access_opens_only_after_the_consent_which_is_never_ticked_in_advance(hands, desk):
    desk.status = NOT_AUTHORISED
    doctor = hands().begin()
    known(doctor, AccessState.NOT_AUTHORISED)
    consent = doctor.find(QCheckBox, "share.consent")
    assert not consent.isChecked()
    assert not doctor.find(QPushButton, "share.open_access").isEnabled()
    doctor.click("share.consent", QCheckBox)
    doctor.click("share.open_access")
    known(doctor, AccessState.AUTHORISED)
    assert len(desk.called("authorise")) == 1
    assert "DMP autorisé" in doctor.page.banner.facts


def test_what_is_attested_is_shown_word_for_word(quick, desk):
    desk.status = NOT_AUTHORISED
    doctor = quick().begin()
    shown = next(t for t in doctor.form.access.findChildren(Text) if t.text() == CONSENT)
    assert not shown.isVisible()
    doctor.click("share.attest")
    assert shown.isVisible()


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (DmpStatus(DmpExistence.NONE), AccessState.NONE),
        (DmpStatus(DmpExistence.CLOSED), AccessState.CLOSED),
    ],
)
def test_without_a_dmp_the_mail_is_preselected_and_the_reason_is_said(hands, desk, status, state):
    desk.status, desk.file = status, a_file(dmp=None)
    doctor = hands().begin(ROBERT)
    known(doctor, state)
    assert doctor.find(QRadioButton, "share.choice.mail").isChecked()
    for name in ("share.choice.dmp", "share.choice.both"):
        assert not doctor.find(QRadioButton, name).isEnabled()
        assert doctor.find(QRadioButton, name).toolTip()
    assert doctor.form.destination.reason
    doctor.click("share.send")
    doctor.settled()
    assert doctor.states() == ["Envoyé"]
    assert not desk.called("prepare")[0][1].to_dmp


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"opposed_to_dmp": True}, AccessState.OPPOSED),
        ({"status": IdentityStatus.PROVISIONAL}, AccessState.NOT_QUALIFIED),
    ],
)
def test_an_opposition_or_an_unqualified_identity_is_never_asked_about(quick, desk, changes, state):
    desk.file = a_file(patient=a_patient(**changes))
    doctor = quick().begin(ROBERT)
    assert doctor.form.access.state is state
    assert not desk.called("status")
    assert doctor.find(QRadioButton, "share.choice.mail").isChecked()


def test_a_silent_dmp_never_seen_leaves_the_mail_and_may_be_asked_again(hands, desk):
    desk.status, desk.file = NetworkError("DMP"), a_file(dmp=None)
    doctor = hands().begin(ROBERT)
    known(doctor, AccessState.SILENT)
    assert doctor.form.access.title == "Le DMP ne répond pas."
    assert doctor.find(QRadioButton, "share.choice.mail").isChecked()
    desk.status = ACTIVE
    doctor.click("share.retry_access")
    known(doctor, AccessState.AUTHORISED)
    assert doctor.find(QRadioButton, "share.choice.both").isChecked()


def test_a_silent_dmp_known_to_be_active_may_still_be_chosen(quick, desk):
    desk.status = NetworkError("DMP")
    doctor = quick().begin(ROBERT)
    assert doctor.form.readiness.ready


def test_the_form_is_alive_while_the_dmp_is_asked(open_record, qtbot, desk):
    desk.slow, desk.file = frozenset({"status"}), a_file(dmp=None)
    doctor = Hands(open_record(serial=False), qtbot, desk).begin(ROBERT)
    assert doctor.form.access.state is AccessState.CHECKING
    doctor.click("share.choice.mail", QRadioButton)
    assert doctor.form.readiness.ready
    doctor.click("share.send")
    desk.gate.set()  # the card serves one caller at a time
    doctor.settled()
    assert doctor.states() == ["Envoyé"]


def test_a_document_in_preparation_is_not_sent_twice(open_record, qtbot, desk):
    desk.slow = frozenset({"prepare"})
    doctor = Hands(open_record(serial=False), qtbot, desk).begin(ROBERT)
    known(doctor, AccessState.AUTHORISED)
    doctor.click("share.send")
    assert not doctor.find(QPushButton, "share.send").isEnabled()
    doctor.form.send()
    desk.gate.set()
    doctor.settled()
    assert len(desk.called("prepare")) == 1


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (InvalidDocument((Finding("Traitements", "la date du traitement"),)), "la date du traitement"),
        (CardError(CardProblem.NO_CARD), "CPS"),
        (StorageError(StorageProblem.DISK_FULL), "disque"),
    ],
)
def test_what_cannot_be_prepared_is_said_on_the_form_and_nothing_is_lost(hands, desk, refusal, said):
    desk.prepared = refusal
    doctor = hands().begin(ROBERT)
    known(doctor, AccessState.AUTHORISED)
    doctor.find(QPlainTextEdit, "share.body").setPlainText("Mon mot")
    doctor.click("share.send")
    doctor.qtbot.waitUntil(lambda: said in doctor.form.problem.text)
    assert not doctor.share.is_outcome
    assert doctor.form.draft.body == "Mon mot"
    assert doctor.form.draft.recipients == (ROBERT,)
    desk.prepared = None
    doctor.click("share.send")
    doctor.settled()
    assert doctor.states() == ["Déposé", "Envoyé"]


@pytest.mark.parametrize(("channel", "signed"), [(Channel.DMP, True), (Channel.MSSANTE, False)])
def test_the_story_of_a_sharing_says_signed_only_of_what_goes_to_the_dmp(look, qtbot, channel, signed):
    panel = OutcomePanel()
    qtbot.addWidget(panel)
    ended = Reason("sign-in", "ended", "")
    branch = a_delivery(1, channel, state=DeliveryState.READY, reason=ended)
    panel.begin((branch,), TODAY)
    panel.landed(branch)
    told = " | ".join(label.text() for label in panel.findChildren(QLabel))
    assert ("construit, signé" in told) is signed
    assert ", Pro Santé Connect a fermé votre session" in told


def test_a_refused_mail_does_not_hide_the_deposit_and_can_be_tried_again(hands, desk):
    desk.outcomes[3] = REFUSED
    doctor = hands().begin(ROBERT, PAUL)
    known(doctor, AccessState.AUTHORISED)
    doctor.click("share.send")
    doctor.settled()
    assert doctor.states() == ["Déposé", "Envoyé", "Non envoyé"]
    assert doctor.outcome.strip.text == "Un envoi sur trois n’a pas abouti."
    assert "ne seront pas renvoyés" in doctor.outcome.strip.detail
    desk.outcomes.clear()
    doctor.click("outcome.retry")
    doctor.qtbot.waitUntil(lambda: doctor.states()[-1] == "Envoyé")
    assert desk.called("retry") == [3]
    assert doctor.outcome.strip.text == "Partage terminé."


def test_a_doubt_is_checked_and_never_called_a_failure(hands, desk):
    desk.outcomes[1] = IN_DOUBT
    doctor = hands().begin(ROBERT)
    known(doctor, AccessState.AUTHORISED)
    doctor.click("share.send")
    doctor.settled()
    assert doctor.states() == ["À vérifier", "Envoyé"]
    assert doctor.outcome.strip.text == "Réponse non reçue."
    assert "auprès du DMP" in doctor.outcome.strip.detail
    assert doctor.find(QPushButton, "outcome.retry").text() == "Vérifier maintenant"


def test_what_waits_for_the_network_says_so(quick, desk):
    desk.outcomes[1] = OFFLINE
    doctor = quick().begin(ROBERT)
    doctor.click("share.send")
    assert doctor.states() == ["En attente", "Envoyé"]
    assert doctor.outcome.strip.text == "Un envoi est en attente."


def test_a_branch_may_be_given_up(quick, desk):
    desk.outcomes[2] = REFUSED
    doctor = quick().begin(ROBERT)
    doctor.click("share.send")
    doctor.click("outcome.give_up")
    assert not desk.called("give_up")
    assert doctor.outcome.strip.text == "Abandonner cet envoi\u202f?"
    assert ROBERT.name in doctor.outcome.strip.detail
    doctor.click("outcome.confirm")
    assert desk.called("give_up") == [2]
    assert doctor.states() == ["Déposé", "Abandonné"]


def test_a_failure_on_our_side_is_told_on_its_own_card(hands, desk):
    desk.outcomes[1] = StorageError(StorageProblem.DISK_FULL)
    doctor = hands().begin(ROBERT)
    known(doctor, AccessState.AUTHORISED)
    doctor.click("share.send")
    doctor.settled()
    assert doctor.states() == ["En attente", "Envoyé"]
    assert "disque" in doctor.outcome.card(1).accessibleName()


def test_escape_goes_back_and_keeps_every_word(quick, desk):
    doctor = quick().begin(ROBERT)
    doctor.find(QLineEdit, "share.subject").setText("Mon objet")
    doctor.find(QComboBox, "share.visibility").setCurrentIndex(2)
    before = doctor.form.draft
    doctor.find(QLineEdit, "share.subject").setFocus()
    doctor.key(Qt.Key.Key_Escape)
    assert doctor.page.overview.isVisible()
    doctor.click("record.share")
    assert doctor.form.draft == before
    assert doctor.form.draft.visibility is Visibility.INVISIBLE_TO_PATIENT


def test_leaving_while_it_is_sent_loses_nothing(open_record, qtbot, desk):
    desk.slow = frozenset({"deliver"})
    doctor = Hands(open_record(serial=False), qtbot, desk).begin(ROBERT)
    known(doctor, AccessState.AUTHORISED)
    doctor.click("share.send")
    qtbot.waitUntil(lambda: doctor.share.is_outcome)
    assert doctor.states() == ["En cours", "En cours"]
    doctor.key(Qt.Key.Key_Escape)
    doctor.click("record.share")
    desk.gate.set()
    doctor.settled()
    assert doctor.states() == ["Déposé", "Envoyé"]


def test_masking_turns_the_mail_off_and_unmasking_gives_the_choice_back(quick, desk):
    doctor = quick().begin(ROBERT)
    visibility = doctor.find(QComboBox, "share.visibility")
    visibility.setCurrentIndex(1)
    assert doctor.find(QRadioButton, "share.choice.dmp").isChecked()
    assert not doctor.find(QRadioButton, "share.choice.both").isEnabled()
    assert "masqué" in doctor.form.destination.reason
    doctor.click("share.send")
    request = desk.called("prepare")[0][1]
    assert request.recipients == ()
    assert request.visibility is Visibility.MASKED_TO_PROFESSIONALS


def test_unmasking_gives_the_choice_of_the_doctor_back(quick):
    doctor = quick().begin(ROBERT)
    visibility = doctor.find(QComboBox, "share.visibility")
    visibility.setCurrentIndex(1)
    visibility.setCurrentIndex(0)
    assert doctor.find(QRadioButton, "share.choice.both").isChecked()
    assert doctor.form.draft.recipients == (ROBERT,)


def test_an_opposition_recorded_meanwhile_reaches_the_form(quick, desk):
    doctor = quick().begin(ROBERT)
    doctor.key(Qt.Key.Key_Escape)
    doctor.page.show_page("administrative")
    doctor.click("record.opposition", QCheckBox)
    assert desk.file.patient.opposed_to_dmp
    doctor.click("record.share")
    assert doctor.form.access.state is AccessState.OPPOSED
    assert doctor.form.draft.recipients == (ROBERT,)


def test_a_narrow_page_shows_the_form_or_the_document(quick):
    doctor = quick(width=1024, height=648).begin(ROBERT)
    assert not doctor.share.preview.isVisible()
    doctor.click("share.toggle")
    assert doctor.share.preview.isVisible()
    assert not doctor.form.isVisible()
    doctor.click("share.toggle")
    assert doctor.form.isVisible()


def test_closing_a_record_with_a_sharing_begun_says_it_first(quick, qtbot):
    doctor = quick().begin(ROBERT)
    doctor.click("record.close")
    assert "pas été envoyé" in doctor.page.problem.text
    with qtbot.waitSignal(doctor.page.close_requested):
        doctor.click("record.close_anyway")


def test_there_is_one_filled_button_at_a_time(quick, desk):
    def filled(page):
        return [
            b for b in page.findChildren(QPushButton) if b.isVisible() and b.property("kind") == "primary"
        ]

    desk.outcomes[2] = REFUSED
    doctor = quick()
    assert len(filled(doctor.page)) == 1
    doctor.begin(ROBERT)
    assert len(filled(doctor.page)) == 1
    doctor.click("share.send")
    assert [b.objectName() for b in filled(doctor.page)] == ["outcome.retry"]


def test_the_preview_opens_and_loads_nothing(quick, desk):
    desk.html = '<p><a href="http://127.0.0.1:9/x">lien</a><img src="http://127.0.0.1:9/y.png">texte</p>'
    doctor = quick().begin()
    assert "texte" in doctor.share.preview.toPlainText()
    assert not doctor.share.preview.openLinks()
    assert doctor.share.preview.loadResource(2, "http://127.0.0.1:9/y.png").width() == 1  # an empty picture


def test_the_status_answered_is_shown_in_the_banner(quick, desk):
    desk.status = replace(ACTIVE, existence=DmpExistence.NONE)
    doctor = quick().begin()
    assert "Pas de DMP" in doctor.page.banner.facts


def test_a_branch_is_kept_when_the_doctor_thinks_again(quick, desk):
    desk.outcomes[2] = REFUSED
    doctor = quick().begin(ROBERT)
    doctor.click("share.send")
    before = doctor.outcome.strip.text
    doctor.click("outcome.give_up")
    doctor.click("outcome.keep")
    assert doctor.outcome.strip.text == before
    assert not desk.called("give_up")


def test_a_letter_begun_without_a_recipient_is_not_lost_by_closing(quick, qtbot):
    doctor = quick().begin()
    doctor.find(QLineEdit, "share.subject").setText("À propos de sa tension")
    doctor.click("record.close")
    assert "pas été envoyé" in doctor.page.problem.text
    assert doctor.page.has_unsent_sharing
    with qtbot.waitSignal(doctor.page.close_requested):
        doctor.click("record.close")


def test_a_sharing_only_looked_at_closes_without_a_question(quick, qtbot):
    doctor = quick().begin()
    with qtbot.waitSignal(doctor.page.close_requested):
        doctor.click("record.close")


def test_an_empty_volet_is_told_before_it_is_sent(quick, desk):
    desk.file = a_file(vsm=Vsm())
    doctor = quick().begin()
    assert doctor.form.caution.isVisible()
    assert doctor.form.caution.text.startswith("Ce volet est vide")


def test_a_volet_that_says_something_warns_of_nothing(quick):
    assert not quick().begin().form.caution.isVisible()


def test_escape_goes_back_to_the_record_wherever_the_focus_is(quick):
    doctor = quick().begin()
    assert doctor.page.go_back()
    assert not doctor.page.findChild(SharePage).isVisible()
    assert not doctor.page.go_back()
