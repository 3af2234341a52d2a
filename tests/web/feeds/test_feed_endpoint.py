"""Feeds of alerts over HTTP: who gets in, what stands there, and what a reader need not fetch again."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any

import feedparser
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from lxml import etree

from bot.alerts.watchlist_alert import FoundWord, WatchlistAlert
from bot.model import Config, Watchlist
from bot.ports.model_store import VERDICT_WAIT, Verdict
from bot.ports.poll_store import Correction, Question
from bot.store.repository import Store
from bot.web.feeds.feed_endpoint import MOST, add_feeds
from tests.store.conftest import Play

HOSTILE = "<script>alert(1)</script> & \x00\x1b\u202e ]]> \ud800 Kremlin"
CONFIG = Config((), (Watchlist("kremlin", "Kremlin & Co", ("Kremlin",)), Watchlist("other", "Other", ("x",))))


def read_atom(document: bytes) -> Any:
    """Read a feed as readers do."""
    return feedparser.parse(BytesIO(document))  # noqa: TID251 - our own document, from memory


class Feeds:
    """The feeds of a record, and a reader of them."""

    def __init__(self, play: Play, store: Store, client: TestClient[Any, Any], owners: set[int]) -> None:
        self.play, self.store, self.client, self.owners = play, store, client, owners

    async def tell(
        self, *stories: int, headline: str = "Told by s0", lead: str = "Lead", questions: tuple[Question, ...] = ()
    ) -> None:
        """Record what the watchlist tells."""
        (leased,) = await self.play.leased(self.store)
        words = (FoundWord("Kremlin", "title", "Kremlin"),)
        alerts = tuple(
            WatchlistAlert(one, "kremlin", "Kremlin & Co", headline, "https://s0.example/1", lead, words)
            for one in stories
        )
        items = [self.play.told(one, one * 1000 + 1) for one in stories]
        await self.play.record(self.store, leased, *items, announced=alerts, questions=questions)
        self.play.after(minutes=11)

    async def get(self, path: str, **headers: str) -> tuple[int, Mapping[str, str], bytes]:
        """Ask."""
        async with self.client.get(
            path, headers={name.replace("_", "-"): text for name, text in headers.items()}
        ) as got:
            return got.status, got.headers, await got.read()

    async def key(self, watchlist: str = "kremlin") -> str:
        """Make a key."""
        return await self.store.feeds.create_key(watchlist, 500, self.play.now)


@pytest.fixture
async def feeds(play: Play, store: Store) -> AsyncIterator[Feeds]:
    """Give feeds of a fresh record."""
    application, owners = web.Application(), {500}
    add_feeds(application, store.feeds, lambda: CONFIG, owners, lambda: play.now)
    async with TestClient(TestServer(application)) as client:
        yield Feeds(play, store, client, owners)


async def test_who_has_the_key_reads_what_was_told_as_atom(feeds: Feeds) -> None:
    """A reader understands it: title, link, times, words, reports."""
    at = feeds.play.now
    await feeds.tell(7)
    status, headers, body = await feeds.get(f"/feeds/kremlin.xml?key={await feeds.key()}")
    assert (status, headers["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    read = read_atom(body)
    assert not read.bozo
    assert read.feed.title == "Kremlin & Co"
    (entry,) = read.entries
    assert (entry.title, entry.link, entry.summary) == ("Told by s0", "https://s0.example/1", "Lead")
    assert entry.updated_parsed[:6] == at.timetuple()[:6]
    assert [one.term for one in entry.tags] == ["Kremlin"]
    assert '<a href="https://s0.example/1">s0</a>' in entry.content[0].value


async def test_the_same_as_json_feed(feeds: Feeds) -> None:
    """Version 1.1, with the ids of the Atom feed."""
    await feeds.tell(7, 8)
    key = await feeds.key()
    _, headers, body = await feeds.get(f"/feeds/kremlin.json?key={key}")
    assert headers["Content-Type"] == "application/feed+json; charset=utf-8"
    read = json.loads(body)
    assert (read["version"], read["title"]) == ("https://jsonfeed.org/version/1.1", "Kremlin & Co")
    _, _, atom = await feeds.get(f"/feeds/kremlin.xml?key={key}")
    assert {one["id"] for one in read["items"]} == {one.id for one in read_atom(atom).entries}


async def test_wrong_keys_and_unknown_watchlists_get_403_alike(feeds: Feeds) -> None:
    """A key opens one feed, until it is revoked."""
    await feeds.tell(7)
    key = await feeds.key()
    for path in (
        "kremlin.xml",
        "kremlin.xml?key=",
        "kremlin.xml?key=x",
        f"other.json?key={key}",
        f"none.xml?key={key}",
    ):
        assert (await feeds.get(f"/feeds/{path}"))[0] == 403, path
    assert (await feeds.get(f"/feeds/kremlin.xml?key={key}"))[0] == 200
    (kept,) = await feeds.store.feeds.list_keys()
    assert (kept.watchlist, kept.owner) == ("kremlin", 500)
    assert await feeds.store.feeds.revoke_key(kept.id)
    assert not await feeds.store.feeds.revoke_key(kept.id)
    assert (await feeds.get(f"/feeds/kremlin.xml?key={key}"))[0] == 403


async def test_the_keys_of_a_former_owner_open_nothing(feeds: Feeds) -> None:
    """As their sessions: who is no owner any more is answered like a stranger, and is let in again as an owner."""
    path = f"/feeds/kremlin.xml?key={await feeds.store.feeds.create_key('kremlin', 501, feeds.play.now)}"
    assert (await feeds.get(path))[0] == 403
    feeds.owners.add(501)
    assert (await feeds.get(path))[0] == 200


@pytest.mark.parametrize("verdict", ["yes", "none", "no", None])
async def test_a_story_is_shown_when_its_verdict_is_there_or_late(feeds: Feeds, verdict: Verdict | None) -> None:
    """What `only` has yet to judge is in no feed before; a no takes it away for good."""
    at, verdicts = feeds.play.now, feeds.store.verdicts
    path = f"/feeds/kremlin.json?key={await feeds.key()}"
    await feeds.tell(7, questions=(Question(7, "kremlin", "diplomacy"),))
    feeds.play.now = at
    _, before, body = await feeds.get(path)
    assert json.loads(body)["items"] == []
    (asked,) = await verdicts.claim_questions(at, most=5)
    feeds.play.now = at + timedelta(seconds=1)
    if verdict is None:
        feeds.play.now = at + VERDICT_WAIT
    else:
        await verdicts.write_verdict(asked, verdict, "as it is", feeds.play.now)
    _, after, body = await feeds.get(path)
    assert len(json.loads(body)["items"]) == (verdict != "no")
    assert (after["ETag"] == before["ETag"]) == (verdict == "no")


async def test_what_has_not_changed_is_not_sent_again(feeds: Feeds) -> None:
    """304 by either validator, and a new state for everything that is told or grows."""
    path = f"/feeds/kremlin.xml?key={await feeds.key()}"
    _, empty, _ = await feeds.get(path)
    assert (await feeds.get(path, If_None_Match=empty["ETag"]))[0] == 304
    await feeds.tell(7)
    status, told, _ = await feeds.get(path, If_None_Match=empty["ETag"])
    assert status == 200
    for sent in ({"If_None_Match": f'"x", W/{told["ETag"]}'}, {"If_Modified_Since": told["Last-Modified"]}):
        status, headers, body = await feeds.get(path, **sent)
        assert (status, headers["ETag"], body) == (304, told["ETag"], b"")
    (leased,) = await feeds.play.leased(feeds.store)
    await feeds.play.record(feeds.store, leased, feeds.play.told(7, 99, source="s9"), joined=(7,))
    assert (await feeds.get(path, If_None_Match=told["ETag"]))[0] == 200
    assert (await feeds.get(path, If_Modified_Since=told["Last-Modified"]))[0] == 200
    assert (await feeds.get(path, If_Modified_Since="never"))[0] == 200


async def test_a_correction_is_an_update_of_the_entry(feeds: Feeds) -> None:
    """Its id stays, its time and its title are new, and it comes first."""
    await feeds.tell(7)
    await feeds.tell(8)
    path = f"/feeds/kremlin.xml?key={await feeds.key()}"
    before = read_atom((await feeds.get(path))[2]).entries
    (leased,) = await feeds.play.leased(feeds.store)
    await feeds.play.record(feeds.store, leased, corrections=(Correction(1, 7, "Corrected"),))
    after = read_atom((await feeds.get(path))[2]).entries
    assert [one.title for one in after] == ["Corrected", "Told by s0"]
    assert [one.id for one in after] == [one.id for one in reversed(before)]
    assert after[0].updated > before[1].updated
    assert after[0].published == before[1].published


async def test_hostile_texts_are_text(feeds: Feeds) -> None:
    """Well-formed XML, no tag of a stranger's in the HTML, nothing that hides or turns text."""
    await feeds.tell(7, headline=HOSTILE, lead=HOSTILE)
    key = await feeds.key()
    _, _, atom = await feeds.get(f"/feeds/kremlin.xml?key={key}")
    etree.fromstring(atom)
    assert b"<script" not in atom
    read = json.loads((await feeds.get(f"/feeds/kremlin.json?key={key}"))[2])
    assert "<script" not in read["items"][0]["content_html"]
    assert "\u202e" not in json.dumps(read, ensure_ascii=False)


async def test_a_feed_shows_what_changed_last(feeds: Feeds) -> None:
    """So many entries at most, however many are on record."""
    for start in range(4):
        await feeds.tell(*range(start * 30 + 1, start * 30 + 31))
    _, _, body = await feeds.get(f"/feeds/kremlin.json?key={await feeds.key()}")
    assert len(json.loads(body)["items"]) == MOST
