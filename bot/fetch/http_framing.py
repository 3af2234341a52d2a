"""An HTTP/1 answer as it comes over the wire, made plain for the HTTP library. Pure: bytes in, bytes out.

In come the bytes of one answer, in pieces of any size. Out come one head with the headers that are used here, and the
body with nothing around it but what marks its end. Never handed on: interim answers (1xx), header lines that are
malformed or that nobody asks for, chunk extensions, trailers, and bytes after the end. What is no HTTP, or sends more
of these than the limits allow, is a FetchError whose text goes on after the name of the host.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from bot.errors import FetchError

HEAD: Final = 256 * 1024  # bytes before the body, interim answers included: what browsers take
INTERIM: Final = 8  # answers before the real one (100 Continue, 103 Early Hints); servers send one or two
COOKIES: Final = 32  # Set-Cookie lines that are read
CHUNK_LINE: Final = 8 * 1024  # bytes of a line that begins a chunk, or of a trailer
AROUND: Final = 64 * 1024  # bytes around the chunks of an answer: 10,000 chunks of a few bytes each …
SHARE: Final = 4  # … and one more for so many bytes of the body: chunks of 25 bytes may go on

NO_HTTP: Final = "answered with something that is not proper HTTP"
IS_TLS: Final = "speaks TLS at this port: is the address https rather than http?"

# Whoever reads another header of an answer adds it here.
_USED = frozenset(
    b"cache-control cf-mitigated content-encoding content-type date etag expires last-modified link location "
    b"retry-after set-cookie".split()
)
_TLS = (b"\x15\x03", b"\x16\x03")  # how an alert and a handshake begin
_STATUS = re.compile(rb"HTTP/[0-9](?:\.[0-9])?[ \t]+([0-9]{3})(?:[ \t].*)?", re.DOTALL)
_BLANK = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_LENGTH = re.compile(rb"[0-9]{1,18}")
# What may stand at the beginning, between two chunks, and after the last one, a line at a time.
_SIZE = rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]{0,%d})?\r?\n" % CHUNK_LINE
_NEXT = {
    "size": re.compile(_SIZE),
    "gap": re.compile(rb"\r?\n" + _SIZE),
    "trailer": re.compile(rb"()[^\n]{0,%d}\n" % CHUNK_LINE),
}
_WRONG = {  # what is none of these, whatever follows
    "size": re.compile(rb"[^\n]*\n"),
    "gap": re.compile(rb"(?:\r?\n[^\n]*|(?!\r?\n)[^\n]*)\n"),
    "trailer": re.compile(rb"(?!)"),
}
_CONTROL = re.compile(rb"[\0-\x08\x0a-\x1f\x7f]")

_Part = Literal["head", "length", "chunks", "rest", "end"]


class Framing:
    """One answer of a server to a GET."""

    def __init__(self) -> None:
        self._part: _Part = "head"
        self._buffer = bytearray()  # of a head or of a line around a chunk that is not whole yet
        self._looked = 0  # bytes of it in which the end is not
        self._before = 0  # bytes of interim answers
        self._interim = 0
        self._left = 0  # bytes of the body, or of this chunk
        self._line: Literal["size", "gap", "trailer"] = "size"  # what comes next around the chunks
        self._around = self._body = 0  # bytes so far

    def feed(self, data: bytes) -> list[bytes]:
        """Return what these bytes come to: the head and pieces of the body, each to be handed on by itself."""
        if self._part == "head":
            return self._head(data)
        piece = self._piece(data)
        return [piece] if piece else []

    def _head(self, data: bytes) -> list[bytes]:
        self._buffer += data
        while True:
            if self._buffer.startswith((b"\r", b"\n")):
                self._before += len(self._buffer)
                self._buffer = self._buffer.lstrip(b"\r\n")
                self._before -= len(self._buffer)
                self._looked = 0
            end = _BLANK.search(self._buffer, max(0, self._looked - 3))
            size = end.end() if end else len(self._buffer)
            if self._before + size > HEAD:
                raise FetchError(f"sends more than {HEAD // 1024} KB before its answer")
            if end is None:
                _check_beginning(self._buffer)
                self._looked = size
                return []
            head, rest = bytes(self._buffer[: end.start()]), bytes(self._buffer[size:])
            self._before, self._looked = self._before + size, 0
            status, lines = _lines(head)
            if status != 101 and status // 100 != 1:  # noqa: PLR2004 - HTTP; a switch of protocols is final
                self._buffer.clear()
                plain = self._begin(status, lines)
                piece = self._piece(rest)
                return [plain, piece] if piece else [plain]
            self._interim += 1
            if self._interim > INTERIM:
                raise FetchError(f"sends more than {INTERIM} interim answers (1xx) before the real one")
            self._buffer = bytearray(rest)

    def _begin(self, status: int, lines: list[tuple[bytes, bytes]]) -> bytes:
        """Begin the body, and return the head to hand on."""
        used = [(name, value) for name, value in lines if name in _USED and name != b"set-cookie"]
        used += [pair for pair in lines if pair[0] == b"set-cookie"][:COOKIES]
        lengths = {one.strip() for name, value in lines if name == b"content-length" for one in value.split(b",")}
        coding = b",".join(value for name, value in lines if name == b"transfer-encoding").lower()
        if status in {101, 204, 304}:
            self._part = "end"
        elif coding.rpartition(b",")[2].strip() == b"chunked":
            self._part = "chunks"
            used.append((b"transfer-encoding", b"chunked"))
        elif len(lengths) == 1 and _LENGTH.fullmatch(length := lengths.pop()):
            self._left = int(length)
            self._part = "length" if self._left else "end"
            used.append((b"content-length", length))
        else:  # a length that is no number, or several, is none
            self._part = "rest"
        return b"HTTP/1.1 %d \r\n%b\r\n" % (status, b"".join(b"%b: %b\r\n" % pair for pair in used))

    def _piece(self, data: bytes) -> bytes:
        """Return what these bytes of the body come to."""
        if self._part == "chunks":
            return self._chunks(data)
        if self._part == "length":
            data = data[: self._left]
            self._left -= len(data)
            if not self._left:
                self._part = "end"
        elif self._part == "end":
            return b""
        return data

    def _chunks(self, data: bytes) -> bytes:
        """Return the content of the chunks in these bytes as one chunk, and the end if it is there."""
        if self._buffer:
            data = bytes(self._buffer) + data
            self._buffer.clear()
        parts: list[bytes] = []
        place = 0
        while self._part == "chunks":
            if self._left:
                part = data[place : place + self._left]
                place += len(part)
                self._left -= len(part)
                self._body += len(part)
                parts.append(part)
                if self._left:
                    break
                self._line = "gap"
            line = _NEXT[self._line].match(data, place)
            if line is None:
                self._buffer += _unfinished(data[place : place + CHUNK_LINE + 1], self._line)
                break
            self._around += line.end() - place
            if self._around > AROUND + self._body // SHARE:
                raise FetchError("sends its answer in pieces too small, or too much around them")
            place = line.end()
            self._left = int(line[1] or b"0", 16)
            if self._line == "trailer":
                self._part = "chunks" if line[0].strip() else "end"
            elif not self._left:
                self._line = "trailer"
        if size := sum(map(len, parts)):
            parts = [b"%x\r\n" % size, *parts, b"\r\n"]
        return b"".join(parts if self._part == "chunks" else [*parts, b"0\r\n\r\n"])


def _unfinished(line: bytes, kind: str) -> bytes:
    """Return what may become a line around the chunks when more of it comes."""
    if len(line) > CHUNK_LINE:
        raise FetchError(f"sends a line of more than {CHUNK_LINE // 1024} KB around the pieces of its answer")
    if _WRONG[kind].match(line):
        raise FetchError(NO_HTTP)
    return line


def _check_beginning(head: bytearray) -> None:
    """Raise FetchError as soon as it is plain that this is no answer."""
    if head.startswith(_TLS):
        raise FetchError(IS_TLS)
    if not head.startswith(b"HTTP/") and not any(known.startswith(head) for known in (b"HTTP/", *_TLS)):
        raise FetchError(NO_HTTP)


def _lines(head: bytes) -> tuple[int, list[tuple[bytes, bytes]]]:
    """Return the status, and the names, in small letters, and values of all header lines that are well-formed.

    White space before the colon is taken away, as RFC 9112 asks of those who pass an answer on.
    """
    first, *lines = _FOLD.sub(b" ", head).split(b"\n")
    status = _STATUS.fullmatch(first.strip())
    if status is None:
        _check_beginning(bytearray(head))
        raise FetchError(NO_HTTP)
    pairs = (line.partition(b":") for line in lines)
    cut = [(name.strip().lower(), value.strip()) for name, colon, value in pairs if colon]
    return int(status[1]), [pair for pair in cut if not _CONTROL.search(pair[1])]
