"""The body of an answer, decompressed within a limit.

Only what was asked for is understood: gzip, deflate and Brotli, one of them, once. What is too large, broken off
or packed otherwise is a FetchError; a bomb costs no more than the limit.
"""

from __future__ import annotations

import zlib

from bot.errors import FetchError

ACCEPTED = "gzip, deflate, br"
LARGEST = 8 * 1024 * 1024  # bytes, after decompression; the largest feeds of real newsrooms stay under 6 MB

_PLAIN = frozenset({"", "identity", "none", "utf-8"})  # the last two are what servers write by mistake

_MEMBERS = 16  # parts of one gzip body; log-like files have a few, an attack has a million


def unpacked(body: bytes, encoding: str, largest: int = LARGEST) -> bytes:
    """Return the decompressed body. `encoding` is the answer's whole Content-Encoding."""
    kind = encoding.strip().lower()
    if kind in _PLAIN:
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
