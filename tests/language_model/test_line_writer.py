"""Lines of a model from a sent alert to its edit: faithful, shared, bounded, and never before the alert."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.i18n import Say
from bot.language_model.chat_completions import ChatCompletions, Endpoint
from bot.language_model.line_writer import AGAIN, LineWriter, guess_language
from bot.language_model.model_client import ModelClient
from bot.model import Alert, Chat, Delivery, DisplayPreferences, ModelChoice, StoryLine
from bot.notify.render import render
from bot.preferences import Digest, Preferences
from bot.process.metrics import Metrics
from tests.plugins.rig import feed

if TYPE_CHECKING:
    from bot.store.repository import Store
    from tests.plugins.model_server import ModelServer
    from tests.plugins.rig import Rig

    Rss = Callable[..., bytes]

HOME = DisplayPreferences(language="en", timezone="UTC")
LISTS = "k: {keywords: [Kremlin], languages: [en], deliver_to: [77, 78, 79]}"
REPORT = (
    "Kremlin invites 12 envoys",
    "Spokesman Peskov said that talks with the envoys would begin in Moscow on Friday.",
)
RUSSIAN = "Кремль пригласил 12 посланников. Песков сказал, что переговоры начнутся в Москве в пятницу."
SUMMARY = "Peskov says that talks with 12 envoys will begin in Moscow on Friday."


class BrokenForms:
    """A store of word forms that cannot be read. Fulfils FormCache."""

    def get_many(self, keys: Iterable[str]) -> Mapping[str, str]:
        """Fail."""
        raise OverflowError(str(keys))

    def put_many(self, found: Mapping[str, str]) -> None:
        """Fail."""
        raise OverflowError(str(found))

    def get_dictionary(self, key: str) -> bytes | None:
        """Fail."""
        raise OverflowError(key)

    def put_dictionary(self, key: str, data: bytes) -> None:
        """Fail."""
        raise OverflowError(f"{key} {len(data)}")


@dataclass
class Told:
    """An installation that told a story; `write` lets the model write what is wanted."""

    rig: Rig
    store: Store
    server: ModelServer
    writer: LineWriter

    async def choose(self, chat: int, model: ModelChoice, language: str | None = None) -> None:
        """Let a chat choose what the model adds."""
        await self.store.preferences.write_display(chat, DisplayPreferences(model=model, language=language))

    async def publish(self, *reports: tuple[str, str]) -> None:
        """Put these into the feed, poll, and send what is due."""
        site = self.rig.sites[0]
        entries = [(str(n), title, text) for n, (title, text) in enumerate(reports)]
        site.pages["/feed"] = feed(*reversed(entries), site=site.url(""))
        await self.rig.later(minutes=2)

    async def sent(self) -> dict[int, str]:
        """Send what is due; return the texts by chat."""
        return {one.alert.chat.id: render(one, HOME).text for one in await self.rig.told()}

    async def write(self, most: int = 10) -> int:
        """Let the model write so many lines; return how many were wanted."""
        wanted = await self.writer.claim(most)
        for one in wanted:
            await self.writer.write(one)
        return len(wanted)

    def later(self, **length: float) -> None:
        """Let time pass without a poll."""
        self.rig.now += timedelta(**length)


@pytest.fixture(name="told")
async def _told(rig: Rig, rss: Rss, model_server: ModelServer) -> AsyncIterator[Told]:
    async with AsyncExitStack() as stack:
        site = await rig.site()
        site.pages["/feed"] = rss(site=site.url(""))
        source = f"{{name: Courier, publisher: courier, url: '{site.url()}', every: 1m, full_text: never}}"
        store = await rig.set_up(f"sources: [{source}]\nwatchlists: {{{LISTS}}}")
        await rig.poll()
        completions, metrics = ChatCompletions(Endpoint(model_server.url, "small")), Metrics()
        stack.push_async_callback(completions.close)

        async def notice(_: Say) -> None:
            return

        client = ModelClient(completions, store.tokens, 1_000_000, notice, metrics)
        yield Told(rig, store, model_server, LineWriter(store.lines, client, metrics, lambda: rig.now, lambda: "en"))


async def test_the_alert_goes_first_and_the_line_comes_by_edit(told: Told) -> None:
    """Marked, only where it was chosen, and by one call for all chats that share language and choice."""
    await told.choose(77, "summary")
    await told.choose(78, "both")
    told.server.reply = lambda _: SUMMARY
    await told.publish(REPORT)
    assert await told.write() == 0  # nothing was sent so far
    first = await told.sent()
    assert set(first) == {77, 78, 79}
    assert not any("✨" in text for text in first.values())
    assert await told.write() == 2  # a summary, and a translation that is not needed
    assert len(told.server.asked) == 1
    told.later(seconds=10)
    edits = await told.sent()
    assert set(edits) == {77, 78}
    assert all(f"✨ {SUMMARY}" in text for text in edits.values())
    assert await told.write() == 0


@pytest.mark.parametrize(
    "answer",
    [
        "Lavrov says that talks will begin.",
        "Peskov says that talks with 13 envoys will begin in Moscow on Friday.",
        "Peskov says that talks will begin on Monday.",
        "Peskov says “we will never talk to them”.",
        "Песков заявил, что переговоры начнутся в пятницу.",
        "",
        "<think>hm",
    ],
)
async def test_what_no_report_says_is_dropped_and_counted(told: Told, answer: str) -> None:
    """Nothing is shown, nobody's message is edited, and it is not asked for again at once."""
    await told.choose(77, "summary")
    told.server.reply = lambda _: answer
    await told.publish(REPORT)
    await told.sent()
    assert await told.write() == 1
    told.later(seconds=10)
    assert await told.sent() == {}
    assert await told.write() == 0
    assert told.writer.metrics.values["newswatch_llm_lines_total", ("dropped",)] == 1


