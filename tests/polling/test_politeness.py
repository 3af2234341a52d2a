"""How sources are asked, seen from their side: how often, how close together, and with what conditions."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.config.active import ActiveConfig
from bot.fetch.client import WebClient
from bot.model import DisplayPreferences
from bot.polling.hubs.hub_contents import Hubs
from bot.polling.items.article_cache import ArticleCache
from bot.polling.items.item_matcher import ItemMatcher
from bot.polling.loop import PollLoop
from bot.polling.poll_source import SourcePoller
from bot.polling.source_health.source_notices import Notices
from bot.sources.parse import Parser
from bot.store.leases.process_identity import this_process
from bot.store.repository import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.plugins.rig import Rig

    Rss = Callable[..., bytes]


def watching(url: str, more: str = "") -> str:
    """Return a watchlists.yaml with one source."""
    return (
        f"sources:\n  - {{name: One, publisher: one, url: '{url}', every: 1m{more}}}\n"
        "watchlists: {k: {keywords: [Kremlin], languages: [en], deliver_to: [77]}}\n"
    )


async def test_case_40_a_server_that_says_304_for_ever_is_asked_for_all_once_a_day(rig: Rig, rss: Rss) -> None:
    """Case 40: a validator that is stuck hides news for a day at most; within it, requests stay conditional."""
    site = await rig.site()
    body = rss(("1", "Kremlin speaks", "x"))
    conditional: list[bool] = []

    async def stuck(request: web.Request) -> web.Response:
        conditional.append("If-None-Match" in request.headers)
        if conditional[-1]:
            return web.Response(status=304)
        return web.Response(body=body, headers={"ETag": '"stuck"'}, content_type="application/rss+xml")

    site.pages["/feed"] = stuck
    await rig.set_up(watching(site.url(), ", full_text: never"))
    await rig.poll()
    body = rss(("2", "Kremlin listens", "x"), ("1", "Kremlin speaks", "x"))
    queued = [(await rig.later(hours=6)).queued for _ in range(5)]
    assert queued == [0, 0, 0, 1, 0]
    assert conditional == [False, True, True, True, False, True]


@pytest.mark.integration
async def test_case_44_four_workers_ask_one_host_one_by_one(rig: Rig, rss: Rss, postgres_url: str) -> None:
    """Case 44: four workers on PostgreSQL and 16 sources on one host: never two requests at once, nor too close."""
    site, at_once, most = await rig.site(), 0, 0
    times: list[float] = []

    async def slowly(_: web.Request) -> web.Response:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        times.append(asyncio.get_running_loop().time())
        await asyncio.sleep(0.02)
        at_once -= 1
        return web.Response(body=rss(("1", "x", "x")), content_type="application/rss+xml")

    site.pages |= {f"/{n}": slowly for n in range(16)}
    rows = "\n".join(f"  - {{name: s{n}, url: '{site.url(f'/{n}')}'}}" for n in range(16))
    rig.file.write_text(f"sources:\n{rows}\nwatchlists: {{k: {{keywords: [Kremlin]}}}}\n", encoding="utf-8")
    current, now = ActiveConfig(rig.file, {}, rig.forms), datetime.now(UTC)
    async with AsyncExitStack() as stack:
        parser = await stack.enter_async_context(Parser())
        pollers = []
        for number in range(4):
            holder = replace(this_process(), host=f"worker{number}", boot="another")
            store = await stack.enter_async_context(await open_store(postgres_url, migrate=True, holder=holder))
            if not number:
                await store.polls.sync_sources(current.config().sources, now)
            networks = [ip_network("127.0.0.0/8")]
            fetch = await stack.enter_async_context(
                WebClient(allowed_networks=networks, allowed_ports={site.port}, host_spacing=0.1)
            )
            matcher = ItemMatcher(parser, ArticleCache(fetch, parser))
            hubs = Hubs(store.hubs, parser, lambda: datetime.now(UTC))
            turns = SourcePoller(store.polls, fetch, parser, hubs.now, matcher, hubs)
            pollers.append(
                PollLoop(
                    turns, current.setup, Notices(store.polls, (), store.preferences.read_display, DisplayPreferences)
                )
            )
        assert await asyncio.gather(*(poller.tick(20) for poller in pollers)) == [True] * 4
    assert sum(poller.tally.polled for poller in pollers) == len(times) == 16
    assert most == 1
    gaps = [after - before for before, after in itertools.pairwise(sorted(times))]
    assert sum(gaps) >= 15 * 0.09
    assert min(gaps) >= 0.03  # a connection that came late shortens the gap behind it


async def test_what_a_feed_asks_for_is_kept_although_it_answers_304_since(rig: Rig, rss: Rss) -> None:
    """A ttl is remembered with the source: what does not change is not read again, and means it all the same."""
    site = await rig.site()
    body = rss(("1", "x", "x")).replace(b"<channel>", b"<channel><ttl>8</ttl>")

    async def answer(request: web.Request) -> web.Response:
        if "If-None-Match" in request.headers:
            return web.Response(status=304)
        return web.Response(body=body, headers={"ETag": '"a"'}, content_type="application/rss+xml")

    site.pages["/feed"] = answer
    await rig.set_up(watching(site.url()))
    for _ in range(3):
        await rig.later(minutes=20)
        ((wait,),) = rig.rows("SELECT next_due - tried_at FROM sources")
        assert timedelta(minutes=8) <= timedelta(milliseconds=wait) <= timedelta(minutes=10)


async def test_case_50_a_page_of_two_sources_is_fetched_once(rig: Rig, rss: Rss) -> None:
    """The same page in two feeds of a tick is one request; robots.txt is one more, for the whole host."""
    site = await rig.site()
    entry = ("story", "Kremlin speaks", "Short.")
    site.pages |= {"/a": rss(site=site.url("")), "/b": rss(site=site.url(""))}
    text = watching(site.url("/a")).replace(
        "watchlists:", f"  - {{name: Two, publisher: two, url: '{site.url('/b')}', every: 1m}}\nwatchlists:"
    )
    await rig.set_up(text)
    await rig.poll()
    site.asked.clear()
    site.pages |= {"/a": rss(entry, site=site.url("")), "/b": rss(entry, site=site.url(""))}
    site.pages["/story"] = (
        b"<html><body><article><p>The Kremlin has spoken at length about it.</p></article></body></html>"
    )
    assert (await rig.later(minutes=5)).matched == 2
    assert sorted(site.asked) == ["/a", "/b", "/robots.txt", "/story"]


async def test_case_46_names_that_nobody_answers_for_stop_nobody(
    rig: Rig, rss: Rss, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 46: a name server that is silent costs the sources behind it their turn, with the reason, and no other."""
    import aiohttp

    class Silent(asyncio.DatagramProtocol):
        """Hears questions and answers none."""

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Silent, local_addr=("127.0.0.53", 0))
    server = "127.0.0.53:{}".format(transport.get_extra_info("sockname")[1])
    honest = aiohttp.AsyncResolver
    monkeypatch.setattr(aiohttp, "AsyncResolver", lambda **_: honest(nameservers=[server], timeout=0.2, tries=1))
    site = await rig.site()
    site.pages["/feed"] = rss(("1", "x", "x"))
    silent = "".join(f"  - {{name: s{n}, url: 'http://slow{n}.example:{site.port}/feed'}}\n" for n in range(60))
    await rig.set_up(watching(site.url()).replace("watchlists:", f"{silent}watchlists:"))
    tally = await rig.poll()
    transport.close()
    assert tally.polled == 61
    assert set(tally.failures) == {f"s{n}" for n in range(60)}
    assert all("DNS" in reason for reason in tally.failures.values())
