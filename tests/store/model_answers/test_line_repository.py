"""Lines that chats want of stories: which are asked for, by whom, once; and the edits that show them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.model import Alert, Chat, DisplayPreferences, ModelChoice
from bot.ports.outbox_store import Sent
from bot.ports.poll_store import Turn
from bot.store.model_answers.line_repository import LATELY

if TYPE_CHECKING:
    from bot.model import Delivery
    from bot.ports.model_store import WantedLine
    from bot.store.repository import Store
    from tests.store.conftest import Play

STORY = 7


async def tell(play: Play, store: Store, *chats: int, key: int = 1, send: bool = True) -> None:
    """Record a report of the story with an alert for each chat, and send them."""
    await store.polls.sync_sources(play.sources(1), play.now)
    (leased,) = await store.polls.lease_sources(play.now, limit=1, ttl=timedelta(minutes=1), forced_since=play.now)
    alerts = [Alert(Chat(one), STORY, (("k", "K"),), "Headline", "https://s.example/1", "Lead", ()) for one in chats]
    joined = (STORY,) if key > 1 else ()
    async with store.polls.open_recording(leased) as recording:
        turn = Turn(play.outcome(leased), (play.told(STORY, key),), tuple(alerts), joined=joined)
        await recording.write_poll(turn)
    play.after(seconds=1)
    if send:
        await deliver(play, store)


async def deliver(play: Play, store: Store) -> list[Delivery]:
    """Send what is due."""
    epoch = await store.outbox.take_role("sender", play.now, timedelta(minutes=1))
    assert epoch is not None
    claimed = await store.outbox.claim(epoch, play.now, limit=20, ttl=timedelta(minutes=1))
    for one in claimed:
        await store.outbox.settle([one], epoch, Sent(one.message or 100 + one.id), play.now)
    return list(claimed)


async def choose(store: Store, chat: int, model: ModelChoice, language: str | None = None) -> None:
    """Let a chat choose."""
    await store.preferences.write_display(chat, DisplayPreferences(model=model, language=language))


async def wanted(play: Play, store: Store, most: int = 10) -> tuple[WantedLine, ...]:
    """Take the lines that are wanted now."""
    return await store.lines.claim_lines(play.now, language="en", most=most)


def named(lines: tuple[WantedLine, ...]) -> set[tuple[str, str]]:
    """Return their kinds and languages."""
    return {(one.kind, one.language) for one in lines}


async def test_chats_that_share_language_and_choice_share_a_line(play: Play) -> None:
    """A line for each kind and language that is chosen, whatever the number of chats; none where nobody chose."""
    store = await play.worker()
    for chat, model, language in ((5, "summary", None), (6, "summary", "en"), (7, "both", "ru"), (8, "off", None)):
        await choose(store, chat, model, language)  # type: ignore[arg-type]  # each is a choice
    await tell(play, store, 5, 6, 7, 8, 9)
    lines = await wanted(play, store)
    assert named(lines) == {("summary", "en"), ("summary", "ru"), ("translation", "ru")}
    assert {one.headline for one in lines} == {"Headline"}


async def test_two_instances_share_the_lines(play: Play) -> None:
    """What one has claimed the other leaves alone, until the claim is over."""
    one, two = await play.worker(), await play.worker()
    await choose(one, 5, "both")
    await tell(play, one, 5)
    first, second = await wanted(play, one, most=1), await wanted(play, two)
    assert len(first) == len(second) == 1
    assert named(first) != named(second)
    assert await wanted(play, one) == ()
    play.after(minutes=3)
    assert len(await wanted(play, one)) == 2


async def test_a_line_is_shown_by_an_edit_in_the_chats_that_want_it(play: Play) -> None:
    """And stands in every later edit; a line that was dropped edits nothing."""
    store = await play.worker()
    await choose(store, 5, "summary")
    await choose(store, -6, "summary")
    await tell(play, store, 5, -6, 9)
    (line,) = await wanted(play, store)
    assert await store.lines.write_line(line, "It is said.", play.now, language="en") == 2
    play.after(seconds=10)
    shown = await deliver(play, store)
    assert {one.alert.chat.id for one in shown} == {5, -6}
    assert all(one.message is not None and one.lines[0].text == "It is said." for one in shown)
    assert await wanted(play, store) == ()


async def test_a_dropped_line_edits_nothing_and_leaves_what_was_there(play: Play) -> None:
    """What stood in fewer reports stands there still."""
    store = await play.worker()
    await choose(store, 5, "summary")
    await tell(play, store, 5)
    (line,) = await wanted(play, store)
    assert await store.lines.write_line(line, "It is said.", play.now, language="en") == 1
    for key in (2, 3):
        await tell(play, store, key=key)
    (again,) = await wanted(play, store)
    assert again.basis == 3
    assert await store.lines.write_line(again, "", play.now, language="en") == 0
    play.after(seconds=10)
    await tell(play, store, key=4, send=False)
    (delivery,) = await deliver(play, store)
    assert delivery.lines[0].text == "It is said."


@pytest.mark.parametrize(("age", "many"), [(timedelta(), 1), (LATELY, 0)])
async def test_only_alerts_of_lately_get_lines(play: Play, age: timedelta, many: int) -> None:
    """Nobody reads an old one again."""
    store = await play.worker()
    await tell(play, store, 5)
    await choose(store, 5, "summary")
    play.now += age
    assert len(await wanted(play, store)) == many


async def test_what_was_not_sent_is_not_asked_for(play: Play) -> None:
    """The alert goes first."""
    store = await play.worker()
    await choose(store, 5, "summary")
    await tell(play, store, 5, send=False)
    assert await wanted(play, store) == ()


async def test_a_line_without_an_answer_is_put_off(play: Play) -> None:
    """It is asked for again after a while, as long as its alert is new."""
    store = await play.worker()
    await choose(store, 5, "summary")
    await tell(play, store, 5)
    (line,) = await wanted(play, store)
    await store.lines.postpone_line(line, play.now + timedelta(minutes=10))
    play.after(minutes=9)
    assert await wanted(play, store) == ()
    play.after(minutes=2)
    assert len(await wanted(play, store)) == 1
