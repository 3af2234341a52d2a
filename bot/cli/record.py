"""`newswatch search` and `export`, and the terminal's view of what they find."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.terminal_progress import progress_bar

if TYPE_CHECKING:
    from bot.preview.record_search import Hits

DAYS = 30  # that items stay on record
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


def _say_more(found: Hits, limit: int) -> None:
    if found.more:
        typer.echo(f"There are more than {limit:,}: --limit shows more of them.", err=True)
