"""The campaign at the size of CI; the whole of it is run by hand and reported with its command."""

from __future__ import annotations

from pathlib import Path

from tests.campaigns.envelopes import campaign


def test_broken_messages_and_archives_are_read_or_refused_and_nothing_else(tmp_path: Path) -> None:
    said: list[str] = []
    counts = campaign(200, 7, said.append, tmp_path)
    assert (counts["failed"], said) == (0, [])
    assert counts["read"] > 100
    assert counts["refused"] > 100
