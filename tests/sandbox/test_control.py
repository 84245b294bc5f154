"""The door of the sandbox opens to programs of this machine, not to the pages of its browsers."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest

from demo_lgc.sandbox.control import ControlServer


@pytest.fixture
def orders() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def port(orders: list[dict[str, Any]]) -> Iterator[int]:
    def obey(order: dict[str, Any]) -> dict[str, Any]:
        orders.append(order)
        return {"done": True}

    server = ControlServer({"dmp": obey}, lambda: {"dmp": []})
    server.start()
    yield int(server.url.rpartition(":")[2])
    server.stop()


def ask(port: int, method: str, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request(method, "/journal", json.dumps({"target": "dmp", "do": "delay"}), headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_program_gives_an_order_and_reads_the_journal(port: int, orders: list[dict[str, Any]]) -> None:
    assert ask(port, "POST", {}) == 200
    assert orders == [{"do": "delay"}]
    assert ask(port, "GET", {"Host": f"localhost:{port}"}) == 200


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://elsewhere.invalid"}, {"Origin": "null"}, {"Host": "elsewhere.invalid"}]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_of_a_browser_is_refused(
    port: int, orders: list[dict[str, Any]], method: str, headers: dict[str, str]
) -> None:
    assert ask(port, method, headers) == 403
    assert orders == []


@pytest.mark.parametrize("length", ["-1", "99999999999", "much"])
def test_an_order_of_an_absurd_length_is_refused(port: int, length: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.putrequest("POST", "/")
    connection.putheader("Content-Length", length)
    connection.endheaders()
    assert connection.getresponse().status == 400
    connection.close()
