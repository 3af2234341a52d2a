"""Pages made up for the purpose: what an article gives, and that no bytes make it raise or take long."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.articles.extraction import extract
from bot.model import Article
from bot.text.charset import decode

BODY = {
    "en": (
        "The harbour of Westerholm was closed on Monday after two ferries touched in thick fog.",
        "Nobody was hurt, the port authority said, and both ships reached the quay under their own power.",
        "Divers will look at the hulls on Tuesday before the ferries may carry passengers again.",
    ),
    "ru": (
        "Порт Вестерхольма закрыли в понедельник, после того как два парома соприкоснулись в густом тумане.",
        "Никто не пострадал, сообщили в администрации порта, оба судна дошли до причала своим ходом.",
        "Водолазы осмотрят корпуса во вторник, и только потом паромы снова примут пассажиров.",
    ),
    "de": (
        "Der Hafen von Westerholm wurde am Montag gesperrt, nachdem sich zwei Fähren im Nebel berührt hatten.",
        "Verletzt wurde niemand, teilte die Hafenbehörde mit, beide Schiffe legten aus eigener Kraft an.",
        "Taucher prüfen am Dienstag die Rümpfe, erst danach dürfen die Fähren wieder Fahrgäste aufnehmen.",
    ),
}


@pytest.fixture(name="page")
def _page() -> Callable[..., str]:
    """Give a maker of pages: a news page with menu, cookie banner, standfirst, body and a list of others."""

    def make(language: str = "en", head: str = "", title: str = "Ferries touch in fog", attributes: str = "") -> str:
        paragraphs = "".join(f"<p>{text}</p>" for text in BODY[language] * 2)
        return (
            f"<!doctype html><html {attributes}><head><title>{title} | The Daily Quay</title>{head}</head><body>"
            "<nav><ul><li><a href='/'>Home</a></li><li><a href='/sport'>Sport</a></li></ul></nav>"
            "<div class='cookie-banner'><p>We use cookies. Accept all?</p></div>"
            f"<article><header><h1>{title}</h1><h2 class='sub'>Port closed for a day, no one hurt</h2></header>"
            f"<div class='article-body'>{paragraphs}</div></article>"
            "<aside><h3>Most popular</h3><ul><li><a href='/a'>Ten boats we love</a></li></ul></aside>"
            "<script>var x = '<div>' + 1 < 2;</script><footer>© The Daily Quay</footer></body></html>"
        )

    return make


@pytest.mark.parametrize("language", sorted(BODY))
def test_the_text_is_the_article_in_paragraphs(page: Callable[..., str], language: str) -> None:
    """Menus, banners, headline and standfirst are left out; every paragraph is a line of its own."""
    article = extract(page(language).encode(), "https://quay.example/news/1")
    assert article.text.splitlines()[:3] == list(BODY[language])
    assert "cookie" not in article.text
    assert "Port closed" not in article.text
    assert article.title == "Ferries touch in fog"


def test_an_opening_that_is_set_as_a_heading_is_kept() -> None:
    """Some sites set the first paragraph as a heading: a whole sentence, and the others follow it at once."""
    body = "".join(f"<p>{line}</p>" for line in BODY["en"][1:] * 2)
    page = f"<html><body><article><h1>Ferries</h1><h2>{BODY['en'][0]}</h2>{body}</article></body></html>"
    assert extract(page.encode()).text.splitlines()[0] == BODY["en"][0]


def test_a_large_first_letter_belongs_to_its_word() -> None:
    """It is an element of its own, and no word."""
    first = f"<p><span class='cap'>T</span>{BODY['en'][0][1:]}</p>"
    page = f"<html><body><article>{first}<p>{BODY['en'][1]}</p></article></body></html>"
    assert extract(page.encode()).text.splitlines()[0] == BODY["en"][0]


def test_metadata_are_read_from_the_page(page: Callable[..., str]) -> None:
    """Title, language, time and picture come from what the page says of itself, the time in UTC."""
    head = (
        "<meta property='og:title' content='Two ferries touch – The Daily Quay'>"
        "<meta property='og:site_name' content='The Daily Quay'><meta property='og:locale' content='en_GB'>"
        "<meta property='article:published_time' content='2026-11-23T09:30:00+02:00'>"
        "<meta property='og:image' content='/pictures/ferry.jpg'>"
    )
    article = extract(page(head=head).encode(), "https://quay.example/news/1")
    assert article.title == "Two ferries touch"
    assert article.language == "en"
    assert article.published == datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
    assert article.image == "https://quay.example/pictures/ferry.jpg"


def test_linked_data_serve_where_meta_elements_are_silent(page: Callable[..., str]) -> None:
    """JSON-LD gives headline and date; a time without a zone counts as UTC."""
    data = {"@graph": [{"@type": "NewsArticle", "headline": "Ferries in fog", "datePublished": "2026-11-23T09:30:00"}]}
    head = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    article = extract(page(head=head).encode())
    assert article.title == "Ferries in fog"
    assert article.published == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def test_a_page_built_in_the_browser_gives_what_it_tells_search_engines() -> None:
    """Where the page itself shows nothing, the text of its JSON-LD serves, and without one its description."""
    text = "Two ferries touched in fog on Monday. Nobody was hurt, the port said."
    data = json.dumps({"@type": "NewsArticle", "headline": "Ferries in fog", "articleBody": f"<p>{text}</p>"})
    empty = "<html><head><title>Ferries</title>{}</head><body><div id=app></div></body></html>"
    assert extract(empty.format(f'<script type="application/ld+json">{data}</script>').encode()).text == text
    described = f'<meta property="og:type" content="article"><meta name="description" content="{text}">'
    assert extract(empty.format(described).encode()).text == text
    assert extract(empty.format(f'<meta name="description" content="{text}">').encode()).text == "", "no article"


@pytest.mark.parametrize(
    ("attributes", "language", "expected"),
    [
        ("lang='de-AT'", "de", "de"),
        ("lang='EN'", "en", "en"),
        ("lang='en'", "ru", None),
        ("lang='ru'", "en", None),
        ("lang='x-klingon'", "en", None),
        ("", "en", None),
    ],
)
def test_a_language_that_the_text_contradicts_is_not_believed(
    page: Callable[..., str], attributes: str, language: str, expected: str | None
) -> None:
    """Themes often say lang="en" on Russian pages: a wrong language would lose inflected matches."""
    assert extract(page(language, attributes=attributes).encode()).language == expected


@pytest.mark.parametrize(
    "image", ["javascript:alert(1)", "data:image/png;base64,AA", "file:///etc/passwd", "http://[::1", "ftp://x/y"]
)
def test_a_picture_is_a_web_address_or_none(page: Callable[..., str], image: str) -> None:
    """Only http and https pictures are kept (case 69)."""
    head = f"<meta property='og:image' content='{image}'>"
    assert extract(page(head=head).encode(), "https://quay.example/").image is None


@pytest.mark.parametrize(
    "written", ["99999-01-01", "0001-01-01T00:00:00", "1970-01-01", "yesterday", "", "-", "2026-13-45"]
)
def test_case_65_dates_that_cannot_be_are_none(page: Callable[..., str], written: str) -> None:
    """A page's impossible date is no date."""
    head = f"<meta property='article:published_time' content='{written}'>"
    assert extract(page(head=head).encode()).published is None


