"""« Envois »: what waits, why, and what the doctor does about it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QPushButton

from demo_lgc.domain.delivery import Channel, DeliveryState
from demo_lgc.domain.errors import StorageError, StorageProblem
from demo_lgc.ui.flow import FlowRunner
from demo_lgc.ui.outbox.page import OutboxPage
from demo_lgc.ui.widgets.text import Text
from tests.ui.sharing.fake_desk import IN_DOUBT, OFFLINE, REFUSED, FakeDesk, a_delivery

WAITING = (
    a_delivery(1, **IN_DOUBT),
    a_delivery(2, Channel.MSSANTE, **REFUSED),
    a_delivery(3, Channel.MSSANTE, **OFFLINE),
)


@pytest.fixture(params=[True, False], ids=["serial", "threads"])
def outbox(request, qtbot, look):
    opened = []

    def build(*waiting):
        desk, runner = FakeDesk(waiting=waiting), FlowRunner(serial=request.param)
        page = OutboxPage(desk, runner)
        page.resize(1440, 848)
        page.show()
        page.refresh()
        qtbot.waitUntil(lambda: not runner.is_working)
        opened.append((page, runner))
        return page, desk, lambda: qtbot.waitUntil(lambda: not runner.is_working)

    yield build
    for page, runner in opened:
        runner.refuse_new()
        qtbot.waitUntil(lambda runner=runner: not runner.is_working)
        page.close()
        page.deleteLater()
        QCoreApplication.sendPostedEvents(page, QEvent.Type.DeferredDelete)


def press(qtbot, page, name):
    qtbot.mouseClick(page.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def rows(page):
    model = page.table.rows_model
    return [
        [
            model.data(model.index(r, c), Qt.ItemDataRole.AccessibleTextRole)
            for c in range(model.columnCount())
        ]
        for r in range(model.rowCount())
    ]


def test_an_empty_outbox_says_so(outbox):
    page, _, _ = outbox()
    assert "Aucun envoi en attente." in [t.text() for t in page.findChildren(Text) if t.isVisible()]
    assert not page.findChild(QPushButton, "outbox.retry").isVisible()


def test_each_row_says_where_for_whom_since_when_why_and_in_what_state(outbox):
    page, _, _ = outbox(*WAITING)
    doubt, refused, offline = rows(page)
    assert doubt[0] == "DMP de M.\u00a0CHEMIN"
    assert {row[1] for row in (doubt, refused, offline)} == {"CHEMIN Henri"}
    assert "Réponse non reçue." in doubt[4]
    assert doubt[5] == "À vérifier"
    assert "06/11/2014" in refused[3]
    assert "5.1.1 unknown recipient" in refused[4]
    assert refused[5] == "Non envoyé"
    assert "ne répond pas" in offline[4]
    assert offline[5] == "En attente"


def test_a_doubt_is_checked_and_the_rest_is_tried_again(outbox, qtbot):
    page, desk, settled = outbox(*WAITING)
    button = page.findChild(QPushButton, "outbox.retry")
    assert button.text() == "Vérifier maintenant"
    page.table.choose(2)
    assert button.text() == "Réessayer"
    with qtbot.waitSignal(page.deliveries_changed):
        press(qtbot, page, "outbox.retry")
    settled()
    assert desk.called("retry") == [2]
    assert [row[5] for row in rows(page)] == ["À vérifier", "En attente"]
    assert "c’est parti" in page.notice.text


def test_enter_on_a_row_tries_it_again(outbox, qtbot):
    page, desk, settled = outbox(*WAITING)
    page.table.choose(3)
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    settled()
    assert desk.called("retry") == [3]


def test_giving_up_asks_in_the_page_and_may_be_taken_back(outbox, qtbot):
    page, desk, settled = outbox(*WAITING)
    page.table.choose(2)
    press(qtbot, page, "outbox.give_up")
    assert "Abandonner" in page.notice.text
    press(qtbot, page, "outbox.keep")
    assert not page.notice.isVisible()
    press(qtbot, page, "outbox.give_up")
    press(qtbot, page, "outbox.confirm")
    settled()
    assert desk.called("give_up") == [2]
    assert desk.kept[2].state is DeliveryState.GIVEN_UP
    assert len(rows(page)) == 2


def test_what_still_fails_stays_with_its_reason(outbox, qtbot):
    page, desk, settled = outbox(*WAITING)
    desk.outcomes[2] = REFUSED
    page.table.choose(2)
    press(qtbot, page, "outbox.retry")
    settled()
    assert rows(page)[1][5] == "Non envoyé"
    assert page.table.current.delivery.id == 2


def test_a_failure_on_our_side_is_told_on_its_row(outbox, qtbot):
    page, desk, settled = outbox(*WAITING)
    desk.outcomes[2] = StorageError(StorageProblem.DISK_FULL)
    page.table.choose(2)
    press(qtbot, page, "outbox.retry")
    settled()
    assert "disque" in rows(page)[1][4]


def test_a_delivery_that_left_meanwhile_cannot_be_given_up(outbox, qtbot):
    page, desk, settled = outbox(*WAITING)

    def left(_):
        raise ValueError("already sent")

    desk.deliveries.give_up = left
    press(qtbot, page, "outbox.give_up")
    press(qtbot, page, "outbox.confirm")
    settled()
    assert "entre-temps" in page.notice.text
