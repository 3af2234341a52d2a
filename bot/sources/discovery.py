"""Where the news of a site may be: what its front page names, what its robots.txt lists, where it usually is.

Addresses and the text of robots.txt come in, addresses go out, the likeliest first. Pure; nothing is asked here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from urllib.parse import urljoin, urlsplit

from bot.model import HeaderLink
from bot.sources.sitemap import is_of_news
from bot.urls import absolute_url

NAMED = 4  # feeds that a page names, of which so many are looked at
LISTED = 3  # sitemaps of robots.txt
_SITEMAP = re.compile(r"^\s*sitemap\s*:\s*(\S{1,2000})", re.IGNORECASE | re.MULTILINE)
_ROBOTS = 500 * 1024  # characters that are read of robots.txt
_PLACES = (
    "feed",
    "rss",
    "rss.xml",
    "feed.xml",
    "atom.xml",
    "index.xml",
)  # WordPress and Ghost, hand-made, Jekyll, Hugo
_SITEMAPS = ("news-sitemap.xml", "sitemap-news.xml", "sitemap_news.xml")
_FEEDS = re.compile(
    r"application/(?:(?:rss|atom|rdf)\+xml|feed\+json|(?:x-)?rss|atom|json)|text/(?:rss|xml)|application/xml",
    re.IGNORECASE,
)
_NO_FEED = re.compile(r"wp-json|oembed|manifest|opensearch|/comments?/|comments/feed", re.IGNORECASE)
_OF_COMMENTS = re.compile(r"\bcomments\b|комментари", re.IGNORECASE)
_OF_HOUSE = re.compile(r"podcast|video|audio|jobs|events|calendar|forum|author|newsletter|comment", re.IGNORECASE)


def leads_to_feed(
    relations: Collection[str], media_type: str, url: str, title: str = "", *, typed: bool = False
) -> bool:
    """Return whether a link is to a feed of news: by its relation, or its media type where it is an alternative.

    With `typed` the media type is enough. Feeds of comments are none of news.
    """
    is_typed = bool(_FEEDS.fullmatch(media_type.partition(";")[0].strip()))
    if not ("feed" in relations or (is_typed and (typed or "alternate" in relations))):
        return False
    return not _NO_FEED.search(url) and not _OF_COMMENTS.search(title)


def feeds_in_header(links: Sequence[HeaderLink]) -> tuple[str, ...]:
    """Return the feeds that the Link headers of a page name."""
    return tuple(link.url for link in links if leads_to_feed(link.relations, link.type, link.url, link.title))


def find_named_feeds(feeds: Sequence[str], page: str) -> tuple[str, ...]:
    """Return the feeds that a page names, the likeliest first: those of its own section, those of everything."""
    section = urlsplit(page).path.strip("/")
    here = [feed for feed in feeds if section and section in urlsplit(feed).path + urlsplit(feed).query]
    others = [feed for feed in feeds if feed not in here]
    aside = [feed for feed in others if _OF_HOUSE.search(urlsplit(feed).path)]
    return (*here, *(feed for feed in others if feed not in aside), *aside)[:NAMED]


def robots_of(page: str) -> str:
    """Return where the site's robots.txt is."""
    return urljoin(page, "/robots.txt")


def find_listed_sitemaps(robots: str, page: str) -> tuple[str, ...]:
    """Return the sitemaps of a robots.txt that may hold news: those that say so first."""
    found = [full for link in _SITEMAP.findall(robots[:_ROBOTS]) if (full := absolute_url(page, link))]
    of_news = [link for link in found if is_of_news(link)]
    return tuple(dict.fromkeys((*of_news, *(link for link in found if link not in of_news))))[:LISTED]


def usual_addresses(page: str) -> tuple[str, ...]:
    """Return where sites usually have their feed; for a section, only its own."""
    parts = urlsplit(page)
    folder = parts._replace(query="", fragment="").geturl().rstrip("/") + "/"
    if parts.path.strip("/"):
        return tuple(folder + name for name in ("feed", "rss", "rss.xml"))
    return tuple(folder + name for name in (*_PLACES, *_SITEMAPS))
