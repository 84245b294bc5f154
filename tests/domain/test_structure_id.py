"""The identifiers of places of work, as they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_lgc.domain.structure_id import kind_of_structure_id, read_structure_id


@pytest.mark.parametrize(
    ("typed", "identifier", "kind"),
    [
        ("499700057291001", "499700057291001", "RPPS"),
        ("4 99700057291 001", "499700057291001", "RPPS"),
        ("1 0b 0127189", "10B0127189", "FINESS"),
        ("1.750.712.184", "1750712184", "FINESS"),
        ("312345678901234", "312345678901234", "SIRET"),
        ("2123456789", "2123456789", "SIREN"),
    ],
)
def test_what_is_typed_is_read_as_it_is_sent(typed, identifier, kind):
    assert read_structure_id(typed) == identifier
    assert kind_of_structure_id(identifier) == kind


@given(st.text(max_size=20))
def test_whatever_is_typed_is_never_an_identifier_of_another_shape(typed):
    identifier = read_structure_id(typed)
    assert read_structure_id(identifier) == identifier
    if kind_of_structure_id(identifier):
        assert identifier.isascii()
        assert identifier.isalnum()
        assert len(identifier) in (10, 15)
