"""The poll loop: everybody is asked, nobody is stopped by another, and nothing is lost when it cannot write."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.polling.loop import LOOK
from bot.store.polling.poll_repository import PollRepository

if TYPE_CHECKING:
    import pytest

    from bot.cli.demo_newsroom import Newsroom, Piece
    from tests.plugins.rig import Rig

MINUTE = timedelta(minutes=1)


def watching(*urls: str, every: str = "1m") -> str:
    """Return a watchlists.yaml with these sources, named A, B, C …, each of a publisher of its own."""
    lines = [
        f"  - {{name: {name}, publisher: p{name}, url: '{url}', every: {every}}}"
        for name, url in zip("ABCDEFGH", urls, strict=False)
    ]
    return "\n".join(
        [
            "defaults: {full_text: never}",
            "sources:",
            *lines,
            "watchlists: {k: {keywords: [Kremlin], languages: [en], deliver_to: [77]}}",
        ]
    )


async def test_a_source_that_fails_stops_nobody(rig: Rig, newsroom: Newsroom, piece: type[Piece]) -> None:
    """Refused, missing, cut off, no feed: each is a failure with its reason, and the others are polled as ever."""
    site = await rig.site()

    async def cut(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    site.pages |= {"/cut": cut, "/page": b"<!doctype html><title>x</title><p>no feed"}
    await rig.set_up(
        watching(
            "http://127.0.0.1:1/refused",
            site.url("/missing"),
            site.url("/cut"),
            site.url("/page"),
            newsroom.feed("courier"),
        )
    )
    tally = await rig.poll()
    assert tally.polled == 5
    assert sorted(tally.failures) == ["A", "B", "C", "D"]
    newsroom.publish("courier", piece("Kremlin speaks", "x", ()))
    assert (await rig.later(hours=2)).queued == 1


async def test_case_91_a_bug_met_by_one_source_stops_nobody(
    rig: Rig, newsroom: Newsroom, piece: type[Piece], caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody expected is logged with its traceback, counts as that source's failure, and the others go on."""
    await rig.set_up(watching(newsroom.feed("courier"), newsroom.feed("wire")))
    await rig.poll()
    rig.change(
        "CREATE TRIGGER bug BEFORE INSERT ON items WHEN NEW.title = 'Kremlin poison' "
        "BEGIN SELECT RAISE(ABORT, 'poison'); END"
    )
    newsroom.publish("courier", piece("Kremlin poison", "x", ()))
    newsroom.publish("wire", piece("Kremlin speaks", "x", ()))
    tally = await rig.later(minutes=5)
    assert tally.failures == {"A": "internal error (IntegrityError), see the log"}
    assert await rig.headlines() == ["Kremlin speaks"]
    assert [record.exc_info is not None for record in caplog.records if record.message == "poll failed"] == [True]
    assert rig.rows("SELECT failures, lease_until FROM sources ORDER BY name") == [(1, None), (0, None)]


async def test_case_91_a_bug_met_by_one_turn_of_many_that_are_written_together_stops_nobody(
    rig: Rig, newsroom: Newsroom, piece: type[Piece]
) -> None:
    """What matches nothing shares a transaction: the guilty turn becomes its source's failure, the others are kept."""
    await rig.set_up(watching(newsroom.feed("courier"), newsroom.feed("wire")))
    await rig.poll()
    rig.change(
        "CREATE TRIGGER bug BEFORE INSERT ON items WHEN NEW.title = 'Rail poison' "
        "BEGIN SELECT RAISE(ABORT, 'poison'); END"
    )
    newsroom.publish("courier", piece("Rail poison", "x", ()))
    newsroom.publish("wire", piece("Rail fares rise", "x", ()))
    tally = await rig.later(minutes=5)
    assert tally.failures == {"A": "internal error (IntegrityError), see the log"}
    assert rig.rows("SELECT title FROM items") == [("Rail fares rise",)]
    assert rig.rows("SELECT failures, lease_until FROM sources ORDER BY name") == [(1, None), (0, None)]


async def test_case_32_a_source_that_hangs_keeps_nobody_waiting(
    rig: Rig, newsroom: Newsroom, piece: type[Piece]
) -> None:
    """While one server says nothing, the news of the others is in the outbox already."""
    site = await rig.site()
    hanging = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        await hanging.wait()
        return web.Response()

    site.pages["/feed"] = hang
    await rig.set_up(watching(site.url(), newsroom.feed("courier")).replace("full_text", "backlog: all, full_text"))
    newsroom.publish("courier", piece("Kremlin speaks", "x", ()))
    poller = rig.poller()
    await rig.running(poller, lambda: poller.tally.queued == 1, report_problem=lambda _: None)
    assert (poller.tally.polled, poller.tally.failures) == (1, {})
    assert rig.rows("SELECT lease_until, tried_at FROM sources WHERE name = 'A'") == [
        (None, None)
    ]  # given back, unpolled


