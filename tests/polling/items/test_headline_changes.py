"""Headlines that their publishers changed, from a feed to the reply in the outbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.item_identity import EntryMarks, identify_entries
from bot.model import Item, Report
from bot.polling.items import article_cache
from bot.polling.items.headline_changes import AT_ONCE, OFTEN, retitled, told
from bot.ports.poll_store import ReportOnRecord
from tests.plugins.rig import Rig, Site

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
FIVE, SEVEN, EIGHT = (f"Quake kills {number} near the Kremlin of Kazan" for number in ("five", "7", "8"))
OLD = ("old", "A quiet day in the gardens of Perm", "Nothing happened.")


def watched(site: Site, follow: str = "edits") -> str:
    """Return a watchlists.yaml with one source."""
    return (
        f"sources: [{{name: Site, url: '{site.url()}', every: 1m, full_text: never}}]\n"
        f"watchlists: {{k: {{keywords: [Kremlin], languages: [en], deliver_to: [77], follow: {follow}}}}}\n"
    )


async def told_of(rig: Rig) -> list[tuple[str | None, str, int | None]]:
    """Take what waits; return the replies as (old headline, new headline, the message that they answer)."""
    return [(one.alert.was, one.alert.headline, one.answers) for one in await rig.told() if one.alert.part]


async def test_a_corrected_headline_answers_the_message(rig: Rig, rss: Callable[..., bytes]) -> None:
    """The reader of the story gets one silent reply, old → new; the message is edited to say what is right."""
    site = await rig.site()
    site.pages["/feed"] = rss(OLD)
    await rig.set_up(watched(site))
    await rig.poll()
    site.pages["/feed"] = rss(("a", FIVE, "The earth shook."), OLD)
    await rig.later(minutes=5)
    (first,) = await rig.told()
    site.pages["/feed"] = rss(("a", SEVEN, "The earth shook."), OLD)
    tally = await rig.later(minutes=5)
    assert (tally.new, tally.queued) == (0, 0)
    edit, reply = sorted(await rig.told(), key=lambda one: one.alert.part)
    assert (edit.message, edit.revision, edit.reports[0].headline) == (1, first.revision + 1, SEVEN)
    assert (reply.alert.was, reply.alert.headline, reply.answers, reply.message) == (FIVE, SEVEN, 1, None)
    assert reply.alert.priority == "low"
    assert reply.alert.watchlists == first.alert.watchlists, "so that a mute of the story silences it too"


async def test_each_change_is_told_once(rig: Rig, rss: Callable[..., bytes]) -> None:
    """A headline that flips back and forth is told of at its first change only; a third one again."""
    site = await rig.site()
    site.pages["/feed"] = rss(OLD)
    await rig.set_up(watched(site))
    await rig.poll()
    site.pages["/feed"] = rss(("a", FIVE, "x"), OLD)
    await rig.later(minutes=5)
    await rig.told()
    found = []
    for title in (SEVEN, FIVE, SEVEN, FIVE, EIGHT, SEVEN):
        site.pages["/feed"] = rss(("a", title, "x"), OLD)
        await rig.later(minutes=5)
        found += [(was, new) for was, new, _ in await told_of(rig)]
    assert found == [(FIVE, SEVEN), (SEVEN, EIGHT)]


@pytest.mark.parametrize(
    "title",
    [
        "QUAKE KILLS FIVE NEAR THE KREMLIN OF KAZAN!",
        "Quake kills five near the Kremlin of Kazan – Site",
        "A quake kills five near Kremlin of Kazan",
    ],
)
async def test_what_never_counts(rig: Rig, rss: Callable[..., bytes], title: str) -> None:
    """Case, punctuation, articles and an outlet's suffix correct nothing: no reply, and no edit."""
    site = await rig.site()
    site.pages["/feed"] = rss(OLD)
    await rig.set_up(watched(site))
    await rig.poll()
    site.pages["/feed"] = rss(("a", FIVE, "x"), OLD)
    await rig.later(minutes=5)
    await rig.told()
    site.pages["/feed"] = rss(("a", title, "x"), OLD)
    await rig.later(minutes=5)
    assert await rig.told() == ()
    site.pages["/feed"] = rss(("a", title, "x"), ("b", FIVE + " again", "y"), OLD)
    assert (await rig.later(minutes=5)).new == 1


@pytest.mark.parametrize("hours", [60, 80])
async def test_within_the_window_only(rig: Rig, rss: Callable[..., bytes], hours: int) -> None:
    """A headline that is changed after three days is nobody's news any more."""
    site = await rig.site()
    site.pages["/feed"] = rss(OLD)
    await rig.set_up(watched(site))
    await rig.poll()
    site.pages["/feed"] = rss(("a", FIVE, "x"), OLD)
    await rig.later(minutes=5)
    await rig.told()
    site.pages["/feed"] = rss(("a", SEVEN, "x"), OLD)
    await rig.later(hours=hours)
    assert bool(await told_of(rig)) is (hours < 72)


