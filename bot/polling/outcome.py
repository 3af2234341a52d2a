"""How a poll ends: the next one's time, the validators, and what was learned of the source.

What was fetched and found comes in, an Outcome goes out. Decides by `schedule`, `rhythm` and `moving`; writes nothing.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot import shown_items
from bot.errors import FetchError
from bot.model import Fetched, Item, Source, Validators
from bot.polling import publishing_rhythm, redirects, schedule
from bot.polling.hubs.hub_trust import keeps_its_word
from bot.ports.poll_store import Outcome, SourceLease, SourceStats
from bot.sources.document import Document

NOT_MODIFIED = 304
WHOLE_EVERY = timedelta(days=1)  # between two requests for a whole answer


def asked_with(leased: SourceLease, now: datetime) -> Validators:
    """Return what makes the request conditional. Once a day nothing does: some servers say 304 for ever (case 40)."""
    known, whole_at = leased.validators, leased.stats.whole_at
    if whole_at is not None and abs(now - whole_at) < WHOLE_EVERY:
        return known
    return Validators(body_hash=known.body_hash)


def well(
    leased: SourceLease,
    source: Source,
    fetched: Fetched,
    now: datetime,
    *,
    document: Document | None = None,
    fresh: Sequence[Item] = (),
    keep_shown: bool = False,
    content: int | None = None,
) -> Outcome:
    """Return the end of a poll that went well and brought these `fresh` items; no document: nothing had changed.

    With `keep_shown` what the document showed is not remembered: it is read once more. `content` is the number of what
    a hub sent: mostly only the new items, so that the document is not what the feed shows, and no poll is put off.
    """
    new = bool(fresh)
    stats = publishing_rhythm.learned(leased.stats, leased.polled_at, now, news=new, every=source.every)
    if document is not None:
        stats = replace(stats, hints=document.hints)
        if document.identities and not keep_shown and content is None:
            stats = replace(stats, shown=_shown(leased, document, len(fresh), now))
        if not leased.baselined:
            stats = publishing_rhythm.seeded(stats, [item.published for item in fresh if item.published], now)
    stats = redirects.followed(stats, source, redirects.asked(leased, source), fetched.moved_to, now)
    if fetched.status != NOT_MODIFIED:
        stats = replace(stats, whole_at=now)
    pushed = keeps_its_word(leased.hub, stats.lull, now, missed=new)
    wait = schedule.after_success(
        source,
        quiet=0 if new else leased.quiet + 1,
        rate=publishing_rhythm.rate(stats, now),
        fresh_for=fetched.fresh_for,
        hints=stats.hints,
        now=now,
        spread=_spread(),
        hub=pushed,
    )
    due = now + wait
    if content is not None and leased.hub is not None and leased.hub.poll_due is not None:
        due = max(leased.hub.poll_due, now)
    return Outcome(
        leased,
        now,
        due,
        fetched.validators,
        parsed=document is not None,
        willing=_is_willing(source, fetched, stats, pushed=pushed),
        new=new,
        found=leased.found,
        stats=stats,
        read_contents=() if content is None else (content,),
    )


def _is_willing(source: Source, fetched: Fetched, stats: SourceStats, *, pushed: bool) -> bool:
    """Return whether the source may be asked at its own pace: it says nothing of a longer one, and no hub sends it."""
    said = max(fetched.fresh_for or timedelta(), stats.hints.every or timedelta())
    return not pushed and not stats.hints.skips and said <= source.every


def _shown(leased: SourceLease, document: Document, new: int, now: datetime) -> bytes:
    """Return what is remembered of a document, and how fast its source publishes: first sights say nothing of that."""
    last, news_at = shown_items.unpack_shown(leased.stats.shown), leased.stats.news_at
    since = now - news_at if leased.baselined and news_at is not None else None
    rate = shown_items.next_rate(None if last is None else last.rate, new, since)
    return shown_items.pack_shown(document.identities, rate)


def failed(leased: SourceLease, source: Source, error: Exception, now: datetime) -> Outcome:
    """Return the end of a poll that brought no answer, or none that can be read, for this reason."""
    failures = leased.failures + 1
    retry_after, status, unreached = None, None, False
    if isinstance(error, FetchError):
        retry_after, status, unreached = error.retry_after, error.status, error.unreached
    wait = schedule.after_failure(source, failures=failures, retry_after=retry_after, status=status, spread=_spread())
    return Outcome(
        leased,
        now,
        now + wait,
        leased.validators,
        error=str(error),
        found=leased.found,
        unreached=unreached,
        stats=redirects.after_failure(leased.stats, failures),
    )


def outage(outcome: Outcome, source: Source) -> Outcome:
    """Return the end of the same poll, once it is known that the outage is ours: no failure of the source."""
    wait = schedule.after_outage(source, _spread())
    return replace(outcome, counted=False, stats=outcome.leased.stats, next_due=outcome.polled_at + wait)


def _spread() -> float:
    return random.random()  # noqa: S311 - no secret
