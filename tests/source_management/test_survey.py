"""What a place that `sources add` looks at is called: by its own words, in its own encoding."""

from __future__ import annotations

import pytest

from bot.model import Fetched, Validators
from bot.source_management.survey import name_of

RSS = '<?xml version="1.0" encoding="{}"?><rss version="2.0"><channel><title>Лента новостей</title></channel></rss>'


def answer(body: bytes, content_type: str = "") -> Fetched:
    """Return an answer with this body."""
    return Fetched(
        url="https://courier.example/", status=200, body=body, content_type=content_type, validators=Validators()
    )


@pytest.mark.parametrize(
    ("body", "content_type", "name"),
    [
        (RSS.format("utf-8").encode(), "application/rss+xml", "Лента новостей"),
        (RSS.format("windows-1251").encode("cp1251"), "application/rss+xml", "Лента новостей"),
        ("<title>Лента новостей</title>".encode("koi8-r"), "text/html; charset=koi8-r", "Лента новостей"),
        (RSS.format("hex").encode("cp1251"), "text/xml; charset=nonsense", "Лента новостей"),
        (b"<urlset><url><news:news><news:publication><news:name>Daily Courier</news:name>", "", "Daily Courier"),
        (b"<html><title>News &amp;amp; Views</title>", "text/html", "News & Views"),
        (b"<rss><channel><title><![CDATA[Tom &amp;#38; Co]]></title>", "text/xml", "Tom & Co"),
        (b"<title>Evil \x1b[2J</title>", "text/html", ""),
        (b"<html><title>Politics | The Courier of the Far North and its Many Islands</title>", "", "Politics"),
    ],
)
def test_a_place_is_called_by_its_own_words(body: bytes, content_type: str, name: str) -> None:
    """Feeds, pages and news sitemaps say it; what cannot be read or shown is no name."""
    assert name_of(answer(body, content_type)) == name
