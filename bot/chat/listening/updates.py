"""Telegram's update objects, as JSON, to what they mean to us.

In comes one update as Telegram sent it, out goes a Command, Membership, Migration or TopicReopened, or None for what is
ignored by rule: edits, forwards in groups, posts of channels, messages of other bots or for them, and everything this
version of the bot has never heard of. An object that is not shaped as Telegram promises raises KeyError, TypeError or
ValueError: the caller passes over it, and over it alone (which is why python-telegram-bot's own classes are not used
here: one update they cannot read fails the whole batch, again and again).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from bot.chat.messages import Command, Kind, Mask, Membership, Migration, Press, TopicReopened
from bot.errors import Closure
from bot.model import Chat
from bot.text.scrub import scrub_json

ALLOWED: Final = ("message", "callback_query", "my_chat_member")
GROUP_ANONYMOUS: Final = 1087968824  # "GroupAnonymousBot": any administrator who hides sender_chat the group
CHANNEL_ANONYMOUS: Final = 136817688  # "Channel Bot": anybody who writes as a channel
TELEGRAM: Final = 777000  # posts of the linked channel
MASKS: Final = frozenset((GROUP_ANONYMOUS, CHANNEL_ANONYMOUS, TELEGRAM))  # ids that are nobody in particular

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,64}))?(?=\s|$)\s*(.*)", re.DOTALL)
GENERAL: Final = 1  # the number of a forum's General topic, where a server names it at all
_ABSENT = frozenset(("left", "kicked"))
_YEAR_9999 = 253_370_764_800  # seconds since 1970: dates end soon after
_PERSON = re.compile(r"(?:^|\s)(?:@[A-Za-z][A-Za-z0-9_]{3,31}|[0-9]{7,15})(?=\s|$)", re.ASCII)  # a name, or an id
_FORWARDED_MAX = 5000  # characters of a forwarded message and its links: Telegram allows 4096 and as many links as fit
_WORDS_MAX = 1000  # no command of ours needs more; Telegram allows 4096

JSON = Mapping[str, Any]


def parse_update(update: JSON, username: str) -> Command | Membership | Migration | TopicReopened | None:
    """Return what an update means to the bot called `username` (without @); its texts are scrubbed first."""
    update = {name: scrub_json(value) for name, value in update.items()}
    if message := update.get("message"):
        return _message(message, username)
    if query := update.get("callback_query"):
        return _press(query, username)
    if change := update.get("my_chat_member"):
        return _membership(change)
    return None


def names_other_bot(update: JSON, username: str) -> bool:
    """Return whether an update is a command for a bot of another name, or answers one: perhaps that is ours by now."""
    message = update.get("message")
    if not isinstance(message, dict):
        return False
    found = _COMMAND.match(str(message.get("text") or ""))
    answered = message.get("reply_to_message")
    sender = answered.get("from") if isinstance(answered, dict) else None
    names = [found[2] if found else None]
    if found and isinstance(sender, dict) and sender.get("is_bot"):
        names.append(str(sender.get("username") or ""))
    return any(name and name.lower() != username.lower() for name in names)


def _message(message: JSON, username: str) -> Command | Migration | TopicReopened | None:
    chat = int(message["chat"]["id"])
    if "migrate_to_chat_id" in message:
        return Migration(old=chat, new=int(message["migrate_to_chat_id"]))
    if "migrate_from_chat_id" in message:
        return Migration(old=int(message["migrate_from_chat_id"]), new=chat)
    if "forum_topic_reopened" in message and message.get("message_thread_id"):
        return TopicReopened(Chat(chat, int(message["message_thread_id"])))
    if _kind(message["chat"]) == "private" and "forward_origin" in message:
        return _forward(message, username)
    if _kind(message["chat"]) == "channel" or "text" not in message or _is_second_hand(message):
        return None
    return _command(message, username)


def _command(message: JSON, username: str) -> Command | None:
    sender, kind, name = message.get("from") or {}, _kind(message["chat"]), _name(message.get("from") or {})
    mask = _mask(message, sender)
    found = _COMMAND.match(str(message["text"]))
    named = (found[2] or "").lower() if found else ""
    if (sender.get("is_bot") and not mask) or (not found and kind != "private") or named not in {"", username.lower()}:
        return None
    return Command(
        chat=_chat_and_topic(message),
        kind=kind,
        user=sender.get("id"),
        name=name,
        title=str(message["chat"].get("title") or name),
        verb=found[1].lower() if found else "",
        words=(found[3].strip() if found else str(message["text"]))[:_WORDS_MAX],
        language=_language(sender),
        bot=username,
        addressed=bool(named) or kind == "private",
        mask=mask,
        answers=_answered(message),
        answers_other=_answers_other(message, username),
        names_person=_names_person(message, found[3] if found else ""),
    )


def _forward(message: JSON, username: str) -> Command | None:
    """Return what somebody forwards in private as words to be judged: nothing in it is a command."""
    text, channel, sender = _forwarded_text(message), _forwarded_from(message), message["from"]
    if not text and channel is None:
        return None
    name = _name(sender)
    return Command(
        chat=_chat_and_topic(message),
        kind="private",
        user=sender["id"],
        name=name,
        title=name,
        verb="forwarded",
        words=text,
        addressed=True,
        language=_language(sender),
        bot=username,
        forwarded_from=channel,
    )


def _forwarded_text(message: JSON) -> str:
    """Return the text or caption, and the links that stand behind words of it."""
    text = str(message.get("text") or message.get("caption") or "")
    entities = message.get("entities") or message.get("caption_entities") or ()
    links = [str(one.get("url") or "") for one in entities if one.get("type") == "text_link"]
    return "\n".join([text, *links]).strip()[:_FORWARDED_MAX]


def _answers_other(message: JSON, username: str) -> bool:
    """Return whether a message answers a person or another bot, and not us."""
    if "external_reply" in message:
        return True
    answered = message.get("reply_to_message") or {}
    if _answered(message) is None or answered["message_id"] == message.get("message_thread_id"):
        return False
    sender = answered.get("from") or {}
    return not (sender.get("is_bot") and str(sender.get("username") or "").lower() == username.lower())


def _names_person(message: JSON, words: str) -> bool:
    """Return whether a command is about a person, by name or id."""
    entities = message.get("entities") or ()
    return bool(_PERSON.search(words)) or any(one.get("type") == "text_mention" for one in entities)


def _answered(message: JSON) -> int | None:
    """Return the message that this one answers; in a topic, every message answers the one that made the topic."""
    answered = message.get("reply_to_message") or {}
    if not answered.get("message_id") or "forum_topic_created" in answered:
        return None
    return int(answered["message_id"])


def _press(query: JSON, username: str) -> Command | None:
    message = query.get("message")
    if not message:
        return None  # of an inline message: we send none
    chat, sender = message["chat"], query["from"]
    readable = bool(message.get("date"))  # 0 = Telegram no longer shows us the message
    name = _name(sender)
    return Command(
        chat=_chat_and_topic(message),
        kind=_kind(chat),
        user=int(sender["id"]),
        name=name,
        title=str(chat.get("title") or name),
        verb="?",
        addressed=True,
        press=Press(
            id=str(query["id"]),
            message=int(message["message_id"]) if readable else None,
            data=str(query.get("data", "")),
        ),
        language=_language(sender),
        bot=username,
    )


def _membership(change: JSON) -> Membership:
    chat, new = change["chat"], change["new_chat_member"]
    kind = _kind(chat)
    reason, closure = _why_silent(kind, new)
    return Membership(
        chat=int(chat["id"]),
        kind=kind,
        title=str(chat.get("title") or _name(chat)),
        present=not reason,
        reason=reason,
        closure=closure,
        muted_until=_muted_until(new),
        entered=not reason and change["old_chat_member"]["status"] in _ABSENT,
        user=change["from"].get("id"),
        name=_name(change["from"]),
    )


def _why_silent(kind: Kind, member: JSON) -> tuple[str, Closure]:
    """Return why nothing can be told to the chat, empty when it can, and of what kind that is."""
    status = member["status"]
    if status == "kicked" and kind == "private":
        return "the bot was blocked by the user", "unreachable"
    if status == "kicked":
        return "the bot was removed from the chat", "gone"
    if status == "left" or (status == "restricted" and not member.get("is_member", True)):
        return "the bot is not a member of the chat", "gone"
    if status == "restricted" and not member.get("can_send_messages", True):
        return "the bot may not write in the group", "restricted"
    if kind == "channel" and not member.get("can_post_messages", False):
        return "the bot may not post in the channel", "restricted"
    return "", "restricted"


def _muted_until(member: JSON) -> datetime | None:
    """Return when a mute ends; None where it has no end, or there is none."""
    ends = member.get("until_date")
    if member["status"] != "restricted" or not isinstance(ends, int) or not 0 < ends < _YEAR_9999:
        return None
    return datetime.fromtimestamp(ends, UTC)


def _forwarded_from(message: JSON) -> int | None:
    """Return the channel that a post was forwarded from: somebody asks for its id."""
    origin = message.get("forward_origin") or {}
    return int(origin["chat"]["id"]) if origin.get("type") == "channel" else None


def _is_second_hand(message: JSON) -> bool:
    """Return whether somebody else wrote it: a forward, or a text made by an inline bot."""
    return any(key in message for key in ("forward_origin", "forward_date", "via_bot", "is_automatic_forward"))


def _mask(message: JSON, sender: JSON) -> Mask:
    sender_chat = message.get("sender_chat")
    if sender_chat:
        return "group" if sender_chat.get("id") == message["chat"]["id"] else "channel"
    nobody: dict[int, Mask] = {GROUP_ANONYMOUS: "group", CHANNEL_ANONYMOUS: "channel", TELEGRAM: "channel"}
    return nobody.get(sender.get("id", 0), "")


def _chat_and_topic(message: JSON) -> Chat:
    """Return the chat, with its topic. General, and a thread of replies, have ids that nothing can be sent to."""
    topic = message.get("message_thread_id") if message.get("is_topic_message") else None
    return Chat(int(message["chat"]["id"]), int(topic) if topic and int(topic) != GENERAL else None)


def _kind(chat: JSON) -> Kind:
    kinds: dict[str, Kind] = {"private": "private", "group": "group", "supergroup": "group"}
    return kinds.get(chat["type"], "channel")


def _language(user: JSON) -> str:
    return str(user.get("language_code") or "")[:2].lower()


def _name(user: JSON) -> str:
    whole = f"{user.get('first_name', '')} {user.get('last_name', '')}".strip()
    return whole or str(user.get("username") or "somebody")
