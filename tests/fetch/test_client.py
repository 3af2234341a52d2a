"""The guarded client against real servers on loopback addresses."""

from __future__ import annotations

import asyncio
import gzip
import logging
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest
from aiohttp import web

from bot.errors import FetchError
from bot.fetch.address_guard import REFUSAL
from bot.fetch.client import HOPS, WebClient
from bot.fetch.decompress import LARGEST
from bot.model import Validators
from tests.plugins.wires import raw_server

LOOPBACK = ip_network("127.0.0.0/8")
FEED = b"<rss version='2.0'><channel><title>T</title></channel></rss>"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Site:
    """A newsroom on a loopback address: what it answers by path, and what it was asked."""

    host: str
    port: int = 0
    pages: dict[str, Handler] = field(default_factory=dict)
    asked: list[web.Request] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def url(self, path: str = "/feed") -> str:
        """Return the address of a page."""
        return f"http://{self.host}:{self.port}{path}"

    def answers(self, path: str = "/feed", body: bytes = FEED, status: int = 200, **headers: str) -> None:
        """Answer a path with this."""

        async def handler(_request: web.Request) -> web.Response:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return web.Response(body=body, status=status, headers={"Content-Type": "application/rss+xml", **named})

        self.pages[path] = handler

    def redirects(self, path: str, target: str, status: int = 302) -> None:
        """Answer a path with a redirect, the target exactly as given."""
        self.answers(path, b"", status, Location=target)

    def app(self) -> web.Application:
        """Return what serves it."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.handle)
        return app

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Note the request, and answer it."""
        self.asked.append(request)
        self.times.append(asyncio.get_running_loop().time())
        page = self.pages.get(request.path)
        return await page(request) if page else web.Response(status=404)


Sites = Callable[[str], Awaitable[Site]]


