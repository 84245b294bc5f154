"""The gesture « Partager le VSM », told as one story: read, choose, sign and write down, send each branch.

What must not hold the form back (the preview, the questions to the DMP, the completion of an address) are
small stories of their own, started by the big one. All of them end with the page.
Reference: [Y] étapes 1 to 5; docs/architecture.md, « One gesture is one story ».
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import asdict

from PySide6.QtCore import QObject, Signal

from demo_lgc.domain.delivery import Delivery
from demo_lgc.domain.dmp import DmpStatus
from demo_lgc.domain.errors import LgcError
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.message import MessageText
from demo_lgc.services.desk import Desk
from demo_lgc.services.sharing import ShareRequest
from demo_lgc.ui import theme
from demo_lgc.ui.errors import explain
from demo_lgc.ui.flow import Flow, FlowRunner, Step, background, wait_for
from demo_lgc.ui.sharing.model import (
    Access,
    Draft,
    access_of,
    checking,
    closed_door,
    forbidden,
    opening,
    silent,
)
from demo_lgc.ui.sharing.view import SharePage


class ShareFlows(QObject):
    """The stories of one sharing page, which owns them.

    `deliveries_changed` follows every change in what is written down; `status_known` carries each answer
    of the DMP about the patient.
    """

    deliveries_changed = Signal()
    status_known = Signal(object)

    def __init__(
        self, desk: Desk, runner: FlowRunner, page: SharePage, patient: Patient, last: DmpStatus | None
    ) -> None:
        super().__init__(page)
        self._desk, self._runner, self._page = desk, runner, page
        self._patient, self._last = patient, last
        self._access: Access = checking(last, patient)
        form, outcome = page.form, page.outcome
        page.access_wanted.connect(lambda: self._start(self.check_access()))
        page.consented.connect(lambda: self._start(self.open_access()))
        page.look_changed.connect(lambda: self._start(self.read()))
        form.recipients.completion_wanted.connect(lambda typed: self._start(self.complete(typed)))
        form.recipients.address_entered.connect(lambda typed: self._start(self.check_address(typed)))
        outcome.retry_wanted.connect(self._retry)
        outcome.give_up_wanted.connect(self._give_up)

    def set_patient(self, patient: Patient) -> None:
        """The record was changed (an opposition, an identity): ask again, unless the document has left."""
        self._patient = patient
        if not self._page.is_outcome:
            self._start(self.check_access())

    # --- the story ------------------------------------------------------------------------------------

    def share(self) -> Flow:
        """Étapes 1 to 5. Nothing typed is lost when the document cannot be made: the form is still there."""
        self._start(self.read())
        self._start(self.check_access())
        deliveries: tuple[Delivery, ...] = ()
        while not deliveries:
            draft = yield wait_for(self._page)
            deliveries = yield from self._prepare(draft)
        self._page.show_outcome(deliveries)
        self.deliveries_changed.emit()
        for delivery in deliveries:
            self._page.outcome.sending(delivery.id)
        for delivery in deliveries:
            self._start(self.send(delivery.id))

    def _prepare(self, draft: Draft) -> Generator[Step, object, tuple[Delivery, ...]]:
        request = ShareRequest(
            to_dmp=draft.destination.to_dmp,
            visibility=draft.visibility,
            recipients=draft.recipients,
            text=MessageText(draft.subject.strip(), draft.body),
        )
        self._page.form.show_preparing(True)
        try:
            made = yield background(self._desk.sharing.prepare, self._patient, request, lane="card")
        except LgcError as error:
            said = explain(error, self._patient.courtesy_name)
            self._page.form.show_preparing(False)
            self._page.form.show_problem(said.title, said.detail)
            return ()
        except Exception as error:
            said = explain(error)
            self._page.form.show_preparing(False)
            self._page.form.show_problem(said.title, said.detail)
            raise
        self._page.form.show_preparing(False)
        return made if isinstance(made, tuple) else ()

    # --- what does not hold the form ------------------------------------------------------------------

    def read(self) -> Flow:
        """Show the document as it will be read, in the colours of the theme."""
        inks = asdict(theme.tokens())
        try:
            html = yield background(self._desk.sharing.preview, self._patient, inks, lane="store")
        except LgcError as error:
            said = explain(error, self._patient.courtesy_name)
            self._page.show_unread(said.title, said.detail)
            return
        self._page.show_preview(html)

    def check_access(self) -> Flow:
        """Étape 3: ask TD0.2, unless the session, the identity or an opposition forbids the very question."""
        refused = closed_door(self._desk.session.current) or forbidden(self._patient)
        if refused is not None:
            self._show(refused)
            return
        self._show(checking(self._last, self._patient))
        yield from self._ask(background(self._desk.dmp.status, self._patient, lane="card"))

    def open_access(self) -> Flow:
        """Étape 3, the patient consents: TD0.3, then TD0.2 again."""
        self._show(opening(self._access))
        yield from self._ask(background(self._desk.dmp.authorise, self._patient, lane="card"))

    def _ask(self, question: Step) -> Flow:
        try:
            status = yield question
        except LgcError as error:
            said = explain(error, self._patient.courtesy_name)
            self._show(silent(self._patient, self._last, said.title, said.detail))
            return
        self._last = status
        self._show(access_of(self._patient, status))
        self.status_known.emit(status)

    def complete(self, typed: str) -> Flow:
        """Propose the correspondents that match what was typed."""
        try:
            people = yield background(self._desk.sharing.complete, typed, lane="store")
        except LgcError:
            people = ()  # no help is proposed; the address can still be typed in full
        self._page.form.recipients.propose(typed, people)

    def check_address(self, typed: str) -> Flow:
        """Make an address typed in full a recipient, or say at the field why it cannot be one."""
        try:
            who = yield background(self._desk.sharing.correspondent, typed, lane="store")
        except LgcError as error:
            said = explain(error)
            self._page.form.refuse_address(" ".join(part for part in (said.title, said.detail) if part))
            return
        if self._page.form.recipients.typed == typed:
            self._page.form.add_recipient(who)

    # --- one branch -----------------------------------------------------------------------------------

    def send(self, delivery_id: int) -> Flow:
        """Send a branch; what became of it is shown on its card, and hides no other."""
        yield from self._work(background(self._desk.deliveries.deliver, delivery_id), delivery_id)

    def retry(self, delivery_id: int) -> Flow:
        """Send a branch again, or ask whether it arrived."""
        self._page.outcome.sending(delivery_id)
        yield from self._work(background(self._desk.deliveries.retry, delivery_id), delivery_id)

    def give_up(self, delivery_id: int) -> Flow:
        """Give a branch up."""
        yield from self._work(
            background(self._desk.deliveries.give_up, delivery_id, lane="store"), delivery_id
        )

    def _work(self, work: Step, delivery_id: int) -> Flow:
        try:
            delivery = yield work
        except Exception as error:
            self._page.outcome.stumbled(delivery_id, explain(error))
            if not isinstance(error, LgcError):
                raise
        else:
            self._page.outcome.landed(delivery)
        self.deliveries_changed.emit()

    # --- small things ---------------------------------------------------------------------------------

    def _retry(self, delivery_ids: list[int]) -> None:
        for delivery_id in delivery_ids:
            self._start(self.retry(delivery_id))

    def _give_up(self, delivery_ids: list[int]) -> None:
        for delivery_id in delivery_ids:
            self._start(self.give_up(delivery_id))

    def _show(self, access: Access) -> None:
        self._access = access
        self._page.form.show_access(access)

    def _start(self, flow: Flow) -> None:
        self._runner.start(flow, self._page)
