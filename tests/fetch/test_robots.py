"""robots.txt: asked for article pages, once a day, and heeded; case 50 against real servers on loopback."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from ipaddress import ip_network

import pytest
from aiohttp import web

from bot.errors import FetchError
from bot.fetch import host_queue
from bot.fetch.client import WebClient
from bot.fetch.robots import LARGEST, parse_rules, robots_token

PAGE = "<html><body>Page</body></html>"


@dataclass(slots=True)
class Site:
    """A host with a robots.txt: its status and text, and what was asked of it."""

    url: str
    robots: str | bytes = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    away: str = ""  # where its pages redirect to
    asked: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        """Answer with robots.txt or a page."""
        self.asked.append(request.path)
        self.times.append(asyncio.get_running_loop().time())
        if request.path != "/robots.txt":
            if self.away:
                raise web.HTTPFound(self.away)
            return web.Response(text=PAGE, content_type="text/html")
        body = self.robots.encode() if isinstance(self.robots, str) else self.robots
        return web.Response(body=body, status=self.status, headers={"Content-Type": "text/plain", **self.headers})


Sites = Callable[[str], Awaitable[Site]]


@pytest.fixture
async def sites() -> AsyncIterator[Sites]:
    """Return a maker of sites by loopback address."""
    async with AsyncExitStack() as stack:

        async def make(host: str) -> Site:
            site = Site("")
            app = web.Application()
            app.router.add_get("/{path:.*}", site.answer)
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, host, 0).start()
            site.url = f"http://{host}:{runner.addresses[0][1]}"
            return site

        yield make


@pytest.fixture
async def site(sites: Sites) -> Site:
    """Return one site."""
    return await sites("127.0.9.1")


def client(*, networks: str = "127.0.0.0/8", host_spacing: float = 0.0, user_agent: str = "") -> WebClient:
    """Return a client for loopback sites."""
    return WebClient(
        user_agent=user_agent,
        allowed_networks=[ip_network(networks)],
        allowed_ports=range(1, 65536),
        host_spacing=host_spacing,
        deadline=5,
    )


@pytest.fixture
async def fetch() -> AsyncIterator[WebClient]:
    """Return a client without pauses."""
    async with client() as made:
        yield made


async def test_case_50_a_page_that_is_disallowed_is_not_read(site: Site, fetch: WebClient) -> None:
    """Case 50: what robots.txt closes is not asked for, what it leaves open is; the file is asked for once."""
    site.robots = "User-agent: *\nDisallow: /private\nAllow: /private/open"
    with pytest.raises(FetchError, match=r"127\.0\.9\.1 does not want this page read by programs \(robots\.txt\)"):
        await fetch.get(site.url + "/private/a", page=True)
    for path in ("/news/a", "/private/open/b"):
        assert (await fetch.get(site.url + path, page=True)).status == 200
    assert site.asked == ["/robots.txt", "/news/a", "/private/open/b"]


async def test_case_50_the_source_itself_is_what_a_person_named(site: Site, fetch: WebClient) -> None:
    """Case 50: a feed is asked for as its owner said, and no robots.txt is read for it."""
    site.robots = "User-agent: *\nDisallow: /"
    assert (await fetch.get(site.url + "/feed")).status == 200
    assert site.asked == ["/feed"]


async def test_rules_for_us_by_name_count_before_those_for_all(sites: Sites) -> None:
    """A group for our own name is ours, whatever the one for everybody says; that name begins the User-Agent."""
    site = await sites("127.0.9.2")
    site.robots = "User-agent: *\nDisallow: /\n\nUser-agent: Newswatch\nDisallow: /never"
    async with client() as ours, client(user_agent="CourierBot/2.0 (desk@courier.example)") as other:
        assert (await ours.get(site.url + "/a", page=True)).status == 200
        with pytest.raises(FetchError, match="robots"):
            await ours.get(site.url + "/never", page=True)
        with pytest.raises(FetchError, match="robots"):
            await other.get(site.url + "/a", page=True)
    assert (robots_token("CourierBot/2.0 (x)"), robots_token("(x)")) == ("CourierBot", "Newswatch")


@pytest.mark.parametrize(
    ("status", "allowed"),
    [(404, True), (401, True), (403, True), (410, True), (429, False), (500, False), (503, False)],
)
async def test_case_50_no_file_allows_all_and_a_broken_server_nothing(
    site: Site, fetch: WebClient, status: int, allowed: bool
) -> None:
    """Case 50: 4xx says "no rules"; behind 5xx and 429 there may be some, so pages wait."""
    site.status = status
    for _ in range(2):
        if allowed:
            assert (await fetch.get(site.url + "/a", page=True)).status == 200
        else:
            with pytest.raises(FetchError, match="cannot be told"):
                await fetch.get(site.url + "/a", page=True)
    assert site.asked.count("/robots.txt") == 1


async def test_case_50_a_huge_file_is_read_to_its_limit(site: Site, fetch: WebClient) -> None:
    """Case 50: 500 KiB count, and what stands behind them does not."""
    filler = b"# a comment of a whole line, again and again\n"
    head = b"User-agent: *\nDisallow: /first\n"
    site.robots = (head + filler * (LARGEST // len(filler) + 1))[:LARGEST] + b"\nDisallow: /last\n" + filler * 50_000
    with pytest.raises(FetchError, match="robots"):
        await fetch.get(site.url + "/first", page=True)
    assert (await fetch.get(site.url + "/last", page=True)).status == 200


async def test_case_99_robots_txt_leads_nowhere_private(sites: Sites) -> None:
    """Case 99: a redirect of robots.txt to a private address is blocked like any other, and so is the page."""
    public, private = await sites("127.0.9.3"), await sites("127.0.10.1")
    public.status, public.headers = 302, {"Location": private.url + "/robots.txt"}
    async with client(networks="127.0.9.0/24") as guarded:
        with pytest.raises(FetchError, match="not on the public internet"):
            await guarded.get(public.url + "/a", page=True)
    assert private.asked == []


async def test_every_host_that_a_page_redirects_to_is_asked(sites: Sites, fetch: WebClient) -> None:
    """A redirect is no way around the rules of the host that it leads to."""
    first, second = await sites("127.0.9.4"), await sites("127.0.9.5")
    first.away = second.url + "/a"
    second.robots = "User-agent: *\nDisallow: /"
    with pytest.raises(FetchError, match=r"127\.0\.9\.5 .*robots"):
        await fetch.get(first.url + "/a", page=True)
    assert second.asked == ["/robots.txt"]


async def test_pages_of_one_host_ask_for_its_rules_together(site: Site, fetch: WebClient) -> None:
    """Ten pages at once are one request for robots.txt, and one of them that gives up takes it from nobody."""
    tasks = [asyncio.create_task(fetch.get(f"{site.url}/{n}", page=True)) for n in range(10)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert site.asked.count("/robots.txt") == 1
    assert [getattr(answer, "status", None) for answer in answers[1:]] == [200] * 9


async def test_a_crawl_delay_spaces_pages_within_reason(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Crawl-delay is kept between requests to the host, up to a bound: an hour between pages would be none at all."""
    monkeypatch.setattr(host_queue, "SLOWEST", 0.3)
    site.robots = "User-agent: *\nCrawl-delay: 3600"
    async with client(host_spacing=0.05) as polite:
        await asyncio.gather(*(polite.get(f"{site.url}/{n}", page=True) for n in range(3)))
    pages = site.times[1:]
    assert [0.25 < after - before < 0.6 for before, after in itertools.pairwise(pages)] == [True, True]


def test_ten_thousand_groups_cost_no_more_than_one() -> None:
    """Groups of other robots times rules would be a bomb: they are read as one."""
    names = b"".join(b"User-agent: robot%d\n" % n for n in range(10_000))
    rules = parse_rules(names + b"Disallow: /x\n" * 10_000 + b"User-agent: *\nDisallow: /y\n", "Newswatch")
    assert rules.can_fetch("http://a/x", "Newswatch")
    assert not rules.can_fetch("http://a/y", "Newswatch")


@pytest.mark.parametrize("body", [b"", b"\x00\xff" * 100, b"<html>Not found</html>", b"Disallow: /", b"\xef\xbb\xbf"])
def test_what_is_no_rules_allows_everything(body: bytes) -> None:
    """Rubbish, pages and rules without a robot are nothing to heed."""
    assert parse_rules(body, "Newswatch").can_fetch("http://a/x", "Newswatch")
