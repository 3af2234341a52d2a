"""What owners are told, and how often: never readers, once an occasion, and not when the network is ours to mend."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web

from bot import owner_notices
from bot.errors import QueryError
from bot.matching.engine import OmittedQuery
from bot.model import Chat, DisplayPreferences
from bot.polling.source_health.source_notices import Notices
from bot.ports.history_store import PersonalQuery

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from bot.cli.demo_newsroom import Newsroom, Piece
    from tests.plugins.rig import Rig

HOUR = timedelta(hours=1)


def watching(*urls: str) -> str:
    """Return a watchlists.yaml with these sources, named A, B …, each of a publisher of its own."""
    lines = [
        f"  - {{name: {n}, publisher: p{n}, url: '{url}', every: 1m}}" for n, url in zip("ABCD", urls, strict=False)
    ]
    return "\n".join(["sources:", *lines, "watchlists: {k: {keywords: [Kremlin], deliver_to: [77]}}"])


async def fail(rig: Rig, times: int) -> list[str]:
    """Let everything be polled so many times, each after two hours; return what was told meanwhile."""
    told = []
    for _ in range(times):
        await rig.later(hours=2)
        told += [f"{one.alert.chat.id} {one.alert.headline} {one.alert.lead}" for one in await rig.told()]
    return told


async def test_a_source_that_stays_broken_is_told_once_an_outage_and_to_owners_only(
    rig: Rig, newsroom: Newsroom
) -> None:
    """Promise 5: four failures are nobody's news, the fifth is; then silence until it broke anew."""
    rig.owners = (500, 501)
    site = await rig.site()
    await rig.set_up(watching(site.url("/feed?key=hidden-canary"), newsroom.feed("courier")))
    assert await fail(rig, 4) == []
    told = await fail(rig, 8)
    assert [line.split(" fails")[0] for line in told] == ["500 A", "501 A"]
    assert "404" in told[0]
    assert "5 times in a row" in told[0]
    assert "hidden-canary" not in "".join(told)
    site.pages["/feed"] = b"<rss version='2.0'><channel><title>S</title></channel></rss>"
    assert await fail(rig, 1) == []
    del site.pages["/feed"]
    assert len(await fail(rig, 8)) == 2


async def test_each_owner_is_told_in_their_own_language(rig: Rig, newsroom: Newsroom) -> None:
    """What /language chose, else the installation's; one occasion is one number, and a new choice repeats nothing."""
    rig.owners = (500, 501)
    site = await rig.site()
    store = await rig.set_up(watching(site.url(), newsroom.feed("courier")))
    await store.preferences.write_display(500, DisplayPreferences(language="ru"))
    told = await fail(rig, 6)
    assert ["Следующая попытка через" in line for line in told] == [True, False]
    assert "Неудач подряд у " in told[0]
    assert "It is asked again in" in told[1]
    assert len(rig.rows("SELECT DISTINCT story FROM outbox")) == 1
    await store.preferences.write_display(500, DisplayPreferences(language="de"))
    rig.forget_notices()
    assert await fail(rig, 3) == []


async def test_what_is_said_once_a_day_is_so_in_every_language(rig: Rig, newsroom: Newsroom) -> None:
    """Two processes whose files name other languages tell the same thing once."""
    rig.owners = (500,)
    store = await rig.set_up(watching(newsroom.feed("courier")))
    for language in ("de", "fr"):
        notices = Notices(
            store.polls, rig.owners, store.preferences.read_display, partial(DisplayPreferences, language=language)
        )
        await notices.say(owner_notices.wrong, lambda _: "line 3", rig.now)
    assert [one.alert.headline for one in await rig.told()] == [
        "watchlists.yaml ist fehlerhaft; es gilt weiter die alte"
    ]


async def test_case_51_when_everything_fails_the_outage_is_ours(rig: Rig) -> None:
    """With the network gone for hours nobody is told of dead sources, neither meanwhile nor when it comes back."""
    rig.owners = (500,)
    sites = [await rig.site() for _ in range(3)]
    await rig.set_up(watching(*(site.url() for site in sites)))
    assert await fail(rig, 8) == []
    for site in sites[1:]:
        site.pages["/feed"] = b"<rss version='2.0'><channel><title>S</title></channel></rss>"
    (told,) = await fail(rig, 3)  # the network is back, and one of them is not
    assert told.startswith("500 A fails")


