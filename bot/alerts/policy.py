"""When an alert is told: what its place wishes, the alert and the clock in; send it, hold it, or drop it out.

Pure, and of nothing but what it is given: an alert's own age says which digest it belongs to, so that neither a
restart nor a clock that was set makes it come twice or never. Mutes come first, then a pause, the digest, and the
quiet hours; what is urgent passes the latter two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.alerts.calendar import next_digest, quiet_until, zone_of
from bot.model import Alert, Report
from bot.preferences import Mute, Preferences
from bot.text.tokens import fold, tokens

Why = Literal["quiet", "digest", "pause", "source"]

LOOK_AGAIN = timedelta(days=1)  # at what is held until somebody says otherwise
JOINS = timedelta(hours=72)  # for so long another source's report may join a story of a muted one
SET_BACK = timedelta(hours=26)  # a last digest further ahead than this is a clock that was wrong then, not now


@dataclass(frozen=True, slots=True)
class Waiting:
    """An alert that is due, as far as the medium goes."""

    alert: Alert
    reports: tuple[Report, ...]
    queued: datetime
    edit: bool = False  # its reader has the message; a later report is to be shown in it


@dataclass(frozen=True, slots=True)
class Send:
    """Now; with others where it is a part of a digest, even if nobody looked before that was due."""

    digest: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """Not before then; what is held comes together with others."""

    until: datetime
    why: Why


@dataclass(frozen=True, slots=True)
class Drop:
    """Never, as this mute says; of a message that is there, the change is not shown."""

    mute: Mute


def decide(waiting: Waiting, wishes: Preferences, now: datetime) -> Send | Hold | Drop:
    """Return what is to be done with an alert now. Asked again when a hold is over, or the wishes have changed."""
    alert, zone = waiting.alert, zone_of(wishes.zone)
    mute = muting(alert, waiting.reports, wishes.mutes, now) if alert.watchlists else None
    if mute is not None:
        joins = waiting.queued + JOINS
        waits = mute.kind == "source" and not waiting.edit and not alert.part and now < joins
        return Hold(joins, "source") if waits else Drop(mute)
    if pausing(wishes, now):
        return Hold(wishes.resumes or now + LOOK_AGAIN, "pause")
    if waiting.edit or alert.priority == "urgent":
        return Send()
    if wishes.digest is not None and alert.watchlists:
        begin = max(waiting.queued, wishes.digest.since or waiting.queued)
        last = wishes.digested
        if last is not None and now < last <= now + SET_BACK:  # the clock was set back: that digest has been
            begin = max(begin, last)
        due = next_digest(wishes.digest, zone, begin)
        if now < due:
            return Hold(due, "digest")
    quiet = quiet_until(wishes.quiet, zone, now)
    if quiet is not None:
        return Hold(quiet, "quiet")
    return Send(digest=wishes.digest is not None and bool(alert.watchlists))


def pausing(wishes: Preferences, now: datetime) -> bool:
    """Return whether a place pauses: it said so, and the time that it said, if any, is not over."""
    return wishes.paused is not None and (wishes.resumes is None or now < wishes.resumes)


def live(mutes: Sequence[Mute], now: datetime) -> tuple[Mute, ...]:
    """Return the mutes that are not over."""
    return tuple(mute for mute in mutes if mute.until is None or now < mute.until)


def muting(alert: Alert, reports: Sequence[Report], mutes: Sequence[Mute], now: datetime) -> Mute | None:
    """Return the mute in force that silences an alert: of its story, of all its watchlists or sources, of a word."""
    force = live(mutes, now)
    if not force:
        return None
    silenced = {kind: {mute.what for mute in force if mute.kind == kind} for kind in ("watchlist", "source")}
    reports = _own_reports(alert, reports) if alert.part else reports
    told = (
        ("story", lambda mute: mute.what == str(alert.story)),
        ("watchlist", lambda _: {name for name, _ in alert.watchlists} <= silenced["watchlist"]),
        ("source", lambda _: bool(reports) and {report.source for report in reports} <= silenced["source"]),
    )
    for kind, holds in told:
        if found := next((mute for mute in force if mute.kind == kind and holds(mute)), None):
            return found
    words = [mute for mute in force if mute.kind == "word"]
    return _by_word(alert, words) if words else None


def _own_reports(reply: Alert, reports: Sequence[Report]) -> Sequence[Report]:
    """Return the reports that a reply tells of; all of them where it is of the story."""
    same = [one for one in reports if one.url == reply.url and one.headline == reply.headline]
    return same or [one for one in reports if reply.url and one.url == reply.url] or reports


def without_muted_sources(
    alert: Alert, reports: Sequence[Report], mutes: Sequence[Mute], now: datetime, *, edit: bool
) -> tuple[Alert, tuple[Report, ...]]:
    """Return an alert as a place sees it that mutes sources: without their reports, headed by one of the others.

    A message that is there keeps its own headline.
    """
    muted = {mute.what for mute in live(mutes, now) if mute.kind == "source"}
    own = {one for one in reports if one.url == alert.url} if edit or alert.part else set()
    left = tuple(one for one in reports if one.source not in muted or one in own)
    if not left or len(left) == len(reports):
        return alert, tuple(reports)
    if not edit and not alert.part and all(one.url != alert.url for one in left):
        alert = replace(alert, headline=left[0].headline, url=left[0].url, lead="")
    return alert, left


def _by_word(alert: Alert, mutes: Sequence[Mute]) -> Mute | None:
    """Return the mute of a word that stands in the headline, the lead, or in what was found."""
    texts = [alert.headline, alert.lead, *(part for one in alert.evidence for part in (one.text, one.sentence))]
    said = [(tokens(text).folded(), fold(text)) for text in dict.fromkeys(texts)]
    return next((mute for mute in mutes if any(_stands(mute, row, text) for row, text in said)), None)


def _stands(mute: Mute, row: Sequence[str], text: str) -> bool:
    """Return whether words of these forms follow one another in a text; without forms, whether it is a part of it."""
    if not mute.forms:
        return fold(mute.what) in text
    places = range(len(row) - len(mute.forms) + 1)
    return any(all(row[at + step] in forms for step, forms in enumerate(mute.forms)) for at in places)
