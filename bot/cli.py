"""The command line: words in, exit codes out.

Parses options, hands over to `app`, and prints; every expected fault ends as one clear line and the exit code that
the specification names. Nothing heavy is imported before a verb needs it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot.errors import BotError, ConfigError, Exit

Jsonl = Annotated[bool, typer.Option("--jsonl", help="A JSON object a line, stdin to stdout.")]

cli = typer.Typer(
    name="newswatch",
    help="Watches news sources for keywords in every form of the word, and tells each event once, on Telegram.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
db = typer.Typer(help="The database.", no_args_is_help=True)
cli.add_typer(db, name="db")


class Role(StrEnum):
    """What a process does of the service."""

    ALL = "all"
    POLLER = "poller"
    SENDER = "sender"
    LISTENER = "listener"
    WEB = "web"


def main() -> NoReturn:
    """Run the command line and end the process with the exit code of what happened."""
    try:
        cli()
    except ConfigError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        sys.exit(error.exit_code)
    except BotError as error:
        print(f"newswatch: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # whoever read our output has left, for example `head`: nothing to say, and nobody to say it to
        sys.stderr.close()
        sys.exit(Exit.DONE)
    sys.exit(Exit.DONE)


@cli.command()
def demo() -> None:
    """Show the whole thing in 15 seconds: a summit story from five made-up outlets. Needs no token and no internet."""
    from bot.demo import play

    asyncio.run(play())


@cli.command()
def run(
    role: Annotated[
        list[Role] | None, typer.Option(help="What this process does; may be given more than once.", show_default="all")
    ] = None,
) -> None:
    """Run the service until it is told to stop (SIGTERM). SIGHUP reads watchlists.yaml again at once."""
    from bot import app

    app.run(app.serve(frozenset(part.value for part in role or [Role.ALL])))


@cli.command()
def once(
    force: Annotated[bool, typer.Option("--force", help="Poll every source, due or not.")] = False,
    deadline: Annotated[str, typer.Option(help="End within this time, for example 50s or 5m.")] = "50s",
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON; alerts go to stderr.")] = False,
) -> None:
    """Do one tick for a scheduler: answer commands, poll what is due, deliver what waits, end."""
    from bot import app

    tick = app.run(app.tick(force=force, deadline=_span(deadline), quiet_stdout=as_json))
    if as_json:
        print(json.dumps(tick.as_dict(), ensure_ascii=False), flush=True)
    raise typer.Exit(tick.exit_code)


@cli.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="Default: what NEWSWATCH_WATCHLISTS names.")] = None,
) -> None:
    """Validate watchlists.yaml: every mistake with file:line:column and a hint."""
    from bot import app

    for line in app.check(file):
        print(line)


@cli.command()
def explain(
    target: Annotated[str | None, typer.Argument(help="An address, a file, or - for standard input.")] = None,
    watchlist: Annotated[list[str] | None, typer.Option(help="Only this watchlist; may be repeated.")] = None,
    jsonl: Jsonl = False,
) -> None:
    """Say which queries fire on a text or page, on which words, and which nearly did; and the lead we would show."""
    from bot import app, lines, preview

    only = tuple(watchlist or ())
    if jsonl:
        _need(target is None, "explain --jsonl reads standard input and takes no address or file")
        engine = app.engine(only)
        lines.stream(sys.stdin.buffer, sys.stdout.buffer, lambda request: preview.explain_line(engine, request))
        return
    _need(target is not None, "say what to explain: an address, a file, or - for standard input")
    from bot import terminal

    terminal.show_explanation(app.run(app.explain(str(target), only)))


@cli.command()
def lead(
    jsonl: Jsonl = False,
) -> None:
    """Reduce pages to title, lead and text, in bulk: {id, html, url?} in, {id, title, lead, text, …} out."""
    from bot import lines, preview

    _need(jsonl, "lead works in bulk only: newswatch lead --jsonl < pages.jsonl")
    lines.stream(sys.stdin.buffer, sys.stdout.buffer, preview.lead_line)


@cli.command()
def doctor() -> None:
    """Check token, chats and rights, database, every source and the clock, and say what to do about each red line."""
    from bot import app, terminal

    findings = app.run(app.doctor())
    terminal.show_findings(findings)
    raise typer.Exit(Exit.DONE if all(finding.ok for finding in findings) else Exit.FAILED)


@db.command()
def upgrade() -> None:
    """Bring the database to the schema of this version, ahead of a deployment. Safe to repeat."""
    from bot import app

    print(app.run(app.upgrade()))


def _need(condition: bool, message: str) -> None:
    if not condition:
        raise typer.BadParameter(message)


def _span(text: str) -> timedelta:
    """Read a span such as 50s, 5m or 1h."""
    unit = {"s": 1, "m": 60, "h": 3600}.get(text[-1:], 0)
    digits = text[:-1]
    if not unit or not digits.isascii() or not digits.isdigit():
        raise typer.BadParameter(f"{text!r} is not a time: write 50s, 5m or 1h", param_hint="--deadline")
    return timedelta(seconds=int(digits) * unit)
