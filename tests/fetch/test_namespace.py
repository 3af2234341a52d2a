"""The guard and the network in a namespace of its own that owns 8.8.8.8, 169.254.169.254 and other addresses.

There a "public" host and a cloud's metadata service are real servers that answer, so what is refused is refused by
nothing but the guard. Needs the right to make a network namespace, as root has; skipped elsewhere.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

PRIVATE = [
    *("127.0.0.1", "10.0.0.5", "169.254.169.254", "100.64.0.1", "192.168.1.1", "172.16.0.1", "0.0.0.0"),
    *("[::1]", "[fd00::1]", "[fe80::1]", "[::ffff:10.0.0.5]", "[::ffff:a00:5]", "[64:ff9b::a00:5]", "[2002:a00:5::1]"),
    *("2130706433", "0x7f.1", "0177.0.0.1", "127.1", "①②⑦.0.0.1", "127.0.0.1.", "localhost", "localhost."),
]
ADDRESSES = ("8.8.8.8", "93.184.216.34", "169.254.169.254", "10.0.0.5", "100.64.0.1", "192.168.1.1", "172.16.0.1")
ADDRESSES_V6 = ("2606:2800:220:1::1", "fd00::1", "2002:a00:5::1", "64:ff9b::a00:5")
INSIDE = """
import asyncio, json, socket, subprocess, sys
from aiohttp import web
from bot.errors import FetchError
from bot.fetch.client import WebClient

private, v4, v6 = json.loads(sys.argv[1])
def ip(*words):
    subprocess.run(["ip", *words], check=True)
ip("link", "set", "lo", "up")
for address in v4:
    ip("address", "add", address + "/32", "dev", "lo")
for address in v6:
    ip("-6", "address", "add", address + "/128", "dev", "lo", "nodad")
ip("route", "add", "blackhole", "203.0.112.0/24")
heard, names = [], {}

async def answer(request):
    heard.append(request.transport.get_extra_info("sockname")[0])
    where = request.query.get("to")
    if where:
        raise web.HTTPFound(where)
    if request.path == "/robots.txt":
        raise web.HTTPFound("http://169.254.169.254/") if "robots" in request.host else web.HTTPNotFound()
    meta = "<meta http-equiv='refresh' content='0; url=http://169.254.169.254/'>"
    head = f"<html><head>{meta}<link rel=canonical href='http://10.0.0.5/'></head>"
    return web.Response(text=head, content_type="text/html")

async def resolve(self, host, port=0, family=socket.AF_INET):
    addresses = names.get(host.rstrip("."))
    if addresses is None:
        raise OSError(None, "Domain name not found")
    now = addresses.pop(0) if len(addresses) > 1 else addresses[0]
    return [
        {"hostname": host, "host": one, "port": port, "family": socket.AF_INET6 if ":" in one else socket.AF_INET,
         "proto": 0, "flags": 0}
        for one in now
    ]

async def main():
    import aiohttp
    aiohttp.AsyncResolver.resolve = resolve
    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    for host in ("0.0.0.0", "::"):
        sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if ":" in host:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((host, 80))
        await web.SockSite(runner, sock).start()
    names.update({
        "localhost": [["127.0.0.1"]],
        "public.example": [["8.8.8.8"]],
        "rebinds.example": [["8.8.8.8"], ["169.254.169.254"]],
        "mixed.example": [["10.0.0.5", "8.8.8.8"]],
        "inside.example": [["169.254.169.254", "fd00::1"]],
        "robots.example": [["8.8.8.8"]],
        "broken6.example": [["2001:4860:4860::8888", "8.8.8.8"]],
        "only6.example": [["2606:2800:220:1::1"]],
    })
    said = {}
    async with WebClient(host_spacing=0, deadline=4) as fetch:
        async def ask(name, url, **more):
            heard.clear()
            try:
                text = str((await fetch.get(url, **more)).status)
            except FetchError as error:
                text = str(error)
            said[name] = [text, sorted(set(heard))]
        for host in private:
            await ask(host, f"http://{host}/")
            await ask("to " + host, f"http://8.8.8.8/?to=http://{host}/")
        await ask("public", "http://public.example/")
        await ask("page", "http://public.example/a", page=True)
        await ask("six", "http://[2606:2800:220:1::1]/")
        await ask("only six", "http://only6.example/")
        await ask("broken six", "http://broken6.example/")
        await ask("rebinds first", "http://rebinds.example/")
        await ask("rebinds then", "http://rebinds.example/")
        await ask("mixed", "http://mixed.example/")
        await ask("inside", "http://inside.example/")
        await ask("robots", "http://robots.example/a", page=True)
        await ask("no way", "http://203.0.114.1/")
    print(json.dumps(said))

