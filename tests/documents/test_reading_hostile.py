"""Whatever arrives, reading ends soon, in little memory, with a page or a named refusal, and runs nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from demo_lgc.documents.reading.document import read_document
from demo_lgc.domain.errors import UnreadableDocument
from tests.documents.hostile import ACTIVE, REFUSED, SHOWN, document, section
from tests.documents.page_check import PageCheck


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_shown_safely_is_refused_with_its_reason_in_less_than_two_seconds(name: str) -> None:
    problem, make = REFUSED[name]
    content = make()
    began = time.monotonic()
    with pytest.raises(UnreadableDocument) as refused:
        read_document(content)
    assert refused.value.problem is problem
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("name", SHOWN)
def test_what_merely_does_not_conform_is_shown_with_a_word_about_it(name: str) -> None:
    words, warning, make = SHOWN[name]
    content = make()
    began = time.monotonic()
    read = read_document(content)
    assert words in read.html
    assert not warning or any(warning in each for each in read.warnings)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("active", ACTIVE)
def test_nothing_active_lives_in_a_page(active: str) -> None:
    read = read_document(document(section(f"<paragraph>avant</paragraph>{active}")))
    assert "avant" in read.html
    assert PageCheck().check(read.html) >= {"h2", "p"}


def test_a_link_to_elsewhere_is_said_not_followed() -> None:
    text = "<paragraph>Voir <linkHtml href='https://has-sante.fr/x'>la HAS</linkHtml></paragraph>"
    read = read_document(document(section(text)))
    assert "la HAS" in read.html
    assert "(https://has-sante.fr/x)" in read.html
    assert "href" not in read.html


def test_a_link_inside_of_the_page_leads_there() -> None:
    text = (
        "<paragraph><linkHtml href='#fin'>La fin</linkHtml></paragraph><paragraph ID='fin'>Fin.</paragraph>"
    )
    read = read_document(document(section(text)))
    assert '<a href="#in-fin">La fin</a>' in read.html
    assert '<a name="in-fin"></a>Fin.' in read.html


def test_the_worst_files_cost_less_than_300_megabytes() -> None:
    # In a process of its own: memory that was once taken is never given back to the system.
    program = """
import re
from pathlib import Path
from demo_lgc.documents.reading.document import read_document
from demo_lgc.domain.errors import UnreadableDocument
from tests.documents.hostile import REFUSED, SHOWN, document, file_body

def peak():
    return int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024

read_document(document())
makers = [(name, make) for name, (_, make) in REFUSED.items()] + [(n, m) for n, (_, _, m) in SHOWN.items()]
makers.append(("18 MB of PDF", lambda: document(file_body(b"%PDF-" + bytes(18_000_000)))))
for name, make in makers:
    content = make()
    Path("/proc/self/clear_refs").write_text("5")
    before = peak()
    try:
        read_document(content)
    except UnreadableDocument:
        pass
    assert peak() - before < 300, (name, peak() - before)
print("done")
"""
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("the peak of the memory of a process is measured through Linux's /proc")
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout.strip() == "done", done.stderr[-2000:]
