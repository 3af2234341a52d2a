"""Terminal output of the `sources` verbs: tables for people, one line of JSON for machines. Nothing is decided here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from rich.table import Table
from rich.text import Text

from bot.cli.plurals import count
from bot.cli.terminal import open_console
from bot.model import Source
from bot.source_management.actions import ListedSource, format_age
from bot.source_management.survey import SurveyResult
from bot.urls import redact_url

_NAME = 32  # characters of a name
_TITLE = 100
_KINDS = {"feed": "feed", "sitemap": "news sitemap", "page": "list page", "telegram": "channel of Telegram"}


def show_finds(finds: Sequence[SurveyResult], now: datetime, *, to_stderr: bool = False) -> None:
    """Print what an address leads to, numbered, with the newest items of each."""
    console = open_console(stderr=to_stderr)
    table = Table("", "what", "items", "newest", "fires", "", box=None, pad_edge=False, header_style="dim")
    for number, find in enumerate(finds, start=1):
        fires = "" if find.fires is None else str(find.fires)
        shown = Text(redact_url(find.url), "cyan", overflow="fold")
        what = Text(_KINDS[find.kind], "bold" if number == 1 else "")
        table.add_row(
            f"{number}", what, str(find.items), format_age(find.latest, now) if find.latest else "–", fires, shown
        )
        for item in find.newest:
            table.add_row("", "", "", format_age(item.published, now) if item.published else "", "", _title(item.title))
        if find.note:
            table.add_row("", "", "", "", "", Text(find.note, "yellow"))
    console.print(table)


def show_trial(source: Source, find: SurveyResult, now: datetime) -> None:
    """Print what a source brings."""
    console = open_console()
    console.print(
        Text.assemble(("✔ ", "green"), (source.name, "bold"), f": {_KINDS[find.kind]}, {count(find.items, 'item')}")
    )
    if find.through:
        console.print(Text(f"  read at {redact_url(find.through)}", "dim"))
    if find.moved_to:
        console.print(Text(f"  moved for good: use {redact_url(find.moved_to)}", "yellow"))
    if find.note:
        console.print(Text(f"  {find.note}", "yellow"))
    if find.fires is not None:
        console.print(Text(f"  {find.fires} of them are what a watchlist looks for", "dim"))
    for item in find.newest:
        when = f"{format_age(item.published, now):>10}  " if item.published else ""
        console.print(Text.assemble("  ", (when, "dim"), _title(item.title)))
    if not find.items:
        console.print(Text("  it is empty: what it publishes from now on will be news", "yellow"))


def show_list(listed: Sequence[ListedSource], now: datetime) -> None:
    """Print the sources, and how each of them does."""
    console = open_console()
    table = Table("", "source", "kind", "every", "tags", "last good", "next", box=None, pad_edge=False)
    table.header_style = "dim"
    for one in listed:
        status = one.status
        mark = Text("·", "dim") if status is None or (not status.polled_at and not status.error) else Text("✔", "green")
        if status and status.error:
            mark = Text("✘", "bold red")
        table.add_row(
            mark,
            Text(one.source.name[:_NAME]),
            one.source.kind,
            _span(one.source.every),
            Text(", ".join(one.source.tags)),
            format_age(status.polled_at, now) if status else "",
            format_age(status.next_due, now) if status else "",
        )
        if status and status.error:
            table.add_row("", Text(f"{status.error} ({status.failures} times)", "red", overflow="fold"))
    console.print(table)
    broken = sum(bool(one.status and one.status.error) for one in listed)
    console.print(Text(count(len(listed), "source") + (f", {broken} failing" if broken else ""), "dim"))


def as_json(value: object) -> str:
    """Return one line of JSON."""
    return json.dumps(value, ensure_ascii=False)


def find_as_dict(find: SurveyResult) -> dict[str, Any]:
    """Return a find for machines."""
    return {
        "url": redact_url(find.url),
        "kind": find.kind,
        "items": find.items,
        "latest": _iso(find.latest),
        "fires": find.fires,
        "newest": [{"title": one.title, "url": one.url, "published": _iso(one.published)} for one in find.newest],
        "read_at": redact_url(find.through) if find.through else None,
        "moved_to": redact_url(find.moved_to) if find.moved_to else None,
        "note": find.note,
    }


def listed_as_dict(one: ListedSource) -> dict[str, Any]:
    """Return a source and its record for machines."""
    source, status = one.source, one.status
    return {
        "name": source.name,
        "url": redact_url(source.url),
        "kind": source.kind,
        "every": _span(source.every),
        "tags": list(source.tags),
        "publisher": source.publisher,
        "last_good": _iso(status.polled_at) if status else None,
        "next": _iso(status.next_due) if status else None,
        "items": status.items if status else 0,
        "failures": status.failures if status else 0,
        "error": status.error if status else None,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for size, unit in ((3600, "h"), (60, "m")):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _title(title: str) -> Text:
    return Text(title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…", "dim")
