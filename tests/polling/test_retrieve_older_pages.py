"""A Telegram channel that wrote more than its page shows: the pages before it are read, and nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.polling.retrieve import OLDER

if TYPE_CHECKING:
    from tests.plugins.rig import Rig, Site

PAGE = 4  # posts of one page


class Channel:
    """A channel's preview as a mirror serves it: the newest posts, and those before a number."""

    def __init__(self, site: Site) -> None:
        """Stand at /s/courier of this site."""
        self.posts: list[int] = []
        self.asked: list[str] = []
        self.ill: set[int] = set()  # numbers before which it gives no answer
        self.same = False  # it gives the newest page whatever is asked
        site.pages["/s/courier"] = self.answer

    def write(self, first: int, last: int) -> None:
        """Publish the posts of these numbers."""
        self.posts += range(first, last + 1)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer as the preview does, oldest first, with the address of the page before."""
        self.asked.append(request.query_string)
        before = int(request.query.get("before", "1000000"))
        if before in self.ill:
            raise web.HTTPInternalServerError
        shown = [number for number in self.posts if self.same or number < before][-PAGE:]
        more = f'<a href="/s/courier?before={shown[0]}" data-before="{shown[0]}"></a>' if shown and shown[0] > 1 else ""
        posts = "".join(
            f'<div class="tgme_widget_message" data-post="courier/{number}">'
            f'<div class="tgme_widget_message_text">Kremlin gardener plants oak number {number} today</div>'
            f'<a class="tgme_widget_message_date" href="https://t.me/courier/{number}"></a></div>'
            for number in shown
        )
        page = f'<html><body><div class="tgme_channel_info"></div>{more}{posts}</body></html>'
        return web.Response(body=page.encode(), content_type="text/html")


@pytest.fixture
async def channel(rig: Rig) -> Channel:
    """Give a channel of six posts that was polled once."""
    site = await rig.site()
    channel = Channel(site)
    channel.write(1, 6)
    await rig.set_up(
        f"sources: [{{name: One, url: '{site.url('/s/courier')}', kind: telegram, every: 5m, full_text: never}}]\n"
        "watchlists: {w: {keywords: [Kremlin], deliver_to: [1]}}\n"
    )
    assert (await rig.poll()).items == PAGE
    channel.asked.clear()
    return channel


async def test_a_page_that_shows_what_was_known_is_all_that_is_asked(rig: Rig, channel: Channel) -> None:
    """Nobody is asked for more than is needed."""
    channel.write(7, 9)
    assert (await rig.later(minutes=5)).new == 3
    assert channel.asked == [""]


async def test_what_came_between_two_polls_is_read_from_the_pages_before(rig: Rig, channel: Channel) -> None:
    """Ten posts where a page shows four: three pages, all ten told, none twice."""
    channel.write(7, 16)
    assert (await rig.later(minutes=5)).new == 10
    assert channel.asked == ["", "before=13", "before=9"]
    assert (await rig.later(minutes=5)).new == 0


async def test_the_pages_before_have_an_end(rig: Rig, channel: Channel) -> None:
    """A channel that wrote a thousand posts costs a few requests, and what they show is told."""
    channel.write(7, 1000)
    assert (await rig.later(minutes=5)).new == PAGE * (1 + OLDER)
    assert len(channel.asked) == 1 + OLDER


async def test_a_mirror_that_knows_no_older_pages_is_asked_once_more_only(rig: Rig, channel: Channel) -> None:
    """The same page again has nothing new, and none of its posts is taken for two."""
    channel.same = True
    channel.write(7, 16)
    assert (await rig.later(minutes=5)).new == PAGE
    assert len(channel.asked) == 2


async def test_an_older_page_that_fails_marks_nothing_as_seen(rig: Rig, channel: Channel) -> None:
    """The newest page alone would hide what is missing: the poll fails, and the next one reads all."""
    channel.write(7, 16)
    channel.ill = {13}
    result = await rig.later(minutes=5)
    assert (result.new, list(result.failures)) == (0, ["One"])
    channel.ill = set()
    assert (await rig.later(minutes=10)).new == 10


async def test_an_older_page_that_never_comes_keeps_nothing_back_for_ever(rig: Rig, channel: Channel) -> None:
    """After three polls in a row what can be read is told."""
    channel.write(7, 16)
    channel.ill = {13}
    for _ in range(3):
        assert (await rig.later(hours=1)).failures
    assert (await rig.later(hours=1)).new == PAGE


@pytest.mark.usefixtures("channel")
async def test_an_older_page_elsewhere_is_not_followed(rig: Rig) -> None:
    """A page that names another host for its past is not believed."""
    other = await rig.site()

    async def answer(_request: web.Request) -> web.StreamResponse:
        page = (
            f'<div class="tgme_channel_info"></div><a href="{other.url("/s/courier")}" data-before="9"></a>'
            '<div class="tgme_widget_message" data-post="courier/99"><div class="tgme_widget_message_text">Kremlin'
            "</div></div>"
        )
        return web.Response(body=page.encode(), content_type="text/html")

    rig.sites[0].pages["/s/courier"] = answer
    assert (await rig.later(minutes=5)).new == 1
    assert other.asked == []