async def test_who_has_not_been_told_gets_the_right_headline(rig: Rig, rss: Callable[..., bytes]) -> None:
    """While the alert waits there is nothing to answer: its message will say what is right."""
    site = await rig.site()
    site.pages["/feed"] = rss(OLD)
    await rig.set_up(watched(site))
    await rig.poll()
    site.pages["/feed"] = rss(("a", FIVE, "x"), OLD)
    await rig.later(minutes=5)
    site.pages["/feed"] = rss(("a", SEVEN, "x"), OLD)
    await rig.later(minutes=5)
    (alert,) = await rig.told()
    assert (alert.alert.part, alert.reports[0].headline) == (0, SEVEN)
    assert await rig.told() == ()


async def test_off_means_nothing_later(rig: Rig, rss: Callable[..., bytes]) -> None:
    """With `follow: off` a correction reaches nobody."""
    site = await rig.site()
    site.pages["/feed"] = rss(OLD)
    await rig.set_up(watched(site, "off"))
    await rig.poll()
    site.pages["/feed"] = rss(("a", FIVE, "x"), OLD)
    await rig.later(minutes=5)
    await rig.told()
    site.pages["/feed"] = rss(("a", SEVEN, "x"), OLD)
    await rig.later(minutes=5)
    assert await rig.told() == ()


LIST = "<html><body><main><ul>{}</ul></main></body></html>"
PAGE = "<html><head><title>{t}</title></head><body><article><h1>{t}</h1><p>{b}</p></article></body></html>"


def listed(*links: tuple[str, str]) -> bytes:
    """Return a list page of (path, what its link says)."""
    return LIST.format("".join(f'<li><a href="{path}">{text}</a></li>' for path, text in links)).encode()


async def test_what_a_list_calls_an_article_corrects_nothing(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The headline of an item of a list page is its page's: a link that says less, more or a time changes nothing."""
    monkeypatch.setattr(article_cache, "KEPT", 0.0)
    site = await rig.site()
    old = tuple((f"/news/{n}", f"A quiet day in the gardens of Perm, part {n}") for n in range(101, 105))
    site.pages["/feed"] = listed(*old)
    said = ", as officials of the city said on Monday. "
    site.pages["/news/200"] = PAGE.format(t=FIVE, b=(FIVE + said) * 5).encode()
    await rig.set_up(watched(site).replace("full_text: never", "kind: page"))
    await rig.poll()
    site.pages["/feed"] = listed(("/news/200", "Quake near the Kremlin of Kazan: the latest 5 minutes ago"), *old)
    await rig.later(minutes=5)
    (first,) = await rig.told()
    assert first.alert.headline == FIVE
    for text in (
        "Quake near the Kremlin of Kazan: the latest 10 minutes ago",
        "Deadly quake near the Kremlin of Kazan",
    ):
        site.pages["/feed"] = listed(("/news/200", text), *old)
        await rig.later(minutes=5)
        assert await rig.told() == ()
    site.pages["/news/200"] = PAGE.format(t=SEVEN, b=(SEVEN + said) * 5).encode()
    site.pages["/feed"] = listed(("/news/200", "Quake kills more near the Kremlin of Kazan"), *old)
    await rig.later(minutes=5)
    assert await told_of(rig) == [(FIVE, SEVEN, 1)]


def test_an_item_that_stands_there_twice_corrects_nothing() -> None:
    """Two entries of one guid under two headlines are a design of the site."""
    first, second = EntryMarks("1", "https://x.example/a", FIVE), EntryMarks("1", "https://x.example/a", SEVEN)
    old = identify_entries([first], AT)
    known = frozenset(old[0].keys)
    assert retitled(identify_entries([second], AT), known) == (0,)
    assert retitled(identify_entries([first], AT), known) == ()
    assert retitled(identify_entries([first, second], AT), known) == ()
    assert retitled(identify_entries([second], AT), frozenset()) == (), "a new item is no known one"


def known(number: int, headline: str, changes: int = 0) -> ReportOnRecord:
    """Return a report on record."""
    return ReportOnRecord(number, 7, Report("Site", "site", headline, None, AT), changes)


def test_a_site_that_rewrites_all_its_headlines_tells_nobody() -> None:
    """Many changes at once are a migration of the site; the new headlines are known from then on."""
    back = [(known(n, FIVE), Item((n,), None, SEVEN)) for n in range(AT_ONCE + 1)]
    assert told((1, 2), back).keys == (1, 2)
    assert not told((1, 2), back).corrections
    assert len(told((), back[:-1]).corrections) == len(told((), back[:-1]).follow_ups) == AT_ONCE


def test_a_headline_that_changes_all_day_is_only_edited() -> None:
    """After a few corrections of one report no reply follows; what it says is kept right."""
    back = told((), [(known(1, FIVE, OFTEN), Item((1,), None, SEVEN))])
    assert back.corrections
    assert not back.follow_ups
    assert told((), [(known(1, FIVE), Item((1,), None, ""))]).corrections == ()
