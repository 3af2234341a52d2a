"""`newswatch search`, `export` and `roles`: what is on record, and who works on it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, cast

import typer

from bot.cli.spans import parse_days
from bot.cli.terminal_progress import progress_bar

if TYPE_CHECKING:
    from datetime import datetime

    from bot.preview.record_search import Hits
    from bot.record_management.export_formats import Format
    from bot.store.leases.instances import Instances

DAYS = 30  # that items stay on record
ALERT_DAYS = 90  # that alerts stay on record
FORMATS = ("csv", "json", "rss", "html")
MOST = 500  # hits printed, unless said otherwise: beyond that nobody reads on


def search(
    query: Annotated[str, typer.Argument(help="As in watchlists.yaml: words, phrases, fields, operators.")],
    days: Annotated[str, typer.Option(help="How far to look back, 7 or 2w; items stay for 30 days.")] = f"{DAYS}",
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
    limit: Annotated[int, typer.Option(help="How many to print at most.")] = MOST,
) -> None:
    """Find the items on record that fit a query, the newest first, with the words that fit marked."""
    from bot import app
    from bot.cli import terminal_search
    from bot.record_management import find_items as record

    back = parse_days(days, DAYS, "items")
    if limit < 1:
        raise typer.BadParameter("--limit is a number from 1")
    with progress_bar("putting items into the index") as progress:
        found = app.run(record.find(query, back, limit, progress))
    if as_json:
        typer.echo(
            json.dumps({"query": query, "hits": [record.as_dict(one) for one in found.hits]}, ensure_ascii=False)
        )
    else:
        terminal_search.show_hits(found, back)
    _say_more(found, limit)


def export(
    as_format: Annotated[str, typer.Option("--format", help="csv, json (a line an alert), rss or html.")] = "csv",
    days: Annotated[str, typer.Option(help="How far to look back, 7 or 2w; alerts stay for 90 days.")] = f"{DAYS}",
    watchlist: Annotated[list[str] | None, typer.Option(help="Only this watchlist; may be repeated.")] = None,
) -> None:
    """Write the alerts on record to standard output, the oldest first: a line a watchlist and story."""
    from bot import app
    from bot.record_management.export import export as write

    if as_format not in FORMATS:
        raise typer.BadParameter(f"{as_format[:40]!r}: known are {', '.join(FORMATS)}", param_hint="--format")
    back = parse_days(days, ALERT_DAYS, "alerts")
    sys.stdout.flush()
    out = sys.stdout.buffer
    name = cast("Format", as_format)
    app.run(write(name, back, tuple(watchlist or ()), lambda piece: out.write(piece.encode("utf-8", "replace"))))
    out.flush()


def _say_more(found: Hits, limit: int) -> None:
    if found.more:
        typer.echo(f"There are more than {limit:,}: --limit shows more of them.", err=True)


def roles(*, as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False) -> None:
    """Show the instances that poll, with their configuration, and who sends and listens."""
    from bot import app
    from bot.process.clock import wall
    from bot.record_management.find_instances import find_instances

    now = wall()
    found, lag = app.run(find_instances(now))
    if as_json:
        typer.echo(json.dumps({**asdict(found), "poll_lag": lag}, default=lambda one: one.isoformat()))
        return
    for line in describe_instances(found, lag, now):
        typer.echo(line)


def describe_instances(found: Instances, lag: float, now: datetime) -> list[str]:
    """Return what is printed; `lag` is for how many seconds the longest due source waits."""
    said = []
    for one in found.roles:
        who = "nobody" if one.host is None else f"{one.host}, process {one.pid}"
        said.append(f"{one.role:<10}{who} (epoch {one.epoch})")
    for inst in found.polling:
        state = "polls" if inst.in_force else "waits: another configuration is in force" if inst.alive else "gone"
        ago = max(0, round((now - inst.seen_at).total_seconds()))
        said.append(
            f"{'poller':<10}{inst.host}, process {inst.pid}: {state}; configuration {inst.configuration} since "
            f"{inst.since:%Y-%m-%d %H:%M} UTC, heard of {ago} s ago"
        )
    if not said:
        said.append("no instance has worked on this record so far")
    living = {inst.configuration for inst in found.polling if inst.alive}
    if len(living) > 1:
        said.append(f"{len(living)} different configurations: give all instances the same watchlists.yaml")
    said.append(f"the source that has been due for longest waits for {lag:.0f} s")
    return said
