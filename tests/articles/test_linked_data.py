"""JSON-LD made up for the purpose: what is read of it, however it is wrapped, nested or broken."""

from __future__ import annotations

import json

import pytest

from bot.articles.linked_data import LinkedData, read_linked_data

ARTICLE = {
    "@type": "NewsArticle",
    "headline": "Ferries touch in fog",
    "articleBody": "Two ferries touched.",
    "description": "Nobody was hurt.",
    "datePublished": "2026-11-23T09:30:00Z",
}
READ = LinkedData("Ferries touch in fog", "Two ferries touched.", "Nobody was hurt.", "2026-11-23T09:30:00Z")


@pytest.mark.parametrize(
    "wrapped",
    [
        "{}",
        "[{}]",
        '{{"@graph": [{{"@type": "WebSite", "name": "The Daily Quay"}}, {}]}}',
        '{{"@type": "WebPage", "mainEntity": {}}}',
        "<![CDATA[{}]]>",
        "//<![CDATA[\n{}\n//]]>",
        "/*<![CDATA[*/ {} /*]]>*/",
        "<!-- {} -->",
        "{};",
    ],
)
def test_an_article_is_found_however_it_is_wrapped(wrapped: str) -> None:
    """Lists, graphs, the page's main entity, CDATA sections and comments hold the same article."""
    assert read_linked_data([wrapped.format(json.dumps(ARTICLE))]) == READ


def test_the_date_of_broken_json_is_still_read() -> None:
    """A quotation mark in a headline breaks the document, not the date."""
    broken = '{"@type": "NewsArticle", "headline": "The "old" port", "datePublished" : "2026-11-23T09:30:00Z"}'
    assert read_linked_data([broken]) == LinkedData(published="2026-11-23T09:30:00Z")


def test_what_is_no_article_says_nothing_of_when() -> None:
    """A video or a comment on the page was published at another time."""
    others = [{"@type": kind, "datePublished": "2020-01-02"} for kind in ("Comment", "VideoObject", "Event")]
    assert read_linked_data([json.dumps({"@graph": others})]) == LinkedData()
    assert read_linked_data([json.dumps([*others, {**ARTICLE, "@type": ["Article"]}])]) == READ


@pytest.mark.parametrize("document", ["", "[" * 100_000, '"text"', "null", "12", "{" * 9, '{"headline": 3}'])
def test_what_is_no_article_at_all_gives_nothing(document: str) -> None:
    """Whatever stands there, nothing is raised."""
    assert read_linked_data([document]) == LinkedData()