async def test_a_tick_that_meets_the_broken_source_first_tells_all_the_same(
    rig: Rig, newsroom: Newsroom, piece: type[Piece]
) -> None:
    """A scheduler's tick remembers nothing, and a refused connection is met before any good answer."""
    rig.owners = (500,)
    newsroom.publish("courier", piece("Rail fares rise", "x", ()))
    await rig.set_up(watching("http://127.0.0.1:1/", newsroom.feed("courier")))
    told: list[str] = []
    for _ in range(6):
        rig.forget_notices()
        told += await fail(rig, 1)
    assert [line.split(" fails")[0] for line in told] == ["500 A"]


async def test_the_only_source_is_told_of_though_nothing_compares_with_it(rig: Rig) -> None:
    """Who watches a single source is told when it stays broken: nothing else can tell its outage from ours."""
    rig.owners = (500,)
    site = await rig.site()
    await rig.set_up(watching(site.url()))
    (told,) = await fail(rig, 7)
    assert told.startswith("500 A fails")


async def test_case_43_a_source_that_is_gone_for_good_is_told_at_once(rig: Rig, newsroom: Newsroom) -> None:
    """Case 43: 410 needs no second opinion: the owner hears of it, and it is asked again the next day."""
    rig.owners = (500,)
    site = await rig.site()

    async def gone(_: web.Request) -> web.Response:
        raise web.HTTPGone

    site.pages["/feed"] = gone
    await rig.set_up(watching(site.url(), newsroom.feed("courier")))
    (told,) = await fail(rig, 1)
    assert "gone for good (410)" in told
    ((wait,),) = rig.rows("SELECT next_due - tried_at FROM sources WHERE name = 'A'")
    assert 22 < wait / 3_600_000 < 26
    assert await fail(rig, 3) == []


async def test_a_source_that_falls_silent_is_told_once_a_silence(
    rig: Rig, newsroom: Newsroom, piece: type[Piece]
) -> None:
    """Promise 5: after three times its usual silence the owner hears of it, once, and readers never."""
    rig.owners = (500,)
    newsroom.publish("courier", piece("Rail fares rise", "x", ()))
    await rig.set_up(watching(newsroom.feed("courier")))
    await rig.poll()
    days, hour = 10 * 86_400_000, 3_600_000
    rig.change(f"UPDATE sources SET watched_since = watched_since - {days}, lull = {hour}")  # noqa: S608 - our own numbers
    assert await fail(rig, 1) == []
    (told,) = await fail(rig, 3)
    assert told.startswith("500 A has brought nothing new for 4 hours")
    assert "What it answers does not change." in told
    assert "Usually 60 minutes pass at most." in told
    newsroom.publish("courier", piece("Rail fares fall", "x", ()))
    assert await fail(rig, 2) == []
    rig.change(f"UPDATE sources SET lull = {hour}")  # noqa: S608 - the same
    assert len(await fail(rig, 4)) == 1


async def test_case_37_a_move_is_adopted_told_and_dedupes(rig: Rig, rss: Callable[..., bytes]) -> None:
    """Case 37: after three polls and a day the new address is asked; nothing is told twice, and the owner once."""
    rig.owners = (500,)
    old, new = await rig.site(), await rig.site()
    entries = [("1", "Kremlin speaks", "x"), ("2", "Kremlin listens", "x")]
    old.pages["/feed"] = new.pages["/feed"] = rss(*entries)
    await rig.set_up(watching(old.url()).replace("every: 1m", "every: 1m, full_text: never"))
    await rig.poll()

    async def moved(_: web.Request) -> web.Response:
        raise web.HTTPMovedPermanently(new.url())

    old.pages["/feed"] = moved
    told = []
    for _ in range(5):
        await rig.later(hours=12)
        told += [one.alert.headline for one in await rig.told()]
    assert [line.partition(" to ")[0] for line in told] == ["A has moved for good"]
    assert rig.rows("SELECT address, url, known FROM sources") == [(new.url(), old.url(), 2)]
    old.asked.clear()
    new.pages["/feed"] = rss(("3", "Kremlin again", "x"), *entries)
    assert (await rig.later(hours=1)).queued == 1
    assert old.asked == []
    new.pages.clear()  # the new address dies: after a while the old one, which the file names, is asked again
    for _ in range(4):
        await rig.later(hours=2)
    assert old.asked == ["/feed"]


