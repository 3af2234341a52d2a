"""`newswatch sources`, in a process of its own, against sites on loopback."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from bot.config.settings import Settings
from bot.config.watchlists.watchlists_file import load
from bot.errors import ConfigError
from bot.model import Config, Source
from bot.source_management import actions, survey

if TYPE_CHECKING:
    from tests.plugins.home import Home
    from tests.plugins.rig import Rig, Site

    Rss = Callable[..., bytes]

pytestmark = pytest.mark.e2e

WATCHLISTS = "watchlists:\n  k: {keywords: [Kremlin]}\n"


@pytest.fixture
async def site(rig: Rig, rss: Rss, home: Home) -> Site:
    """Run a site with a feed, a list of articles, and pages that are neither."""
    site = await rig.site()
    site.pages["/feed"] = rss(("a", "Kremlin opens", "One."), ("b", "Garden shuts", "Two."), site=site.url(""))
    links = "".join(
        f'<li><a href="/news/garden-report-number-{n}">The garden report of day {n}</a></li>' for n in range(4)
    )
    site.pages["/"] = (
        "<!doctype html><html><head><title>Front</title><meta property='og:site_name' content='Daily Courier'>"
        f"<link rel=alternate type='application/rss+xml' href='/feed'></head><body><ul>{links}</ul></body></html>"
    ).encode()
    home.environ["NEWSWATCH_ALLOWED_PORTS"] = str(site.port)
    return site


async def test_a_site_is_added_by_its_feed_and_the_file_keeps_its_words(home: Home, site: Site) -> None:
    """The best place is chosen without a terminal to ask at; the file says it, and is otherwise as it was."""
    text = f"sources:\n  # ours\n  - name: Old\n    url: http://old.example/  # why\n{WATCHLISTS}"
    file = home.watch(text)
    ended = await home.run(
        "sources", "add", site.url("/"), "--tags", "world,east", "--every", "5m", "--name", "Courier"
    )
    assert (ended.code, ended.err) == (0, "")
    assert "Kremlin opens" in ended.out
    assert "The garden report of day 1" in ended.out
    added = f"  - name: Courier\n    url: {site.url('/feed')}\n    tags: [world, east]\n    every: 5m\n"
    assert file.read_text(encoding="utf-8") == text.replace("# why\n", f"# why\n{added}")
    source = load(file, {}).sources[1]
    assert (source.name, source.tags) == ("Courier", ("world", "east"))


async def test_a_page_that_leads_to_a_variable_of_ours_is_not_sent_it(home: Home, site: Site) -> None:
    """What a site calls its feed is written so that nothing in it is replaced; what was typed keeps its variables."""
    page = site.pages["/"]
    assert isinstance(page, bytes)
    site.pages["/"] = page.replace(b"/feed", b"/feed?x=${TOKEN}&amp;k=letter-by-letter")
    file = home.watch(f"sources: []\n{WATCHLISTS}")
    home.environ |= {"TOKEN": "a-long-secret", "KEY": "letter-by-letter"}
    ended = await home.run("sources", "add", site.url("/?k=${KEY}"))
    assert (ended.code, ended.err) == (0, "")
    (source,) = load(file, home.environ).sources
    assert source.url == site.url("/feed?x=$%7BTOKEN}&k=letter-by-letter")
    assert "k=${KEY}" in file.read_text(encoding="utf-8")


async def test_adding_twice_is_refused_in_a_line(home: Home, site: Site) -> None:
    """What an address leads to is there already: nothing is written, and the exit code is 2."""
    file = home.watch(f"sources:\n  - {{name: Courier, url: '{site.url('/feed')}'}}\n{WATCHLISTS}")
    before = file.read_text(encoding="utf-8")
    ended = await home.run("sources", "add", site.url("/"))
    assert ended.code == 2
    assert ended.err == f"{file}: 'Courier' has this address already: {site.url('/feed')}\n"
    assert file.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (actions.AddRequest("https://m.courier.example/feed?utm_source=x"), "'Courier' has this address already"),
        (actions.AddRequest("courier.example/feed"), "'Courier' has this address already"),
        (actions.AddRequest("https://other.example/", name="Courier"), "called 'Courier' already"),
    ],
)
async def test_what_is_known_is_refused_before_anything_is_asked(wish: actions.AddRequest, said: str) -> None:
    """However its address is spelled."""
    source = Source("Courier", "https://courier.example/feed", "courier.example")
    with pytest.raises(ConfigError, match=said):
        await actions.survey_address(actions.SourceContext(Settings(), {}, Config((source,), ())), wish)


def test_a_new_source_answers_to_no_name_that_watchlists_use() -> None:
    """A source that calls itself as a source or a tag is called already gets a number."""
    known = Source("Courier", "https://old.example/feed", "old.example", tags=("Courier 2",))
    find = survey.SurveyResult("https://courier.example/feed", "feed", 1, (), None, None, "Courier")
    entry = actions.entry(
        actions.SourceContext(Settings(), {}, Config((known,), ())), actions.AddRequest("courier.example"), find
    )
    assert entry["name"] == "Courier 3"


async def test_print_changes_nothing_and_prints_yaml_alone(home: Home, site: Site) -> None:
    """What comes out can be put into a file; the table is for the eyes."""
    file = home.watch(f"sources: []\n{WATCHLISTS}")
    ended = await home.run("sources", "add", site.url("/"), "--print", "--select", "li a")
    assert ended.out == f"  - name: Daily Courier\n    url: {site.url('/')}\n    kind: page\n    select: li a\n"
    assert "The garden report of day 1" in ended.err
    assert file.read_text(encoding="utf-8") == f"sources: []\n{WATCHLISTS}"


async def test_an_address_without_its_scheme_is_understood(home: Home, site: Site) -> None:
    """People paste what browsers show."""
    home.watch(f"sources: []\n{WATCHLISTS}")
    ended = await home.run("sources", "test", f"{site.host}:{site.port}/feed", "--json")
    assert (ended.code, ended.json()["kind"], ended.json()["items"], ended.json()["fires"]) == (0, "feed", 2, 1)


async def test_a_source_that_fails_says_why_and_ends_with_1(home: Home, site: Site) -> None:
    """A reason in words, for people and for machines; a name that there is not gets the nearest one."""
    home.watch(f"sources:\n  - {{name: Courier, url: '{site.url('/gone')}'}}\n{WATCHLISTS}")
    ended, machine = (
        await home.run("sources", "test", "Courier"),
        await home.run("sources", "test", "Courier", "--json"),
    )
    assert (ended.code, machine.code) == (1, 1)
    assert ended.err == f"newswatch: {site.host} has no such page (404)\n"
    assert machine.json() == {"source": "Courier", "ok": False, "error": f"{site.host} has no such page (404)"}
    unknown = await home.run("sources", "test", "Courrier")
    assert (unknown.code, unknown.out) == (2, "")
    assert "did you mean 'Courier'?" in unknown.err


async def test_the_list_knows_how_each_source_does(home: Home, site: Site) -> None:
    """Before the first poll it shows the file; afterwards what went well, what failed, and what is next."""
    home.watch(
        f"sources:\n  - {{name: Courier, url: '{site.url('/')}', tags: [world], full_text: never}}\n"
        f"  - {{name: Gone, url: '{site.url('/gone')}', every: 1h}}\n{WATCHLISTS}"
    )
    fresh = await home.run("sources", "list", "--json")
    assert [one["last_good"] for one in fresh.json()["sources"]] == [None, None]
    assert (await home.run("once", "--json")).code == 0
    courier, gone = (await home.run("sources", "list", "--json")).json()["sources"]
    assert (courier["name"], courier["tags"], courier["every"], courier["error"]) == ("Courier", ["world"], "10m", None)
    assert courier["last_good"] < courier["next"]
    assert gone["failures"] == 1
    assert "404" in gone["error"]
    table = await home.run("sources", "list")
    assert re.search(r"✔ +Courier", table.out)
    assert re.search(r"✘ +Gone", table.out)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["add", "http://x.example/", "--every", "soon"], 2, "not a time"),
        (["add", "http://127.0.0.1:1/"], 1, "not on the public internet"),
        (["add", "http://[::1"], 1, "not a web address"),
    ],
)
async def test_a_mistake_is_said_without_a_traceback(home: Home, words: list[str], code: int, said: str) -> None:
    """Whatever is wrong with the words, it is a person's to mend."""
    home.watch(f"sources: []\n{WATCHLISTS}")
    ended = await home.run("sources", *words)
    assert (ended.code, ended.out) == (code, "")
    assert said in " ".join(ended.err.split())
    assert "Traceback" not in ended.err
