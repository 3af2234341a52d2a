"""What an answer of the Bot API means: status and body in, a DeliveryError with its verdict out, None for success.

One table, by description, because codes mislead: a 403 whose text is all capitals is sent as 400. The texts are those
of the Bot API server's source; they are "subject to change", so an unknown one is tried a few times and then given up.
Nothing is decided here about when, or whether at all, to try again.
"""

from __future__ import annotations

from bot.errors import Closure, DeliveryError, Verdict
from bot.notify.telegram.answers import as_object, parse_answer, to_id

# Why a chat refuses, by texts that the description holds; all small letters. Each of these may pass.
CLOSURES: dict[Closure, tuple[str, ...]] = {
    "restricted": (
        "not enough rights",
        "no rights to send",
        "no write access",
        "need administrator rights",
        "chat_admin_required",
        "chat_write_forbidden",
        "chat_send_",
        "chat_guest_send_forbidden",
        "chat_restricted",
        "user_restricted",
        "user is restricted",
        "user_banned_in_channel",
        "right_forbidden",
        "can't send messages to the chat",
        "can't be sent to the chat",
        "payment_required",
        "premium_required",
        "boosts_required",
        "frozen_",
    ),
    "gone": (
        "bot was kicked",
        "is not a member",
        "user_not_participant",
        "user_kicked",
        "chat was deleted",
        "deactivated",
        "account was deleted",
        "can't send messages to bots",
        "user_is_bot",
    ),
    "unreachable": (
        "bot was blocked",
        "user_is_blocked",
        "you_blocked_user",
        "bot_blocked",
        "can't initiate conversation",
        "can't send messages to the user",
        "can't access the chat",
        "privacy_restricted",
        "chat not found",
        "user not found",
        "chat_id_invalid",
        "peer_id_invalid",
        "peer_id_not_supported",
        "user_id_invalid",
        "chat_invalid",
        "input_user_invalid",
        "chat_forbidden",
        "channel_private",
        "channel_invalid",
        "groups_blocked",
    ),
}
# The first row with a text that the description holds decides; all small letters.
TABLE: tuple[tuple[Verdict, tuple[str, ...]], ...] = (
    ("wait", ("too many requests", "retry after", "flood_wait", "peer_flood", "slowmode_wait")),
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
    ("suspend", tuple(text for texts in CLOSURES.values() for text in texts)),
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


def closure(description: str) -> Closure:
    """Return why a chat refuses; a refusal that nobody knows says nothing of rights."""
    text = description.casefold()
    return next((why for why, texts in CLOSURES.items() if any(known in text for known in texts)), "unreachable")


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
    return DeliveryError(description, means, retry_after=wait, chat=chat, closure=closure(description))


def _seconds(named: object, description: str) -> float | None:
    """Return the seconds to wait, whether they come as a number or as text; None when none are named."""
    words = description.casefold().rpartition("retry after")[2].split() if named is None else [named]
    try:
        return float(str(words[0]))
    except (ValueError, IndexError):
        return None