async def test_a_turn_is_stopped_in_the_middle_and_taken_again(
    rig: Rig, newsroom: Newsroom, piece: type[Piece]
) -> None:
    """A loop that ends gives every lease back at once: the next one does not wait for it to run out."""
    site = await rig.site()
    asked = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        asked.set()
        await asyncio.Event().wait()
        return web.Response()

    site.pages["/feed"] = hang
    await rig.set_up(watching(site.url(), newsroom.feed("courier")))
    poller = rig.poller()
    await rig.running(poller, lambda: asked.is_set() and poller.tally.polled == 1, report_problem=lambda _: None)
    assert rig.rows("SELECT name, lease_until, polled_at IS NULL FROM sources ORDER BY name") == [
        ("A", None, 1),
        ("B", None, 0),
    ]
    newsroom.publish("courier", piece("Kremlin speaks", "x", ()))
    site.pages["/feed"] = b""
    rig.now += 5 * MINUTE
    assert (await rig.poll()).polled == 2


async def test_case_82_a_full_disk_pauses_polling_and_loses_nothing(
    rig: Rig, newsroom: Newsroom, piece: type[Piece]
) -> None:
    """Promise 5: polling says why it pauses, tries again, and tells everything once there is room."""
    await rig.set_up(watching(newsroom.feed("courier"), every="1s"))
    newsroom.publish("courier", piece("Rail fares rise", "x", ()))
    await rig.poll()
    disk = rig.disk()
    newsroom.publish("courier", *(piece(f"Kremlin case {n}: {n * 7919}", "x" * 9000, ()) for n in range(15)))
    rig.now += 5 * MINUTE
    problems: list[str | None] = []
    poller = rig.poller()

    def well() -> bool:
        if any(problems) and disk.pages < 1_000_000:
            assert "full" in str(problems[-1])
            disk.pages = 1_000_000
            rig.now += 2 * MINUTE  # the lease that could not be given back ends
        return poller.tally.queued == 15

    await rig.running(poller, well, report_problem=problems.append)
    assert any(problems)
    assert problems[-1] is None
    assert poller.tally.failures == {}
    assert len(await rig.headlines()) == 15


async def test_polls_that_cannot_be_written_are_written_later(rig: Rig, newsroom: Newsroom) -> None:
    """What a poll without news found is kept while the database refuses, and the source is not asked again for it."""
    await rig.set_up(watching(newsroom.feed("courier"), every="1h"))
    rig.now += MINUTE
    await rig.poll()
    rig.now += 2 * 60 * MINUTE
    asked = newsroom.requests
    rig.change(
        "CREATE TRIGGER refuse BEFORE UPDATE OF polled_at ON sources WHEN EXISTS (SELECT 1 FROM missing_table) "
        "BEGIN SELECT 1; END"
    )
    problems: list[str | None] = []
    poller = rig.poller()

    def written() -> bool:
        if any(problems):
            rig.change("DROP TRIGGER IF EXISTS refuse")
        return rig.rows("SELECT polled_at FROM sources") == [(rig.now.timestamp() * 1000,)]

    await rig.running(poller, written, report_problem=problems.append)
    assert any("missing_table" in str(problem) for problem in problems)
    assert newsroom.requests == asked + 1


async def test_a_tick_asks_each_source_once_however_eager_it_is(rig: Rig, newsroom: Newsroom) -> None:
    """A source that wants to be asked every second does not keep a tick from ending while others are slow."""
    site = await rig.site()

    async def slow(_: web.Request) -> web.Response:
        for _second in range(5):
            rig.now += timedelta(seconds=1)
            await asyncio.sleep(0.05)
        return web.Response(body=b"<rss version='2.0'><channel><title>S</title></channel></rss>")

    site.pages["/feed"] = slow
    await rig.set_up(watching(newsroom.feed("courier"), newsroom.feed("wire"), site.url(), every="1s"))
    for force in (False, True):
        rig.now += MINUTE
        before = newsroom.requests
        assert (await rig.poll(force=force)).polled == 3
        assert newsroom.requests == before + 2


async def test_forced_sources_are_asked_though_not_due(rig: Rig, newsroom: Newsroom) -> None:
    """Without force a tick right after another asks nobody; with it, everybody."""
    await rig.set_up(watching(newsroom.feed("courier"), newsroom.feed("wire"), every="1h"))
    assert (await rig.poll()).polled == 2
    assert (await rig.poll()).polled == 0
    rig.now += MINUTE
    assert (await rig.poll(force=True)).polled == 2


