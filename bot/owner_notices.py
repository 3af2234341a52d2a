"""What owners are told unasked: sources that fail, fall silent or move, chats that are closed, a file that is wrong.

Plain texts, written as those of conversations are: the first parameter is the words of the owner who reads it. Names,
reasons and addresses come in as they are and are made inert where a message is shown. Nothing is decided here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from bot.errors import QueryError
from bot.i18n import Translator
from bot.model import LossSign

WhyNot = Literal["", "unencrypted", "key"]  # why a move needs a person

_DAY, _HOUR = 1440, 60  # minutes


# ---------------------------------------------------------------------------------------------- sources


def fails(_: Translator, name: str, reason: str) -> str:
    """Say that a source stays broken."""
    return _("{name} fails: {reason}", name=name, reason=reason)


def failing(_: Translator, url: str, times: int, since: datetime | None, again: timedelta, now: datetime) -> str:
    """Say how often it failed, since when (None: ever), and when it is asked again."""
    often = _.ngettext("{url} failed {number} time.", "{url} failed {number} times in a row.", times, url=url)
    good = _("The last good answer came {when}.", when=_when(_, since, now)) if since else _("It never answered well.")
    return " ".join((often, good, _("It is asked again in {span}.", span=_span(_, again))))


def silent(_: Translator, name: str, quiet: timedelta) -> str:
    """Say that a source brings nothing new."""
    return _("{name} has brought nothing new for {span}", name=name, span=_span(_, quiet))


def why_silent(
    _: Translator, url: str, items: int | None, news: datetime, lull: timedelta | None, now: datetime
) -> str:
    """Say what it answers meanwhile (None: the same as ever), when the last news came, and how long is usual."""
    if items is None:
        shows = _("What it answers does not change.")
    elif items:
        shows = _.ngettext(
            "It shows {number} item, known already.", "It shows {number} items, all of them known.", items
        )
    else:
        shows = _("Its feed is empty.")
    parts = [_("{url} answers without an error.", url=url), shows]
    parts.append(_("The last news came {when}.", when=_when(_, news, now)))
    if lull:
        parts.append(_("Usually {span} pass at most.", span=_span(_, lull)))
    return " ".join(parts)


def moved(_: Translator, name: str, to: str, *, adopted: bool, why_not: WhyNot = "") -> str:
    """Say that a source has moved for good: that it was followed, or why a person is to decide."""
    if adopted:
        return _(
            "{name} has moved for good to {to}, and is read there from now on. You may change its url in "
            "watchlists.yaml.",
            name=name,
            to=to,
        )
    parts = [_("{name} says that it has moved for good to {to}.", name=name, to=to)]
    if why_not == "unencrypted":
        parts.append(_("The new address is not encrypted, so it was not adopted."))
    elif why_not == "key":
        parts.append(_("Your key for it is not told to another host, so it was not adopted."))
    return " ".join([*parts, _("Change its url in watchlists.yaml if that is right.")])


def rebuilt(_: Translator, name: str, new: int, items: int) -> str:
    """Say that nobody was told of a source's items, because so many of them look new at once."""
    return _(
        "{name}: {new} of {items} items look new at once, by address and by title too: the source was rebuilt, or was "
        "not read for long. They are taken as known, and nobody is told of them.",
        name=name,
        new=_.number(new),
        items=_.number(items),
    )


def loss_sign(_: Translator, sign: LossSign) -> str:
    """Say what shows that a source's news may be lost without anybody noticing."""
    signs: dict[LossSign, str] = {
        "garbled": _("its text looks like no language: another charset, or no text at all"),
        "stale": _("everything it shows has been known for three times as long as usual"),
        "unmatched": _("nothing of it has ever matched, although the others of its watchlists did"),
        "braked": _("twice within a day so many of its items looked new that none of them was told"),
    }
    return signs[sign]


def may_lose(_: Translator, name: str) -> str:
    """Say that a source may be losing news; the sign follows."""
    return _("{name} may be losing news in silence", name=name)


def loss(_: Translator, name: str, sign: LossSign) -> str:
    """Say why, and how to find out."""
    return f"{loss_sign(_, sign)}. {how_to_look(_, name)}"


def how_to_look(_: Translator, name: str) -> str:
    """Say how to find out."""
    return _("Look at what it brings: newswatch sources test {name}", name=name)


# ---------------------------------------------------------------------------------------------- sending


def closed(_: Translator, chat: int, reason: str) -> str:
    """Say that a chat cannot be told."""
    return _(
        "chat {chat} takes no messages ({reason}): its newest alerts are held, and it is tried again from time to time",
        chat=chat,
        reason=reason,
    )


def chats_refuse(_: Translator, reason: str) -> str:
    """Say that Telegram refuses messages to many chats alike."""
    return _(
        "Telegram refuses many chats alike ({reason}): that is taken for an outage of Telegram's, their alerts wait",
        reason=reason,
    )


def topic_lost(_: Translator, chat: int, topic: int, reason: str) -> str:
    """Say that a topic takes no messages."""
    return _(
        "topic {topic} of chat {chat} takes no messages ({reason}): its alerts go to General until it does again",
        topic=topic,
        chat=chat,
        reason=reason,
    )


def refused(_: Translator, reason: str) -> str:
    """Say that Telegram does not know the bot."""
    return _("Telegram refuses the token ({reason}): nothing is sent until it is replaced", reason=reason)


def unreadable(_: Translator, alerts: int, chat: int, reason: str) -> str:
    """Say that alerts were given up because the bot cannot read or show them; the first of them was for this chat."""
    return _.ngettext(
        "{number} alert was given up because the bot cannot read or show it, for chat {chat}: {reason}",
        "{number} alerts were given up because the bot cannot read or show them, the first for chat {chat}: {reason}",
        alerts,
        chat=chat,
        reason=reason,
    )


