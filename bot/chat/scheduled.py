"""What the bot says and does unasked, now and then: the daily "still watching", and leaving groups nobody let in.

In comes the house, out goes an Answer for whoever carries answers out. What is to come daily takes the way of alerts,
under a number that is that day's, so that it comes once whoever makes the rounds.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import blake2b

from bot.alerts.calendar import instant, zone_of
from bot.alerts.policy import pausing
from bot.chat.access_rules import each_owner
from bot.chat.context import Services, words_of
from bot.chat.messages import Answer, Reply
from bot.chat.texts import admin as admin_texts
from bot.chat.texts import settings_menu as settings_menu_texts
from bot.i18n import words
from bot.model import Alert, Chat
from bot.preferences import Preferences

EVERY = 60.0  # seconds between two rounds
LATE = timedelta(hours=1)  # a sign of life that is later than this is none
STAY = timedelta(hours=24)  # in a group that nobody lets in
_DAY = timedelta(days=1)


async def go(house: Services) -> Answer:
    """Make one round."""
    await _still(house)
    return await _leave(house)


async def _still(house: Services) -> None:
    now = house.now()
    wished = await house.wishes.still(now - _DAY)
    due = [(one, at) for one in wished if (at := _due(one.wishes, now))]
    if not due:
        return
    every = (await house.store.status(now)).sources
    well = sum(one.error is None for one in every)
    alerts = []
    for one, at in due:
        _ = words(one.look.language or house.config().language)
        text = settings_menu_texts.still_watching(_, well, len(every), one.alerts)
        alerts.append(Alert(one.chat, _number(one.chat, at), (), text, None, "", (), priority="low"))
    await house.tell(tuple(alerts))


def _due(wishes: Preferences, now: datetime) -> datetime | None:
    """Return the time of the sign of life that is due, None when it has been or is to come."""
    if wishes.still is None or pausing(wishes, now):
        return None
    zone = zone_of(wishes.zone)
    at = instant(now.astimezone(zone).date(), wishes.still, zone)
    return at if at <= now < at + LATE else None


def _number(chat: Chat, at: datetime) -> int:
    return int.from_bytes(blake2b(repr(("still", chat.id, chat.topic, at)).encode(), digest_size=8).digest()) >> 2


async def _leave(house: Services) -> Answer:
    """Leave groups that asked a day ago and that nobody let in, and tell the owners."""
    if house.access == "open" or not house.owners:
        return Answer()
    fixed = {reader.id for one in house.config().watchlists for reader in one.deliver_to}
    strangers = [chat for chat in await house.guests.strangers(house.now() - STAY) if chat not in fixed]
    replies = []
    for owner in each_owner(house.owners) if strangers else ():
        _ = await words_of(house, Chat(owner))
        replies += [Reply(Chat(owner), admin_texts.left(_, chat), notice=True) for chat in strangers]
    for chat in strangers:  # twenty at most
        await house.guests.forget_knock(chat)
    return Answer(tuple(replies), leave=tuple(strangers))
