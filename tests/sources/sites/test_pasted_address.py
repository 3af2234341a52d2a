"""Addresses as people paste them: each becomes the feed, list or channel that it stands for, or is refused with why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ParseError
from bot.sources.sites.pasted_address import expand_handle, find_site_address

UC = "UC" + "x" * 22

FEEDS = (
    # YouTube
    (f"https://www.youtube.com/channel/{UC}", f"https://www.youtube.com/feeds/videos.xml?channel_id={UC}"),
    (f"https://m.youtube.com/channel/{UC}/videos", f"https://www.youtube.com/feeds/videos.xml?channel_id={UC}"),
    ("https://youtube.com/user/courier", "https://www.youtube.com/feeds/videos.xml?user=courier"),
    ("https://www.youtube.com/playlist?list=PLabc123", "https://www.youtube.com/feeds/videos.xml?playlist_id=PLabc123"),
    ("https://www.youtube.com/watch?v=a&list=PLabc", "https://www.youtube.com/feeds/videos.xml?playlist_id=PLabc"),
    # Mastodon and Bluesky
    ("https://mastodon.social/@courier", "https://mastodon.social/@courier.rss"),
    ("https://mastodon.social/@courier/with_replies", "https://mastodon.social/@courier.rss"),
    ("https://mas.to/users/courier", "https://mas.to/@courier.rss"),
    ("https://mstdn.social/tags/Kremlin", "https://mstdn.social/tags/Kremlin.rss"),
    ("https://mastodon.example.org/@a.b", "https://mastodon.example.org/@a.b.rss"),
    ("https://bsky.app/profile/courier.example", "https://bsky.app/profile/courier.example/rss"),
    ("https://bsky.app/profile/did:plc:abc123", "https://bsky.app/profile/did:plc:abc123/rss"),
    # Reddit
    ("https://www.reddit.com/r/worldnews", "https://www.reddit.com/r/worldnews/new.rss"),
    ("https://old.reddit.com/r/worldnews+europe/top/?t=day", "https://www.reddit.com/r/worldnews+europe/top.rss?t=day"),
    ("https://reddit.com/u/someone/", "https://www.reddit.com/user/someone.rss"),
    ("https://www.reddit.com/search/?q=kremlin", "https://www.reddit.com/search.rss?q=kremlin&sort=new"),
    (
        "https://www.reddit.com/r/europe/search?q=kremlin",
        "https://www.reddit.com/r/europe/search.rss?restrict_sr=on&q=kremlin&sort=new",
    ),
    (
        "https://www.reddit.com/r/europe/?feed=${REDDIT_FEED}&user=${REDDIT_USER}",
        "https://www.reddit.com/r/europe/new.rss?feed=${REDDIT_FEED}&user=${REDDIT_USER}",
    ),
    # Hacker News
    ("https://hn.algolia.com/?q=kremlin+summit", "https://hnrss.org/newest?q=kremlin+summit"),
    ("https://hn.algolia.com/?dateRange=all&query=kremlin", "https://hnrss.org/newest?q=kremlin"),
    ("https://news.ycombinator.com/", "https://hnrss.org/frontpage"),
    ("https://news.ycombinator.com/newest", "https://hnrss.org/newest"),
    ("https://news.ycombinator.com/item?id=42", "https://hnrss.org/item?id=42"),
    # GitHub
    ("https://github.com/python/cpython", "https://github.com/python/cpython/releases.atom"),
    ("https://github.com/python/cpython.git", "https://github.com/python/cpython/releases.atom"),
    ("https://github.com/python/cpython/issues", "https://github.com/python/cpython/releases.atom"),
    ("https://github.com/python/cpython/tags", "https://github.com/python/cpython/tags.atom"),
    ("https://github.com/python/cpython/commits/3.14", "https://github.com/python/cpython/commits/3.14.atom"),
    ("https://github.com/python", "https://github.com/python.atom"),
    # searches
    (
        "https://news.google.com/search?q=kremlin%20summit&hl=en-US&gl=US&ceid=US:en",
        "https://news.google.com/rss/search?q=kremlin+summit&hl=en-US&gl=US&ceid=US:en",
    ),
    ("https://news.google.com/topics/CAAq?hl=de", "https://news.google.com/rss/topics/CAAq?hl=de"),
    ("https://news.google.com/home?hl=de&gl=DE", "https://news.google.com/rss?hl=de&gl=DE"),
    ("https://www.google.com/search?q=kremlin&tbm=nws", "https://news.google.com/rss/search?q=kremlin"),
    ("https://www.google.co.uk/search?q=kremlin&tbm=nws", "https://news.google.com/rss/search?q=kremlin"),
    ("https://www.bing.com/news/search?q=kremlin", "https://www.bing.com/news/search?q=kremlin&format=rss"),
    # Telegram
    ("https://t.me/courier", "https://t.me/s/courier"),
    ("https://t.me/courier/123?single", "https://t.me/s/courier"),
    ("https://telegram.me/courier", "https://t.me/s/courier"),
    ("https://courier.t.me", "https://t.me/s/courier"),
    ("http://t.me/s/courier", "https://t.me/s/courier"),
)

AS_THEY_STAND = (
    "https://courier.example/",
    "https://courier.example/@desk",
    "https://courier.example/channel/UC1",
    "https://www.youtube.com/@courier",
    "https://www.youtube.com/c/courier",
    f"https://www.youtube.com/feeds/videos.xml?channel_id={UC}",
    "https://mastodon.social/@courier.rss",
    "https://mastodon.social/about",
    "https://bsky.app/",
    "https://www.reddit.com/r/worldnews/new.rss",
    "https://www.reddit.com/",
    "https://hnrss.org/newest?q=kremlin",
    "https://github.com/topics/python",
    "https://github.com/python/cpython/releases.atom",
    "https://news.google.com/rss/search?q=kremlin",
    "https://www.google.com/alerts/feeds/123/456",
    "https://www.bing.com/news/search?q=kremlin&format=rss",
    "https://notgithub.com/a/b",
    "https://t.me.example.org/courier",
    "not an address",
    "https://[::1",
    "",
)

REFUSED = (
    ("https://www.youtube.com/watch?v=abc", "one video"),
    ("https://youtu.be/abc", "one video"),
    ("https://redd.it/abc", "one post"),
    ("https://www.google.com/alerts", "RSS feed"),
    ("https://t.me/+AbCdEf", "private"),
    ("https://t.me/joinchat/AbCdEf", "private"),
    ("https://t.me/c/123456/7", "private"),
    ("https://t.me/share/url?url=x", "no channel"),
    ("https://x.com/courier", "account"),
    ("https://twitter.com/courier", "account"),
    ("https://www.facebook.com/courier", "account"),
    ("https://www.instagram.com/courier/", "account"),
    ("https://www.linkedin.com/company/courier", "account"),
)


@pytest.mark.parametrize(("pasted", "asked"), FEEDS)
def test_a_pasted_address_becomes_the_one_that_holds_its_news(pasted: str, asked: str) -> None:
    """Channels, accounts, subreddits, repositories, searches: what a person has in the address bar is enough."""
    found = find_site_address(pasted)
    assert found is not None
    assert found.url == asked
    assert found.kind == ("telegram" if "t.me" in asked else "feed")


@pytest.mark.parametrize("pasted", AS_THEY_STAND)
def test_an_address_without_a_rule_is_asked_as_it_stands(pasted: str) -> None:
    """Feeds of these sites, pages that name their feed themselves, and everybody else's addresses."""
    assert find_site_address(pasted) is None


