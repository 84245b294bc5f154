"""The face of the worker that checks, before workers that do as a test says. No pack is needed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from demo_lgc.documents.conformance.checker import Checker
from demo_lgc.documents.conformance.pack import Pack
from demo_lgc.domain.errors import ConformanceError, ConformanceProblem, Finding

ROOT = Path(__file__).resolve().parents[3]
PRELUDE = (
    "import sys, json, time, os\n"
    "from demo_lgc.documents.workers.frames import read_frame, write_frame\n"
    "i, o = sys.stdin.buffer, sys.stdout.buffer\n"
    "def answer(memory=0, **said):\n"
    "    write_frame(o, json.dumps({'ok': True, 'error': '', 'memory': memory}).encode())\n"
    "    write_frame(o, json.dumps(said).encode())\n"
)


def scripted(code, **limits):
    return Checker(Pack(Path("nowhere")), (sys.executable, "-c", PRELUDE + code), **limits)


def problem_of(checker, **more):
    with pytest.raises(ConformanceError) as failure:
        checker.check(b"<a/>", **more)
    checker.close()
    return failure.value.problem


def test_the_findings_of_the_worker_are_given():
    checker = scripted(
        "write_frame(o, b'ready')\nread_frame(i)\nanswer(findings=[['Patient', 'Il manque.']])"
    )
    assert checker.check(b"<a/>") == (Finding("Patient", "Il manque."),)
    checker.close()


def test_a_worker_that_cannot_start_is_unavailable():
    checker = Checker(Pack(Path("nowhere")), ("/does/not/exist",))
    with pytest.raises(ConformanceError) as failure:
        checker.start()
    assert failure.value.problem is ConformanceProblem.UNAVAILABLE
    assert problem_of(scripted("import no_such_library")) is ConformanceProblem.UNAVAILABLE


def test_a_worker_that_dies_at_work_is_a_crash():
    checker = scripted("write_frame(o, b'ready')\nread_frame(i)\nos._exit(3)")
    assert problem_of(checker) is ConformanceProblem.CRASHED


def test_a_worker_that_says_nothing_is_stopped_at_the_deadline():
    began = time.monotonic()
    checker = scripted("write_frame(o, b'ready')\ntime.sleep(60)")
    assert problem_of(checker, deadline=0.8) is ConformanceProblem.TOO_SLOW
    assert time.monotonic() - began < 5


def test_a_worker_that_fails_says_so():
    code = "write_frame(o, json.dumps({'ok': False, 'error': 'KeyError', 'memory': 0}).encode())"
    checker = scripted(f"write_frame(o, b'ready')\nread_frame(i)\n{code}\nread_frame(i)")
    assert problem_of(checker) is ConformanceProblem.FAILED


def test_a_worker_that_grew_is_retired():
    checker = scripted(
        "write_frame(o, b'ready')\nwhile read_frame(i): answer(memory=900, findings=[])", max_memory=800
    )
    assert checker.check(b"<a/>") == ()
    assert checker.worker_pid is None
    assert checker.check(b"<a/>") == ()
    checker.close()


def test_the_window_never_loads_the_engine():
    code = (
        "import sys\n"
        "import demo_lgc.app, demo_lgc.documents.conformance.checker\n"
        "sys.exit('loaded' if 'saxonche' in sys.modules else 0)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
