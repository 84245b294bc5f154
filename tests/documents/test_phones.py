"""Phone numbers are read in pairs, whoever wrote them; a number that is not French is left alone."""

from __future__ import annotations

import pytest

from demo_lgc.documents.phones import in_pairs

PAIRS = "01\u00a047\u00a015\u00a000\u00a000"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("0147150000", PAIRS),
        ("01.47.15.00.00", PAIRS),
        ("01\u00a047\u00a015\u00a000\u00a000", PAIRS),
        ("+33147150000", PAIRS),
        ("+33 (0)1 47 15 00 00", PAIRS),
        ("0033 1 47 15 00 00", PAIRS),
        ("147150000", "147150000"),  # nine digits, of we know not where
        ("+32 2 555 12 12", "+32 2 555 12 12"),
        ("3646", "3646"),
        ("", ""),
    ],
)
def test_a_french_number_is_read_in_pairs_and_no_other(written: str, read: str):
    assert in_pairs(written) == read
