"""Which hub a feed names, in every form of feed."""

from __future__ import annotations

import json

import pytest

from bot.model import HeaderLink
from bot.ports.hub_store import HubLink
from bot.sources import json_feed
from bot.sources.feeds.feed_reader import read
from bot.sources.feeds.feed_scan import listed
from bot.sources.feeds.hub_links import choose_hub, find_hub

URL = "https://courier.example/news/feed?page=1"
HUB = HubLink("https://hub.example/", "https://courier.example/feed")
LINKS = '<{0}link rel="hub" href="https://hub.example/"/><{0}link rel="self" href="/feed"/>'
ATOM = f'<feed xmlns="http://www.w3.org/2005/Atom">{LINKS.format("")}<entry><title>A</title></entry></feed>'
RSS = (
    '<rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom"><channel><link>https://courier.example/</link>'
    f"{LINKS.format('a:')}<item><title>A</title></item></channel></rss>"
)


@pytest.mark.parametrize("markup", [ATOM, RSS])
def test_atom_and_rss_name_it_by_links(markup: str) -> None:
    """Strict XML and the reader of last resort agree."""
    listing = listed(markup.encode(), URL)
    assert not isinstance(listing, str)
    assert listing.hub == HUB
    assert read(markup.encode(), URL).hub == HUB


def test_a_json_feed_names_it_in_its_own_way() -> None:
    """By `hubs` and `feed_url`; hubs of another kind are none."""
    feed = {"version": "https://jsonfeed.org/version/1.1", "feed_url": "https://courier.example/feed", "items": []}
    hubs = [{"type": "rssCloud", "url": "https://cloud.example/"}, {"type": "WebSub", "url": "https://hub.example/"}]
    assert json_feed.read(json.dumps(feed | {"hubs": hubs}).encode(), URL).hub == HUB
    assert json_feed.read(json.dumps(feed | {"hubs": "x"}).encode(), URL).hub is None


@pytest.mark.parametrize(
    "links",
    [
        [],
        [("hub", "https://hub.example/")],
        [("self", "https://courier.example/feed")],
        [("hub", "javascript:alert(1)"), ("self", "/feed")],
        [("hub", "https://hub.example/" + "x" * 3000), ("self", "/feed")],
    ],
)
def test_a_feed_without_both_is_polled(links: list[tuple[str, str]]) -> None:
    """Its own address must be said: the one that we ask may hold a key, which is nobody's."""
    assert find_hub(links, URL) is None


def test_the_header_comes_before_the_body() -> None:
    """As the specification has it."""
    header = (HeaderLink("https://other.example/hub", ("hub",)), HeaderLink("https://courier.example/f", ("self",)))
    assert choose_hub(header, HUB, URL) == HubLink("https://other.example/hub", "https://courier.example/f")
    assert choose_hub((), HUB, URL) == HUB
    assert choose_hub(header, None, URL) == HubLink("https://other.example/hub", "https://courier.example/f")
