"""When a chat that refuses is tried again, and when it is Telegram that refuses: tables, and days of probes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.alerts.suspension import FIRST, FOREVER, LONGEST, OUTAGE_LONGEST, Refusals, alike, next_probe, outage_wait
from bot.errors import Closure

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RIGHTS = "Bad Request: not enough rights to send text messages to the chat"


def probes(closure: Closure, length: timedelta) -> list[timedelta]:
    """Return when a chat that refuses for so long is tried, as ages of the suspension; the last one is accepted."""
    at, found = NOW, list[timedelta]()
    while at - NOW < length:
        at = next_probe(closure, NOW, at)
        found.append(at - NOW)
    return found


@pytest.mark.parametrize("closure", ["restricted", "unreachable", "gone"])
def test_probes_begin_after_a_minute_grow_and_are_bounded(closure: Closure) -> None:
    """None comes sooner than a minute after the one before, none later than the longest wait, in a year."""
    found = probes(closure, timedelta(days=365))
    waits = [later - sooner for sooner, later in zip([timedelta(), *found], found, strict=False)]
    assert waits[0] == FIRST
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST[closure]
    assert len([one for one in found if one <= DAY]) <= 30


@pytest.mark.parametrize(("length", "late"), [(8 * HOUR, HOUR), (DAY, HOUR), (7 * DAY, 8 * HOUR), (60 * DAY, DAY)])
def test_a_chat_that_may_be_written_to_again_is_found_soon(length: timedelta, late: timedelta) -> None:
    """After a night within the hour, after a week within a third of a day."""
    assert probes("restricted", length)[-1] <= length + late


@pytest.mark.parametrize(
    ("ends", "probe"),
    [
        (timedelta(minutes=30), timedelta(minutes=30)),
        (timedelta(days=40), timedelta(days=40)),
        (timedelta(seconds=-5), FIRST),
        (FOREVER + DAY, FIRST),
        (None, FIRST),
    ],
)
def test_a_mute_is_waited_for_and_no_longer(ends: timedelta | None, probe: timedelta) -> None:
    """One that is over, or has no end, is none."""
    assert next_probe("restricted", NOW, NOW, None if ends is None else NOW + ends) == NOW + probe


def test_a_suspension_that_begins_later_than_now_is_young() -> None:
    """The clock was set back: the chat is tried in a minute."""
    assert next_probe("gone", NOW + 1000 * DAY, NOW) == NOW + FIRST


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (RIGHTS, "Forbidden: NOT ENOUGH RIGHTS to send text messages to the chat"),
        ("Bad Request: SLOWMODE_WAIT_30", "Bad Request: SLOWMODE_WAIT_5"),
    ],
)
def test_refusals_are_alike_whatever_code_and_number_they_have(text: str, same: str) -> None:
    """By their words alone."""
    assert alike(text) == alike(same)


def refuse(refusals: Refusals, chats: range, reason: str = RIGHTS, closure: Closure = "restricted") -> list[bool]:
    """Let these chats refuse, a second after the other; return of each whether it is taken for an outage."""
    found = []
    for step, chat in enumerate(chats):
        now = NOW + timedelta(seconds=step)
        refusals.note(chat, now, reason)
        found.append(refusals.is_outage(chat, reason, closure, now))
    return found


def test_many_alike_within_minutes_are_an_outage() -> None:
    """From the third on where nobody else was told anything; each is known by then."""
    refusals = Refusals()
    assert refuse(refusals, range(-20, -10)) == [False, False] + [True] * 8
    assert set(refusals.refused_alike(RIGHTS, NOW + timedelta(minutes=1))) == set(range(-20, -10))
    assert refusals.refused_alike(RIGHTS, NOW + HOUR) == ()


def test_two_chats_or_different_words_or_hours_between_are_none() -> None:
    """An administrator may close two chats, and several chats each for a reason of its own."""
    assert not any(refuse(Refusals(), range(-20, -18)))
    refusals = Refusals()
    assert not any(any(refuse(refusals, range(-n, -n + 1), f"Forbidden: reason {'x' * n}")) for n in range(5, 20))
    for number in range(9):
        at = NOW + number * HOUR
        refusals.note(-100 - number, at, RIGHTS)
        assert not refusals.is_outage(-100 - number, RIGHTS, "restricted", at)


def test_readers_who_left_since_the_last_alert_are_no_outage() -> None:
    """Of a thousand people thirty have blocked the bot, and all are found within a minute."""
    refusals, blocked = Refusals(), "Forbidden: bot was blocked by the user"
    for chat in range(1, 1001):
        now = NOW + timedelta(seconds=chat / 25)
        refusals.note(chat, now, blocked if chat % 33 == 0 else "")
        assert chat % 33 or not refusals.is_outage(chat, blocked, "unreachable", now)


def test_channels_that_refuse_while_people_are_told_are_an_outage() -> None:
    """People and groups are counted apart: a fault of Telegram's meets one sort of chats."""
    refusals = Refusals()
    for chat in range(1, 1001):
        refusals.note(chat, NOW, "")
    assert refuse(refusals, range(-20, -10))[-1]


def test_an_outage_has_short_waits_that_are_bounded() -> None:
    """A minute at first, ten at most."""
    assert [outage_wait(NOW, NOW + timedelta(minutes=minutes)) for minutes in (0, 3, 500)] == [
        timedelta(minutes=1),
        timedelta(minutes=3),
        OUTAGE_LONGEST,
    ]
