"""JSON Lines in, JSON Lines out: one answer a line, in order, written as soon as it is known.

An unreadable line is answered with `{"id": …, "error": …}` and the rest goes on.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

log = logging.getLogger(__name__)

LONGEST = 32 * 1024 * 1024  # bytes of one line; pages of the web are cut at 8 MiB, and JSON escapes cost some more

Answer = Callable[[dict[str, Any]], dict[str, Any]]


def stream(source: BinaryIO, target: BinaryIO, answer: Answer) -> None:
    """Answer every line of `source` on `target`; `answer` may raise ValueError with what is wrong with a request.

    Whatever else it raises is a bug, which costs that line its answer and the stream nothing.
    """
    for number, line in enumerate(_lines(source), start=1):
        if line.strip():
            target.write(_dump(_answer(line, number, answer)))
            target.flush()


def text(request: dict[str, Any], key: str) -> str:
    """Return a text of the request, "" where it is absent or null; ValueError when it is something else."""
    value = request.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{key!r} must be a string, not {type(value).__name__}")  # noqa: TRY004 - wrong data, not a bug
    return value


def _answer(line: bytes, number: int, answer: Answer) -> dict[str, Any]:
    if len(line) > LONGEST:
        return {"id": None, "error": f"line {number} is longer than {LONGEST // 1024 // 1024} MiB"}
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"line {number} is not JSON: {error}"}
    if not isinstance(request, dict):
        return {"id": None, "error": f"line {number} is not an object but {type(request).__name__}"}
    try:
        return answer(request)
    except ValueError as error:
        return {"id": request.get("id"), "error": f"line {number}: {error}"}
    except Exception as error:
        log.exception("a line could not be answered", extra={"line": number})
        return {"id": request.get("id"), "error": f"line {number}: a bug of ours ({type(error).__name__}); see the log"}


def _lines(source: BinaryIO) -> Iterator[bytes]:
    while line := source.readline(LONGEST + 1):
        tail = line
        while len(tail) > LONGEST and not tail.endswith(b"\n"):
            tail = source.readline(LONGEST + 1)
        yield line


def _dump(reply: dict[str, Any]) -> bytes:
    try:
        return json.dumps(reply, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair is legal in JSON and not in UTF-8
        return json.dumps(reply).encode() + b"\n"
