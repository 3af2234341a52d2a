"""Decompression within a limit."""

from __future__ import annotations

import gzip
import zlib

import brotli  # type: ignore[import-untyped] # it publishes no types
import pytest

from bot.errors import FetchError
from bot.fetch.decompress import decompress

TEXT = b"<rss>" + b"Kremlin and summit. " * 500 + b"</rss>"


def deflated(data: bytes, bits: int) -> bytes:
    """Return the data compressed with these window bits: negative ones leave the header out."""
    packer = zlib.compressobj(wbits=bits)
    return packer.compress(data) + packer.flush()


def packed(data: bytes) -> bytes:
    """Return the data as gzip without the time of day: workers must agree on what the tests are called."""
    return gzip.compress(data, mtime=0)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (TEXT, ""),
        (TEXT, "identity"),
        (packed(TEXT), "gzip"),
        (packed(TEXT), " GZIP "),
        (packed(TEXT), "x-gzip"),
        (packed(TEXT), ", X-GZip,,"),
        (packed(TEXT), "identity, gzip"),
        (packed(TEXT), "utf-8, gzip"),
        (TEXT, "iso-8859-1"),
        (TEXT, "UTF-8"),
        (TEXT, "windows-1251, "),
        (TEXT, "text/xml"),
        (TEXT, ", ,"),
        (packed(TEXT[:100]) + packed(TEXT[100:]), "gzip"),
        (packed(TEXT) + b"\0" * 20, "gzip"),
        (deflated(TEXT, 15), "deflate"),
        (deflated(TEXT, -15), "deflate"),
        (brotli.compress(TEXT), "br"),
    ],
)
def test_what_was_asked_for_is_understood(body: bytes, encoding: str) -> None:
    """gzip, deflate with and without its header, and Brotli come out as they went in."""
    assert decompress(body, encoding) == TEXT


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", ""])
def test_an_empty_body_is_empty(encoding: str) -> None:
    """Nothing, compressed, is nothing."""
    assert decompress(b"", encoding) == b""


@pytest.mark.parametrize(
    "encoding", ["zstd", "gzip, gzip", "br, x-gzip", "compress", "x-made-up", "bz2", "zip", "x" * 5000, "\0"]
)
def test_case_34_what_was_not_asked_for_is_refused(encoding: str) -> None:
    """Case 34: nested and unknown encodings are refused."""
    with pytest.raises(FetchError, match="not asked for"):
        decompress(packed(packed(TEXT)), encoding)


def test_what_a_header_says_of_itself_cannot_move_a_cursor() -> None:
    """The reason is shown in terminals and chats, so it has only what can be seen."""
    with pytest.raises(FetchError, match=r"packed as “\[31mzip”") as error:
        decompress(b"x", "\x1b[31mzip\x07")
    assert str(error.value).isprintable()


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (packed(b"\0" * 50_000_000), "gzip"),
        (deflated(b"\0" * 50_000_000, 15), "deflate"),
        (brotli.compress(b"\0" * 50_000_000), "br"),
        (packed(b"\0" * 600_000) * 3, "gzip"),
        (b"\0" * 1_000_001, ""),
    ],
)
def test_case_34_a_bomb_costs_no_more_than_the_limit(body: bytes, encoding: str) -> None:
    """Case 34: decompression ends at the limit."""
    with pytest.raises(FetchError, match="larger than"):
        decompress(body, encoding, 1_000_000)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (packed(TEXT)[:-20], "gzip"),
        (packed(TEXT)[:12], "gzip"),
        (deflated(TEXT, 15)[:-8], "deflate"),
        (brotli.compress(TEXT)[:-4], "br"),
        (packed(TEXT) + packed(TEXT)[:-9], "gzip"),
    ],
)
def test_case_35_a_broken_off_body_is_an_error(body: bytes, encoding: str) -> None:
    """Case 35: compressed data that is not all there is no answer."""
    with pytest.raises(FetchError, match="broke off"):
        decompress(body, encoding)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_a_false_label_is_an_error(encoding: str) -> None:
    """A body that is not what its label says is named so."""
    with pytest.raises(FetchError, match=r"and is not|broke off"):
        decompress(b"\xffplain text that nobody has compressed", encoding)


def test_a_million_members_are_not_unpacked() -> None:
    """A gzip body of countless empty members ends soon."""
    assert decompress(packed(b"") * 100_000, "gzip") == b""
