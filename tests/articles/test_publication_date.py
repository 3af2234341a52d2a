"""Pages made up for the purpose: where they say when they were published, and whom to believe."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.articles.extraction import extract

BODY = "<p>The harbour of Westerholm was closed on Monday after two ferries touched in thick fog.</p>" * 3
DAY = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def published(
    head: str = "", under: str = "", url: str = "https://quay.example/news/ferries", after: str = ""
) -> datetime | None:
    """Return when a page says that it was published."""
    article = f"<article><h1>Ferries</h1>{under}{BODY}</article>"
    page = f"<html><head><title>Ferries</title>{head}</head><body>{article}{after}</body></html>"
    return extract(page.encode(), url).published


@pytest.mark.parametrize(
    "name",
    [
        "article:published_time", "og:article:published_time", "datePublished", "publish-date", "pubdate", "date",
        "article_date_original", "cXenseParse:recs:publishtime", "parsely-pub-date", "sailthru.date", "DC.date.issued",
        "dcterms.created", "citation_publication_date", "article.created",
    ],
)  # fmt: skip
def test_meta_elements_of_many_names_say_when(name: str) -> None:
    """What publishers call it differs; what was changed last is none of it."""
    assert published(f"<meta name='{name}' content='2026-11-23T04:30:00-500'>") == HOUR


@pytest.mark.parametrize(
    "name", ["article:modified_time", "last-modified", "og:updated_time", "date_modified", "revised"]
)
def test_when_a_page_was_changed_is_not_when_it_was_published(name: str) -> None:
    """It counts for nothing where the page says more."""
    changed = f"<meta name='{name}' content='2026-11-25T09:30:00Z'>"
    assert published(changed, "<time datetime='2026-11-23T09:30:00Z'>-</time>") == HOUR


@pytest.mark.parametrize(
    ("under", "expected"),
    [
        ("<time datetime='2026-11-23T09:30:00Z'>today</time>", HOUR),
        ("<time class='updated' datetime='2026-11-25'>Updated</time><time datetime='2026-11-23T09:30Z'>-</time>", HOUR),
        ("<span itemprop='datePublished' content='2026-11-23T09:30:00Z'>an hour ago</span>", HOUR),
        ("<div itemprop='datePublished'>23 November 2026, 09:30</div>", HOUR),
        ("<abbr class='published' title='2026-11-23T09:30:00Z'>Monday</abbr>", HOUR),
        ("<div>By Jane Doe</div><div><span>Published 9:30 AM GMT Nov. 23, 2026 | Updated Nov. 25</span></div>", HOUR),
        ("<p>By Jane Doe | November 23, 2026</p>", DAY),
    ],
)  # fmt: skip
def test_the_page_itself_says_when(under: str, expected: datetime) -> None:
    """Time elements, microdata, and the line under the headline, without what was changed later."""
    assert published(under=under) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://quay.example/2026/11/23/ferries.html", DAY),
        ("https://quay.example/news/2026/nov/23/ferries/", DAY),
        ("https://quay.example/news/20261123-ferries", DAY),
        ("https://quay.example/ferries-2026-11-23", DAY),
        ("https://quay.example/2026/11/ferries", None),
        ("https://quay.example/news/1202611234", None),
    ],
)
def test_an_address_says_the_day(url: str, expected: datetime | None) -> None:
    """A whole day in the path is the day of publication; numbers that only look so are none."""
    assert published(url=url) == expected


def test_most_places_are_believed_and_of_them_the_one_with_an_hour() -> None:
    """A template's date stands alone against address and time element."""
    stale = "<meta property='article:published_time' content='2019-01-05T00:00:00Z'>"
    time = "<time datetime='2026-11-23T09:30:00Z'>-</time>"
    assert published(stale, time, "https://quay.example/2026/11/23/ferries") == HOUR


def test_of_two_equally_good_dates_the_earlier_counts() -> None:
    """Pages show a later change as publication, never the other way."""
    head = "<meta property='article:published_time' content='2026-11-23T09:30:00Z'>"
    assert published(head + "<meta itemprop='datePublished' content='2026-11-26T10:00:00Z'>") == HOUR


def test_dates_of_other_articles_do_not_count() -> None:
    """Lists beside and below the article have dates, too."""
    others = "<time datetime='2020-05-05T10:00:00Z'>5 May</time>"
    assert published(after=f"<aside>{others}</aside><footer>{others}© 2020</footer>") is None