async def test_case_38_a_temporary_redirect_moves_nobody(rig: Rig, rss: Callable[..., bytes]) -> None:
    """Case 38: 302, to a feed or to a page for logging in, is followed and never adopted; a page is an error."""
    site = await rig.site()
    site.pages |= {"/other": rss(("1", "Kremlin", "x")), "/login": b"<!doctype html><html><title>Log in</title></html>"}
    target = "/other"

    async def away(_: web.Request) -> web.Response:
        raise web.HTTPFound(target)

    site.pages["/feed"] = away
    await rig.set_up(watching(site.url()).replace("every: 1m", "every: 1m, kind: feed"))
    for _ in range(5):
        assert (await rig.later(hours=12)).failures == {}
    assert rig.rows("SELECT address, moving_to FROM sources") == [(None, None)]
    target = "/login"
    tally = await rig.later(hours=12)
    assert "Log in" in tally.failures["A"]
    assert rig.rows("SELECT address, moving_to, known FROM sources") == [(None, None, 1)]


async def test_case_51_an_outage_of_ours_counts_against_nobody(
    rig: Rig, newsroom: Newsroom, piece: type[Piece], caplog: pytest.LogCaptureFixture
) -> None:
    """Case 51: with no name found for two hours, no failure is counted, nobody told, and all is read soon after."""
    rig.owners = (500,)
    newsroom.publish("courier", piece("Rail fares rise", "x", ()))
    await rig.set_up(
        watching(*(f"http://{name}.invalid:{newsroom.port}/feed" for name in "abc"), newsroom.feed("courier"))
    )
    assert len((await rig.poll()).failures) == 3
    assert {row[0] for row in rig.rows("SELECT failures FROM sources WHERE name <> 'D'")} == {1}  # these are theirs
    rig.change("UPDATE sources SET disabled_at = 1 WHERE name = 'D'")
    assert await fail(rig, 12) == []
    assert {row[0] for row in rig.rows("SELECT failures FROM sources WHERE name <> 'D'")} == {1}
    assert "is this machine online?" in caplog.text
    waits = [row[0] for row in rig.rows("SELECT next_due - tried_at FROM sources WHERE name <> 'D'")]
    assert max(waits) < 6 * 60_000


async def test_without_owners_nobody_is_told(rig: Rig, newsroom: Newsroom) -> None:
    """A notice is for owners; readers of watchlists never get one."""
    site = await rig.site()
    await rig.set_up(watching(site.url(), newsroom.feed("courier")))
    assert await fail(rig, 7) == []


async def test_a_query_that_is_left_out_is_told_to_its_chat_and_the_owners_once(rig: Rig, newsroom: Newsroom) -> None:
    """Owners hear whose it is, not what a chat watches for; the chat hears how to mend it."""
    rig.owners = (500,)
    await rig.set_up(watching(newsroom.feed("courier")))
    own = PersonalQuery(9, Chat(77), 3, "/secret{9}/", None)
    left = OmittedQuery("~9", own.text, QueryError("this regex is too large: let it repeat less often"))
    of_file = OmittedQuery("k", "Kremlin AND", QueryError("no"))
    *_, notices = rig.parts
    for _ in range(2):
        await notices.left_out([(own, left), (None, of_file)], rig.now)
    told = {(one.alert.chat.id, one.alert.headline, one.alert.lead) for one in await rig.told()}
    assert len(told) == 3
    to_owner = [headline + lead for chat, headline, lead in told if chat == 500]
    assert sum("secret" in text for text in to_owner) == 0
    assert any("query 3 of chat 77 is left out" in text for text in to_owner)
    assert any("Kremlin AND in k is left out" in text for text in to_owner)
    (here,) = [headline + lead for chat, headline, lead in told if chat == 77]
    assert "/secret{9}/ is left out" in here
    assert "/unwatch 3" in here
