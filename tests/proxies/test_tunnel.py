"""Requests through a proxy of the operator's: what it is told and may not be asked, and what is said of its faults."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from ipaddress import ip_network
from urllib.parse import quote

import pytest
from aiohttp import web

from bot.errors import FetchError
from bot.fetch.address_guard import REFUSAL
from bot.fetch.client import WebClient
from bot.proxies.proxy_address import parse_proxy
from bot.proxies.tunnel import probe
from tests.plugins.proxies import Behaviour, StandInProxy, run_proxy

HOST = "127.0.21.1"
# Ways to write an address inside; those that are names are what a resolver makes of them.
INWARD = (
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "localhost",
    "sub.localhost",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:10.0.0.1]",
    "[fd00::1]",
    "[fe80::1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "224.0.0.1",
)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Run a site that is reached at HOST, and return its port."""

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/inward":
            raise web.HTTPFound(f"http://10.0.0.1:{request.url.port}/")
        return web.Response(text=f"hello {request.headers['Host']}")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


def client(proxy: StandInProxy | str, port: int, *, deadline: float = 5.0, networks: str = f"{HOST}/32") -> WebClient:
    """Return a client that is allowed the site alone, through the proxy."""
    url = proxy if isinstance(proxy, str) else proxy.url
    return WebClient(
        proxy=url, allowed_networks=[ip_network(networks)], allowed_ports={port}, host_spacing=0, deadline=deadline
    )


@pytest.mark.parametrize("kind", ["http", "socks5"])
@pytest.mark.parametrize("login", [None, ("user", "p@ss/w:rd")])
async def test_a_request_goes_through_the_proxy_with_its_login(
    kind: str, login: tuple[str, str] | None, port: int
) -> None:
    """The site sees its own name, the proxy an address; user and password may hold any sign, escaped in the address."""
    async with run_proxy(StandInProxy(kind, login)) as proxy:  # type: ignore[arg-type]
        user = ":".join(quote(part, safe="") for part in login) + "@" if login else ""
        async with client(f"{kind}://{user}127.0.0.1:{proxy.port}", port) as fetch:
            answer = await fetch.get(f"http://{HOST}:{port}/")
    assert answer.body == f"hello {HOST}:{port}".encode()
    assert proxy.asked == [(HOST, port)]


async def test_names_are_resolved_by_us_and_by_the_proxy_only_with_socks5h(port: int) -> None:
    """With socks5h the proxy is told the name."""
    async with run_proxy(StandInProxy("socks5", names={"courier.example": HOST})) as proxy:
        url = proxy.url.replace("socks5", "socks5h", 1)
        async with client(url, port) as fetch:
            assert (await fetch.get(f"http://courier.example:{port}/")).status == 200
        assert proxy.asked == [("courier.example", port)]
        async with client(proxy, port) as fetch:
            with pytest.raises(FetchError):  # nobody knows the name here
                await fetch.get(f"http://courier.invalid:{port}/")
        assert len(proxy.asked) == 1


@pytest.mark.parametrize("scheme", ["http", "socks5", "socks5h"])
async def test_no_proxy_is_asked_for_an_inward_target(scheme: str, port: int) -> None:
    """Twenty-two ways to write one, directly and behind a redirect: the proxy is told none of them."""
    async with run_proxy(StandInProxy("http" if scheme == "http" else "socks5")) as proxy:
        url = f"{scheme}://127.0.0.1:{proxy.port}"
        async with client(url, port) as fetch:
            for host in INWARD:
                with pytest.raises(FetchError):
                    await fetch.get(f"http://{host}:{port}/")
            with pytest.raises(FetchError, match="not on the public internet"):
                await fetch.get(f"http://{HOST}:{port}/inward")
    assert proxy.asked == [(HOST, port)]


