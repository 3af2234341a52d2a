"""One source, once: what is told of what a poll finds, and what is only recorded."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.errors import StaleLeaseError, StoreError
from bot.polling.items import item_matcher
from bot.store.copies.restored_record import mark_restored

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.cli.demo_newsroom import Newsroom, Piece
    from tests.plugins.rig import Rig

    Rss = Callable[..., bytes]

MINUTE = timedelta(minutes=1)


def watching(
    url: str, watchlists: str = "k: {keywords: [Kremlin], languages: [en], deliver_to: [77]}", more: str = ""
) -> str:
    """Return a watchlists.yaml with one source."""
    source = f"{{name: One, publisher: one, url: '{url}', every: 1m{more}}}"
    return f"sources:\n  - {source}\nwatchlists:\n  {watchlists}\n"


@pytest.mark.parametrize(("backlog", "told"), [("none", 0), ("2", 2), ("all", 5)])
async def test_case_60_first_sight_tells_as_much_as_backlog_says(
    rig: Rig, newsroom: Newsroom, piece: type[Piece], backlog: str, told: int
) -> None:
    """Promise 4: of a new source nothing is told, the newest few, or all; the rest is known from then on."""
    newsroom.publish("courier", *(piece(f"Kremlin case {n}: {n * 7919}", f"Text {n}.", ()) for n in range(5)))
    await rig.set_up(watching(newsroom.feed("courier"), more=f", backlog: {backlog}, full_text: never"))
    tally = await rig.poll()
    assert (tally.polled, tally.items, tally.new, tally.queued) == (1, 5, told, told)
    assert await rig.headlines() == [f"Kremlin case {n}: {n * 7919}" for n in range(5 - told, 5)]
    assert (await rig.later(minutes=5)).new == 0


async def test_a_first_sight_of_nothing_is_a_first_sight(rig: Rig, newsroom: Newsroom, piece: type[Piece]) -> None:
    """What an outlet publishes after its feed was seen empty is news."""
    await rig.set_up(watching(newsroom.feed("courier"), more=", full_text: never"))
    assert (await rig.poll()).items == 0
    newsroom.publish("courier", piece("Kremlin opens", "At last.", ()))
    assert (await rig.later(minutes=5)).queued == 1


async def test_case_61_the_brake_takes_a_rebuilt_source_as_known_and_says_so(
    rig: Rig, newsroom: Newsroom, piece: type[Piece]
) -> None:
    """Promise 4: forty items that all look new at once are a baseline; the owner hears of it, and news goes on."""
    rig.owners = (500,)
    newsroom.publish("courier", *(piece(f"Kremlin report {n} of the year", "x", ()) for n in range(40)))
    await rig.set_up(watching(newsroom.feed("courier"), more=", full_text: never"))
    await rig.poll()
    newsroom.replace("courier", *(piece(f"Quite another Kremlin text {n} today", "x", ()) for n in range(40)))
    assert (await rig.later(minutes=5)).new == 0
    (notice,) = await rig.told()
    assert notice.alert.chat.id == 500
    assert "40 of 40 items look new at once" in notice.alert.headline
    newsroom.publish("courier", piece("Kremlin falls silent", "x", ()))
    assert (await rig.later(minutes=5)).queued == 1


async def test_case_85_after_a_week_unread_only_what_is_fresh_is_told(
    rig: Rig, newsroom: Newsroom, piece: type[Piece]
) -> None:
    """Promise 4: after a week offline, or of a restored backup, only the last day of what piled up is told."""
    newsroom.publish("courier", piece("Kremlin garden opens", "x", ()))
    await rig.set_up(watching(newsroom.feed("courier"), more=", full_text: never"))
    await rig.poll()
    rig.now += timedelta(days=7)
    for hours in (100, 50, 25, 23, 1):
        newsroom.publish(
            "courier", piece(f"Kremlin, {hours} hours ago", "x", (), published=rig.now - hours * 60 * MINUTE)
        )
    assert (await rig.poll()).new == 2
    assert await rig.headlines() == ["Kremlin, 1 hours ago", "Kremlin, 23 hours ago"]
    assert (await rig.later(minutes=5)).new == 0


async def test_case_85_a_late_item_is_news_while_we_read(rig: Rig, newsroom: Newsroom, piece: type[Piece]) -> None:
    """Without a gap an item's date decides nothing: publishers date their items late."""
    await rig.set_up(watching(newsroom.feed("courier"), more=", full_text: never"))
    await rig.poll()
    newsroom.publish("courier", piece("Kremlin, long ago", "x", (), published=rig.now - timedelta(days=30)))
    assert (await rig.later(hours=1)).queued == 1


