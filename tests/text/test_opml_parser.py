"""OPML, read however broken it is, in linear time, opening nothing."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text.opml_parser import FOLDERS, MOST, Feed, parse_opml

REAL = Path(__file__).parents[3] / "shared" / "data" / "opml"
FEED = "<outline text='Courier' type='rss' xmlUrl='https://courier.example/rss'/>"


def body(inside: str) -> bytes:
    """Return a list with this in it."""
    return f"<?xml version='1.0' encoding='UTF-8'?><opml version='2.0'><body>{inside}</body></opml>".encode()


def test_folders_are_kept_and_categories_count_as_folders() -> None:
    """Every folder that a feed lies in becomes a tag, as does each part of its categories."""
    found = parse_opml(
        body(
            f"<outline text='World'><outline text='Europe'>{FEED}</outline></outline>"
            "<outline title='A &amp; B' xmlUrl='https://a.example/f' category='/Press/Daily,War'></outline>"
        )
    )
    assert found.feeds == (
        Feed("Courier", "https://courier.example/rss", ("World", "Europe")),
        Feed("A & B", "https://a.example/f", ("Press", "Daily", "War")),
    )
    assert found.mended == ()


@pytest.mark.parametrize(
    ("inside", "title", "url", "mended"),
    [
        ("<outline text='News & Views' xmlUrl='https://a.example/?a=1&b=2'/>", "News & Views", "?a=1&b=2", "&"),
        ('<outline text="The "Daily" News" xmlUrl="https://a.example/"/>', 'The "Daily" News', "", "quotes"),
        ("<outline text='a' xmlUrl='https://a.example/'>", "a", "", "not closed"),
        ("<outline text='a' xmlUrl='https://a.example/'", "a", "", "does not end"),
        ("<outline text='a xmlUrl='https://a.example/'/>", "a", "", "quote that is not closed"),
        ("<outline text=a xmlUrl=https://a.example/x >", "a", "x", "without quotes"),
        ("<outline text='1 < 2' xmlUrl='https://a.example/'/>", "1 < 2", "", "<"),
        ("<OUTLINE TEXT='a' XMLURL='https://a.example/'/>", "a", "", None),
        ("<outline text='a' xmlUrl='feed://a.example/x'/>", "a", None, "feed:"),
        ("<outline text='a' type='rss' url='https://a.example/'/>", "a", "", None),
        ("</outline></outline><outline text='a' xmlUrl='https://a.example/'/>", "a", "", "too many"),
        ("<outline text='a'\n\txmlUrl='https://a.example/\n\t x'/>", "a", "x", None),
    ],
)
def test_what_is_not_well_formed_is_mended_and_said(
    inside: str, title: str, url: str | None, mended: str | None
) -> None:
    """Strict XML reads none of these; each gives its feed, and says what was wrong with it."""
    found = parse_opml(body(inside))
    assert found.feeds == (Feed(title, "http://a.example/x" if url is None else f"https://a.example/{url}"),)
    assert found.mended == () if mended is None else any(mended in line for line in found.mended), found.mended


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "windows-1251", "koi8-r"])
@pytest.mark.parametrize("declared", [True, False])
def test_encodings_are_found(encoding: str, declared: bool) -> None:
    """By mark, by declaration, or by trial: a wrong declaration is said, and the Cyrillic titles come out right."""
    if encoding == "koi8-r" and not declared:
        pytest.skip("nobody can tell KOI8 from Windows-1251 by a glance")
    name = encoding.removesuffix("-sig") if declared else "utf-8"
    text = f"<?xml version='1.0' encoding='{name}'?><opml><body><outline text='Лента новостей' xmlUrl='https://a.example/'/>"
    assert parse_opml(text.encode(encoding)).feeds[0].title == "Лента новостей"


def test_case_113_entities_stay_as_they_stand(tmp_path: Path) -> None:
    """Case 113: what a DTD declares is neither expanded, opened nor fetched, nor read as an outline."""
    secret = tmp_path / "secret"
    secret.write_text("CANARY", encoding="utf-8")
    bomb = "".join(
        f"<!ENTITY {after} '{f'&{before};' * 10}'>" for before, after in zip("abcdefgh", "bcdefghi", strict=True)
    )
    text = (
        f"<!DOCTYPE opml [<!ENTITY a 'x'>{bomb}<!ENTITY f SYSTEM 'file://{secret}'>"
        f"<!ENTITY o \"<outline xmlUrl='https://evil.example/'/>\">]>"
        "<opml><body><outline text='&i;&f;&o;' xmlUrl='https://a.example/&f;'/></body></opml>"
    )
    found = parse_opml(text.encode())
    assert found.feeds == (Feed("&i;&f;&o;", "https://a.example/&f;"),)
    assert any("entities" in line for line in found.mended)


@pytest.mark.parametrize(
    ("data", "feeds"),
    [
        (body("<outline text='f'>" * 10_000 + FEED), 1),
        (body(FEED * 1_000_000), MOST),
        (b"<outline " * 100_000, 0),
        (b"<outline text='a'" * 100_000, 0),
        (b"<outline " + b"a='b" * 2_000_000, 0),
        (b"<outline text='" + b"'" * 4_000_000, 0),
        (b"<!--" * 2_000_000, 0),
        (b"<outline x=" + b" " * 8_000_000, 0),
    ],
    ids=["nested", "many", "bare", "open", "attributes", "quotes", "comments", "spaces"],
)
def test_case_113_a_hostile_list_takes_a_bounded_time(data: bytes, feeds: int) -> None:
    """Case 113: ten thousand folders, a million outlines, and tags without end cost seconds at most."""
    start = time.process_time()
    found = parse_opml(data)
    assert len(found.feeds) == feeds
    assert all(len(feed.folders) <= FOLDERS for feed in found.feeds)
    assert time.process_time() - start < 4


def test_comments_hide_what_they_hide() -> None:
    """A feed that somebody has commented out is not imported."""
    assert parse_opml(body(f"<!-- {FEED} --><outline text='b' xmlUrl='https://b.example/'/>")).feeds == (
        Feed("b", "https://b.example/"),
    )


@given(st.binary(max_size=300) | st.text(alphabet="<>/='\" &;outlinexmlUrlhttp:-!", max_size=300).map(str.encode))
@settings(deadline=None, max_examples=150)
def test_any_bytes_are_read_without_a_fault(data: bytes) -> None:
    """Whatever comes, a list comes out."""
    found = parse_opml(b"<opml>" + data)
    assert all(feed.url for feed in found.feeds)


@pytest.mark.skipif(not REAL.is_dir(), reason="the lists of ../shared/data are not here")
def test_every_feed_of_real_lists_is_found() -> None:
    """Five lists in circulation, three of which no XML parser reads: nothing is lost."""
    for path in sorted(REAL.glob("*.opml")):
        data = path.read_bytes()
        found = [feed.url for feed in parse_opml(data).feeds]
        assert len(found) == data.count(b"xmlUrl="), path.name
        assert all(re.fullmatch(r"https?://[\w.-]+/\S*", url) for url in found), path.name
