"""Messages made to stop whoever reads them: those that make the standard library fail, and more."""

from __future__ import annotations

import contextlib
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_lgc.domain.errors import UnreadableMessage
from demo_lgc.exchange.mssante import reading
from demo_lgc.exchange.mssante.headers import MAX_HEADER, decoded, moment, parameters, people, text_of
from demo_lgc.exchange.mssante.mime import MAX_DEPTH, MAX_PARTS
from demo_lgc.exchange.mssante.reading import read_message
from demo_lgc.exchange.mssante.wording import text_of_html
from tests.limits import measured

HEAD = b"From: a@b.fr\nSubject: s\nContent-Type: multipart/mixed; boundary=b\n\n"
unix = pytest.mark.skipif(sys.platform == "win32", reason="measures memory as Unix does")


def nested(levels: int) -> bytes:
    head = b"From: a@b.fr\r\nContent-Type: multipart/mixed; boundary=b0\r\n\r\n"
    part = b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n"
    return head + b"".join(part % (i, i + 1) for i in range(levels)) + b"--b%d\n\ntext" % levels


def parts(count: int, head: bytes = b"", body: bytes = b"x") -> bytes:
    return HEAD + b"".join(b"--b\n" + head + b"\n" + body + b"\n" for _ in range(count))


def page(body: bytes) -> bytes:
    return b"From: a@b.fr\nContent-Type: text/html\n\n" + body[:1_000_000]


def as_file(count: int, parameter: bytes) -> bytes:
    head = b"Content-Type: a/b%s\nContent-Disposition: attachment%s\n" % (parameter, parameter)
    return parts(count, head)


LARGE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nested": (lambda: nested(3_000), "too-deep"),
    "one boundary for all levels": (lambda: HEAD + HEAD[13:] * 3_000, "IncomingMessage"),
    "parts": (lambda: parts(100_000), "too-many-parts"),
    "dashes": (lambda: HEAD + b"\n--bX" * 7_000_000, "too-many-parts"),
    "To of 1 MB": (lambda: b"From: a@b.fr\nTo: " + b"a@b.fr, " * 140_000 + b"\n\nx", "IncomingMessage"),
    "To of brackets": (lambda: b"From: a@b.fr\nTo: " + b"(<[:;" * 200_000 + b"\n\nx", "IncomingMessage"),
    "encoded words": (
        lambda: b"From: a@b.fr\nSubject: " + b"=?utf-8?q?=C3?=\n " * 80_000 + b"\n\nx",
        "IncomingMessage",
    ),
    "headers": (lambda: b"From: a@b.fr\n" + b"a:b\n" * 1_000_000 + b"\nx", "IncomingMessage"),
    "headers of parts": (lambda: parts(400, b"a:b\n" * 5_000), "IncomingMessage"),
    "quotations": (lambda: as_file(490, b';a="\\"' * 2_600), "IncomingMessage"),
    "semicolons": (lambda: as_file(490, b";" * 15_900), "IncomingMessage"),
    "blank lines": (lambda: b"From: a@b.fr\n" + b"\n" * 38_000_000, "IncomingMessage"),
    "too large": (lambda: b"From: a@b.fr\n\n" + b"x" * 41_000_000, "too-large"),
    "a deep file": (
        lambda: (
            nested(MAX_DEPTH - 1)
            + b"\n--b%d\nContent-Type: a/b\nContent-Transfer-Encoding: base64\n\n" % (MAX_DEPTH - 1)
            + b"QUJD" * 19 * 450_000
        ),
        "IncomingMessage",
    ),
    "text": (lambda: b"From: a@b.fr\n\n" + b"abc " * 9_900_000, "IncomingMessage"),
    "quoted-printable": (
        lambda: b"From: a@b.fr\nContent-Transfer-Encoding: quoted-printable\n\n" + b"=41=\n" * 7_900_000,
        "IncomingMessage",
    ),
    "paragraphs": (lambda: page(b"<p>" * 333_000), "IncomingMessage"),
    "attributes": (lambda: page(b"<a " + b"".join(b"a%d=1 " % i for i in range(120_000))), "IncomingMessage"),
    "scripts": (lambda: page(b"<script>" * 125_000), "IncomingMessage"),
    "comments": (lambda: page(b"<!--" * 250_000), "IncomingMessage"),
    "pages": (lambda: parts(490, b"Content-Type: text/html\n", b"<p>" * 20_000), "IncomingMessage"),
    "report": (
        lambda: b"From: a@b.fr\nContent-Type: message/delivery-status\n\n" + b"Action: x\n\n" * 1_000_000,
        "IncomingMessage",
    ),
    "noise": (lambda: b"From: a@b.fr\n\n" + random.Random(1).randbytes(30_000_000), "IncomingMessage"),
}


@unix
@pytest.mark.parametrize("name", LARGE)
def test_no_message_takes_long_or_much_memory(name: str, tmp_path: Path) -> None:
    make, said = LARGE[name]
    result = measured("demo_lgc.exchange.mssante.reading:read_message", make(), tmp_path)
    assert result.said.removeprefix("UnreadableMessage ") == said
    assert result.is_bounded, result


def test_parts_are_read_up_to_the_limits() -> None:
    assert len(read_message(as_file(MAX_PARTS - 1, b"")).attachments) == MAX_PARTS - 1
    assert read_message(nested(MAX_DEPTH - 1)).text == "text"
    with pytest.raises(UnreadableMessage):
        read_message(nested(MAX_DEPTH))


