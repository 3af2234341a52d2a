"""What an answer of the Bot API means: status and body in, a DeliveryError with its verdict out, None for success.

One table, by description, because codes mislead: a 403 whose text is all capitals is sent as 400. The texts are those
of the Bot API server's source; they are "subject to change", so an unknown one is tried a few times and then given up.
Nothing is decided here about when, or whether at all, to try again.
"""

from __future__ import annotations

from bot.errors import DeliveryError, Verdict
from bot.notify.telegram.answers import as_object, parse_answer, to_id

# The first row with a text that the description holds decides; all small letters.
TABLE: tuple[tuple[Verdict, tuple[str, ...]], ...] = (
    ("wait", ("too many requests", "retry after", "flood_wait", "slowmode_wait")),
    ("migrate", ("upgraded to a supergroup", "upgraded to supergroup")),
    (
        "topic",
        (
            "message thread not found",
            "topic_closed",
            "topic_deleted",
            "topic_id_invalid",
            "topic closed",
            "topic deleted",
        ),
    ),
    (
        "stale",
        (
            "message to edit not found",
            "message can't be edited",
            "no text in the message to edit",
            "message_id_invalid",
            "message_edit_time_expired",
            "message_author_required",
        ),
    ),
    ("plain", ("can't parse", "entity_", "entities_too_long", "entities are too long", "unsupported start tag")),
    (
        "shrink",
        (
            "message is too long",
            "message_too_long",
            "text is empty",
            "text must be non-empty",
            "message_empty",
            "button_",
            "reply markup",
            "reply_markup",
            "inline keyboard",
            "webpage_",
            "web page",
            "wrong http url",
            "media_empty",
            "request entity too large",
        ),
    ),
    (
        "suspend",
        (
            "bot was blocked",
            "user is deactivated",
            "user_is_blocked",
            "input_user_deactivated",
            "user_deactivated",
            "bot was kicked",
            "bot is not a member",
            "user is not a member",
            "chat was deleted",
            "chat is deactivated",
            "chat was deactivated",
            "can't initiate conversation",
            "can't send messages to bots",
            "can't send messages to the user",
            "can't send messages to the chat",
            "user_is_bot",
            "chat not found",
            "user not found",
            "chat_id_invalid",
            "peer_id_invalid",
            "not enough rights",
            "no rights to send",
            "chat_write_forbidden",
            "chat_send_plain_forbidden",
            "chat_forbidden",
            "chat_restricted",
            "user_restricted",
            "user_banned_in_channel",
            "need administrator rights",
            "chat_admin_required",
            "channel_private",
            "channel_invalid",
            "chat_guest_send_forbidden",
        ),
    ),
    ("token", ("unauthorized", "logged out", "token")),
)
# What a code means when no text of the table does.
_CODES: dict[int, Verdict] = {401: "token", 403: "suspend", 404: "token", 409: "unknown", 413: "shrink", 429: "wait"}
_REFUSED, _SERVER_ERROR = 400, 500
_LONGEST = 200  # characters of a description that are passed on


def verdict(code: int, description: str) -> Verdict:
    """Return what a refusal with this code and text means."""
    text = description.casefold()
    for means, texts in TABLE:
        if any(known in text for known in texts):
            return means
    return "unknown" if code >= _SERVER_ERROR else _CODES.get(code, "retry")


def unchanged(description: str) -> bool:
    """Return whether an edit was refused because the message says that already: it is done."""
    return "message is not modified" in description.casefold()


def refusal(code: int, body: bytes) -> DeliveryError | None:
    """Read an answer of the Bot API; None when it was accepted.

    What is no JSON object with `ok` did not come from the Bot API but from something before it, so it is not known
    whether the request was carried out.
    """
    answer = parse_answer(body)
    if answer is None:
        return DeliveryError(f"an answer ({code}) that is not the Bot API's", "unknown")
    if answer["ok"]:
        return None
    if code < _REFUSED:  # something on the way made another status of it
        code = to_id(answer.get("error_code")) or code
    description = " ".join(str(answer.get("description") or f"error {code}").split())[:_LONGEST]
    means = verdict(code, description)
    extra = as_object(answer.get("parameters"))
    chat = to_id(extra.get("migrate_to_chat_id"))
    if chat is not None:
        means = "migrate"
    elif means == "migrate":
        means = "suspend"  # no new id was named: there is nothing to follow
    wait = _seconds(extra.get("retry_after"), description) if means == "wait" else None
    return DeliveryError(description, means, retry_after=wait, chat=chat)


def _seconds(named: object, description: str) -> float | None:
    """Return the seconds to wait, whether they come as a number or as text; None when none are named."""
    words = description.casefold().rpartition("retry after")[2].split() if named is None else [named]
    try:
        return float(str(words[0]))
    except (ValueError, IndexError):
        return None
