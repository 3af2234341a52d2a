"""Questions to a language model, put on record with the alerts that wait for them, in the transaction of a poll.

A question has a deadline, which is when its alerts are due without an answer: nothing has to happen for them to go. A
story that another report joins is asked about anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.model import Alert
from bot.ports.model_store import VERDICT_WAIT
from bot.ports.poll_store import Question
from bot.store.codecs import clean
from bot.store.database.dialect import Dialect
from bot.store.database.timestamps import to_length
from bot.store.tables import model_verdicts

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Asked:
    """What a poll asks, by story and watchlist, and until when its alerts wait (milliseconds)."""

    questions: frozenset[tuple[int, str]] = frozenset()
    until: int = 0

    def when_due(self, story: int, watchlist: str, now: int) -> int:
        """Return when what a watchlist tells of a story is due."""
        return self.until if (story, watchlist) in self.questions else now

    def decides(self, alert: Alert) -> bool:
        """Return whether every watchlist of an alert waits for an answer."""
        return bool(alert.watchlists) and all((alert.story, name) in self.questions for name, _ in alert.watchlists)


NOTHING_ASKED = Asked()


async def insert_questions(
    connection: AsyncConnection, dialect: Dialect, questions: Sequence[Question], now: int
) -> Asked:
    """Put these questions on record, and return what is asked; `now` in milliseconds.

    A story that was not refused before is not asked about again; one that was, is.
    """
    questions = await _find_unanswered(connection, dialect, questions) if questions else ()
    if not questions:
        return NOTHING_ASKED
    until = now + to_length(VERDICT_WAIT)
    new = dialect.insert(model_verdicts)
    names = ("question", "asked_at", "until", "claimed_until", "verdict", "reason")
    anew = new.on_conflict_do_update(
        index_elements=["story", "watchlist"], set_={name: new.excluded[name] for name in names}
    )
    rows = [
        {
            "story": one.story,
            "watchlist": one.watchlist,
            "question": clean(one.sentence),
            "asked_at": now,
            "until": until,
            "claimed_until": 0,
            "verdict": None,
            "reason": "",
        }
        for one in questions
    ]
    await connection.execute(anew, rows)
    return Asked(frozenset((one.story, one.watchlist) for one in questions), until)


async def _find_unanswered(
    connection: AsyncConnection, dialect: Dialect, questions: Sequence[Question]
) -> list[Question]:
    columns = model_verdicts.c
    rows = await connection.execute(
        select(columns.story, columns.watchlist, columns.question).where(
            dialect.among(columns.story, "stories"), columns.verdict.in_(("yes", "unsure"))
        ),
        {"stories": dialect.pack(tuple({one.story for one in questions}))},
    )
    answered = {(row.story, row.watchlist, row.question) for row in rows}
    return [one for one in questions if (one.story, one.watchlist, clean(one.sentence)) not in answered]


async def find_deadlines(
    connection: AsyncConnection, dialect: Dialect, alerts: Iterable[Alert], asked: Asked
) -> frozenset[tuple[int, int]]:
    """Return until when alerts wait for answers, with their stories, of the stories of those that no answer decides."""
    stories = {one.story for one in alerts if one.watchlists and not asked.decides(one)}
    if not stories:
        return frozenset()
    waiting = select(model_verdicts.c.story, model_verdicts.c.until)
    waiting = waiting.where(dialect.among(model_verdicts.c.story, "stories"), model_verdicts.c.verdict.is_(None))
    rows = await connection.execute(waiting, {"stories": dialect.pack(tuple(stories))})
    return frozenset((row.story, row.until) for row in rows)
