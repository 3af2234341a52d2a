"""`newswatch search` and `export`, and the terminal's view of what they find."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, cast

import typer

from bot.cli.terminal_progress import progress_bar

if TYPE_CHECKING:
    from bot.preview.record_search import Hits
    from bot.record_management.export_formats import Format

DAYS = 30  # that items stay on record
ALERT_DAYS = 90  # that alerts stay on record
FORMATS = ("csv", "json", "rss", "html")
MOST = 500  # hits printed, unless said otherwise: beyond that nobody reads on


def search(
    query: Annotated[str, typer.Argument(help="As in watchlists.yaml: words, phrases, fields, operators.")],
    days: Annotated[int, typer.Option(help="How far to look back; items stay on record for 30 days.")] = DAYS,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
    limit: Annotated[int, typer.Option(help="How many to print at most.")] = MOST,
) -> None:
    """Find the items on record that fit a query, the newest first, with the words that fit marked."""
    from bot import app
    from bot.cli import terminal_search
    from bot.record_management import find_items as record

    if not 1 <= days <= DAYS:
        raise typer.BadParameter(f"--days goes from 1 to {DAYS}: items stay on record for {DAYS} days")
    if limit < 1:
        raise typer.BadParameter("--limit is a number from 1")
    with progress_bar("putting items into the index") as progress:
        found = app.run(record.find(query, days, limit, progress))
    if as_json:
        typer.echo(
            json.dumps({"query": query, "hits": [record.as_dict(one) for one in found.hits]}, ensure_ascii=False)
        )
    else:
        terminal_search.show_hits(found, days)
    _say_more(found, limit)


def export(
    as_format: Annotated[str, typer.Option("--format", help="csv, json (a line an alert), rss or html.")] = "csv",
    days: Annotated[int, typer.Option(help="How far to look back; alerts stay on record for 90 days.")] = DAYS,
    watchlist: Annotated[list[str] | None, typer.Option(help="Only this watchlist; may be repeated.")] = None,
) -> None:
    """Write the alerts on record to standard output, the oldest first: a line a watchlist and story."""
    from bot import app
    from bot.record_management.export import export as write

    if as_format not in FORMATS:
        raise typer.BadParameter(f"{as_format[:40]!r}: known are {', '.join(FORMATS)}", param_hint="--format")
    if not 1 <= days <= ALERT_DAYS:
        raise typer.BadParameter(f"--days goes from 1 to {ALERT_DAYS}: alerts stay on record for {ALERT_DAYS} days")
    sys.stdout.flush()
    out = sys.stdout.buffer
    name = cast("Format", as_format)
    app.run(write(name, days, tuple(watchlist or ()), lambda piece: out.write(piece.encode("utf-8", "replace"))))
    out.flush()


def _say_more(found: Hits, limit: int) -> None:
    if found.more:
        typer.echo(f"There are more than {limit:,}: --limit shows more of them.", err=True)
