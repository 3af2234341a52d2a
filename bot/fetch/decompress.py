"""The body of an answer, decompressed within a limit.

Only what was asked for is understood: gzip, deflate and Brotli, one of them, once. What is too large, broken off
or packed otherwise is a FetchError; a bomb costs no more than the limit.
"""

from __future__ import annotations

import re
import zlib

from bot.errors import FetchError

ACCEPTED = "gzip, deflate, br"
LARGEST = 8 * 1024 * 1024  # bytes, after decompression; the largest feeds of real newsrooms stay under 6 MB

_SAME = {"x-gzip": "gzip", "x-deflate": "deflate"}  # the first by RFC 9110
_PLAIN = frozenset({"", "identity", "none", "binary", "8bit"})  # the last three are what servers write by mistake
# A charset or a type, where the packing belongs.
_MISPLACED = re.compile(
    r"(?:ascii|big5|cp|euc|gb|iso|koi8|latin|mac|shift|sjis|ucs|unicode|us|utf|win)[-_:a-z0-9]*|.*/.*"
)

_MEMBERS = 16  # parts of one gzip body; log-like files have a few, an attack has a million


def decompress(body: bytes, encoding: str, largest: int = LARGEST) -> bytes:
    """Return the decompressed body. `encoding` is the answer's whole Content-Encoding."""
    kind = _kind(encoding)
    if not kind:
        plain = body
    elif kind in {"gzip", "deflate"}:
        plain = _inflated(body, kind, largest)
    elif kind == "br":
        plain = _brotli(body, largest)
    else:
        shown = "".join(letter for letter in kind[:40] if letter.isprintable())
        raise FetchError(f"the answer is packed as “{shown}”, which was not asked for")
    if len(plain) > largest:
        raise too_large(largest)
    return plain


def _kind(encoding: str) -> str:
    """Return how the body is packed, in small letters; empty for plain. An empty member of a list says nothing."""
    members = (member.strip().lower() for member in encoding.split(","))
    packed = (one for one in members if one not in _PLAIN and not _MISPLACED.fullmatch(one))
    return ", ".join(_SAME.get(one, one) for one in packed)


def too_large(largest: int) -> FetchError:
    """Return the error for an answer beyond the limit in bytes."""
    return FetchError(f"the answer is larger than {largest / 1024 / 1024:.0f} MB")


def _inflated(body: bytes, kind: str, largest: int) -> bytes:
    if not body:
        return b""
    raw = kind == "deflate" and body[0] & 0x0F != zlib.DEFLATED  # some servers leave the zlib header out
    parts: list[bytes] = []
    left, rest = largest + 1, body
    try:
        while rest and len(parts) < _MEMBERS:
            member = zlib.decompressobj(-zlib.MAX_WBITS if raw else zlib.MAX_WBITS | 32)
            parts.append(member.decompress(rest, left))
            left -= len(parts[-1])
            if left <= 0:
                break
            if not member.eof:
                raise _broken_off()
            rest = member.unused_data.lstrip(b"\0") if kind == "gzip" else b""
    except zlib.error as error:
        if not parts:
            raise FetchError(f"the answer says that it is packed as {kind}, and is not") from error
    return b"".join(parts)


def _brotli(body: bytes, largest: int) -> bytes:
    if not body:
        return b""
    import brotli  # type: ignore[import-untyped] # it publishes no types

    unpacker = brotli.Decompressor()
    parts: list[bytes] = []
    left = largest + 1
    try:
        parts.append(unpacker.process(body, output_buffer_limit=left))
        left -= len(parts[-1])
        while left > 0 and not unpacker.is_finished():
            part = unpacker.process(b"", output_buffer_limit=left)
            if not part:
                raise _broken_off()
            parts.append(part)
            left -= len(part)
    except brotli.error as error:
        raise FetchError("the answer says that it is packed as br, and is not") from error
    return b"".join(parts)


def _broken_off() -> FetchError:
    return FetchError("the answer broke off before its end (its compressed data is incomplete)")