@pytest.mark.parametrize(("since", "told"), [(None, []), (10, ["Kremlin, 1 hours ago", "Kremlin, 9 hours ago"])])
async def test_after_a_restore_only_what_is_dated_after_the_loss_is_told(
    rig: Rig, newsroom: Newsroom, piece: type[Piece], since: int | None, told: list[str]
) -> None:
    """Promise 4: the rest is known, however much it is, of a source never seen before too; owners hear of no brake."""
    rig.owners = (500,)
    newsroom.publish("courier", piece("Kremlin garden opens", "x", ()))
    store = await rig.set_up(watching(newsroom.feed("courier"), more=", full_text: never, backlog: all"))
    hours = [*range(70, 12, -1), 11, 9, 1]
    newsroom.replace(
        "courier", *(piece(f"Kremlin, {n} hours ago", "x", (), published=rig.now - n * 60 * MINUTE) for n in hours)
    )
    async with store.database.write() as connection:
        await mark_restored(connection, None if since is None else rig.now - since * 60 * MINUTE)
    assert (await rig.poll()).new == len(told)
    assert await rig.headlines() == told
    newsroom.publish("courier", piece("Kremlin, at last", "x", ()))
    assert (await rig.later(minutes=5)).queued == 1


async def test_what_did_not_change_is_not_read_again(rig: Rig, rss: Rss) -> None:
    """A 304, and a server that knows no validators but sends the same bytes: both are good polls without items."""
    site = await rig.site()
    body = rss(("1", "Kremlin", "x"))

    async def validating(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == 'W/"a b"':
            return web.Response(status=304)
        return web.Response(body=body, headers={"ETag": 'W/"a b"'}, content_type="application/rss+xml")

    site.pages = {"/valid": validating, "/same": body}
    text = watching(site.url("/valid")) + ""
    text = text.replace("watchlists:", f"  - {{name: Two, publisher: two, url: '{site.url('/same')}'}}\nwatchlists:")
    await rig.set_up(text)
    assert (await rig.poll()).items == 2
    for _ in range(2):
        tally = await rig.later(minutes=5)
        assert (tally.polled, tally.items, tally.failures) == (2, 0, {})
    assert rig.rows("SELECT known, failures, quiet, etag FROM sources ORDER BY name") == [
        (1, 0, 2, 'W/"a b"'),
        (1, 0, 2, None),
    ]


async def test_seen_alert_and_validators_are_written_together_or_not_at_all(
    rig: Rig, newsroom: Newsroom, piece: type[Piece]
) -> None:
    """Promise 1: when the outbox refuses, nothing was seen, no story was told, and the next poll begins anew."""
    await rig.set_up(watching(newsroom.feed("courier"), more=", full_text: never"))
    await rig.poll()
    before = rig.rows("SELECT etag, body_hash, known, polled_at FROM sources")
    rig.change("CREATE TRIGGER refuse BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'refused'); END")
    newsroom.publish("courier", piece("Kremlin speaks", "x", ()), piece("Rail fares rise", "x", ()))
    tally = await rig.later(minutes=5)
    assert tally.failures == {"One": "internal error (IntegrityError), see the log"}
    assert tally.queued == 0
    for table in ("seen_keys", "items", "stories", "reports", "story_keys", "outbox"):
        assert rig.rows(f"SELECT count(*) FROM {table}") == [(0,)], table  # noqa: S608 - names of our own
    assert rig.rows("SELECT etag, body_hash, known, polled_at FROM sources") == before
    rig.change("DROP TRIGGER refuse")
    tally = await rig.later(minutes=5)
    assert (tally.new, tally.queued) == (2, 1)
    assert await rig.headlines() == ["Kremlin speaks"]


async def test_case_82_a_turn_that_does_not_fit_the_disk_leaves_nothing(
    rig: Rig, newsroom: Newsroom, piece: type[Piece]
) -> None:
    """A full disk in the middle of a turn: StoreError, nothing half written, and all of it told when there is room."""
    await rig.set_up(watching(newsroom.feed("courier"), more=", full_text: never"))
    await rig.poll()
    many = (piece(f"Kremlin case {n}: {n * 7919}", "x" * 9000, (), published=rig.now) for n in range(15))
    newsroom.publish("courier", *many)
    rig.now += 5 * MINUTE
    disk = rig.disk()
    with pytest.raises(StoreError, match="full"):
        await rig.poll(force=True)
    assert rig.rows("SELECT count(*) FROM seen_keys") == rig.rows("SELECT count(*) FROM outbox") == [(0,)]
    disk.pages = 1_000_000
    rig.now += 2 * MINUTE  # the lease that could not be given back ends
    assert (await rig.poll(force=True)).queued == 15


async def test_case_77_a_turn_that_was_overtaken_writes_nothing(
    rig: Rig, newsroom: Newsroom, piece: type[Piece]
) -> None:
    """A worker that slept longer than its lease finds that another has the source, and its result is dropped."""
    store = await rig.set_up(watching(newsroom.feed("courier"), more=", full_text: never"))
    await rig.poll()
    newsroom.publish("courier", piece("Kremlin speaks", "x", ()))
    rig.now += 5 * MINUTE
    _, turns, current, _ = rig.parts
    source = current.config().sources[0]
    (slow,) = await store.polls.lease_sources(rig.now, limit=9, ttl=MINUTE)
    rig.now += 2 * MINUTE
    (fast,) = await (await rig.worker()).polls.lease_sources(rig.now, limit=9, ttl=MINUTE)
    with pytest.raises(StaleLeaseError, match="One"):
        await turns.take(slow, source, current.setup())
    assert await rig.told() == ()
    assert (await turns.take(fast, source, current.setup())).queued == 1
    assert await rig.headlines() == ["Kremlin speaks"]


@pytest.mark.parametrize(("wanted", "pages", "told"), [("matched", 1, 1), ("always", 2, 2), ("never", 0, 1)])
async def test_full_text_says_whose_pages_are_read(rig: Rig, rss: Rss, wanted: str, pages: int, told: int) -> None:
    """`matched` reads the page of what matched, `always` every page and matches by it alone, `never` none."""
    site = await rig.site()
    site.pages["/feed"] = rss(site=site.url(""))
    await rig.set_up(watching(site.url(), more=f", full_text: {wanted}"))
    await rig.poll()
    site.pages |= {
        "/feed": rss(("a", "Kremlin speaks", "Short."), ("b", "Rail fares rise", "Short."), site=site.url("")),
        "/a": page("The Kremlin has spoken at length about the railways of the country, and about their fares."),
        "/b": page("Rail fares rise in January, and the Kremlin said that nobody had asked it beforehand."),
    }
    site.asked.clear()
    tally = await rig.later(minutes=5)
    assert (tally.new, tally.matched, tally.queued) == (2, told, told)
    assert len([path for path in site.asked if path not in {"/feed", "/robots.txt"}]) == pages
    leads = [one.alert.lead for one in await rig.told() if one.alert.headline == "Kremlin speaks"]
    assert ("spoken at length" in leads[0]) is bool(pages)


async def test_a_page_only_adds_to_what_the_feed_matched(rig: Rig, rss: Rss) -> None:
    """A watchlist that the feed's own text fired is not forgotten when the page fires another."""
    site = await rig.site()
    site.pages["/feed"] = rss(site=site.url(""))
    lists = (
        "k: {keywords: [Kremlin], languages: [en], deliver_to: [77]}\n"
        "  r: {keywords: [railway], languages: [en], deliver_to: [78]}"
    )
    await rig.set_up(watching(site.url(), lists))
    await rig.poll()
    site.pages |= {
        "/feed": rss(("a", "Fares rise", ""), site=site.url(""), content="The Kremlin was asked."),
        "/a": page("Fares rise in January, says the railway, which carries most people in the country."),
    }
    assert (await rig.later(minutes=5)).queued == 2
    assert sorted(one.alert.chat.id for one in await rig.told()) == [77, 78]


async def test_case_50_a_page_that_cannot_be_had_costs_no_alert(rig: Rig, rss: Rss) -> None:
    """Missing, refused, or no page at all: the alert goes with the feed's text."""
    site = await rig.site()
    site.pages["/feed"] = rss(("old", "Nothing", "x"), site=site.url(""))
    await rig.set_up(watching(site.url()))
    await rig.poll()

    async def refuse(_: web.Request) -> web.Response:
        raise web.HTTPForbidden

    async def picture(_: web.Request) -> web.Response:
        return web.Response(body=b"\x89PNG\r\n\x1a\n" + bytes(500), content_type="image/png")

    site.pages |= {
        "/feed": rss(*((n, f"Kremlin {n}", f"Feed text of {n}.") for n in ("gone", "no", "png")), site=site.url("")),
        "/no": refuse,
        "/png": picture,
    }
    tally = await rig.later(minutes=5)
    assert (tally.queued, tally.failures) == (3, {})
    assert sorted(one.alert.lead for one in await rig.told()) == [
        "Feed text of gone.",
        "Feed text of no.",
        "Feed text of png.",
    ]


async def test_a_page_that_hangs_delays_nothing_for_long(rig: Rig, rss: Rss, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a site takes for its pages, the turn waits for all of them together a bounded time."""
    monkeypatch.setattr(item_matcher, "ARTICLE_WAIT", 0.2)
    site = await rig.site()
    site.pages["/feed"] = rss(site=site.url(""))
    await rig.set_up(watching(site.url()), deadline=20)
    await rig.poll()
    hanging = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        await hanging.wait()
        return web.Response()

    site.pages |= {
        "/feed": rss(("a", "Kremlin a", "Text a."), ("b", "Kremlin b", "Text b."), site=site.url("")),
        "/a": hang,
        "/b": hang,
    }
    async with asyncio.timeout(5):
        assert (await rig.later(minutes=5)).queued == 2
    assert await rig.headlines() == ["Kremlin a", "Kremlin b"]


async def test_a_page_that_states_its_language_wrongly_hides_nothing(rig: Rig, rss: Rss) -> None:
    """A Russian item whose page calls itself English, as many templates do, still fires the Russian keyword."""
    site = await rig.site()
    site.pages["/feed"] = rss(site=site.url(""))
    await rig.set_up(watching(site.url(), "k: {keywords: [Песков], languages: [ru], deliver_to: [77]}"))
    await rig.poll()
    site.pages |= {
        "/feed": rss(("a", "У Пескова спросили о встрече", "Ответа не последовало."), site=site.url("")),
        "/a": page("У Пескова спросили о встрече двух президентов, но ответа на этот вопрос не последовало."),
    }
    assert (await rig.later(minutes=5)).queued == 1
    assert "/a" in site.asked


async def test_case_58_an_answer_that_is_no_feed_forgets_nothing(rig: Rig, rss: Rss) -> None:
    """An error page with status 200, or nothing at all, is a failure; what was seen stays seen."""
    site = await rig.site()
    good = rss(("1", "Kremlin", "x"), ("2", "Rail", "x"))
    site.pages["/feed"] = good
    await rig.set_up(watching(site.url(), more=", full_text: never"))
    await rig.poll()
    for bad in (b"<!doctype html><html><body>Just a moment...</body></html>", b"", b"\x00" * 100, b"{}"):
        site.pages["/feed"] = bad
        tally = await rig.later(minutes=90)
        assert list(tally.failures) == ["One"], bad
    assert rig.rows("SELECT known, failures FROM sources") == [(2, 4)]
    site.pages["/feed"] = rss(("3", "Kremlin again", "x"), ("1", "Kremlin", "x"), ("2", "Rail", "x"))
    tally = await rig.later(minutes=90)
    assert (tally.new, tally.queued, tally.failures) == (1, 1, {})


async def test_a_failing_source_is_asked_less_and_less_often_and_told_why(rig: Rig) -> None:
    """The reason and the growing wait are on record; the first good answer ends both."""
    site = await rig.site()
    await rig.set_up(watching(site.url()))
    waits = []
    for _ in range(4):
        tally = await rig.later(hours=2)
        ((due, error),) = rig.rows("SELECT next_due, error FROM sources")
        waits.append(due / 1000 - rig.now.timestamp())
        assert tally.failures["One"] == error
        assert "404" in error
    assert [round(wait / 60) for wait in waits] == [1, 2, 4, 8]


def page(text: str) -> bytes:
    """Return an article's page."""
    return (
        f"<!doctype html><html lang='en'><head><title>T</title></head><body><article><h1>T</h1><p>{text}</p>"
        f"<p>{'More was not said on Friday, but it will be on Monday. ' * 3}</p></article></body></html>"
    ).encode()


@pytest.mark.parametrize("number", [3, 10, 19, 30])
async def test_what_a_feed_holds_that_was_empty_at_first_sight_is_no_news(
    rig: Rig, newsroom: Newsroom, piece: type[Piece], number: int
) -> None:
    """It was only ill: its usual items stood there all along, however many; what is newer than that look is told."""
    await rig.set_up(watching(newsroom.feed("courier"), more=", full_text: never"))
    assert (await rig.poll()).items == 0
    last_year = rig.now - timedelta(days=365)
    old = [piece(f"Kremlin case {n}: {n * 7919}", "x", (), published=last_year) for n in range(number)]
    newsroom.publish("courier", *old)
    if number < 19:
        newsroom.publish("courier", piece("Kremlin opens this minute", "x", (), published=rig.now))
    tally = await rig.later(minutes=5)
    assert tally.queued == (number < 19)
    newsroom.publish("courier", piece("Kremlin closes again", "x", ()))
    assert (await rig.later(minutes=5)).queued == 1


@pytest.mark.parametrize("other", ["kind: page, select: a", "kind: auto, select: a"])
async def test_what_another_select_finds_is_no_news(rig: Rig, other: str) -> None:
    """Links that stood on the page all along are known from then on; the next one is told."""
    site = await rig.site()
    links = [f'<a href="/news/{n}-kremlin">Kremlin story number {n} of this long year</a>' for n in range(1, 7)]

    def page(*more: str) -> bytes:
        rows = f"<div id='news'>{''.join(links[:2])}</div><div>{''.join([*more, *links[2:]])}</div>"
        return f"<html><body>{rows}</body></html>".encode()

    site.pages["/feed"] = page()
    await rig.set_up(watching(site.url(), more=", full_text: never, kind: page, select: '#news a'"))
    await rig.poll()
    rig.file.write_text(watching(site.url(), more=f", full_text: never, {other}"), encoding="utf-8")
    store, _, current, _ = rig.parts
    await current.reload()
    await store.polls.sync_sources(current.config().sources, rig.now)
    assert (await rig.later(minutes=5)).new == 0
    site.pages["/feed"] = page('<a href="/news/99-kremlin">Kremlin does something new after all</a>')
    assert (await rig.later(minutes=5)).queued == 1


async def test_keys_of_items_still_shown_do_not_age(rig: Rig, rss: Rss) -> None:
    """A feed that mostly answers 304: at a change all that it shows is looked at, the first poll of the day or not."""
    site = await rig.site()

    def show(path: str, *numbers: int) -> None:
        items = ((f"guid-{n}", f"Kremlin story {n * 7919} of the year", "x") for n in numbers)
        body = rss(*items, site=site.url("")).decode()
        site.pages["/feed"] = body.replace(f"<link>{site.url('')}", f"<link>{site.url('')}/{path}").encode()

    show("news", 1, 2, 3)
    await rig.set_up(watching(site.url(), more=", full_text: never"))
    await rig.poll()
    for count in (4, 5):
        await rig.later(days=50, hours=-1)
        show("news", *range(1, count + 1))
        await rig.later(hours=1)
        await rig.parts[0].prune(rig.now)
    show("archive", *range(1, 6))
    assert (await rig.later(hours=1)).new == 0


@pytest.mark.parametrize("days", [-3653, -1, 1, 365])
async def test_what_was_polled_a_moment_ago_has_no_backlog(
    rig: Rig, newsroom: Newsroom, piece: type[Piece], days: int
) -> None:
    """The wall clock jumps and comes back: what is published meanwhile is news, and nobody is called silent."""
    rig.owners = (500,)
    rig.steady = rig.now
    await rig.set_up(watching(newsroom.feed("courier"), more=", full_text: never"))

    async def publish(headline: str, jump: float) -> int:
        rig.steady = (rig.steady or rig.now) + 5 * MINUTE
        newsroom.publish("courier", piece(headline, "x", (), published=rig.steady))
        return (await rig.later(days=jump, minutes=5)).queued

    await publish("Kremlin begins the day", 0)
    assert await publish("Kremlin says one thing", 0) == 1
    assert await publish("Kremlin says quite another", days) == 1
    assert await publish("Kremlin denies all of it", -days) == 1
    assert {one.alert.chat.id for one in await rig.told()} == {77}
