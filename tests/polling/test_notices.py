"""What owners are told, and how often: never readers, once an occasion, and not when the network is ours to mend."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.newsroom import Newsroom, Piece
    from tests.plugins.rig import Rig


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


async def test_without_owners_nobody_is_told(rig: Rig, newsroom: Newsroom) -> None:
    """A notice is for owners; readers of watchlists never get one."""
    site = await rig.site()
    await rig.set_up(watching(site.url(), newsroom.feed("courier")))
    assert await fail(rig, 7) == []