async def test_a_line_that_cannot_be_checked_is_dropped_and_not_asked_for_again(told: Told) -> None:
    """Whatever the check fails of, here the file of word forms: that is written down as any drop is."""
    await told.choose(77, "summary")
    told.server.reply = lambda _: SUMMARY.replace("Peskov", "Mordvinovskaya")  # no report has its forms
    await told.publish(REPORT)
    await told.sent()
    told.writer = replace(told.writer, cache=BrokenForms())
    assert await told.write() == 1
    told.later(minutes=30)
    assert await told.sent() == {}
    assert await told.write() == 0
    assert told.writer.metrics.values["newswatch_llm_lines_total", ("dropped",)] == 1


async def test_markup_and_links_of_an_answer_never_reach_a_chat(told: Told) -> None:
    """What is left of a line is plain text."""
    await told.choose(77, "summary")
    told.server.reply = lambda _: f"**{SUMMARY}** <a href='https://evil.example'>more</a> https://evil.example /start"
    await told.publish(REPORT)
    await told.sent()
    await told.write()
    told.later(seconds=10)
    (text,) = (await told.sent()).values()
    assert f"✨ {SUMMARY} more start" in text
    assert "evil" not in text


async def test_a_story_that_has_changed_much_is_summarised_anew_from_all_its_reports(told: Told) -> None:
    """Twice as many reports as it was made of; one more alone is no reason."""
    await told.choose(77, "summary")
    told.server.reply = lambda _: SUMMARY
    await told.publish(REPORT)
    await told.sent()
    assert await told.write() == 1
    told.rig.change("UPDATE story_lines SET reports = 2")  # as if it had been made of two
    told.rig.change(
        "INSERT INTO reports (story, source, publisher, headline, at, watchlists, sketch, changes)"
        " SELECT story, 'TASS', 'tass', 'Envoys are due', at, watchlists, sketch, 0 FROM reports"
    )
    assert await told.write() == 0
    told.rig.change("UPDATE story_lines SET reports = 1")
    told.server.reply = lambda _: "Talks with 12 envoys will begin in Moscow."
    assert await told.write() == 1
    told.later(seconds=10)
    (text,) = (await told.sent()).values()
    assert "✨ Talks with 12 envoys will begin in Moscow." in text


