"""What looks at this machine for « Administration »: rooms are asked, and answer in words of the domain.

Only the composition root may know the card, the network and the base together; the service that shows them
is given questions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from demo_lgc.card import library
from demo_lgc.card.library import LibraryFound
from demo_lgc.card.tls.selftest import Engine, engine_named, self_test, what_is_wrong
from demo_lgc.domain.administration import (
    LibraryState,
    LibraryTrouble,
    RevocationList,
    SessionAct,
    TlsEngine,
)
from demo_lgc.domain.errors import CardProblem
from demo_lgc.domain.trust import CardReader
from demo_lgc.exchange.revocation import ListState, RevocationLists
from demo_lgc.records import trace
from demo_lgc.records.store import Store
from demo_lgc.services.administration import Instruments
from demo_lgc.settings import CardSettings

_TROUBLES = {
    CardProblem.NO_LIBRARY: LibraryTrouble.NOT_THERE,
    CardProblem.LIBRARY_ARCHITECTURE: LibraryTrouble.ARCHITECTURE,
    CardProblem.LIBRARY_FAILS: LibraryTrouble.FAILS,
}


def instruments(
    settings: CardSettings,
    reader: CardReader,
    lists: RevocationLists,
    store: Store,
    clock: Callable[[], datetime],
) -> Instruments:
    """Return the questions « Administration » may ask of this machine; see `Instruments`."""

    def probe(path: str) -> LibraryState:
        return _state(library.library_report(replace(settings, library=path))[0])

    return Instruments(
        libraries=lambda: tuple(map(_state, library.library_report(settings))),
        probe=probe,
        cards=reader.look,
        engine=lambda: _engine(settings),
        revocations=lambda: tuple(_list(state, clock()) for state in lists.state()),
        refresh=lists.refresh,
        acts=lambda limit: _acts(store, limit),
    )


def _state(found: LibraryFound) -> LibraryState:
    return LibraryState(found.path, _TROUBLES[found.problem] if found.problem else None, found.reason)


def _engine(settings: CardSettings) -> TlsEngine:
    engine = engine_named(settings.tls_engine) or self_test()
    fallback = engine is Engine.TLSLITE
    return TlsEngine(engine.value, fallback, what_is_wrong() if fallback else "")


def _list(state: ListState, now: datetime) -> RevocationList:
    """A list that could not be fetched again is current all the same, until the end it gives itself."""
    begin, end = state.published, state.next_update
    current = begin is not None and end is not None and begin <= now < end
    return RevocationList(state.url, begin, end, current)


def _acts(store: Store, limit: int) -> tuple[SessionAct, ...]:
    return tuple(SessionAct(a.at, a.who, a.act, a.outcome) for a in trace.session_acts(store, limit))
