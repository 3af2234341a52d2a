"""Links of search alerts and social networks lead to the page whose address they carry."""

from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest

from bot.urls import canonical_url, publisher_of
from bot.wrapped_links import gathers_news, is_opaque, unwrap_link

PAGE = "https://post.example/2026/talks.html?id=3"
QUOTED = "https%3A%2F%2Fpost.example%2F2026%2Ftalks.html%3Fid%3D3"
OLD = urlsafe_b64encode(b"\x08\x13\x22*" + PAGE.encode() + b"\xd2\x01\x00").decode().rstrip("=")


@pytest.mark.parametrize(
    ("link", "gathers"),
    [
        (f"https://www.google.com/url?rct=j&sa=t&url={QUOTED}&ct=ga&cd=C1&usg=A1", True),
        (f"https://google.co.uk/url?q={QUOTED}", True),
        (f"http://www.bing.com/news/apiclick.aspx?ref=FexRss&aid=&url={QUOTED.lower()}&c=1&mkt=en-us", True),
        (f"https://news.google.com/rss/articles/{OLD}?oc=5", True),
        (f"https://l.facebook.com/l.php?u={QUOTED}&h=AT0", False),
        (f"https://vk.com/away.php?to={QUOTED}&cc_key=", False),
        (f"https://out.reddit.com/redirect?url={QUOTED.replace('%', '%25')}", False),
        (f"https://r.search.yahoo.com/_ylt=A/RV=2/RE=1/RU={QUOTED}/RK=2/RS=x-", False),
        (f"https://www.google.com/url?q=https%3A%2F%2Fl.facebook.com%2Fl.php%3Fu%3D{QUOTED.replace('%', '%25')}", True),
    ],
)
def test_a_link_that_leads_on_is_the_page_it_carries(link: str, gathers: bool) -> None:
    """Its publisher and its identity are the page's; only a search is not the publisher of what it finds."""
    assert unwrap_link(link) == PAGE
    assert canonical_url(link) == canonical_url(PAGE) == canonical_url(canonical_url(link))
    assert publisher_of(unwrap_link(link)) == "post.example"
    assert gathers_news(link) is gathers


@pytest.mark.parametrize(
    "link",
    [
        "https://t.co/abc",
        "https://site.example/login?url=https://other.example/",
        "https://site.example/redirect?url=/inside",
        "https://site.example/redirect?url=https://site.example/inside",
        "https://www.google.com/url?q=javascript:alert(1)",
        "https://www.google.com/search?q=https://post.example/",
        "https://news.example/story?source=https://post.example/",
        "https://www.facebook.com/sharer/sharer.php?u=https://post.example/",
        "https://[broken/redirect?url=https://post.example/",
        "",
    ],
)
def test_every_other_link_stays_as_it_is(link: str) -> None:
    """A short link carries nothing, a parameter is not a target, and what is no web address is none."""
    assert unwrap_link(link) == link
    assert not gathers_news(link)


def test_a_page_of_google_news_that_hides_its_target_is_known_as_such() -> None:
    """Newer links carry no address: they stay, and nobody asks for their page."""
    link = "https://news.google.com/rss/articles/CBMiVkFVX3lxTE5abcdefghijklmnop?oc=5"
    assert unwrap_link(link) == link
    assert is_opaque(link)
    assert gathers_news(link)
    assert not is_opaque(PAGE)
