"""What an import adds, what it leaves out and why, and what an export gives away."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from lxml import etree

from bot.model import Source
from bot.source_management.opml_exchange import export_opml, plan_import
from bot.text.opml_parser import Feed, Outlines, parse_opml

KNOWN = (Source("BBC", "https://feeds.bbc.example/news", "bbc.example", tags=("uk",)),)


def plan_of(*feeds: Feed, networks: tuple[str, ...] = ()) -> tuple[list[object], tuple[str, ...]]:
    """Return the names that would be added, and what is left out."""
    plan = plan_import(Outlines(feeds, (), is_list=True), KNOWN, [ip_network(one) for one in networks])
    return [entry["name"] for entry in plan.entries], plan.skipped


def test_what_is_there_already_is_left_out() -> None:
    """By address however it is spelled, in the file and in the list itself."""
    added, skipped = plan_of(
        Feed("Other", "http://feeds.bbc.example/news/"),
        Feed("A", "https://a.example/f"),
        Feed("B", "http://a.example/f?"),
    )
    assert (added, skipped) == (["A"], ())


def test_names_are_unique_among_sources_tags_and_folders() -> None:
    """A name that something else has gets a number; a feed without a title is called by its host."""
    added, _ = plan_of(
        Feed("BBC", "https://a.example/1", ("World",)),
        Feed("uk", "https://a.example/2"),
        Feed("World", "https://a.example/3"),
        Feed("", "https://a.example/4"),
        Feed("", "https://a.example/5"),
    )
    assert added == ["BBC 2", "uk 2", "World 2", "a.example", "a.example 2"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/feed",
        "http://localhost/feed",
        "http://[::1]/feed",
        "http://10.0.0.1/feed",
        "http://169.254.169.254/latest/meta-data",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::ffff:10.0.0.1]/",
    ],
)
def test_case_113_private_addresses_are_left_out_unless_allowed(url: str) -> None:
    """Case 113: what no poll could fetch does not get into the file; the operator's own networks do."""
    added, (line,) = plan_of(Feed("Inside", url))
    assert added == []
    assert "not on the public internet" in line
    assert plan_of(Feed("Inside", "http://10.0.0.1/feed"), networks=("10.0.0.0/8",))[0] == ["Inside"]


@pytest.mark.parametrize("url", ["ftp://a.example/", "javascript:alert(1)", "https://", "https://a.example\\@b/", "x"])
def test_what_is_no_web_address_is_left_out(url: str) -> None:
    """An address that no poll would ask is named with its reason."""
    added, skipped = plan_of(Feed("Odd", url))
    assert added == []
    assert skipped[0].startswith("Odd: ")


def test_case_53_an_export_gives_no_key_away() -> None:
    """Case 53: credentials, keys in queries and in paths are left out unless asked for; headers always."""
    sources = (
        Source("K", "https://ann:CANARY@k.example/f?api_key=CANARY1", "k", headers=(("X-Key", "CANARY2"),)),
        Source("P", "https://p.example/rss/9f8e7d6c5b4a39281706f5e4d3c2b1a0/feed", "p"),
        Source("Open", "https://open.example/f?a=1&b=2", "open"),
    )
    text, hidden = export_opml(sources)
    assert hidden == 2
    assert "CANARY" not in text
    assert "9f8e7d6c" not in text
    whole, none = export_opml(sources, keys=True)
    assert none == 0
    assert "CANARY2" not in whole
    assert [feed.url for feed in parse_opml(whole.encode()).feeds] == [source.url for source in sources]
    assert len(plan_import(parse_opml(text.encode()), (), ()).skipped) == 2  # an address without its key is none


def test_an_export_is_well_formed_whatever_names_hold_and_comes_back() -> None:
    """Tags are folders and categories; markup, quotes and controls in names are only text."""
    sources = (
        Source("A & <b> \"c\" 'd'", "https://a.example/f", "a", tags=("press", "uk")),
        Source("Plain", "https://b.example/f", "b"),
        Source("Bad\x00\ud800", "https://c.example/f", "c", tags=("press",)),
    )
    text, _ = export_opml(sources)
    root = etree.fromstring(text.encode())
    assert root.get("version") == "2.0"
    assert {outline.get("text") for outline in root.iter("outline") if not outline.get("xmlUrl")} == {"press"}
    back = {feed.title: feed.folders for feed in parse_opml(text.encode()).feeds}
    assert back == {"A & <b> \"c\" 'd'": ("press", "uk"), "Plain": (), "Bad": ("press",)}


def test_a_feed_in_two_folders_has_both_as_tags() -> None:
    """A list may name it twice; the second folder is not lost."""
    feeds = (Feed("A", "https://a.example/f"), Feed("A", "http://a.example/f", ("X",)), Feed("B", "https://b.example/"))
    again = Feed("A", "https://a.example/f", ("Y",))
    plan = plan_import(Outlines((*feeds, again), (), is_list=True), (), ())
    assert [entry.get("tags") for entry in plan.entries] == [["X", "Y"], None]


@pytest.mark.parametrize("sign", ['"', "<", ">"])
def test_an_address_that_no_file_may_hold_is_left_out_alone(sign: str) -> None:
    """It would stop the whole import; the others go on."""
    added, (line,) = plan_of(Feed("Odd", f"https://a.example/f?x={sign}1"), Feed("Good", "https://good.example/f"))
    assert added == ["Good"]
    assert "Odd" in line


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://a.example/RSS Feeds/latest.xml", "https://a.example/RSS%20Feeds/latest.xml"),
        ("https://a.example/&#10;   feed.xml", "https://a.example/feed.xml"),
        (" https://a.example/f ", "https://a.example/f"),
    ],
)
def test_a_space_in_an_address_is_kept_and_a_line_break_is_not(written: str, address: str) -> None:
    """As browsers read addresses."""
    text = f'<opml version="2.0"><body><outline text="A" xmlUrl="{written}"/></body></opml>'
    assert [feed.url for feed in parse_opml(text.encode()).feeds] == [address]


@pytest.mark.parametrize("hidden", ["", "\u200b", "\xad", "\x7f"])
def test_a_list_names_no_variable_of_ours(hidden: str) -> None:
    """Whoever wrote it would be sent the value; what is invisible in between goes when the file is read."""
    feed = Feed("A", f"https://a.example/f?x=${hidden}{{NEWSWATCH_TELEGRAM_TOKEN}}")
    (entry,) = plan_import(Outlines((feed,), (), is_list=True), (), ()).entries
    assert entry["url"] == "https://a.example/f?x=$%7BNEWSWATCH_TELEGRAM_TOKEN}"