@pytest.mark.parametrize(("pasted", "why"), REFUSED)
def test_an_address_that_brings_no_news_is_refused_with_what_to_paste_instead(pasted: str, why: str) -> None:
    """One video, a private channel, a site behind a login: a sentence, not a failing source."""
    with pytest.raises(ParseError, match=why):
        find_site_address(pasted)


def test_a_preview_keeps_its_kind_where_its_address_stays_the_same() -> None:
    """The address of a preview is a channel also when it is written as it is asked."""
    found = find_site_address("https://t.me/s/courier")
    assert found is not None
    assert found.kind == "telegram"


def test_reddit_without_a_key_says_what_to_do() -> None:
    """The note names the variables, and there is none where the key is given."""
    plain = find_site_address("https://www.reddit.com/r/europe")
    keyed = find_site_address("https://www.reddit.com/r/europe?feed=${REDDIT_FEED}&user=${REDDIT_USER}")
    assert plain is not None
    assert "${REDDIT_FEED}" in plain.note
    assert keyed is not None
    assert not keyed.note


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("@courier@mastodon.social", "https://mastodon.social/@courier.rss"),
        ("@courier@News.Example.org", "https://news.example.org/@courier.rss"),
        ("@courier", "https://t.me/courier"),
        ("courier.example", "courier.example"),
        ("https://courier.example/@desk", "https://courier.example/@desk"),
        ("@", "@"),
    ],
)
def test_an_account_as_people_write_it_becomes_an_address(written: str, address: str) -> None:
    """@NAME@SERVER is an account of the fediverse, @NAME one of Telegram."""
    assert expand_handle(written) == address


@given(st.one_of(st.text(max_size=80), st.sampled_from([pasted for pasted, _ in FEEDS]).flatmap(
    lambda url: st.text(max_size=20).map(lambda tail: url + tail))))  # fmt: skip
def test_what_a_rule_returns_is_asked_as_it_stands(pasted: str) -> None:
    """A rule applied twice is a rule applied once, whatever is pasted, and nothing but ParseError is raised."""
    try:
        found = find_site_address(pasted)
    except ParseError:
        return
    if found:
        again = find_site_address(found.url)
        assert again is None or again.url == found.url
