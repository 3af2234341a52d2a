"""Terminal output of the verbs: tables, colours and sentences. Nothing is decided here."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cli.plurals import count
from bot.model import Evidence

if TYPE_CHECKING:
    from bot.cli.doctor.findings import Finding
    from bot.preview.backtest import Forecast
    from bot.preview.explanation import Explanation
    from bot.run_once import Tick

_PIPE = 20_000  # columns of what is no terminal
_BAR = 24  # characters of the longest bar
_COLUMNS = 4  # watchlists beside one another: eighty characters hold no more
_ROWS = 15
_NAME = 40  # characters of a name; the tail of a long query says nothing
_FORECAST = (
    "A forecast from what was seen. A story counts once where it is on record, else each item; what was there at the "
    "first sight of a source counts too. Limits, mutes and pauses are not taken into account."
)


def open_console(*, stderr: bool = False) -> Console:
    """Return a console that cuts and wraps nothing where no terminal shows it, so that pipes get whole addresses."""
    console = Console(highlight=False, stderr=stderr)
    if not console.is_terminal and not os.environ.get("COLUMNS"):
        console.width = _PIPE
    return console


def tick(done: Tick) -> str:
    """Return one line on what a tick came to; the log has said already which source failed, and why."""
    lines = [
        (
            f"polled {count(done.polled, 'source')} ({done.failed} failed), {count(done.new, 'new item')}, "
            f"{done.matched} matched; sent {done.sent}, {done.left} left, in {done.seconds:.1f} s"
        )
    ]
    if done.refused:
        lines.append(f"  nothing can be sent: {done.refused}")
    return "\n".join(lines)


def show_findings(findings: Sequence[Finding]) -> None:
    """Print what the doctor found."""
    console = open_console()
    table = Table("", "what", "how it is", "what to do", box=None, pad_edge=False, header_style="dim")
    for finding in findings:
        mark = Text("✔", "green") if finding.ok else Text("✘", "bold red")
        style = "" if finding.ok else "red"
        table.add_row(
            mark, Text(finding.subject), Text(finding.text, style), Text(finding.advice, "dim" if finding.ok else "")
        )
    console.print(table)
    wrong = sum(not finding.ok for finding in findings)
    console.print(Text("all is well" if not wrong else f"{wrong} to look after", "green" if not wrong else "bold red"))


def show_explanation(explained: Explanation) -> None:
    """Print which queries fire and on what, which nearly did, and the lead that would be shown."""
    console = open_console()
    console.print(Text(explained.title or "(no title)", "bold"))
    console.print(Text(explained.lead))
    console.print()
    _show_matches(console, explained)
    _show_misses(console, explained)
    if not explained.matches:
        console.print(Text("No query fires: nobody would be told.", "yellow"))
        return
    console.print(Text("A text has no source: what `sources`, `confirm` and `urgent_at` say was not asked.", "dim"))


def _show_matches(console: Console, explained: Explanation) -> None:
    for match in explained.matches:
        console.print(Text.assemble(("✔ ", "green"), (match.watchlist, "bold"), "  ", (match.query, "cyan")))
        for evidence in match.evidence:
            console.print(Text.assemble("    ", (f"{evidence.field}: ", "dim"), marked_sentence(evidence)))


def _show_misses(console: Console, explained: Explanation) -> None:
    for miss in explained.misses:
        console.print(
            Text.assemble(
                ("✘ ", "yellow"), (miss.watchlist, "bold"), "  ", (miss.query, "cyan"), (f"  {miss.reason}", "dim")
            )
        )


def show_feed(target: str, explained: Sequence[Explanation]) -> None:
    """Say that this is a list of items, and print what fires on each; those on which nothing fires are counted."""
    console = open_console()
    firing = [one for one in explained if one.matches]
    console.print(f"{target} is a feed of {count(len(explained), 'item')}; queries fire on {len(firing)} of them.")
    for one in firing:
        console.print()
        console.print(Text(one.title or "(no title)", "bold"))
        _show_matches(console, one)
    near = [one for one in explained if not one.matches and one.misses]
    if near:
        console.print()
        console.print(Text(f"{count(len(near), 'item')} nearly:", "bold"))
    for one in near[:_ROWS]:
        console.print(Text(one.title or "(no title)", "bold"))
        _show_misses(console, one)


def waiting(words: str) -> AbstractContextManager[object]:
    """Show that something long goes on, where somebody watches."""
    console = Console(stderr=True)
    return console.status(words) if console.is_terminal else nullcontext()


def show_forecast(forecast: Forecast, query: str | None = None) -> None:
    """Print what would have been sent: by day, by watchlist, and by which keywords."""
    console = open_console()
    number = len(forecast.days)
    days = "today" if number == 1 else f"the last {number} days"
    if not forecast.items or forecast.first is None:
        console.print(Text(f"Nothing is on record of {days}, so there is nothing to forecast from.", "yellow"))
        console.print("Let `newswatch run` poll for a while, or `newswatch once --force` once, and ask again.")
        return
    since = f"{forecast.first.astimezone(forecast.zone):%Y-%m-%d %H:%M}"
    console.print(f"{count(forecast.items, 'item')} on record of {days}, seen since {since} ({forecast.zone}).")
    what = "This query" if query is not None else "These watchlists"
    console.print(Text(f"{what} would have told {_events(forecast.total)}.", "bold" if forecast.total else "yellow"))
    console.print()
    _show_days(console, forecast)
    if forecast.refused:
        each = ", ".join(f"{name} {many}" for name, many in forecast.refused)
        console.print(f"Of these, the language model held back {sum(many for _, many in forecast.refused)}: {each}.")
    for name, at in forecast.spikes:
        when = at.astimezone(forecast.zone)
        console.print(Text(f"{name} would have been called unusually busy on {when:%a %Y-%m-%d at %H:%M}.", "yellow"))
    if len(forecast.watchlists) > 1:
        _show_bars(console, "watchlist", [(one.watchlist, one.total) for one in forecast.watchlists])
    if query is None:
        _show_bars(console, "noisiest keywords", [(f"{name}: {key}", many) for name, key, many in forecast.keywords])
    else:
        _show_bars(console, "noisiest words", forecast.words)
    console.print(Text(_FORECAST, "dim"))


def _show_days(console: Console, forecast: Forecast) -> None:
    """Print a row for each day: a number for each of the busiest watchlists, and a bar for all together."""
    busiest = sorted(forecast.watchlists, key=lambda one: -one.total)[:_COLUMNS]
    shown = [one for one in busiest if one.total] if len(forecast.watchlists) > 1 else []
    table = Table("day", box=None, pad_edge=False, header_style="dim")
    for one in shown:
        table.add_column(Text(one.watchlist), justify="right", max_width=12, overflow="ellipsis", no_wrap=True)
    table.add_column("alerts", justify="right")
    table.add_column("")
    most = max(forecast.by_day, default=0)
    for place, day in enumerate(forecast.days):
        numbers = [str(one.by_day[place] or "·") for one in shown]
        many = forecast.by_day[place]
        table.add_row(f"{day:%a} {day}", *numbers, str(many or "·"), _bar(many, most))
    console.print(table)
    console.print()


def _show_bars(console: Console, title: str, counted: Sequence[tuple[str, int]]) -> None:
    """Print names with their numbers, the greatest first; what has none is only counted."""
    there = sorted((one for one in counted if one[1]), key=lambda one: -one[1])[:_ROWS]
    table = Table(title, "alerts" if title != "noisiest words" else "items", "", box=None, pad_edge=False)
    table.header_style = "dim"
    for name, many in there:
        table.add_row(
            Text(name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"),
            Text(str(many), justify="right"),
            _bar(many, there[0][1]),
        )
    if there:
        console.print(table)
    silent = sum(not many for _, many in counted)
    if silent:
        console.print(Text(f"{silent} more would have told nothing", "dim"))
    console.print()


def _bar(many: int, most: int) -> Text:
    """Return a bar as long as a number is beside the greatest; what is there at all is seen."""
    eighths = max(1, round(many * _BAR * 8 / most)) if many else 0
    return Text("█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip(), "green")


def _events(many: int) -> str:
    return "nothing" if not many else "one event" if many == 1 else f"{many:,} events"


def marked_sentence(evidence: Evidence) -> Text:
    """Return the sentence with the matched words marked."""
    sentence = " ".join(evidence.sentence.split())
    text = Text(sentence)
    at = sentence.find(evidence.text)
    if at >= 0:
        text.stylize("bold green", at, at + len(evidence.text))
    return text
