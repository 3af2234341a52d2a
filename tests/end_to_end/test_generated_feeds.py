"""Generated sources of all sorts, polled for real: none of their news is lost, none is told twice."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from tests.plugins.feed_grammar import EVERY, POLLS, Script, make_script

if TYPE_CHECKING:
    from tests.plugins.rig import Handler, Rig

SLICE = 28  # sources of make test: four of each kind
SOAK, BATCH = 2_000, 100


def serve(script: Script, poll: int) -> Handler:
    """Return what answers with a document."""
    body, kind = script.documents[poll]

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Type": kind})

    return answer


async def complaints(rig: Rig, first: int, many: int) -> list[str]:
    """Poll so many sources, and return what was lost, and what was told that is no news."""
    site = await rig.site()
    scripts = [make_script(number, rig.now) for number in range(first, first + many)]
    sources = "".join(
        f"  - {{name: S{n}, publisher: p, url: '{site.url(f'/{n}')}', every: 10m, full_text: never}}\n"
        for n in range(many)
    )
    watchlist = "k: {keywords: [Kremlin, Кремль], deliver_to: [77]}"
    for n, script in enumerate(scripts):
        site.pages[f"/{n}"] = serve(script, 0)
    await rig.set_up(f"defaults: {{max_per_hour: 0, backlog: none}}\nsources:\n{sources}watchlists:\n  {watchlist}\n")
    found = []
    for poll in range(POLLS):
        for n, script in enumerate(scripts):
            site.pages[f"/{n}"] = serve(script, poll)
        rig.now += EVERY if poll else 0 * EVERY
        await rig.poll(force=True, deadline=120.0)
        told = Counter(one.alert.headline for one in await rig.told() if not one.alert.part and one.message is None)
        for script in scripts:
            wanted = script.told[poll] if poll else frozenset()
            found += [f"{script.name}, poll {poll}: lost {title!r}" for title in wanted if not told[title]]
        right = {title for script in scripts for title in script.told[poll]} if poll else set()
        twice = {title: times for title, times in told.items() if times > 1 or title not in right}
        found += [f"poll {poll}: {times} times {title!r}" for title, times in twice.items()]
    return found


async def test_generated_sources_tell_their_news_once(rig: Rig) -> None:
    """A few of every kind."""
    assert await complaints(rig, 0, SLICE) == []


@pytest.mark.soak
@pytest.mark.parametrize("first", range(0, SOAK, BATCH))
async def test_two_thousand_generated_sources_tell_their_news_once(rig: Rig, first: int) -> None:
    """Many of every kind, in every charset, window, rate and order."""
    assert await complaints(rig, first, BATCH) == []