@pytest.mark.parametrize(
    ("encoding", "charset", "meta"),
    [
        ("utf-8", None, ""),
        ("utf-8", "iso-8859-1", ""),
        ("cp1251", None, "<meta charset='windows-1251'>"),
        ("cp1251", "windows-1251", ""),
        ("koi8-r", None, "<meta http-equiv='content-type' content='text/html; charset=koi8-r'>"),
        ("utf-16", None, ""),
        ("utf-8-sig", "nonsense", "<meta charset='rot13'>"),
        ("cp1251", "zip", ""),
    ],
)
def test_case_49_bytes_are_read_in_their_encoding(
    page: Callable[..., str], encoding: str, charset: str | None, meta: str
) -> None:
    """Byte order mark, valid UTF-8, the header, the page's own word, a guess: in this order."""
    article = extract(page("ru", head=meta).encode(encoding), charset=charset)
    assert BODY["ru"][1] in article.text


def test_case_58_a_page_without_an_article_has_empty_text() -> None:
    """Empty bodies, JSON and challenge pages give an article without text, never an error."""
    for html in (
        b"",
        b" ",
        b"{}",
        b'{"a": 1}',
        b"\0" * 1000,
        b"<html></html>",
        b"%PDF-1.7",
    ):
        assert extract(html, "https://x.example/").text == ""


HOSTILE = {
    "nested": "<div>" * 100_000,
    "nested inline": "<b>" * 200_000 + "text",
    "tables": "<table>" * 50_000,
    "lists": "<ul><li>" * 100_000 + "text",
    "attributes": "<div " + " ".join(f"a{number}=1" for number in range(200_000)) + ">text",
    "attributes after a quoted end": "<div x='>' " + " ".join(f"a{number}" for number in range(200_000)) + ">text",
    "attributes by slash": "<div" + "/".join(f"a{number}" for number in range(200_000)) + ">text",
    "unclosed scripts": "<script>" * 200_000,
    "unclosed quotes": "<a b=\"<a b='" * 100_000,
    "breaks": "<br>" * 300_000 + "text",
    "entities": "&amp;" * 400_000,
    "angles": "<" * 1_000_000,
    "title": "<title>" + "word " * 400_000,
    "linked data": '<script type="application/ld+json">' + "[" * 200_000,
    "meta": "<meta name=x content=y>" * 100_000,
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_case_56_a_hostile_page_costs_a_bounded_amount(name: str) -> None:
    """A hundred thousand nested tags or attributes take seconds at most, and nothing is raised."""
    began = process_time()
    article = extract(("<html><body>" + HOSTILE[name]).encode())
    assert process_time() - began < 8
    assert len(article.title) <= 2000
    assert len(article.text) <= 200_000


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400), st.sampled_from([None, "utf-8", "utf-7", "idna", "\0", "cp1251"]))
def test_any_bytes_give_an_article(raw: bytes, charset: str | None) -> None:
    """No bytes raise."""
    assert isinstance(extract(raw, "https://x.example/", charset), Article)
    assert isinstance(decode(raw, label=charset), str)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<div",
                " x=",
                '"',
                "'",
                ">",
                "Words of it. ",
                "<!--",
                "-->",
                "<script>",
                "</script>",
                "&#0;",
                "<svg>",
                "<table>",
                "\0",
            ]
        ),
        max_size=60,
    )
)
def test_any_markup_gives_an_article(pieces: list[str]) -> None:
    """No markup raises, however broken."""
    assert isinstance(extract("".join(pieces).encode()), Article)


def test_whatever_the_libraries_raise_is_no_article(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that makes a library fail in a way of its own has no article."""

    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("trafilatura.bare_extraction", fails)
    assert extract(b"<html><body><p>text</p></body></html>") == Article(url=None, title="", text="")


def test_case_49_names_of_hosts_are_no_encoding() -> None:
    """Python would take a minute to read this page as Punycode."""
    began = process_time()
    assert decode(b"<meta charset=punycode>-" + b"a0" * 300_000 + b"\xff>").startswith("<meta")
    assert process_time() - began < 2
