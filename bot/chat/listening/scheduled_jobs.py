"""What the bot does unasked: the daily "still watching", and leaving groups that nobody admitted.

In come the services, out goes an Answer for whoever carries answers out. What comes daily goes through the outbox, with
a number made of chat and day, so that it comes once, whichever instance does the round.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import blake2b

from bot.alerts.calendar import instant, zone_of
from bot.alerts.policy import pausing
from bot.chat.access.access_rules import owner_ids
from bot.chat.context import Services, translator_of
from bot.chat.messages import Answer, Reply
from bot.chat.texts import settings_menu as settings_menu_texts
from bot.chat.texts.owners import admin as admin_texts
from bot.i18n import words
from bot.model import Alert, Chat
from bot.preferences import Preferences

INTERVAL = 60.0  # seconds between two rounds
LATE = timedelta(hours=1)  # a sign of life that is later than this is none
STAY = timedelta(hours=24)  # in a group that nobody lets in
_DAY = timedelta(days=1)


async def run_scheduled(services: Services) -> Answer:
    """Queue what is due today, and return what to leave and whom to tell."""
    await _queue_still_watching(services)
    return await _leave_unadmitted(services)


async def _queue_still_watching(services: Services) -> None:
    now = services.now()
    daily = await services.preferences.find_watchers(now - _DAY)
    due = [(one, at) for one in daily if (at := _due(one.preferences, now))]
    if not due:
        return
    sources = (await services.chats.read_status(now)).sources
    healthy = sum(one.error is None for one in sources)
    alerts = []
    for one, at in due:
        _ = words(one.display.language or services.config().language)
        text = settings_menu_texts.still_watching(_, healthy, len(sources), one.alerts)
        alerts.append(Alert(one.chat, _number(one.chat, at), (), text, None, "", (), priority="low"))
    await services.queue_alerts(tuple(alerts))


def _due(preferences: Preferences, now: datetime) -> datetime | None:
    """Return the time of the sign of life that is due, None when it has been or is to come."""
    if preferences.still is None or pausing(preferences, now):
        return None
    zone = zone_of(preferences.zone)
    at = instant(now.astimezone(zone).date(), preferences.still, zone)
    return at if at <= now < at + LATE else None


def _number(chat: Chat, at: datetime) -> int:
    return int.from_bytes(blake2b(repr(("still", chat.id, chat.topic, at)).encode(), digest_size=8).digest()) >> 2


async def _leave_unadmitted(services: Services) -> Answer:
    """Leave groups that asked a day ago and that nobody let in, and tell the owners."""
    if services.access == "open" or not services.owners:
        return Answer()
    fixed = {reader.id for one in services.config().watchlists for reader in one.deliver_to}
    unadmitted = [
        chat for chat in await services.admissions.find_ignored_groups(services.now() - STAY) if chat not in fixed
    ]
    replies = []
    for owner in owner_ids(services.owners) if unadmitted else ():
        _ = await translator_of(services, Chat(owner))
        replies += [Reply(Chat(owner), admin_texts.left(_, chat), notice=True) for chat in unadmitted]
    for chat in unadmitted:  # twenty at most
        await services.admissions.withdraw_request(chat)
    return Answer(tuple(replies), leave=tuple(unadmitted))
