"""The faults the DMP plays on demand, from Python and from JSON."""

from __future__ import annotations

import http.client
import json
import time
from datetime import date

import pytest

from tests.sandbox.dmp.dmp_requests import MATRICULE, td0_2, td0_3, td3_1


def existence(desk):
    answer = desk.ask("/patients", td0_2())
    found = answer.find(".//h:queryResponseCode")
    return found.get("code") if found is not None else ""


def test_a_refusal_has_the_shape_of_its_transaction(desk, dmp):
    for transaction in ("TD0.2", "TD0.3", "TD2.1", "TD3.1"):
        dmp.script.refuse(transaction, "DMPAccessDeniedByExcededThreshold", "Trop de demandes")
    answer = desk.ask("/patients", td0_2())
    assert answer.find(".//h:acknowledgement").get("typeCode") == "AE"
    assert answer.find(".//h:acknowledgementDetail/h:code").get("code") == "DMPAccessDeniedByExcededThreshold"
    assert answer.text(".//h:acknowledgementDetail/h:text") == "Trop de demandes"
    assert desk.ask("/habilitations", td0_3()).text(".//hab:context") == "Trop de demandes"
    refused = ("DMPAccessDeniedByExcededThreshold", "Trop de demandes")
    assert desk.feed().error == refused
    assert desk.ask("/registry", td3_1("('1.2')")).error == refused
    assert existence(desk) == "OK"
    assert desk.feed().registered


def test_a_refusal_may_be_a_fault_or_an_http_status(desk, dmp):
    dmp.script.refuse("TD2.1", "DMPInvalidCertificate", "Not a valid signature certificate")
    dmp.script.refuse("TD2.1", "503")
    dmp.script.refuse("TD2.1", "Receiver", "Panne")
    assert desk.feed().subcodes == ["soap:DMPInvalidCertificate"]
    assert desk.feed().status == 503
    assert desk.feed().fault == "Panne"
    assert [e.outcome for e in dmp.journal.requests("TD2.1")] == ["DMPInvalidCertificate", "503", "Panne"]


def test_a_refusal_lasts_as_many_times_as_asked(desk, dmp):
    dmp.script.refuse("TD2.1", "XDSRepositoryBusy", times=2)
    lot = desk.lot()
    assert [desk.send(lot).error[0] for _ in range(3)] == ["XDSRepositoryBusy"] * 2 + [""]
    dmp.script.refuse("TD2.1", "XDSRepositoryBusy", times=None)
    assert [desk.feed().error[0] for _ in range(3)] == ["XDSRepositoryBusy"] * 3
    dmp.script.reset()
    assert desk.feed().registered


def test_a_slow_server_is_slow(desk, dmp):
    dmp.script.delay(0.3, "TD0.2")
    start = time.monotonic()
    desk.ask("/patients", td0_2())
    assert time.monotonic() - start >= 0.3
    dmp.script.delay(60, "TD0.2")
    dmp.script.delay(0, "TD0.2")
    desk.ask("/patients", td0_2())
    assert time.monotonic() - start < 30


@pytest.mark.parametrize(("when", "count"), [("before-answer", 0), ("after-commit", 1), ("mid-answer", 1)])
def test_a_cut_line_leaves_the_document_there_or_not(desk, dmp, when, count):
    lot = desk.lot()
    dmp.script.cut(when)
    with pytest.raises((OSError, http.client.HTTPException)):
        desk.send(lot)
    assert dmp.journal.count(lot.document_id) == count
    desk.doctor.close()
    found = desk.ask("/registry", td3_1(f"('{lot.document_id}')")).findall(".//rim:ObjectRef")
    assert len(found) == count
    assert desk.send(lot).registered == (count == 0)


def test_a_cut_may_strike_any_transaction(desk, dmp):
    dmp.script.cut("before-answer", times=1, transaction=None)
    with pytest.raises((OSError, http.client.HTTPException)):
        desk.ask("/patients", td0_2())


def test_the_patient_may_close_or_oppose_while_we_work(desk, dmp):
    dmp.script.close_dmp(MATRICULE, date(2026, 11, 19), "DECES")
    answer = desk.ask("/patients", td0_2())
    assert answer.find(".//h:registrationEvent/h:effectiveTime").get("value") == "20261119"
    assert desk.feed().error[0] == "XDSUnknownPatientId"
    dmp.script.reset()
    dmp.script.oppose(MATRICULE)
    answer = desk.ask("/patients", td0_2())
    assert answer.find(".//h:attentionLine/h:value").get("code") == "INTERDIT"
    assert desk.feed().error[0] == "DMPAccessForbidden"
    dmp.script.reset()
    assert desk.feed().registered


def test_a_service_down_refuses_connections_then_comes_back_on_the_same_port(desk, dmp):
    url = dmp.base_url
    assert existence(desk) == "OK"
    dmp.script.down(True)
    dmp.script.down(True)
    with pytest.raises((OSError, http.client.HTTPException)):
        existence(desk)
    desk.doctor.close()
    with pytest.raises(ConnectionRefusedError):
        existence(desk)
    dmp.script.down(False)
    desk.doctor.close()
    assert existence(desk) == "OK"
    assert dmp.base_url == url


def test_stopping_a_service_that_is_down_is_clean(dmp_desk_for):
    desk = dmp_desk_for()
    desk.server.script.down(True)
    desk.server.stop()


@pytest.mark.parametrize(
    "command",
    [
        {"do": "refuse", "transaction": "TD2.1", "code": "XDSRepositoryBusy", "message": "", "times": None},
        {"do": "delay", "seconds": 0.01, "transaction": "TD2.1"},
        {"do": "close_dmp", "matricule": MATRICULE, "date": "2026-11-19", "reason": "DECES"},
        {"do": "oppose", "matricule": MATRICULE},
        {"do": "cut", "when": "after-commit", "times": 1},
        {"do": "accept_duplicates", "accept": True},
        {"do": "down", "down": True},
    ],
)
def test_every_command_comes_as_json_too_and_is_forgotten_on_reset(desk, dmp, command):
    assert dmp.apply(json.loads(json.dumps(command))) == {"done": command["do"]}
    assert dmp.apply({"do": "reset"}) == {"done": "reset"}
    assert desk.feed().registered


@pytest.mark.parametrize(
    "command",
    [
        {},
        {"do": "explode"},
        {"do": "refuse", "transaction": "TD9.9", "code": "x"},
        {"do": "refuse", "transaction": "TD2.1", "code": "999"},
        {"do": "cut", "when": "never"},
        {"do": "cut", "when": "mid-answer", "transaction": "TD9"},
        {"do": "delay", "seconds": 1, "transaction": "TD9"},
        {"do": "oppose"},
    ],
)
def test_an_unknown_command_is_an_error(dmp, command):
    with pytest.raises((ValueError, TypeError)):
        dmp.apply(command)


def test_the_journal_is_told_as_json_without_content(desk, dmp):
    lot = desk.lot()
    desk.send(lot)
    told = json.dumps(dmp.journal.summary())
    assert lot.document_id in told
    assert MATRICULE not in told
