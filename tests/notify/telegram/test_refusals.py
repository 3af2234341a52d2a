"""What an answer of the Bot API means, line by line, in the words of the server's own source."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Verdict
from bot.notify.telegram.refusals import refusal, unchanged, verdict

TABLE: list[tuple[int, str, Verdict]] = [
    (403, "Forbidden: bot was blocked by the user", "suspend"),
    (403, "Forbidden: user is deactivated", "suspend"),
    (403, "Forbidden: bot was kicked from the group chat", "suspend"),
    (403, "Forbidden: bot was kicked from the supergroup chat", "suspend"),
    (403, "Forbidden: bot was kicked from the channel chat", "suspend"),
    (403, "Forbidden: bot is not a member of the channel chat", "suspend"),
    (403, "Forbidden: the group chat was deleted", "suspend"),
    (403, "Forbidden: bot can't initiate conversation with a user", "suspend"),
    (403, "Forbidden: bot can't send messages to bots", "suspend"),
    (403, "Forbidden: something nobody has seen yet", "suspend"),
    (400, "Bad Request: chat not found", "suspend"),
    (400, "Bad Request: private chat not found", "suspend"),
    (400, "Bad Request: user not found", "suspend"),
    (400, "Bad Request: PEER_ID_INVALID", "suspend"),
    (400, "Bad Request: message thread not found", "topic"),
    (400, "Bad Request: TOPIC_CLOSED", "topic"),
    (400, "Bad Request: TOPIC_DELETED", "topic"),
    (400, "Bad Request: not enough rights to send text messages to the chat", "suspend"),
    (400, "Bad Request: CHAT_WRITE_FORBIDDEN", "suspend"),
    (403, "Forbidden: CHAT_WRITE_FORBIDDEN", "suspend"),
    (400, "Bad Request: need administrator rights in the channel chat", "suspend"),
    (400, "Bad Request: CHAT_ADMIN_REQUIRED", "suspend"),
    (400, "Bad Request: CHANNEL_PRIVATE", "suspend"),
    (400, "Bad Request: USER_IS_BLOCKED", "suspend"),
    (400, 'Bad Request: can\'t parse entities: Unsupported start tag "p" at byte offset 0', "plain"),
    (400, "Bad Request: ENTITY_BOUNDS_INVALID", "plain"),
    (400, "Bad Request: ENTITIES_TOO_LONG", "plain"),
    (400, "Bad Request: message is too long", "shrink"),
    (400, "Bad Request: MESSAGE_TOO_LONG", "shrink"),
    (400, "Bad Request: message text is empty", "shrink"),
    (400, "Bad Request: BUTTON_DATA_INVALID", "shrink"),
    (400, "Bad Request: WEBPAGE_CURL_FAILED", "shrink"),
    (400, "Bad Request: Wrong HTTP URL specified", "shrink"),
    (413, "Request Entity Too Large", "shrink"),
    (400, "Bad Request: message to edit not found", "stale"),
    (400, "Bad Request: message can't be edited", "stale"),
    (400, "Bad Request: MESSAGE_ID_INVALID", "stale"),
    (429, "Too Many Requests: retry after 30", "wait"),
    (420, "FLOOD_WAIT_30", "wait"),
    (429, "", "wait"),
    (401, "Unauthorized", "token"),
    (404, "Not Found", "token"),
    (409, "Conflict: terminated by other getUpdates request", "unknown"),
    (500, "Internal Server Error", "unknown"),
    (502, "Bad Gateway", "unknown"),
    (400, "Bad Request: something that nobody has seen yet", "retry"),
]


def body(code: int, description: str, **parameters: Any) -> bytes:
    """Return an answer as the server writes it."""
    extra = {"parameters": parameters} if parameters else {}
    return json.dumps({"ok": False, "error_code": code, "description": description, **extra}).encode()


@pytest.mark.parametrize(("code", "description", "means"), TABLE)
def test_every_known_refusal(code: int, description: str, means: Verdict) -> None:
    """Each text of the server leads to its verdict, in capitals or not, whatever the code."""
    assert verdict(code, description) == means
    error = refusal(code, body(code, description))
    assert error is not None
    assert error.verdict == means


def test_the_code_does_not_mislead() -> None:
    """A 403 in capitals comes as 400: the text decides."""
    assert verdict(400, "Bad Request: CHAT_WRITE_FORBIDDEN") == verdict(403, "Forbidden: CHAT_WRITE_FORBIDDEN")


def test_success_is_no_refusal() -> None:
    """An accepted request gives none."""
    assert refusal(200, b'{"ok": true, "result": {"message_id": 5}}') is None


def test_case_9_a_migration_names_the_new_chat() -> None:
    """By its parameter; without one there is nothing to follow."""
    text = "Bad Request: group chat was upgraded to a supergroup chat"
    moved = refusal(400, body(400, text, migrate_to_chat_id=-1001234567890))
    assert moved is not None
    assert (moved.verdict, moved.chat) == ("migrate", -1001234567890)
    lost = refusal(400, body(400, text))
    assert lost is not None
    assert (lost.verdict, lost.chat) == ("suspend", None)


@pytest.mark.parametrize(
    ("named", "seconds"),
    [(30, 30.0), (0, 0.0), ("30", 30.0), (1.5, 1.5), ("soon", None), ([], None), (86400, 86400.0)],
)
def test_case_3_retry_after_of_any_kind(named: object, seconds: float | None) -> None:
    """Numbers and texts are read, anything else names no time."""
    error = refusal(429, body(429, "Too Many Requests", retry_after=named))
    assert error is not None
    assert (error.verdict, error.retry_after) == ("wait", seconds)


def test_case_3_retry_after_in_words_only() -> None:
    """Where the parameter is missing, the description's number counts."""
    error = refusal(429, body(429, "Too Many Requests: retry after 17"))
    assert error is not None
    assert error.retry_after == 17
    silent = refusal(429, body(429, "Too Many Requests"))
    assert silent is not None
    assert silent.retry_after is None


@pytest.mark.parametrize("page", [b"<html>502 Bad Gateway</html>", b"", b"[]", b"null", b'"x"', b"{}", b"\xff\xfe"])
@pytest.mark.parametrize("code", [200, 302, 401, 403, 404, 502, 504])
def test_case_20_what_is_not_the_bot_apis_is_unknown(code: int, page: bytes) -> None:
    """A page of a proxy or of Telegram's edge says neither whether it was accepted nor anything of the token."""
    error = refusal(code, page)
    assert error is not None
    assert error.verdict == "unknown"


def test_case_30_an_unchanged_message_is_recognised() -> None:
    """The text that says an edit was not needed."""
    assert unchanged("Bad Request: message is not modified: specified new message content is exactly the same")
    assert not unchanged("Bad Request: message to edit not found")


@settings(max_examples=200, deadline=None)
@given(st.integers(100, 999), st.binary() | st.text().map(lambda text: body(400, text)))
def test_no_answer_raises(code: int, answer: bytes) -> None:
    """Whatever comes back is read, on one line and of bounded length."""
    error = refusal(code, answer)
    if error is not None:
        assert "\n" not in str(error)
        assert len(str(error)) <= 300
