"""From what the Bot API answers to what follows: one table, in the words of the server's own source."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery import retry
from bot.model import Alert, Chat, Delivery
from bot.notify.telegram.refusals import closure, refusal
from bot.ports.outbox_store import Dead, Later

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
TOPIC = Delivery(1, Alert(Chat(-100, 7), 1, (("k", "K"),), "Head", None, "", ()), (), 1, 0)
FORBIDDEN = (
    "bot was blocked by the user",
    "user is deactivated",
    "bot was kicked from the group chat",
    "bot was kicked from the supergroup chat",
    "bot was kicked from the channel chat",
    "bot is not a member of the channel chat",
    "the group chat was deleted",
    "bot can't initiate conversation with a user",
    "something that nobody has seen yet",
)
CLOSED = (
    "chat not found",
    "private chat not found",
    "not enough rights to send text messages to the chat",
    "CHAT_WRITE_FORBIDDEN",
    "need administrator rights in the channel chat",
    "group chat was upgraded to a supergroup chat",  # without a new id there is nothing to follow
)
POISON = ("message is too long", "message text is empty", "BUTTON_DATA_INVALID", "WEBPAGE_MEDIA_EMPTY")
LINES: tuple[tuple[int, str, dict[str, object], retry.Action], ...] = (
    *((403, f"Forbidden: {text}", {}, retry.Closed(f"Forbidden: {text}", closure(text))) for text in FORBIDDEN),
    *((400, f"Bad Request: {text}", {}, retry.Closed(f"Bad Request: {text}", closure(text))) for text in CLOSED),
    (
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        {"migrate_to_chat_id": -1007},
        retry.Moved(-1007),
    ),
    *(
        (400, f"Bad Request: {text}", {}, retry.TopicLost(f"Bad Request: {text}"))
        for text in ("message thread not found", "TOPIC_CLOSED", "TOPIC_DELETED")
    ),
    (400, "Bad Request: can't parse entities: unexpected end", {}, retry.Again("plain")),
    *((400, f"Bad Request: {text}", {}, retry.Again("bare")) for text in POISON),
    (400, "Bad Request: Wrong HTTP URL specified", {}, retry.Again("bare")),
    *((400, text, {}, Dead(text, gone=True)) for text in ("message to edit not found", "message can't be edited")),
    (401, "Unauthorized", {}, retry.Refused("Unauthorized")),
    (404, "Not Found", {}, retry.Refused("Not Found")),
    (429, "Too Many Requests: retry after 30", {"retry_after": 30}, retry.Slow(NOW + timedelta(seconds=30))),
    (429, "Too Many Requests: retry after 30", {}, retry.Slow(NOW + timedelta(seconds=30))),
    *(
        (code, text, {}, Later(NOW + timedelta(seconds=10), text, counts="doubt"))
        for code, text in ((500, "Internal Server Error"), (502, "Bad Gateway"), (409, "Conflict: terminated by other"))
    ),
    (400, "Bad Request: a new one", {}, Later(NOW + timedelta(seconds=60), "Bad Request: a new one")),
)


@pytest.mark.parametrize(("code", "description", "parameters", "action"), LINES)
def test_every_refusal_has_its_action(
    code: int, description: str, parameters: dict[str, object], action: retry.Action
) -> None:
    """What the server says of a first attempt to a forum topic leads to this, and to nothing else."""
    body = {"ok": False, "error_code": code, "description": description, "parameters": parameters}
    error = refusal(code, json.dumps(body).encode())
    assert error is not None
    assert retry.after(error, TOPIC, NOW, chance=0.0) == action