asyncio.run(main())
"""


def _refusal() -> str | None:
    """Return why no namespace can be made; None where one can."""
    if not (shutil.which("unshare") and shutil.which("ip")):
        return "unshare and ip are not installed"
    try_it = ["unshare", "--net", "ip", "link", "set", "lo", "up"]
    made = subprocess.run(try_it, capture_output=True, check=False)  # noqa: S603 - our own words
    return None if made.returncode == 0 else "no right to make a network namespace"


@pytest.fixture(scope="module")
def said() -> dict[str, list[object]]:
    """Ask everything once, inside a namespace: name → what was said, and which addresses heard of us."""
    if why := _refusal():
        pytest.skip(why)
    asked = json.dumps([PRIVATE, ADDRESSES, ADDRESSES_V6])
    done = subprocess.run(  # noqa: S603 - our own words
        ["unshare", "--net", sys.executable, "-c", INSIDE, asked],  # noqa: S607 - the same
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()
    answers: dict[str, list[object]] = json.loads(done.stdout)
    return answers


REFUSED = "the address is not on the public internet, or its port is not one that may be asked"
ODD = ("not a web address", "the name ", REFUSED)


@pytest.mark.parametrize("host", PRIVATE)
def test_case_97_servers_that_answer_at_private_addresses_never_hear_of_us(
    said: dict[str, list[object]], host: str
) -> None:
    """Cases 97 and 99: asked for directly or by a redirect of a public host, in any spelling."""
    text, heard = said[host]
    assert str(text).startswith(ODD)
    assert heard == []
    text, heard = said[f"to {host}"]
    assert str(text).startswith((*ODD, "8.8.8.8 redirects to what is no web address"))
    assert heard == ["8.8.8.8"]


def test_the_public_internet_is_reached(said: dict[str, list[object]]) -> None:
    """Public addresses answer, of both kinds; what a page says of other addresses is not followed (case 99)."""
    assert said["public"] == ["200", ["8.8.8.8"]]
    assert said["page"] == ["200", ["8.8.8.8"]]
    assert said["six"] == said["only six"] == ["200", ["2606:2800:220:1::1"]]


def test_case_47_a_broken_ipv6_is_no_hindrance(said: dict[str, list[object]]) -> None:
    """Case 47: where the first address leads nowhere, the next one is tried."""
    assert said["broken six"] == ["200", ["8.8.8.8"]]


def test_case_98_a_name_that_turns_private_is_blocked(said: dict[str, list[object]]) -> None:
    """Case 98: public at first and the metadata service then, or both at once: only the public one is dialled."""
    assert said["rebinds first"] == ["200", ["8.8.8.8"]]
    assert said["rebinds then"] in ([REFUSED, []], ["200", ["8.8.8.8"]])  # the answer before is known for seconds
    assert said["inside"] == [REFUSED, []]
    assert said["mixed"] in ([REFUSED, []], ["200", ["8.8.8.8"]])


def test_case_99_robots_txt_does_not_lead_to_the_metadata_service(said: dict[str, list[object]]) -> None:
    """Case 99: a redirect of robots.txt is checked like every other hop."""
    assert said["robots"] == [REFUSED, ["8.8.8.8"]]


def test_a_network_without_a_way_is_named(said: dict[str, list[object]]) -> None:
    """Where no route leads, the reason asks whether this machine is online."""
    assert said["no way"] == ["there is no way to 203.0.114.1: is this machine online?", []]