def test_a_header_is_read_up_to_its_limit_and_the_rest_is_missed_aloud() -> None:
    long = b"a" * (MAX_HEADER + 10)
    message = read_message(b"From: a@b.fr\nSubject: " + long + b"\nMessage-ID: <after@it>\n\nx")
    assert message.subject == "a" * MAX_HEADER
    assert message.message_id == "<after@it>"
    assert reading.CUT_HEADERS in message.warnings


def test_a_page_too_long_to_read_is_kept_as_a_file() -> None:
    long = b"<p>mot</p>" * 200_000
    message = read_message(b"From: a@b.fr\nContent-Type: text/html\n\n" + long)
    assert (message.text, message.attachments[0].content) == ("", long)
    assert reading.LONG_PAGE in message.warnings


def test_a_text_too_long_is_cut_aloud() -> None:
    message = read_message(b"From: a@b.fr\n\n" + b"mot " * 400_000)
    assert len(message.text) == reading.MAX_TEXT
    assert reading.CUT_TEXT in message.warnings


@pytest.mark.parametrize(
    "header",
    [
        b"Content-type:;2*:1\xe0",
        b"Content-Type: ; ; ;=",
        b"Content-Type: text/plain; charset*=\xff''%zz",
        b"Content-Type: text/plain; charset=\x00\xff",
        b"Content-Disposition: inline; filename*=",
        b"Content-Disposition: inline; filename*0*=''; filename*999=",
        b"Date: 1 Jan 99999999999999999999 00:00:00 +99999999999",
        b"Date: " + b"9" * 5_000,
        b"Date: Mon, 32 Foo 2025 99:99:99 +9999",
        b"To: " + b"(" * 5_000,
        b"To: \x00@\xff",
        b"Subject: =?utf-8?b?====?= =?idna?q?xn--?= =?unicode_escape?q?=5CN?=",
        b"Message-ID: " + b"<" * 5_000,
        b": no name\n no name either",
    ],
)
def test_a_header_made_to_fail_spoils_nothing_else(header: bytes) -> None:
    message = read_message(b"From: a@b.fr\n" + header + b"\n\nBonjour")
    assert message.sender.address == "a@b.fr"
    assert message.text == "Bonjour"


headers = st.sampled_from(
    (
        *("From", "To", "Cc", "Subject", "Date", "Message-ID", "X-MSS-INS", "References", "Auto-Submitted"),
        *("Content-Type", "Content-Disposition", "Content-Transfer-Encoding", "Disposition-Notification-To"),
    )
)
types = ("mixed", "alternative", "report", "digest")
values = (
    st.text(max_size=60)
    | st.sampled_from([f"multipart/{each}; boundary=b" for each in types])
    | st.sampled_from(["message/delivery-status", "message/disposition-notification", "text/html", "base64"])
)
structured = st.lists(
    st.one_of(
        st.builds("{}: {}\n".format, headers, values),
        st.sampled_from(["\n", "--b\n", "--b--\n", "Disposition: a/b; processed/error\n", "Action: x\n"]),
        st.text(max_size=40),
    ),
    max_size=30,
).map(lambda lines: "".join(lines).encode("utf-8", errors="surrogatepass"))


@given(structured | st.binary(max_size=400))
def test_any_bytes_are_a_message_or_are_refused_by_name(content: bytes) -> None:
    with contextlib.suppress(UnreadableMessage):
        message = read_message(b"From: a@b.fr\n" + content)
        assert isinstance(message.text, str)
        assert all(a.name and "/" not in a.name and "\\" not in a.name for a in message.attachments)


@given(st.text(max_size=300))
def test_the_small_readers_never_fail(text: str) -> None:
    assert isinstance(decoded(text), str)
    assert isinstance(parameters(text)[0], str)
    assert isinstance(people([text]), tuple)
    assert isinstance(text_of_html(text), str)
    assert moment(text) is None or moment(text).tzinfo is not None  # type: ignore[union-attr]
    assert text_of(text.encode("utf-8", errors="replace"), text[:20]) is not None


MARKUP = st.text("<>/!-ab \"'&;#x9=\n", max_size=80) | st.sampled_from(
    ["<script>", "<!--", "</p>", "<td>", "&lt;"]
)


@given(st.lists(MARKUP, max_size=12).map("".join))
def test_what_stands_before_bad_markup_is_read(markup: str) -> None:
    assert text_of_html(f"<p>avant</p>{markup}").startswith("avant")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a<script>bad()</script>b", "ab"),
        ("a<SCRIPT src=x>bad()</sCript >b", "ab"),
        ("a<style>p{}</style>b<!-- c -->d<!DOCTYPE x><?xml?>e", "abde"),
        ("a<script>never closed", "anever closed"),
        ("<head><title>t</title></head><body>b", "b"),
        ("glycémie < 1 g/l et > 0", "glycémie < 1 g/l et > 0"),
        ("<ul><li>un<li>deux</ul>fin", "un\ndeux\nfin"),
        ("<table><tr><td>Na</td><td>140</td></tr></table>", "Na 140"),
        ("l&eacute;ger &#233; &#x1F600; &#99999999999999;", "léger é 😀 \ufffd"),
        ("a" + "&#" + "9" * 6_000 + ";", "a\ufffd"),
        ("un<br>deux<br/>trois", "un\ndeux\ntrois"),
        ('<a href="javascript:bad()">lien</a>', "lien"),
    ],
)
def test_a_page_becomes_its_words(markup: str, text: str) -> None:
    assert text_of_html(markup) == text
