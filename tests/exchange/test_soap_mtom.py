"""MTOM: documents travel untouched, and an answer that was cut is not taken for a shorter one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_lgc.domain.delivery import Part
from demo_lgc.exchange.soap.mtom import BrokenEntityError, content_id, include, read_entity, write_entity

ACTION = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"
parts_of = st.lists(st.binary(max_size=300), max_size=4)


def entity(envelope: bytes, contents: list[bytes]) -> tuple[str, bytes]:
    parts = tuple(
        Part(f"{n}@urn:ihe:iti:xds-b:2007", "application/octet-stream", c) for n, c in enumerate(contents)
    )
    return write_entity(envelope, parts, action=ACTION, boundary="MIMEBoundary-0123456789abcdef")


@given(st.binary(max_size=300), parts_of)
def test_what_is_written_is_read_back_to_the_byte(envelope: bytes, contents: list[bytes]) -> None:
    read = read_entity(*entity(envelope, contents))
    assert read.root == envelope
    assert list(read.parts.values()) == contents


@given(parts_of, st.data())
def test_an_entity_cut_anywhere_is_refused(contents: list[bytes], data: st.DataObject) -> None:
    content_type, whole = entity(b"<envelope/>", contents)
    cut = data.draw(st.integers(0, len(whole) - len("--\r\n") - 1))
    with pytest.raises(BrokenEntityError):
        read_entity(content_type, whole[:cut])


def test_a_reader_takes_a_preamble_an_epilogue_and_bare_line_feeds() -> None:
    body = b"ignored\n--b\nContent-ID: <r@x>\n\n<root/>\n--b\nContent-ID: <a@x>\n\nA\n--b--\nignored too"
    read = read_entity('multipart/related; boundary=b; start="<r@x>"', body)
    assert (read.root, read.parts) == (b"<root/>", {"a@x": b"A"})


def test_the_first_part_is_the_root_when_none_is_named() -> None:
    body = b"--b\r\n\r\n<root/>\r\n--b\r\nContent-ID: <a@x>\r\n\r\nA\r\n--b--"
    assert read_entity("multipart/related; boundary=b", body).root == b"<root/>"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/related", b"--b\r\n\r\nx\r\n--b--"),
        ("multipart/related; boundary=b", b"nothing"),
        ("multipart/related; boundary=b; start=<r>", b"--b\r\n\r\nx\r\n--b--"),
        ("multipart/related; boundary=b", b"--b\r\nno end of headers\r\n--b--"),
        ("multipart/related; boundary=b", b"--b\r\nContent-ID: <a>\r\n\r\n1\r\n" * 2 + b"--b--"),
        ("multipart/related; boundary=b", b"--b\r\nContent-Transfer-Encoding: base64\r\n\r\neA==\r\n--b--"),
        ("multipart/related; boundary=b", b"\r\n--b\r\n\r\nx" * 1001 + b"\r\n--b--"),
    ],
    ids=["no boundary", "no part", "no root", "no headers", "twice", "encoded", "too many"],
)
def test_a_broken_entity_is_refused(content_type: str, body: bytes) -> None:
    with pytest.raises(BrokenEntityError):
        read_entity(content_type, body)


def test_a_boundary_that_occurs_in_a_document_is_not_used() -> None:
    with pytest.raises(ValueError, match="boundary"):
        entity(b"<envelope/>", [b"--MIMEBoundary-0123456789abcdef"])


def test_a_content_id_is_percent_encoded_and_read_back() -> None:
    reference = include("2.25.1@urn:ihe:iti:xds-b:2007").get("href", "")
    assert reference == "cid:2.25.1@urn%3Aihe%3Aiti%3Axds-b%3A2007"
    assert content_id(reference) == "2.25.1@urn:ihe:iti:xds-b:2007"
    with pytest.raises(BrokenEntityError):
        content_id("http://elsewhere/part")