@pytest.mark.parametrize("kind", ["http", "socks5"])
@pytest.mark.parametrize(
    ("behaviour", "said"),
    [("hangs", "no connection within"), ("closes", "proxy"), ("lies", "proxy"), ("refuses", "did not connect")],
)
async def test_a_proxy_at_fault_is_named_without_its_password(
    kind: str, behaviour: Behaviour, said: str, port: int
) -> None:
    """It hangs, closes, talks nonsense or refuses: one line, within the deadline, and nothing of the login in it."""
    faulty = StandInProxy(kind, ("me", "canary"), behaviour)  # type: ignore[arg-type]
    async with run_proxy(faulty), client(faulty, port, deadline=0.6) as fetch:
        with pytest.raises(FetchError, match=said) as caught:
            await fetch.get(f"http://{HOST}:{port}/")
    assert "canary" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["http", "socks5"])
@pytest.mark.parametrize(("given", "said"), [(None, "asks for a user and a password"), (("me", "no"), "does not take")])
async def test_a_login_that_is_missing_or_wrong_is_said(
    kind: str, given: tuple[str, str] | None, said: str, port: int
) -> None:
    """Both kinds of proxy tell the two apart from other refusals."""
    async with run_proxy(StandInProxy(kind, ("me", "right"))) as proxy:  # type: ignore[arg-type]
        user = ":".join(given) + "@" if given else ""
        url = f"{kind}://{user}127.0.0.1:{proxy.port}"
        async with client(url, port) as fetch:
            with pytest.raises(FetchError, match=said):
                await fetch.get(f"http://{HOST}:{port}/")


async def test_a_proxy_that_is_not_there_is_told_from_a_site_that_is_not(port: int) -> None:
    """The line names the proxy, and counts as our side: no source is to blame."""
    async with client("socks5://me:canary@127.0.0.1:9", port) as fetch:
        with pytest.raises(FetchError, match=r"the proxy socks5://127\.0\.0\.1:9 cannot be reached") as caught:
            await fetch.get(f"http://{HOST}:{port}/")
    assert caught.value.unreached


async def test_one_source_may_have_another_proxy_or_none(port: int) -> None:
    """What a request names goes before the setting; `none` is a direct connection."""
    usual, other = StandInProxy("http"), StandInProxy("socks5")
    async with run_proxy(usual), run_proxy(other), client(usual, port) as fetch:
        await fetch.get(f"http://{HOST}:{port}/", proxy=other.url)
        await fetch.get(f"http://{HOST}:{port}/", proxy="none")
        await fetch.get(f"http://{HOST}:{port}/")
    assert (len(usual.asked), len(other.asked)) == (1, 1)


async def test_a_probe_says_whether_the_proxy_reaches_a_host(port: int) -> None:
    """For doctor: nothing is said over the connection."""
    async with run_proxy(StandInProxy("http")) as proxy:
        found = parse_proxy(proxy.url)
        assert found
        await asyncio.wait_for(probe(found, HOST, port), 5)
    assert proxy.asked == [(HOST, port)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://proxy.example:3128", "http://proxy.example:3128"),
        ("https://u:p@proxy.example", "https://proxy.example:443"),
        ("socks5://[2001:db8::1]:1080/", "socks5://[2001:db8::1]:1080"),
        ("socks5h://u@proxy.example", "socks5h://proxy.example:1080"),
    ],
)
def test_addresses_of_proxies_are_read_and_shown_without_login(text: str, shown: str) -> None:
    """Ports are those that curl takes where none is written."""
    proxy = parse_proxy(text)
    assert proxy
    assert proxy.shown == shown
    assert "u:p" not in repr(proxy)


@pytest.mark.parametrize(
    "text",
    ["proxy.example:3128", "ftp://p:1", "http://p:0", "http://ü:1@p", "http://p:99999", "http://p/x", "socks4://p"],
)
def test_what_is_no_address_of_a_proxy_is_refused_without_repeating_it(text: str) -> None:
    """It may hold a password."""
    with pytest.raises(ValueError, match="proxy") as caught:
        parse_proxy(text)
    assert text not in str(caught.value)


def test_none_is_no_proxy_and_refusals_read_the_same() -> None:
    """A stranger learns nothing of our network from a refusal."""
    assert parse_proxy(" None ") is None
    assert "public internet" in REFUSAL
