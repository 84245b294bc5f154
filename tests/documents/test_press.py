"""The press and its worker, as real processes."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from demo_lgc.documents.paper.press import Press
from demo_lgc.domain.errors import PressError, PressProblem
from tests.factory import CREATED_AT, a_full_vsm, a_header, a_vsm

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def press():
    press = Press()
    press.start()
    yield press
    press.close()


def scripted(code, **limits):
    """A press whose worker is a few lines of Python that speak the frames."""
    prelude = (
        "import sys, json, time, os\n"
        "from demo_lgc.documents.workers.frames import read_frame, write_frame\n"
        "i, o = sys.stdin.buffer, sys.stdout.buffer\n"
        "def answer(**said):\n"
        "    write_frame(o, json.dumps({'ok': True, 'error': '', 'memory': 0, **said}).encode())\n"
    )
    return Press((sys.executable, "-c", prelude + code), **limits)


def running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def ask(press, **more):
    return press.print("<p>x</p>", "", "", CREATED_AT.isoformat(), **more)


def test_the_press_prints_a_vsm(press):
    pdf = press.pdf(a_full_vsm(), a_header())
    assert pdf.startswith(b"%PDF-1.4")


def test_the_press_prints_the_same_bytes_each_time(press):
    assert press.pdf(a_vsm(), a_header()) == press.pdf(a_vsm(), a_header())


def test_several_threads_may_ask_at_once(press):
    done = []
    threads = [threading.Thread(target=lambda: done.append(press.pdf(a_vsm(), a_header()))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 4
    assert len(set(done)) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="kills with a signal")
def test_a_worker_that_died_is_replaced(press):
    ask(press)
    first = press.worker_pid
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: press.worker_pid is None)
    assert ask(press).startswith(b"%PDF")
    assert press.worker_pid != first


def test_the_window_never_loads_the_heavy_library():
    code = (
        "import sys\n"
        "import demo_lgc.documents.paper.press, demo_lgc.documents.building\n"
        "import demo_lgc.documents.paper.vsm_html, demo_lgc.documents.naming\n"
        "heavy = {'weasyprint', 'fontTools', 'saxonche'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_program_that_is_killed_leaves_no_worker():
    code = (
        "import time\n"
        "from demo_lgc.documents.paper.press import Press\n"
        "p = Press()\n"
        "p.print('<p>x</p>', '', '', '2014-11-06T10:02:00+01:00')\n"
        "print(p.worker_pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) as program:
        worker = int(program.stdout.readline())
        assert running(worker)
        program.kill()
        program.wait()
        wait_until(lambda: not running(worker))


def test_closing_ends_the_worker_and_a_later_call_starts_another():
    press = scripted("write_frame(o, b'ready')\nwhile read_frame(i): answer(); write_frame(o, b'%PDF')")
    assert ask(press) == b"%PDF"
    press.close()
    assert press.worker_pid is None
    press.close()
    assert ask(press) == b"%PDF"
    press.close()


def test_a_worker_that_does_not_start_is_unavailable():
    press = Press(("/does/not/exist",))
    with pytest.raises(PressError) as failure:
        press.start()
    assert failure.value.problem is PressProblem.UNAVAILABLE


def test_a_worker_without_its_libraries_is_unavailable():
    press = scripted("import no_such_library")
    with pytest.raises(PressError) as failure:
        ask(press)
    assert failure.value.problem is PressProblem.UNAVAILABLE


def test_a_worker_that_dies_at_work_is_a_crash():
    press = scripted("write_frame(o, b'ready')\nread_frame(i)\nos._exit(3)")
    with pytest.raises(PressError) as failure:
        ask(press)
    assert failure.value.problem is PressProblem.CRASHED
    assert press.worker_pid is None


def test_an_answer_cut_short_is_a_crash():
    press = scripted(
        "write_frame(o, b'ready')\nread_frame(i)\nanswer()\no.write(b'\\0\\0\\1\\0%PDF')\no.flush()"
    )
    with pytest.raises(PressError) as failure:
        ask(press)
    assert failure.value.problem is PressProblem.CRASHED


def test_a_worker_that_says_nothing_is_stopped_at_the_deadline():
    press = scripted("write_frame(o, b'ready')\ntime.sleep(60)")
    began = time.monotonic()
    with pytest.raises(PressError) as failure:
        ask(press, deadline=0.8)
    assert failure.value.problem is PressProblem.TOO_SLOW
    assert time.monotonic() - began < 5
    assert press.worker_pid is None


def test_what_cannot_be_printed_is_said_and_the_worker_goes_on(press):
    with pytest.raises(PressError) as failure:
        press.print("<p>x</p>", "", "", "not a date")
    assert failure.value.problem is PressProblem.FAILED
    assert failure.value.detail == "ValueError"
    worker = press.worker_pid
    assert ask(press).startswith(b"%PDF")
    assert press.worker_pid == worker


def test_a_worker_that_grew_is_retired():
    press = scripted(
        "write_frame(o, b'ready')\nwhile read_frame(i): answer(memory=900); write_frame(o, b'%PDF')",
        max_memory=800,
    )
    assert ask(press) == b"%PDF"
    assert press.worker_pid is None
    assert ask(press) == b"%PDF"
    press.close()


def test_a_worker_that_printed_much_is_retired():
    press = scripted(
        "write_frame(o, b'ready')\nwhile read_frame(i): answer(); write_frame(o, b'%PDF')", max_documents=2
    )
    ask(press)
    first = press.worker_pid
    ask(press)
    assert press.worker_pid is None
    ask(press)
    assert press.worker_pid != first
    press.close()


def test_nothing_of_a_document_reaches_the_log(caplog):
    with caplog.at_level(
        logging.DEBUG, "demo_lgc.documents.workers.worker"
    ):  # before the worker says anything
        press = scripted(
            "sys.stderr.write('starting\\n'); sys.stderr.flush(); time.sleep(0.3)\n"
            "write_frame(o, b'ready')\nasked = read_frame(i)\n"
            "sys.stderr.write('CHEMIN ' + asked.decode() + '\\n'); sys.stderr.flush()\n"
            "answer(); write_frame(o, b'%PDF'); read_frame(i)"
        )
        press.pdf(a_vsm(), a_header())
        press.close()
    assert "starting" in caplog.text
    assert "bytes on its standard error" in caplog.text
    assert "CHEMIN" not in caplog.text
    assert "INSULATARD" not in caplog.text
