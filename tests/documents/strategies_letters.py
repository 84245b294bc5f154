"""Any page and any header for it, for hypothesis."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from demo_lgc.domain.document import DocumentHeader
from demo_lgc.domain.kinds import FORMAT_PDF, KINDS, Kind
from demo_lgc.domain.letter import Letter, Line, NotSubstitutable, Passage
from demo_lgc.domain.message import Correspondent
from tests.documents.strategies import headers, names, phrases

kinds = st.sampled_from(KINDS)

colleagues = st.builds(
    Correspondent,
    names
    | st.sampled_from(["Dr Robert SPECIALISTE5737", "Pr Zoé de la TOUR", "r.specialiste@mss.test", "Dr"]),
    st.sampled_from(["", "r.specialiste@mss.test", "zoé@santé-demo.test"]),
    st.just("") | phrases,
    st.just("") | phrases,
)

_passages = st.builds(
    Passage,
    phrases | st.builds("{}\n{}\r\n\r\n{}".format, phrases, phrases, phrases),
    st.just("") | phrases,
)


def lines(kind: Kind, *, two_parts: bool) -> st.SearchStrategy[Line]:
    """Lines of prescription that a kind of document may hold."""
    return st.builds(
        Line,
        phrases,
        phrases if kind.dosed else st.just("") | phrases,
        st.sampled_from(["", "3 mois"]),
        st.sampled_from(["", "2 boîtes"]),
        renewals=st.integers(0, 11),
        not_substitutable=st.none() | st.sampled_from(NotSubstitutable),
        long_term=st.booleans() if two_parts else st.just(False),
    )


@st.composite
def letters(draw: st.DrawFn, kind: Kind) -> Letter:
    """A page of this kind that can be written: never empty."""
    two_parts = kind.has_lines and draw(st.booleans())
    written = draw(st.lists(lines(kind, two_parts=two_parts), max_size=4)) if kind.has_lines else []
    passages = draw(st.lists(_passages, min_size=0 if written else 1, max_size=3))
    return Letter(tuple(passages), tuple(written), two_parts)


@st.composite
def letters_with_headers(draw: st.DrawFn) -> tuple[Letter, DocumentHeader]:
    """A page and a header that goes with it."""
    kind = draw(kinds)
    header = replace(
        draw(headers()),
        type=kind.type,
        document_class=kind.document_class,
        format=FORMAT_PDF,
        title=draw(st.just(kind.title) | phrases),
        recipients=tuple(draw(st.lists(colleagues, max_size=3))),
    )
    return draw(letters(kind)), header
