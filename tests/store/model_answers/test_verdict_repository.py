"""Questions of `only` on record, and what verdicts do to the alerts that wait for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot.alerts.watchlist_alert import WatchlistAlert
from bot.chat.texts import latest
from bot.i18n import words
from bot.model import Alert, Chat
from bot.ports.model_store import VERDICT_WAIT, OpenQuestion, Verdict
from bot.ports.poll_store import Question, Turn
from bot.store.database.timestamps import to_ms
from bot.store.tables import outbox, output_alerts, watchlist_alerts

if TYPE_CHECKING:
    from bot.model import Delivery
    from bot.store.repository import Store
    from tests.store.conftest import Play

STORY = 7
ONLY = Question(STORY, "k", "diplomacy")
OTHER = Question(STORY, "m", "markets")


async def record(
    play: Play,
    store: Store,
    *alerts: Alert,
    questions: Sequence[Question] = (ONLY,),
    key: int = 1,
    announced: tuple[WatchlistAlert, ...] = (),
) -> None:
    """Record a poll that found a report of the story, with these alerts and questions."""
    (leased,) = await play.leased(store)
    found = play.told(STORY, key)
    async with store.polls.open_recording(leased) as recording:
        await recording.write_poll(
            Turn(play.outcome(leased), (found,), alerts, questions=tuple(questions), announced=announced)
        )
    play.after(minutes=15)


def alert(chat: int = 5, *watchlists: str) -> Alert:
    """Return an alert of the story for a chat."""
    lists = tuple((name, name) for name in watchlists or ("k",))
    return Alert(Chat(chat), STORY, lists, "Headline", None, "Lead", ())


async def due(play: Play, store: Store, **length: float) -> list[Delivery]:
    """Return what a sender would send so long after the last poll."""
    at = play.now - timedelta(minutes=15) + timedelta(**length)
    epoch = await store.outbox.take_role("sender", at, timedelta(minutes=1))
    assert epoch is not None
    claimed = await store.outbox.claim(epoch, at, limit=10, ttl=timedelta(minutes=1))
    await store.outbox.release(claimed, epoch)
    return list(claimed)


async def claim(play: Play, store: Store, seconds: float = 1, most: int = 5) -> tuple[OpenQuestion, ...]:
    """Take the open questions so many seconds after the last poll."""
    return await store.verdicts.claim_questions(
        play.now - timedelta(minutes=15) + timedelta(seconds=seconds), most=most
    )


async def answer(play: Play, store: Store, verdict: Verdict, seconds: float = 2) -> int:
    """Answer every open question so."""
    at = play.now - timedelta(minutes=15) + timedelta(seconds=seconds)
    return sum([await store.verdicts.write_verdict(one, verdict, "as it is", at) for one in await claim(play, store)])


async def test_an_alert_waits_for_its_verdict_and_goes_without_one_when_it_is_late(play: Play) -> None:
    """Nothing has to happen for that: the row itself is due then."""
    store = await play.worker()
    await record(play, store, alert())
    assert await due(play, store, seconds=29) == []
    assert len(await due(play, store, seconds=VERDICT_WAIT.total_seconds())) == 1
    assert await claim(play, store, seconds=31) == ()


async def test_a_no_ends_the_alert_and_is_on_record_with_its_reason(play: Play) -> None:
    """`/why` and backtest find it there; it is no alert that could not be sent."""
    store = await play.worker()
    await record(play, store, alert(), alert(6))
    assert await answer(play, store, "no") == 2
    assert await due(play, store, minutes=5) == []
    (trace,) = await store.items.trace_item("https://s.example/1", Chat(5))
    assert trace.delivery is not None
    assert (trace.delivery.state, trace.delivery.hold, trace.delivery.reason) == ("dead", "model", "k: as it is")
    assert await store.verdicts.count_refusals(play.now - timedelta(hours=1)) == {"k": 1}
    assert (await store.chats.read_status(play.now)).dead == ()
    found = await store.preferences.find_story(Chat(5), STORY)
    assert found is not None
    assert latest.state(words("en"), found.state) == "✨ not what is wanted here"


@pytest.mark.parametrize("verdict", ["yes", "unsure", "none"])
async def test_any_other_answer_lets_the_alert_go_at_once(play: Play, verdict: Verdict) -> None:
    """Where a model is not sure, or gives no answer, nothing is lost."""
    store = await play.worker()
    await record(play, store, alert())
    assert await answer(play, store, verdict) == 1
    assert len(await due(play, store, seconds=3)) == 1


@pytest.mark.parametrize(("verdict", "state"), [("no", "dead"), ("yes", "pending")])
async def test_a_chat_that_refuses_messages_is_told_nothing_more_by_a_verdict(
    play: Play, verdict: Verdict, state: str
) -> None:
    """What is held for it ends by a no, and is held on by any other answer."""
    store = await play.worker()
    await store.outbox.suspend_chat(5, "blocked", play.now)
    await record(play, store, alert())
    async with store.database.read() as connection:
        before = await connection.scalar(select(outbox.c.not_before))
    await answer(play, store, verdict)
    async with store.database.read() as connection:
        (row,) = (await connection.execute(select(outbox))).all()
    assert (row.state, row.not_before) == (state, before)


async def test_a_question_is_asked_by_one_instance(play: Play) -> None:
    """Two instances that look at once share the questions, and never exceed what they have room for."""
    one, two = await play.worker(), await play.worker()
    await record(play, one, alert(), alert(6, "m"), questions=(ONLY, OTHER))
    first, second = await claim(play, one, most=1), await claim(play, two, most=5)
    assert {(q.watchlist, q.sentence) for q in (*first, *second)} == {("k", "diplomacy"), ("m", "markets")}
    assert await claim(play, one) == ()


async def test_an_alert_of_several_watchlists_needs_a_no_of_each(play: Play) -> None:
    """One yes is enough to send it, and until then it waits."""
    store = await play.worker()
    await record(play, store, alert(5, "k", "m"), questions=(ONLY, OTHER))
    first, second = await claim(play, store)
    now = play.now - timedelta(minutes=15) + timedelta(seconds=2)
    assert await store.verdicts.write_verdict(first, "no", "x", now) == 0
    assert await due(play, store, seconds=3) == []
    assert await store.verdicts.write_verdict(second, "yes", "x", now) == 1
    assert len(await due(play, store, seconds=3)) == 1


async def test_what_joins_a_waiting_alert_without_a_question_is_told_at_once(play: Play) -> None:
    """Another watchlist that asks nothing never waits for the model."""
    store = await play.worker()
    await record(play, store, alert())
    play.now -= timedelta(minutes=15) - timedelta(seconds=5)
    await store.polls.sync_sources(play.sources(1), play.now)
    (leased,) = await store.polls.lease_sources(play.now, limit=1, ttl=timedelta(minutes=1), forced_since=play.now)
    async with store.polls.open_recording(leased) as recording:
        await recording.write_poll(Turn(play.outcome(leased), (play.told(STORY, 2),), (alert(5, "z"),)))
    play.after(minutes=15)
    (delivery,) = await due(play, store, seconds=1)
    assert [name for name, _ in delivery.alert.watchlists] == ["k", "z"]


async def test_a_story_that_was_refused_is_asked_about_anew_with_its_next_report(play: Play) -> None:
    """What was not about it may be, by now; and a watchlist that asks nothing tells the story all the same."""
    store = await play.worker()
    await record(play, store, alert())
    await answer(play, store, "no")
    await record(play, store, alert(), key=2)
    assert await due(play, store, seconds=3) == []
    assert await answer(play, store, "yes") == 1
    assert len(await due(play, store, seconds=3)) == 1


async def test_what_was_judged_well_is_not_asked_about_again(play: Play) -> None:
    """A later report of the story, or a chat that reads it later, costs no further question."""
    store = await play.worker()
    await record(play, store, alert())
    await answer(play, store, "yes")
    await record(play, store, alert(6), key=2)
    assert await claim(play, store) == ()
    assert len(await due(play, store, seconds=1)) == 2
    await record(play, store, alert(7), questions=(replace(ONLY, sentence="markets"),), key=3)
    assert len(await claim(play, store)) == 1


@pytest.mark.parametrize(("verdict", "left"), [("no", 0), ("yes", 1)])
async def test_outputs_and_feeds_wait_for_the_verdict_as_chats_do(play: Play, verdict: Verdict, left: int) -> None:
    """A no takes it back; anything else sends it at once."""
    store = await play.worker()
    told = WatchlistAlert(STORY, "k", "K", "Headline", None, "Lead", (), None, "normal", ("desk",))
    await record(play, store, announced=(told,))
    async with store.database.read() as connection:
        waiting = (await connection.execute(select(output_alerts.c.not_before))).scalars().all()
    assert waiting == [to_ms(play.now - timedelta(minutes=15) + VERDICT_WAIT)]
    assert await answer(play, store, verdict) == 1
    async with store.database.read() as connection:
        due_now = (await connection.execute(select(output_alerts.c.not_before))).scalars().all()
        kept = (await connection.execute(select(watchlist_alerts.c.id))).scalars().all()
    assert (len(due_now), len(kept)) == (left, left)
    assert all(at < waiting[0] for at in due_now)


def told_to_desk(watchlist: str) -> WatchlistAlert:
    """Return what a watchlist tells the output desk."""
    return WatchlistAlert(STORY, watchlist, watchlist, "Headline", None, "Lead", (), None, "normal", ("desk",))


async def read_told(store: Store) -> list[tuple[str, int]]:
    """Return which watchlist the output is told, and when."""
    its = select(watchlist_alerts.c.watchlist, output_alerts.c.not_before)
    async with store.database.read() as connection:
        rows = await connection.execute(its.join(output_alerts, output_alerts.c.alert == watchlist_alerts.c.id))
        return [(row.watchlist, row.not_before) for row in rows]


@pytest.mark.parametrize("together", [True, False])
async def test_a_no_leaves_an_output_what_another_watchlist_tells_it(play: Play, *, together: bool) -> None:
    """The other one asks nothing, and fires for the same report or a later one: the output gets its alert."""
    store = await play.worker()
    alpha, beta = told_to_desk("k"), told_to_desk("z")
    await record(play, store, announced=(alpha, beta) if together else (alpha,))
    if not together:
        play.now -= timedelta(minutes=15) - timedelta(seconds=5)
        await store.polls.sync_sources(play.sources(1), play.now)
        (leased,) = await store.polls.lease_sources(play.now, limit=1, ttl=timedelta(minutes=1), forced_since=play.now)
        async with store.polls.open_recording(leased) as recording:
            await recording.write_poll(Turn(play.outcome(leased), (play.told(STORY, 2),), announced=(beta,)))
        play.after(minutes=15)
    await answer(play, store, "no", seconds=6)
    (told,) = await read_told(store)
    assert told[0] == "z"
    assert told[1] <= to_ms(play.now - timedelta(minutes=15) + timedelta(seconds=6))


@pytest.mark.parametrize(("second", "left"), [("yes", ["m"]), ("no", [])])
async def test_an_output_that_two_watchlists_ask_for_is_told_the_one_that_was_not_refused(
    play: Play, second: Verdict, left: list[str]
) -> None:
    """It waits for the second answer, and gets nothing where both are a no."""
    store = await play.worker()
    await record(play, store, questions=(ONLY, OTHER), announced=(told_to_desk("k"), told_to_desk("m")))
    now = play.now - timedelta(minutes=15) + timedelta(seconds=2)
    questions = {one.watchlist: one for one in await claim(play, store)}
    await store.verdicts.write_verdict(questions["k"], "no", "x", now)
    assert await read_told(store) == [("m", to_ms(questions["m"].until))]
    await store.verdicts.write_verdict(questions["m"], second, "x", now)
    assert await read_told(store) == [(one, to_ms(now)) for one in left]


async def test_a_no_in_time_counts_though_another_report_has_joined_meanwhile(play: Play) -> None:
    """The story is asked about anew then, and its alert still waits since the first report."""
    store = await play.worker()
    await record(play, store, alert())
    play.now -= timedelta(minutes=15) - timedelta(seconds=10)
    await store.polls.sync_sources(play.sources(1), play.now)
    (leased,) = await store.polls.lease_sources(play.now, limit=1, ttl=timedelta(minutes=1), forced_since=play.now)
    async with store.polls.open_recording(leased) as recording:
        await recording.write_poll(Turn(play.outcome(leased), (play.told(STORY, 2),), (alert(),), questions=(ONLY,)))
    play.after(minutes=15)
    assert await answer(play, store, "no") == 1
    assert await due(play, store, minutes=5) == []


async def test_a_verdict_that_comes_too_late_changes_nothing(play: Play) -> None:
    """The alert is on its way by then."""
    store = await play.worker()
    await record(play, store, alert())
    (question,) = await claim(play, store)
    late = play.now - timedelta(minutes=15) + timedelta(seconds=31)
    assert await store.verdicts.claim_questions(late, most=1) == ()
    assert await store.verdicts.write_verdict(question, "no", "x", late) == 0
    assert len(await due(play, store, seconds=31)) == 1
