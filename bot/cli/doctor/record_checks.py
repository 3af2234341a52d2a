"""What `newswatch doctor` says of the record: how large it is, how long it is kept, how old its last backup is."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.cli.plurals import count
from bot.config.settings import Settings
from bot.ports.hub_store import HubSubscription
from bot.ports.output_store import OutputCounts
from bot.store.record_size import RecordSize
from bot.store.retention import ITEM_DAYS, SEEN_DAYS, STORY_DAYS

Judgement = tuple[bool, str, str]  # whether it is well, how it is, what to do

_LATE = 2  # times BACKUP_EVERY: so old a backup means that one has failed
_SLACK = timedelta(minutes=5)  # that taking one may last


def judge_size(size: RecordSize) -> Judgement:
    """Say how much is kept and for how long, how large the database is, and how it grows."""
    since = f" since {size.oldest:%Y-%m-%d}" if size.oldest else ""
    grows = f", {size.items_a_day:,.0f} a day (about {_megabytes(size.bytes_a_day)})" if size.items else ""
    text = (
        f"{_megabytes(size.size)}: {count(size.items, 'item')}{since}{grows}, "
        f"{count(size.stories, 'story', 'stories')}, {count(size.alerts, 'alert')}"
    )
    kept = f"items are kept for {ITEM_DAYS} days, stories and alerts for {STORY_DAYS}, what was seen for {SEEN_DAYS}"
    return True, text, kept


def judge_output(one: OutputCounts) -> Judgement:
    """Say how an output is doing; wrong where it fails or ended."""
    text = f"{count(one.waiting, 'alert')} waiting, {one.sent} sent, {one.dead} given up"
    state = one.state
    if state is not None and state.ended_at is not None:
        cure = "write its new address into watchlists.yaml, or take the output out"
        return False, f"ended on {state.ended_at:%Y-%m-%d}: {state.reason}; {text}", cure
    if state is not None and state.failing_since is not None:
        said = f"has failed since {state.failing_since:%Y-%m-%d %H:%M} UTC: {state.reason}; {text}"
        return False, said, "look at its receiver, and at its address in watchlists.yaml; it is tried again by itself"
    return True, text, ""


def judge_backups(settings: Settings, last: datetime | None, now: datetime) -> Judgement:
    """Say when the last backup was taken that was found whole; wrong where it should be younger."""
    said = "none is on record" if last is None else f"the last whole one is of {last:%Y-%m-%d %H:%M} UTC"
    if settings.backup is None:
        return True, said, "set NEWSWATCH_BACKUP to a folder, and `run` takes one every day"
    well = last is not None and now - last <= _LATE * settings.backup_every + _SLACK
    missing = f"{said}; NEWSWATCH_BACKUP is {settings.backup}"
    return well, missing, "" if well else "look at the log of `newswatch run`, or try `newswatch db backup`"


def judge_hub(hub: HubSubscription, now: datetime) -> Judgement:
    """Say whether the hub of a source sends its news. Without it the source is polled as ever, so nothing is lost."""
    ignored = f"; {count(hub.ignored, 'content')} ignored" if hub.ignored else ""
    why = f" ({hub.reason})" if hub.reason else ""
    if hub.held_until is not None and hub.held_until > now:
        return True, f"its hub sends its news, until {hub.held_until:%Y-%m-%d %H:%M} UTC{ignored}{why}", ""
    if not hub.failures:
        return True, "its hub is about to be asked", ""
    said = f"its hub has not confirmed, asked {count(hub.failures, 'time')}{why}"
    return False, said, "it is polled as ever; see that NEWSWATCH_WEB_URL reaches this machine from the web"


def _megabytes(size: float) -> str:
    return f"{size / 1e6:,.1f} MB" if size < 1e9 else f"{size / 1e9:,.2f} GB"  # noqa: PLR2004 - a gigabyte