@pytest.fixture
async def sites() -> AsyncIterator[Sites]:
    """Return a maker of sites by loopback address."""
    async with AsyncExitStack() as stack:

        async def make(host: str) -> Site:
            site = Site(host)
            runner = web.AppRunner(site.app(), access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            socket = web.TCPSite(runner, host, 0)
            await socket.start()
            site.port = int(runner.addresses[0][1])
            return site

        yield make


@pytest.fixture
async def site(sites: Sites) -> Site:
    """Return one site."""
    return await sites("127.0.7.1")


@pytest.fixture
async def fetch() -> AsyncIterator[WebClient]:
    """Return a client that may reach loopback, without pauses."""
    async with client() as made:
        yield made


def client(*, host_spacing: float = 0, deadline: float = 5.0, largest: int = LARGEST) -> WebClient:
    """Return a client for loopback sites."""
    return WebClient(
        allowed_networks=(LOOPBACK,),
        allowed_ports=range(1, 65536),
        host_spacing=host_spacing,
        deadline=deadline,
        largest=largest,
    )


async def reason(fetch: WebClient, url: str, **more: object) -> str:
    """Return why an address cannot be had."""
    with pytest.raises(FetchError) as caught:
        await fetch.get(url, **more)  # type: ignore[arg-type] # passed on as given
    return str(caught.value)


async def test_an_answer_comes_with_its_validators(site: Site, fetch: WebClient) -> None:
    """A first answer has a body, exact validators and a hash; we say who we are and take no more than we can read."""
    site.answers(ETag='W/"a-gzip"', Last_Modified="Mon, 23 Nov 2026 10:00:00 GMT", Cache_Control="max-age=60")
    fetched = await fetch.get(site.url("/feed#part"))
    assert (fetched.body, fetched.status, fetched.not_modified) == (FEED, 200, False)
    assert fetched.validators.etag == 'W/"a-gzip"'
    assert fetched.validators.last_modified == "Mon, 23 Nov 2026 10:00:00 GMT"
    assert fetched.validators.body_hash
    assert fetched.fresh_for
    assert fetched.moved_to is None
    asked = site.asked[0].headers
    assert asked["User-Agent"].startswith("Newswatch/")
    assert asked["Accept-Encoding"] == "gzip, deflate, br"


async def test_the_clock_of_a_server_without_zone_is_utc(
    site: Site, fetch: WebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`-0000` says UTC from a place that is not told, wherever this machine stands."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        site.answers(Date="Mon, 23 Nov 2026 12:00:00 -0000")
        assert (await fetch.get(site.url())).date == datetime(2026, 11, 23, 12, tzinfo=UTC)
    finally:
        monkeypatch.undo()
        time.tzset()


async def test_case_39_validators_go_back_as_they_came(site: Site, fetch: WebClient) -> None:
    """Case 39: a conditional request carries the exact bytes; a 304 with another date keeps the rest."""
    site.answers(body=b"", status=304, Last_Modified="Mon, 23 Nov 2026 11:00:00 GMT")
    known = Validators('W/"a-gzip"', "Mon, 23 Nov 2026 10:00:00 GMT", "hash")
    fetched = await fetch.get(site.url(), validators=known)
    assert site.asked[0].headers["If-None-Match"] == 'W/"a-gzip"'
    assert site.asked[0].headers["If-Modified-Since"] == "Mon, 23 Nov 2026 10:00:00 GMT"
    assert fetched.not_modified
    assert fetched.validators == Validators('W/"a-gzip"', "Mon, 23 Nov 2026 11:00:00 GMT", "hash")


async def test_case_39_an_unchanged_body_is_not_modified(site: Site, fetch: WebClient) -> None:
    """Case 39: a server that ignores validators costs a download, not a parse."""
    site.answers()
    first = await fetch.get(site.url())
    again = await fetch.get(site.url(), validators=first.validators)
    assert again.not_modified
    assert again.validators == first.validators


async def test_a_304_that_nobody_asked_for_is_an_error(site: Site, fetch: WebClient) -> None:
    """Without validators there is nothing that could be unchanged."""
    site.answers(body=b"", status=304)
    assert "304" in await reason(fetch, site.url())


async def test_case_32_a_drip_ends_at_the_deadline() -> None:
    """Case 32: a server that sends a byte now and then is given up after the whole deadline, and named."""

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with raw_server("127.0.7.2", drip) as url, client(deadline=0.4) as hurried:
        assert "did not end within 0.4 s" in await reason(hurried, url)


async def test_case_32_dripping_headers_end_at_the_deadline() -> None:
    """Case 32: the same for a server that never finishes its headers."""

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        for _ in range(1000):
            writer.write(b"H")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with raw_server("127.0.7.2", drip) as url, client(deadline=0.4) as hurried:
        assert "within 0.4 s" in await reason(hurried, url)


async def test_case_33_an_endless_body_ends_at_the_limit() -> None:
    """Case 33: a body without an end is cut at the limit, without regard to its Content-Length."""

    async def pour(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    async with raw_server("127.0.7.3", pour) as url, client(largest=1_000_000) as small:
        assert "larger than 1 MB" in await reason(small, url)


async def test_case_34_a_bomb_is_refused(site: Site, fetch: WebClient) -> None:
    """Case 34: a small answer that would unpack to more than the limit is refused."""
    site.answers(body=gzip.compress(b"\0" * 20_000_000), Content_Encoding="gzip")
    assert "larger than" in await reason(fetch, site.url())


async def test_case_35_a_cut_answer_is_an_error(fetch: WebClient) -> None:
    """Case 35: an answer shorter than announced is none, and so is truncated gzip that was announced as whole."""

    async def cut(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss>")
        await writer.drain()

    async with raw_server("127.0.7.4", cut) as url:
        assert "broke off" in await reason(fetch, url)


async def test_case_35_truncated_gzip_is_an_error(site: Site, fetch: WebClient) -> None:
    """Case 35: compressed data that ends early is an error even where the length is right."""
    site.answers(body=gzip.compress(FEED * 100)[:-30], Content_Encoding="gzip")
    assert "broke off" in await reason(fetch, site.url())


async def test_compressed_answers_are_read(site: Site, fetch: WebClient) -> None:
    """A large compressed answer is unpacked off the loop."""
    site.answers(body=gzip.compress(FEED * 20_000), Content_Encoding="gzip")
    assert (await fetch.get(site.url())).body == FEED * 20_000


async def test_case_36_redirects_are_followed_a_few_times(site: Site, fetch: WebClient) -> None:
    """Case 36: relative redirects work; loops, long chains and other schemes are errors."""
    site.answers("/end")
    for hop in range(HOPS):
        site.redirects(f"/{hop}", f"{hop + 1}" if hop < HOPS - 1 else "/end")
    assert (await fetch.get(site.url("/0"))).url == site.url("/end")
    site.redirects("/far", "/0")
    assert "more than" in await reason(fetch, site.url("/far"))
    site.redirects("/a", "/b")
    site.redirects("/b", "/a")
    assert "circle" in await reason(fetch, site.url("/a"))


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "gopher://127.0.0.1/", "//", "http://[", "http://a\\@b/", "data:,x"]
)
async def test_case_36_redirects_out_of_the_web_are_errors(site: Site, fetch: WebClient, target: str) -> None:
    """Case 36: a redirect leads to http or https, or nowhere."""
    site.redirects("/a", target)
    assert "redirects" in await reason(fetch, site.url("/a"))


async def test_case_37_only_permanent_redirects_are_reported(site: Site, fetch: WebClient) -> None:
    """Case 37: 301 and 308 all the way are a move; one temporary hop, and they are not."""
    site.answers("/new")
    site.redirects("/old", "/middle", 301)
    site.redirects("/middle", "/new", 308)
    assert (await fetch.get(site.url("/old"))).moved_to == site.url("/new")
    site.redirects("/middle", "/new", 302)
    assert (await fetch.get(site.url("/old"))).moved_to is None


async def test_case_41_a_host_that_asks_for_time_gets_it(site: Site, fetch: WebClient) -> None:
    """Case 41: after a 429 with Retry-After the whole host is left alone, and the error says for how long."""
    site.answers("/a", status=429, Retry_After="3600")
    site.answers("/b")
    with pytest.raises(FetchError) as caught:
        await fetch.get(site.url("/a"))
    assert (caught.value.retry_after, caught.value.status) == (3600, 429)
    assert "asked us to wait" in await reason(fetch, site.url("/b"))
    assert len(site.asked) == 1


async def test_case_44_one_host_is_asked_one_by_one(sites: Sites) -> None:
    """Case 44: requests to one host keep their distance, sources and pages alike; another host is not delayed."""
    first, other = await sites("127.0.7.5"), await sites("127.0.7.6")
    for one in (first, other):
        one.answers("/a")
        one.answers("/b")
    async with client(host_spacing=0.2) as polite:
        await asyncio.gather(
            polite.get(first.url("/a")),
            polite.get(first.url("/b"), page=True),
            polite.get(first.url("/a")),
            polite.get(other.url("/a")),
        )
    gaps = [after - before for before, after in zip(first.times, first.times[1:], strict=False)]
    assert len(gaps) == 3, "two sources, a page, and what says whether it may be read"
    assert min(gaps) >= 0.15
    assert other.times[0] < first.times[1]


async def test_waiting_for_a_turn_is_no_part_of_the_deadline(site: Site) -> None:
    """The fourth in the queue has as many seconds as the first."""
    site.answers()
    async with client(host_spacing=0.2, deadline=0.4) as polite:
        answers = await asyncio.gather(*(polite.get(site.url()) for _ in range(4)))
    assert [answer.status for answer in answers] == [200] * 4


async def test_case_54_private_headers_stay_with_their_host(sites: Sites, fetch: WebClient) -> None:
    """Case 54: a redirect to another host, or to another port, carries neither headers nor credentials along."""
    first, second = await sites("127.0.7.8"), await sites("127.0.7.9")
    second.answers("/end")
    first.redirects("/start", "/next")
    first.redirects("/next", second.url("/end"))
    url = first.url("/start").replace("http://", "http://ann:secret@")
    fetched = await fetch.get(url, headers=[("X-Key", "CANARY")])
    assert [request.headers.get("X-Key") for request in first.asked] == ["CANARY", "CANARY"]
    assert all(request.headers["Authorization"].startswith("Basic ") for request in first.asked)
    assert "X-Key" not in second.asked[0].headers
    assert "Authorization" not in second.asked[0].headers
    assert "secret" not in fetched.url


async def test_cookies_are_neither_kept_nor_sent(site: Site, fetch: WebClient) -> None:
    """What a server sets, it does not see again."""
    site.answers(Set_Cookie="id=1; Path=/")
    await fetch.get(site.url())
    await fetch.get(site.url())
    assert "Cookie" not in site.asked[1].headers


async def test_a_chain_that_sets_a_cookie_and_comes_back_is_followed(sites: Sites, fetch: WebClient) -> None:
    """A consent page sets a cookie for its site and sends us back; no other site sees it, nor does the next request."""
    site, other = await sites("127.0.7.1"), await sites("127.0.7.2")

    async def feed(request: web.Request) -> web.StreamResponse:
        if request.cookies.get("consent") == "yes":
            return web.Response(body=FEED)
        raise web.HTTPFound("/consent", headers={"Set-Cookie": "first=1; Path=/"})

    async def consent(request: web.Request) -> web.StreamResponse:
        assert request.cookies == {"first": "1"}
        raise web.HTTPFound(other.url("/count"), headers={"Set-Cookie": "consent=yes; Path=/"})

    site.pages |= {"/feed": feed, "/consent": consent}
    other.redirects("/count", site.url())
    for _ in range(2):
        assert (await fetch.get(site.url())).body == FEED
    assert ["Cookie" in request.headers for request in site.asked] == [False, True, True] * 2
    assert not any("Cookie" in request.headers for request in other.asked)


async def test_an_address_that_sets_a_cookie_and_sends_us_to_itself_is_followed(site: Site, fetch: WebClient) -> None:
    """Guards against robots do so; the Cookie header of the watchlists file is sent as well, and nothing has moved."""

    async def feed(request: web.Request) -> web.StreamResponse:
        if dict(request.cookies) == {"ours": "1", "guard": "ok"}:
            return web.Response(body=FEED)
        raise web.HTTPMovedPermanently(site.url(), headers={"Set-Cookie": "guard=ok"})

    site.pages["/feed"] = feed
    fetched = await fetch.get(site.url(), headers=[("cookie", "ours=1")])
    assert (fetched.body, fetched.moved_to) == (FEED, None)


async def test_a_circle_that_sets_cookies_ends(site: Site, fetch: WebClient) -> None:
    """The same cookie again is a circle; another one each time ends at the limit of redirects."""
    site.answers("/same", b"", 302, Location="/same", Set_Cookie="a=1")
    assert "circle" in await reason(fetch, site.url("/same"))

    async def other(_request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/other", headers={"Set-Cookie": f"a={len(site.asked)}"})

    site.pages["/other"] = other
    assert "more than" in await reason(fetch, site.url("/other"))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.7.1",
        "localhost",
        "localhost.",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.7.1]",
        "[::ffff:7f00:701]",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "①②⑦.0.0.1",
        "[2002:7f00:701::]",
        "[64:ff9b::7f00:701]",
    ],
)
async def test_case_97_nothing_private_is_connected_to(site: Site, host: str) -> None:
    """Case 97: no spelling of a private address is reached, and the server there never hears of us."""
    site.answers()
    async with WebClient(allowed_ports=range(1, 65536), host_spacing=0, deadline=5) as guarded:
        with pytest.raises(FetchError):
            await guarded.get(f"http://{host}:{site.port}/feed")
    assert site.asked == []