async def test_case_89_a_deadline_ends_a_tick_and_gives_its_leases_back(rig: Rig, newsroom: Newsroom) -> None:
    """What was read is written, what hangs is given back, and the answer is that there was not time for all."""
    site = await rig.site()

    async def hang(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    site.pages["/feed"] = hang
    await rig.set_up(watching(site.url(), newsroom.feed("courier")))
    poller = rig.poller()
    assert not await poller.tick(0.5)
    assert rig.rows("SELECT name, polled_at IS NOT NULL, lease_until FROM sources ORDER BY name") == [
        ("A", 0, None),
        ("B", 1, None),
    ]


async def test_case_68_two_workers_share_the_sources(rig: Rig, newsroom: Newsroom, piece: type[Piece]) -> None:
    """Two loops on one database ask each source once between them, and a chat is told once."""
    await rig.set_up(watching(*(newsroom.feed(slug) for slug in ("courier", "wire", "gazette"))))
    await rig.poll()
    text = ("The Kremlin said on Friday that the talks would go on in Geneva, and that nothing had been agreed. " * 3,)
    for slug in ("courier", "wire", "gazette"):
        newsroom.publish(slug, piece("Kremlin says that talks go on in Geneva", text[0], text))
    rig.now += 5 * MINUTE
    before = newsroom.requests
    one, two = rig.poller(), rig.poller(await rig.worker())
    assert all(await asyncio.gather(one.tick(10.0), two.tick(10.0)))
    assert one.tally.polled + two.tally.polled == newsroom.requests - before == 3
    assert len(await rig.told()) == 1


async def test_sources_of_another_watchlists_yaml_are_left_alone(rig: Rig, newsroom: Newsroom) -> None:
    """During a rolling change another instance's sources are on record: they are given back, and keep nobody busy."""
    store = await rig.set_up(watching(newsroom.feed("courier")))
    _, _, current, _ = rig.parts
    theirs = current.config().sources[0]
    await store.polls.sync_sources((theirs, replace(theirs, name="Theirs", url=newsroom.feed("wire"))), rig.now)
    assert (await rig.poll()).polled == 1  # and it ends
    poller = rig.poller()
    turns = 0

    def count() -> None:
        nonlocal turns
        turns += 1

    stop = asyncio.Event()
    running = asyncio.create_task(poller.run(stop, count, lambda _: None))
    await asyncio.wait([running], timeout=0.5)
    stop.set()
    await running
    assert turns <= 3
    assert rig.rows("SELECT lease_until, tried_at FROM sources WHERE name = 'Theirs'") == [(None, None)]


async def test_leases_are_held_while_a_poll_takes_long(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A poll that takes longer than its lease keeps it, because the loop renews it."""
    monkeypatch.setattr("bot.polling.loop.RENEW", 0.0)
    site = await rig.site()
    answer = asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        await answer.wait()
        return web.Response(body=b"<rss version='2.0'><channel><title>S</title></channel></rss>")

    site.pages["/feed"] = slow
    store = await rig.set_up(watching(site.url()), deadline=20)
    other = await rig.worker()
    poller = rig.poller()

    def renewed(until: timedelta) -> bool:
        ((lease,),) = rig.rows("SELECT lease_until FROM sources")
        return bool(lease and lease >= (rig.now + until).timestamp() * 1000)

    stop = asyncio.Event()
    running = asyncio.create_task(poller.run(stop, lambda: None, lambda _: None))
    async with asyncio.timeout(10):
        for _ in range(3):
            rig.now += timedelta(seconds=50)
            while not renewed(MINUTE):
                await asyncio.sleep(0.02)
        assert await other.polls.lease_sources(rig.now, limit=9, ttl=MINUTE) == ()
        answer.set()
        while poller.tally.polled < 1:
            await asyncio.sleep(0.02)
    stop.set()
    await running
    assert rig.rows("SELECT polled_at FROM sources") == [(rig.now.timestamp() * 1000,)]
    assert (await store.polls.find_next_due()) is not None


async def test_what_is_due_one_after_the_other_is_looked_for_together(
    rig: Rig, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look costs the database the same for one source and for fifty: there are four a second at most."""
    looks = list[int]()
    quick = PollRepository.lease_sources

    async def counted(self: PollRepository, *args: Any, **limits: Any) -> Any:
        leased = await quick(self, *args, **limits)
        looks.append(len(leased))
        return leased

    monkeypatch.setattr(PollRepository, "lease_sources", counted)
    urls = [newsroom.feed(name) for name in ("courier", "wire")]
    await rig.set_up(watching(*urls, every="1s"))
    rig.let_the_clock_run()
    poller, began = rig.poller(), asyncio.get_running_loop().time()
    await rig.running(poller, lambda: poller.tally.polled >= 6, report_problem=lambda _: None)
    assert len(looks) <= 2 + (asyncio.get_running_loop().time() - began) / LOOK
    assert poller.tally.failures == {}