def unheeded(_: Translator, chat: int, reason: str) -> str:
    """Say that what a chat has set is passed over."""
    return _(
        "what chat {chat} has set is not heeded, let it be set anew: {reason}",
        chat=chat,
        reason=reason,
    )


# ---------------------------------------------------------------------------------------------- the database


def database_fails(_: Translator, reason: str) -> str:
    """Say that nothing can be put on record; the reason says what to do."""
    return _(
        "⚠️ I cannot write into my database: {reason}. No news is taken in until it works again; alerts on record are "
        "kept.",
        reason=reason,
    )


def database_works(_: Translator) -> str:
    """Say that it works again."""
    return _("✅ My database can be written again.")


# ---------------------------------------------------------------------------------------------- the file


def wrong(_: Translator) -> str:
    """Say that an edit of the configuration was not taken."""
    return _("watchlists.yaml is wrong; the old one stays in force")


def file_lost(_: Translator, reason: str) -> str:
    """Say that the configuration cannot be read any more."""
    return _("watchlists.yaml cannot be read any more: {reason}", reason=reason)


def last_good(_: Translator) -> str:
    """Say what counts meanwhile."""
    return _("The last good one stays in force. Edits count again when the file is back.")


def file_back(_: Translator) -> str:
    """Say that the configuration can be read again."""
    return _("watchlists.yaml can be read again")


def unbuilt(_: Translator) -> str:
    """Say that a change of what is watched could not be put in force, and what happens now; the reason follows."""
    return _("A change of what is watched could not be put in force; the old one stays, and it is tried again")


def orphaned(_: Translator) -> str:
    """Say that edits of the configuration cannot be seen."""
    return _("watchlists.yaml was replaced outside, and its edits cannot be seen")


def how_to_mount(_: Translator) -> str:
    """Say how they would be."""
    return _(
        "the file that is mounted here was replaced by another of its name: save it in place, mount its folder, or "
        "start again"
    )


def outranked(_: Translator) -> str:
    """Say that this instance polls nothing, because of another one."""
    return _(
        "another instance on this database has another watchlists.yaml and read it later: this one polls nothing "
        "meanwhile"
    )


def one_file(_: Translator) -> str:
    """Say how all of them would poll."""
    return _("give all instances the same file, or each a database of its own")


# ---------------------------------------------------------------------------------------------- backups


def restored(_: Translator) -> str:
    """Say that a backup is in the place of the database."""
    return _("The record was restored from a backup")


def after_restore(_: Translator, sources: int, alerts: int) -> str:
    """Say what that means: in how many sources what stands there is known, and how many alerts ended."""
    known = _.ngettext(
        "What {number} source shows at its next poll counts as known.",
        "What {number} sources show at their next poll counts as known.",
        sources,
    )
    ended = _.ngettext(
        "{number} alert of the backup that was not sent then is not sent now.",
        "{number} alerts of the backup that were not sent then are not sent now.",
        alerts,
    )
    return f"{known} {ended}"


def unsaved(_: Translator) -> str:
    """Say that no backup could be taken; the reason follows."""
    return _("The scheduled backup failed, and is tried again")


# ---------------------------------------------------------------------------------------------- queries


def left_out(_: Translator, watchlist: str, query: str) -> str:
    """Say that a query of the configuration is not looked for."""
    return _(
        "{query} in {watchlist} is left out, or was not looked for in every item", query=query, watchlist=watchlist
    )


def left_out_there(_: Translator, chat: int, number: int) -> str:
    """Say that a query of a chat's own is not looked for. What it says is the chat's business."""
    return _("query {number} of chat {chat} is left out, or was not looked for in every item", number=number, chat=chat)


def left_out_here(_: Translator, query: str) -> str:
    """Say to a chat that a query of its own is not looked for."""
    return _("{query} is left out of what I watch for here, or was not looked for in every item", query=query)


def because(_: Translator, reason: QueryError) -> str:
    """Say why, in the words that the query language has for it."""
    return _.again(reason.text, **reason.values)


def what_to_do(_: Translator, number: int) -> str:
    """Say how a chat mends a query of its own."""
    return _("/unwatch {number} ends it, /watch takes it anew when it is written otherwise.", number=number)


# ---------------------------------------------------------------------------------------------- the model


def model_fails(_: Translator, reason: str, again: timedelta) -> str:
    """Say that the language model is left alone for a while."""
    return _(
        "The language model fails: {reason}. Alerts go out without it; it is tried again in {span}.",
        reason=reason,
        span=_span(_, again),
    )


def model_spent(_: Translator, tokens: int) -> str:
    """Say that the tokens of this day are spent."""
    return _(
        "The language model has used the {tokens} tokens of today (UTC). Until tomorrow alerts go out without it; "
        "NEWSWATCH_MODEL_TOKENS_PER_DAY sets how many there are.",
        tokens=_.number(tokens),
    )


# ---------------------------------------------------------------------------------------------- times


def _when(_: Translator, at: datetime, now: datetime) -> str:
    """Return when that was, in UTC; both are."""
    return f"{_.moment(at, now)} UTC"


def _span(_: Translator, length: timedelta) -> str:
    """Return a length of time in words, as it stands after "for", "in" and "up to", in the unit of two digits or so."""
    minutes = max(1, round(length.total_seconds() / 60))
    if minutes >= 2 * _DAY:
        return _.ngettext("{number} day", "{number} days", minutes // _DAY)
    if minutes >= 2 * _HOUR:
        return _.ngettext("{number} hour", "{number} hours", minutes // _HOUR)
    return _.ngettext("{number} minute", "{number} minutes", minutes)
