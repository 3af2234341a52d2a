"""Questions about queries and items: answered from the record, changing nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.chat.messages import Answer
from bot.model import Alert, Chat, Evidence, Item, Report, Subscription, Validators, Watchlist
from bot.ports.outbox_store import Sent
from bot.ports.poll_store import Outcome, Recorded, Turn

OWNER, READER, ADMINISTRATOR, GROUP = 11, 22, 33, -1005550001
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def said(answer: Answer) -> str:
    """Return the text of the one reply, or the toast."""
    return answer.replies[0].text if answer.replies else answer.toast


@pytest.fixture
def open_desk(desk: Any) -> Any:
    """Give a desk with open access."""
    desk.access = "open"
    return desk


# ---------------------------------------------------------------------------------------------- /test


async def test_a_query_is_tried_on_the_latest_items(open_desk: Any, record: Any) -> None:
    """Five of the newest that it fires on, each with its sentence and link, and what nearly was one."""
    await record("Summit long ago", lead="Once.", days=20)
    await record(
        *(f"Meeting {n}" for n in range(6)), lead="Nothing was said. The summits of Geneva were long. End.", days=1
    )
    await record("Summitry <b>for</b> beginners", "Weather")
    text = said(await open_desk.ask("/test summit"))
    assert "✅ <code>summit</code> can be understood" in text
    assert text.count("  The <b>summits</b> of Geneva were long.") == 5
    assert '<a href="http://news.example/' in text
    assert "Meeting 0" not in text
    assert "long ago" not in text
    nearly = text.partition("nearly")[2]
    assert "Summitry &lt;b&gt;for" in nearly
    assert "stands only inside" in nearly


async def test_a_query_without_a_hit_says_how_many_it_was_tried_on(open_desk: Any, record: Any) -> None:
    """None of so many; an empty record is none at all."""
    assert "nothing on record yet" in said(await open_desk.ask("/test summit"))
    await record("Weather", "Sport")
    assert "none of the latest 2 items" in said(await open_desk.ask("/test summit"))


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("", "Write /test and a query"),
        ("summit AND (", "Column 13"),
        ("x" * 501, "500 characters"),
        ('"open', "Column 1"),
    ],
)
async def test_a_mistake_in_a_query_is_shown_at_its_column(open_desk: Any, words: str, hint: str) -> None:
    """The place of the mistake is marked in the query."""
    text = said(await open_desk.ask(f"/test {words}"))
    assert hint in text
    assert ("▸" in text) == ("Column" in text)


async def test_members_of_a_group_may_ask(open_desk: Any, record: Any) -> None:
    """Trying and asking why change nothing, so they need no administrator."""
    await record("Summit")
    who = {"chat": GROUP, "user": READER}
    assert "fires on" in said(await open_desk.ask("/test summit", **who))
    assert "Summit" in said(await open_desk.ask("/why http://news.example/1/summit", **who))


# ---------------------------------------------------------------------------------------------- /why


async def told(desk: Any, *chats: int, publishers: tuple[str, ...] = ("kremlin.example",), watchlist: str) -> None:
    """Put a story of an item on record, with an alert for these chats."""
    polls = desk.store.polls
    await polls.sync_sources(desk.config.sources, NOW)
    (leased,) = await polls.lease_sources(NOW, limit=1, ttl=MINUTE, forced_since=NOW + MINUTE)
    evidence = (Evidence("title", "Kremlin", 0, 7, "Kremlin on summit"),)
    item = Item((1,), "http://news.example/1/kremlin", "Kremlin on summit", "The Director spoke.")
    items = tuple(
        Recorded(item, NOW, (), 7, Report(name, name, item.title, item.url, NOW, None, (watchlist,)))
        for name in publishers
    )
    alerts = tuple(Alert(Chat(chat), 7, ((watchlist, "x"),), item.title, item.url, "Lead", evidence) for chat in chats)
    async with polls.open_recording(leased) as recording:
        await recording.write_poll(Turn(Outcome(leased, NOW, NOW, Validators(), parsed=True), items, alerts))


LINK = "/why https://www.news.example/1/kremlin?utm_source=telegram"


async def test_why_says_what_fired_and_that_the_chat_was_told(open_desk: Any) -> None:
    """Words with their fields, near-misses with their reason, and the time of the message."""
    open_desk.config = open_desk.config.__class__(
        open_desk.config.sources,
        (*open_desk.config.watchlists, Watchlist("t", "Anonymity", ("Tor",), languages=("en",))),
    )
    await told(open_desk, READER, watchlist="kremlin")
    text = said(await open_desk.ask(LINK))
    assert "✅ <b>Kremlin and summits</b> · <code>Kremlin</code>: “Kremlin” (title)" in text
    assert "✖️ <b>Anonymity</b> · <code>Tor</code>: &#x27;Tor&#x27; stands only inside" in text
    assert "It is on its way here" in text
    deliveries = open_desk.store.outbox
    epoch = await deliveries.take_role("sender", NOW, MINUTE)
    claimed = await deliveries.claim(epoch, NOW, limit=9, ttl=MINUTE)
    await deliveries.settle(claimed, epoch, Sent(5), NOW)
    assert "was sent here, 12:00" in said(await open_desk.ask(LINK))


async def test_why_a_chat_was_not_told(open_desk: Any) -> None:
    """No subscription, one that came later, or a suspension: each is said."""
    await told(open_desk, 99, watchlist="kremlin")
    assert "to which this chat is not subscribed" in said(await open_desk.ask(LINK))
    await open_desk.store.chats.subscribe(Subscription(Chat(READER), "kremlin"), NOW + MINUTE)
    assert "asked for that: 12:01" in said(await open_desk.ask(LINK))
    await open_desk.store.chats.suspend_chat(99, "the bot was blocked by the user", NOW)
    held = "has refused messages since 12:00 (the bot was blocked by the user). Next try: 12:01"
    assert held in said(await open_desk.ask(LINK, user=99))


async def test_why_nobody_was_told(open_desk: Any, record: Any) -> None:
    """What was there at first sight, what no query fires on, what came before the query, what is not on record."""
    await record("Kremlin opens", "Weather")
    await record("Oligarchs meet", days=-0.1)
    ask = open_desk.ask
    assert "first time" in said(await ask("/why http://news.example/1/kremlin"))
    assert "No query that concerns this chat" in said(await ask("/why http://news.example/2/weather"))
    await ask("/watch oligarchs")
    await open_desk.adopt()
    text = said(await ask("/why http://news.example/3/oligarchs"))
    assert "✅ <code>oligarchs</code>: “Oligarchs” (title)" in text
    assert "what fires now is newer" in text
    assert "No item on record has this link" in said(await ask("/why http://news.example/4/nothing"))


async def test_what_others_watch_for_stays_theirs(open_desk: Any, record: Any) -> None:
    """Neither a match nor a near-miss of another chat's query is ever shown; its own topic sees it."""
    await record("Oligarchs meet", "Oligarchswatch meets")
    await open_desk.ask("/watch oligarchs", chat=GROUP, topic=7, user=ADMINISTRATOR)
    await open_desk.adopt()
    for link in ("http://news.example/1/oligarchs", "http://news.example/2/oligarchswatch"):
        for place in ({}, {"chat": GROUP, "user": ADMINISTRATOR}):
            assert "<code>oligarchs</code>" not in said(await open_desk.ask(f"/why {link}", **place))
        assert "<code>oligarchs</code>" in said(await open_desk.ask(f"/why {link}", chat=GROUP, topic=7))


@pytest.mark.parametrize("words", ["", "Kremlin", "ftp://x.example/1", "tg://user?id=1", "   "])
async def test_why_needs_a_link(open_desk: Any, words: str) -> None:
    """Anything but an address of the web is met with what to write."""
    assert "Write /why and the link" in said(await open_desk.ask(f"/why {words}"))
