"""A provider, somebody in front of a browser, and a clock that is put forward at will."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from demo_lgc.exchange.psc.provider import ProSanteConnect
from demo_lgc.sandbox.igc_sante import Holder
from demo_lgc.sandbox.psc.provider import Provider
from demo_lgc.sandbox.psc.server import ProSanteServer
from demo_lgc.settings import ProSanteSettings

PAUL, ROBERT = "899700057291", "899700057372"
HOLDERS = (
    Holder(
        PAUL, "MEDECIN5729", "PAUL", activities=(("499700057291001", "Cabinet du Dr MEDECIN5729", "SA07"),)
    ),
    Holder(ROBERT, "SPECIALISTE5737", "ROBERT", speciality="SM40"),
)


class Clock:
    """The time, and how far it was put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


class Browser:
    """Opens addresses in threads of its own, as the system browser does. `pages` is what it was shown."""

    def __init__(self) -> None:
        self.pages: list[str] = []
        self._threads: list[threading.Thread] = []

    def choose(self, address: str, **fields: str) -> None:
        """Send the form of the page at `address` with `fields`, and follow where that leads."""
        asked = dict(parse_qsl(urlsplit(address).query))
        self.open(address, asked | fields)

    def open(self, address: str, form: dict[str, str] | None = None) -> None:
        """Open an address, or send it a form."""
        body = urlencode(form).encode() if form is not None else None
        thread = threading.Thread(target=self._visit, args=(address, body))
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        for thread in self._threads:
            thread.join(10)

    def _visit(self, address: str, form: bytes | None) -> None:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, form, 10) as page:
            self.pages.append(page.read().decode())


@pytest.fixture
def browser() -> Iterator[Browser]:
    opened = Browser()
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def running() -> Iterator[Provider]:
    server = ProSanteServer(HOLDERS)
    server.start()
    yield server.provider
    server.stop()


@pytest.fixture
def provider(running: Provider, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """The provider, whose telephones answer at once, well-behaved again after each test."""
    running.apply({"do": "phone", "answer": "accept", "after": 0})
    yield running
    running.apply({"do": "reset"})


@pytest.fixture
def settings(provider: Provider) -> ProSanteSettings:
    return ProSanteSettings(
        discovery=provider.discovery,
        client_id=provider.client.name,
        client_secret=provider.client.secret,
        deadline=10.0,
        patience=10.0,
    )


Connect = Callable[..., ProSanteConnect]


@pytest.fixture
def connect(settings: ProSanteSettings, clock: Clock) -> Connect:
    """Return our client of the provider; only the settings that a test is about are named."""

    def make(**changes: object) -> ProSanteConnect:
        return ProSanteConnect(replace(settings, **changes), clock)  # type: ignore[arg-type]

    return make
