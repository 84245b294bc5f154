"""The desk on which a record is shared: its answers are values that a test changes."""

from __future__ import annotations

import pytest

from tests.ui.sharing.fake_desk import FakeDesk


@pytest.fixture
def desk():
    """The desk; a test changes its answers before it opens the record."""
    return FakeDesk()
