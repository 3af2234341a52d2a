"""Answers of the Bot API, read leniently: whatever version of its server sent them, only what we need is required.

Bytes or plain JSON in, what we need of it out; nothing raises. A message that was accepted must never be sent again
only because the rest of its answer is not as documented, and one update that cannot be read must not keep the others.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

log = logging.getLogger(__name__)

UNKNOWN_MESSAGE: Final = 0  # the id of a message that was accepted without one: Telegram gives it to none
_ACCEPTED = re.compile(r'\s*\{\s*"ok"\s*:\s*true\b')
_ID = re.compile(r'"message_id"\s*:\s*"?([0-9]{1,18})')
_UPDATE = re.compile(r'\{\s*"update_id"\s*:\s*"?([0-9]{1,18})')


def parse_answer(body: bytes) -> Mapping[str, Any] | None:
    """Return an answer as an object with `ok`, and `result` where it was accepted; None for what is no such answer.

    Of an accepted one that is no JSON, damaged or broken off on the way, what can still be read is the result.
    """
    text = body.decode("utf-8", "replace")
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return {"ok": True, "result": _salvage(text)} if _ACCEPTED.match(text) else None
    if not isinstance(answer, dict) or "ok" not in answer:
        return None
    accepted = str(answer["ok"]).casefold() in {"true", "1"}
    return {**answer, "ok": accepted, "result": answer.get("result")} if accepted else {**answer, "ok": False}


def is_accepted(body: bytes) -> bool:
    """Return whether an answer, be it broken off, says that the request was accepted."""
    return _ACCEPTED.match(body.decode("utf-8", "replace")) is not None


def message_id(result: object) -> int:
    """Return the id of a message that was sent; UNKNOWN_MESSAGE where the answer names none: it was sent even so."""
    found = to_id(as_object(result).get("message_id"))
    if found is None or found <= 0:
        log.warning("Telegram accepted a message without saying its id: it cannot be edited later")
        return UNKNOWN_MESSAGE
    return found


def readable_updates(result: object) -> list[dict[str, Any]] | None:
    """Return the updates of an answer, each with its `update_id` as a number; None where it is no list.

    One that cannot be read is named in the log and passed over. Where it has an id, that is returned alone, so that
    it counts as done with.
    """
    if not isinstance(result, list):
        return None
    found = []
    for update in result:
        number = to_id(as_object(update).get("update_id"))
        if number is None:
            log.warning("update passed over: it has no id", extra={"update": repr(update)[:200]})
        else:
            found.append({**as_object(update), "update_id": number})
    return found


def as_object(value: object) -> Mapping[str, Any]:
    """Return a JSON object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def to_id(value: object) -> int | None:
    """Return an id, which some servers send as text; None for what is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"-?[0-9]{1,18}", value, re.ASCII) else None
    return value if isinstance(value, int) else None


def _salvage(text: str) -> object:
    """Return what can be read of the result of an answer that is no JSON: updates, else the id of a message."""
    if _UPDATE.search(text):
        return list(_salvage_updates(text))
    named = _ID.search(text)
    return {"message_id": int(named[1])} if named else None


def _salvage_updates(text: str) -> Iterator[dict[str, Any]]:
    """Yield each update that is JSON by itself, and of another its id alone."""
    decoder, begin = json.JSONDecoder(), 0
    while begun := _UPDATE.search(text, begin):
        try:
            update, begin = decoder.raw_decode(text, begun.start())
        except (ValueError, RecursionError):
            begin = begun.end()
            log.warning("update passed over: it cannot be read", extra={"update": int(begun[1])})
            update = {"update_id": int(begun[1])}
        yield update