async def test_a_translation_is_of_headline_and_lead_and_only_where_it_is_needed(told: Told) -> None:
    """A chat that reads another language gets it in that; numbers and names stay, in its letters."""
    await told.choose(77, "translation", "ru")
    await told.choose(78, "translation", "en")
    told.server.reply = lambda _: RUSSIAN
    await told.publish(REPORT)
    await told.sent()
    assert await told.write() == 2
    told.later(seconds=10)
    ((chat, text),) = (await told.sent()).items()
    assert chat == 77
    assert "✨ Кремль пригласил 12 посланников." in text
    assert len(told.server.asked) == 1


async def test_a_digest_carries_the_lines_that_are_there(told: Told) -> None:
    """Its alerts wait anyway: the line is asked for meanwhile, and no edit is needed."""
    await told.choose(77, "summary")
    await told.store.preferences.write_preferences(Chat(77), Preferences(digest=Digest("day", 8 * 60)))
    told.server.reply = lambda _: SUMMARY
    await told.publish(REPORT)
    assert set(await told.sent()) == {78, 79}
    assert await told.write() == 1
    told.later(hours=24)
    (delivery,) = await told.rig.told()
    assert [line.text for line in delivery.lines] == [SUMMARY]


async def test_a_model_that_fails_costs_the_line_and_nothing_else(told: Told) -> None:
    """It is asked again later, while the alert is new."""
    await told.choose(77, "summary")
    told.server.reply = lambda _: web.Response(status=401)
    await told.publish(REPORT)
    await told.sent()
    assert await told.write() == 1
    assert await told.write() == 0
    told.later(seconds=AGAIN.total_seconds() + 1)
    told.server.reply = lambda _: SUMMARY
    assert await told.write() == 1
    told.later(seconds=10)
    assert set(await told.sent()) == {77}


async def test_a_rush_asks_once_a_story_and_edits_leave_room_for_alerts(told: Told) -> None:
    """However many chats and stories: a call for each story at most, and edits of a chat come one by one."""
    for chat in (77, 78, 79):
        await told.choose(chat, "summary")
    told.server.reply = lambda _: "The Kremlin speaks."
    await told.publish(*((f"Kremlin case {n}: {n * 7919}", f"Text {n}.") for n in range(15)))
    await told.sent()
    stories = told.rig.rows("SELECT count(DISTINCT story) FROM outbox")[0][0]
    while await told.write():
        pass
    assert len(told.server.asked) == stories
    due = [at for (at,) in told.rig.rows("SELECT not_before FROM outbox WHERE chat = 77 AND wanted > shown ORDER BY 1")]
    assert len(due) == stories
    assert all(later - earlier >= 2000 for earlier, later in pairwise(due))


async def test_off_asks_nothing(told: Told) -> None:
    """Nobody chose it: no question leaves."""
    await told.publish(REPORT)
    await told.sent()
    assert await told.write() == 0
    assert told.server.asked == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The envoys were invited to the talks in Moscow.", "en"),
        ("Он сказал, что это не так, как было.", "ru"),
        ("x", None),
    ],
)
def test_a_language_is_known_by_its_small_words(text: str, language: str | None) -> None:
    """None where they tell none."""
    assert guess_language(text) == language


def test_a_line_stands_below_the_lead_in_the_language_of_its_chat() -> None:
    """A line in another language is another chat's."""
    alert = Alert(Chat(5), 7, (("k", "K"),), "Headline", None, "Lead.", ())
    lines = (StoryLine("summary", "de", "Deutsch."), StoryLine("summary", "en", "English."))
    look = DisplayPreferences(model="summary")
    delivery = Delivery(1, alert, (), 1, 0, look=look, lines=lines)
    assert "Lead.\n✨ English." in render(delivery, HOME).text
    assert "Deutsch" not in render(delivery, HOME).text
    german = replace(delivery, look=replace(look, language="de"))
    assert "Lead.\n✨ Deutsch." in render(german, HOME).text
    assert "✨" not in render(replace(delivery, look=replace(look, model="translation")), HOME).text
