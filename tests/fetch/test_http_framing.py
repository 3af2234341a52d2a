"""Answers as they come over the wire."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import FetchError
from bot.fetch.http_framing import AROUND, CHUNK_LINE, COOKIES, HEAD, INTERIM, IS_TLS, NO_HTTP, SHARE, Framing

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def plain(answer: bytes, cuts: tuple[int, ...] = ()) -> tuple[list[bytes], bytes]:
    """Return the lines of the head and the body, as the library gets them, of an answer that comes cut at places."""
    framing = Framing()
    places = [0, *sorted({place for place in cuts if 0 < place < len(answer)}), len(answer)]
    pieces = [piece for start, end in pairwise(places) for piece in framing.feed(answer[start:end])]
    head, _, rest = b"".join(pieces).partition(b"\r\n\r\n")
    assert not rest or pieces[0] == head + b"\r\n\r\n", "the head is handed on by itself"
    return head.split(b"\r\n"), unchunked(rest) if b"transfer-encoding: chunked" in head else rest


def unchunked(body: bytes) -> bytes:
    """Return what well-formed chunks hold, and that they have an end as `$`."""
    content = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        content += body[:length] if length else b"$"
        assert body[length : length + 2] == b"\r\n"
        body = body[length + 2 :]
    return content


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (OK + b"Content-Length: 3\r\n\r\nabc", b"abc"),
        (OK + b"Content-Length: 3\r\n\r\nabc\r\n\r\ntail", b"abc"),
        (OK + b"Content-Length: 0\r\n\r\ntail", b""),
        (OK + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabcd", b"abc"),
        (OK + b"Content-Length: 3, 3\r\n\r\nabcd", b"abc"),
        (OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcde", b"abcde"),
        (OK + b"Content-Length: -3\r\n\r\nabcd", b"abcd"),
        (OK + b"Content-Length: 3\r\nTransfer-Encoding: Chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n", b"abcd$"),
        (OK + b"\r\nabc", b"abc"),
        (b"\r\n\n" + OK + b"\r\nabc", b"abc"),
        (b"HTTP/1.0 200\n\nabc", b"abc"),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\nabc", b""),
        (CHUNKED + b"3;a=b\r\nabc\r\n0000\r\nX-Sum: 1\r\n\r\ntail", b"abc$"),
        (CHUNKED + b"3 \nabc\n02\r\nde\r\n", b"abcde"),
        (CHUNKED + b"3\r\nab", b"ab"),
        (OK.replace(b"200", b"103") + b"Link: </a>\r\n\r\n" + OK + b"\r\nabc", b"abc"),
    ],
)
@given(cuts=st.lists(st.integers(0, 100)).map(tuple))
def test_a_body_ends_where_its_answer_says(answer: bytes, body: bytes, cuts: tuple[int, ...]) -> None:
    """By length, by chunks or by the connection's end, in whatever pieces it comes; what follows is ignored."""
    assert plain(answer, cuts)[1] == body


@pytest.mark.parametrize(
    "line",
    [
        b"X-Cache : HIT",
        b"no colon at all",
        b": no name",
        b"ETag: \x00\x01",
        b"Set-Cookie: a=\x07b",
        b"Content-Security-Policy: " + b"x" * 200_000,
        b"\r\n".join(b"X-%d: %d" % (n, n) for n in range(10_000)),
        b"X-Folded: one\r\n two\r\n\tthree: four",
    ],
)
def test_a_header_line_that_is_malformed_long_or_one_of_many_is_dropped(line: bytes) -> None:
    """The others are kept, and the answer is read, as in a browser."""
    answer = OK + b'ETag : "a"\r\n' + line + b"\r\nContent-Type: text/xml\r\n\r\nabc"
    assert plain(answer) == ([b"HTTP/1.1 200 ", b'etag: "a"', b"content-type: text/xml"], b"abc")


def test_what_is_used_is_kept_as_it_came() -> None:
    """Values are unchanged but for white space around them and folded lines; repeated headers stay repeated."""
    head = b"Location:\t/a%20b  \r\nCache-Control: public,\r\n max-age=60\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\n"
    assert plain(b"HTTP/1.1 301 X\r\n" + head)[0][1:] == [
        b"location: /a%20b",
        b"cache-control: public, max-age=60",
        b"set-cookie: a",
        b"set-cookie: b",
    ]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (OK + b"A: " + b"x" * HEAD, "before its answer"),
        (OK + b"A: b\r\n" * (HEAD // 5) + b"\r\n", "before its answer"),
        (b"\r\n" * HEAD + OK, "before its answer"),
        (b"HTTP/1.1 103 E\r\n\r\n" * (INTERIM + 1), "interim"),
        ((b"HTTP/1.1 100 E\r\nA: " + b"x" * (HEAD // 3) + b"\r\n\r\n") * 4, "before its answer"),
        (CHUNKED + b"1;" + b"x" * CHUNK_LINE, "a line of more than"),
        (CHUNKED + b"0\r\nA: " + b"x" * CHUNK_LINE, "a line of more than"),
        (CHUNKED + b"0\r\n" + b"A: b\r\n" * (AROUND // 6 + 1), "too much around"),
        (CHUNKED + (b"1;" + b"x" * 1000 + b"\r\na\r\n") * 200, "too small"),
        (CHUNKED + b"1\r\na\r\n" * (AROUND // 4), "too small"),
        (CHUNKED + b"ZZ\r\n", NO_HTTP),
        (CHUNKED + b"-1\r\n", NO_HTTP),
        (CHUNKED + b"3\r\nabcd\r\n", NO_HTTP),
        (CHUNKED + b"\r\n3\r\nabc\r\n", NO_HTTP),
        (b"HELLO\r\n\r\n", NO_HTTP),
        (b"HTTP/1.1 9999 X\r\n\r\n", NO_HTTP),
        (b"\x15\x03\x01\x00\x02\x02\x46", IS_TLS),
    ],
)
@pytest.mark.parametrize("size", [1, 61, 65_536, 10_000_000])
def test_what_is_no_answer_or_too_much_of_one_is_refused(answer: bytes, reason: str, size: int) -> None:
    """The limits hold in whatever pieces it comes."""
    with pytest.raises(FetchError) as caught:
        plain(answer, tuple(range(0, len(answer), size)))
    assert reason in str(caught.value)


def test_small_chunks_of_real_servers_are_read() -> None:
    """A small feed a byte at a time, a large one line by line, and one to eight interim answers are no attack."""
    small, line = b"x" * 10_000, b"<link>https://courier.example/a</link><b>news</b>\n" + b"x" * SHARE
    assert plain(CHUNKED + b"".join(b"1\r\n%c\r\n" % one for one in small) + b"0\r\n\r\n")[1] == small + b"$"
    assert plain(CHUNKED + b"%x\r\n%b\r\n" % (len(line), line) * 50_000)[1] == line * 50_000
    assert plain(b"HTTP/1.1 103 E\r\n\r\n" * INTERIM + OK + b"\r\nabc")[1] == b"abc"


def test_cookies_are_few() -> None:
    """A server that sets hundreds is not heeded beyond the first."""
    head, _ = plain(OK + b"".join(b"Set-Cookie: c%d=1\r\n" % n for n in range(500)) + b"\r\n")
    assert head[1:] == [b"set-cookie: c%d=1" % n for n in range(COOKIES)]