async def test_case_97_open_and_closed_ports_look_the_same(site: Site) -> None:
    """Case 97: a refused address reads the same whether somebody listens there or not."""
    async with WebClient(allowed_ports=range(1, 65536), host_spacing=0) as guarded:
        assert await reason(guarded, site.url()) == REFUSAL
        assert await reason(guarded, "http://127.0.7.1:9/") == REFUSAL
        assert await reason(guarded, "http://10.0.0.1/") == REFUSAL


async def test_case_98_a_name_that_changes_its_mind_is_checked_at_connect(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 98: what counts is the address that is dialled, whatever the name resolved to before."""
    import aiohttp

    answers = iter(["127.0.7.1"])  # what it resolved to before was public

    async def resolve(_self: object, host: str, port: int, **_more: object) -> list[dict[str, object]]:
        address = {"host": next(answers), "port": port, "family": 2}
        return [{"hostname": host, "proto": 0, "flags": 0, **address}]

    monkeypatch.setattr(aiohttp.AsyncResolver, "resolve", resolve)
    async with WebClient(allowed_ports=range(1, 65536), host_spacing=0) as guarded:
        assert await reason(guarded, f"http://rebinding.example:{site.port}/feed") == REFUSAL
    assert site.asked == []


async def test_case_99_a_redirect_inward_is_blocked(sites: Sites) -> None:
    """Case 99: every hop is checked, not only the first."""
    public, private = await sites("127.0.7.1"), await sites("127.0.8.1")
    public.redirects("/feed", private.url())
    private.answers()
    networks = (ip_network("127.0.7.0/24"),)
    async with WebClient(allowed_networks=networks, allowed_ports=range(1, 65536), host_spacing=0) as guarded:
        assert await reason(guarded, public.url()) == REFUSAL
    assert private.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1\\@courier.example/",
        "http://courier.example/\r\nX-Injected: 1",
        "http://courier.example/a b",
        "http://courier.example/" + "x" * 10_000,
        "ftp://courier.example/",
        "file:///etc/passwd",
        "http://",
        "http:///x",
        "//courier.example/",
        "courier.example",
        "http://courier.example:99999/",
        "http://[::1/",
        "http://\u202ecourier.example/",
        "",
    ],
)
async def test_case_100_strange_addresses_are_refused(fetch: WebClient, url: str) -> None:
    """Case 100: an address that two readers could read differently is not asked at all."""
    assert "address" in await reason(fetch, url)


async def test_case_101_proxies_of_the_environment_are_not_used(
    site: Site, sites: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 101: no request goes to a proxy that the environment names."""
    proxy = await sites("127.0.7.7")
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.url(""))
    site.answers()
    async with client() as made:
        await made.get(site.url())
    assert proxy.asked == []


async def test_case_102_other_ports_are_not_asked(site: Site) -> None:
    """Case 102: a port that is not allowed is refused with the one text, before any name is looked up."""
    async with WebClient(allowed_networks=(LOOPBACK,), host_spacing=0) as guarded:
        assert await reason(guarded, site.url()) == REFUSAL
        assert await reason(guarded, "http://courier.example:22/") == REFUSAL
    assert site.asked == []


async def test_case_46_a_name_that_does_not_exist_is_named(fetch: WebClient) -> None:
    """Case 46: an unknown name is said to be one."""
    assert "courier.invalid was not found (DNS" in await reason(fetch, "http://courier.invalid/")


async def test_a_closed_port_is_named(fetch: WebClient) -> None:
    """Where no server runs, the reason says so."""
    assert "refused the connection" in await reason(fetch, "http://127.0.7.1:9/")


async def test_case_48_tls_errors_are_named(fetch: WebClient) -> None:
    """Case 48: a server that speaks no TLS where TLS is expected is said to."""

    async def plain(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async with raw_server("127.0.7.4", plain) as url:
        assert (await reason(fetch, url.replace("http:", "https:"))).startswith("TLS:")
    assert ssl.OPENSSL_VERSION


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HELLO\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"x" * 1000000 + b"\r\n\r\n",
        b"HTTP/1.1 9999 X\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    ],
)
async def test_case_52_improper_http_is_an_error(fetch: WebClient, answer: bytes) -> None:
    """Case 52: what is not HTTP is an expected fault, whatever it is."""

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    async with raw_server("127.0.7.4", send) as url:
        assert "127.0.7.4" in await reason(fetch, url)


async def test_case_52_http_1_0_is_understood(fetch: WebClient) -> None:
    """Case 52: an old server that just hangs up at the end has answered."""

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\n" + FEED)
        await writer.drain()

    async with raw_server("127.0.7.4", send) as url:
        assert (await fetch.get(url)).body == FEED


async def test_case_53_no_reason_holds_a_credential(
    site: Site, fetch: WebClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Case 53: whatever goes wrong with an address that holds keys, neither reasons nor logs repeat them."""
    caplog.set_level(logging.DEBUG)
    site.redirects("/loop", "/loop?key=CANARY")
    site.answers("/no", status=403)
    said = [
        await reason(fetch, f"http://ann:CANARY@127.0.7.1:{site.port}{path}?key=CANARY")
        for path in ("/missing", "/loop", "/no")
    ]
    said.append(await reason(fetch, "http://ann:CANARY@127.0.7.1:9/?token=CANARY"))
    said.append(await reason(fetch, "http://ann:CANARY@courier.invalid/"))
    said.append(await reason(fetch, site.url(), headers=[("X-Key", "CANARY\r\nX: 1")]))
    assert "CANARY" not in " ".join([*said, caplog.text])
