"""The command line: parses options, runs a verb, and ends with its exit code.

Parses options, hands over to `app`, and prints; every expected fault ends as one clear line and the exit code that
the specification names. Nothing heavy is imported before a verb needs it.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot.cli import database, record
from bot.cli.init.verb import init
from bot.cli.opml import opml
from bot.cli.problems import show_problems
from bot.cli.sources import sources
from bot.cli.spans import parse_days, parse_span
from bot.errors import BotError, ConfigError, Exit
from bot.process.memory import MOST_VERBS_BYTES, POLLING_BYTES, require_address_space
from bot.process.shutdown import code_of, end_process
from bot.process.threads import CURE, is_thread_limit, require_threads
from bot.text.scrub import scrub

STDOUT = 1  # its file descriptor
DAYS = 30  # that items stay on record

Jsonl = Annotated[bool, typer.Option("--jsonl", help="A JSON object a line, stdin to stdout.")]

cli = typer.Typer(
    name="newswatch",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
cli.add_typer(database.db, name="db")
cli.add_typer(sources, name="sources")
cli.add_typer(opml, name="opml")
cli.command()(init)
cli.command()(record.roles)
cli.command()(record.search)
cli.command()(record.export)


ROLES = ("all", "poller", "sender", "listener", "web")


def main() -> NoReturn:
    """Run the command line and end the process with the exit code of what happened, whatever threads still do."""
    try:
        _run()
    except BaseException as error:  # noqa: BLE001 - the end of the process: what arrives here is shown
        end_process(code_of(error))


def _run() -> NoReturn:
    try:
        try:
            require_address_space(MOST_VERBS_BYTES)
            clean_command_line()
            cli()
        finally:
            sys.stdout.flush()
    except ConfigError as error:
        show_problems(error.problems, places=sys.argv[1:2] == ["check"])
        sys.exit(error.exit_code)
    except BotError as error:
        print(f"newswatch: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except MemoryError:
        print("newswatch: the memory of this machine or container is used up; give it more", file=sys.stderr)
        sys.exit(Exit.FAILED)
    except BrokenPipeError:
        _end_without_reader()
    except (OSError, RuntimeError) as error:
        if is_thread_limit(error):
            print(f"newswatch: {CURE}", file=sys.stderr)
            sys.exit(Exit.FAILED)
        if not isinstance(error, OSError) or error.errno != errno.ENOSPC:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), STDOUT)
        print("newswatch: the output cannot be written: there is no room", file=sys.stderr)
        sys.exit(Exit.FAILED)
    except SystemExit as end:
        if not isinstance(end.__context__, BrokenPipeError):
            raise
        _end_without_reader()
    sys.exit(Exit.DONE)


def clean_command_line() -> None:
    """Scrub the arguments, but for names of files that are there; and let no sign of any text keep it from output."""
    sys.argv[1:] = [word if os.path.lexists(word) else scrub(word) for word in sys.argv[1:]]
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _end_without_reader() -> NoReturn:
    """End well although whoever read our output has left, for example `head`: typer would call that a failure."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), STDOUT)  # or Python would fail once more when it flushes at the end
    sys.exit(Exit.DONE)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib import metadata

        print(f"newswatch {metadata.version('newswatch')}")
        raise typer.Exit


@cli.callback()
def name_version(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Watches news sources for keywords in every form of the word, and tells each event once, on Telegram."""


@cli.command()
def demo() -> None:
    """Show the whole thing in 15 seconds: a summit story from five made-up outlets. Needs no token and no internet."""
    from bot import app
    from bot.cli.demo import play

    require_threads()
    app.run(play())


@cli.command()
def run(
    role: Annotated[
        list[str] | None,
        typer.Option(help=f"What this process does, of {', '.join(ROLES)}; several by commas, or given again."),
    ] = None,
) -> None:
    """Run the service until it is told to stop (SIGTERM). SIGHUP reads watchlists.yaml again at once."""
    from bot import app, service

    require_address_space(POLLING_BYTES)
    require_threads()
    roles = frozenset(part.strip() for word in role or ["all"] for part in word.split(","))
    if unknown := roles - set(ROLES):
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: known are {', '.join(ROLES)}", param_hint="--role")
    app.run(service.serve(roles))


@cli.command()
def once(
    force: Annotated[bool, typer.Option("--force", help="Poll every source, due or not.")] = False,
    deadline: Annotated[str, typer.Option(help="End within this time, for example 50s or 5m.")] = "50s",
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON; alerts go to stderr.")] = False,
) -> None:
    """Do one tick for a scheduler: answer commands, poll what is due, deliver what waits, end."""
    from bot import app, run_once
    from bot.cli import terminal

    try:
        require_address_space(POLLING_BYTES)
        require_threads()
        done = app.run(run_once.tick(force=force, deadline=parse_span(deadline, "--deadline"), json=as_json))
    except BotError as error:
        if as_json:
            print(json.dumps({**run_once.NOTHING.as_dict(), "error": str(error)}, ensure_ascii=False), flush=True)
        raise
    if as_json:
        print(json.dumps(done.as_dict(), ensure_ascii=False), flush=True)
    else:
        print(terminal.tick(done))
    raise typer.Exit(done.exit_code)


@cli.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="Default: what NEWSWATCH_WATCHLISTS names.")] = None,
) -> None:
    """Validate watchlists.yaml: every mistake with file:line:column and a hint."""
    from bot import app
    from bot.cli.plurals import count
    from bot.config.environment import environment
    from bot.config.settings import Settings, load_settings

    environ = environment()
    settings = Settings() if file else load_settings(environ)
    config = app.checked(settings, environ, file)
    show_problems(config.warnings, places=True)
    keywords = sum(len(one.keywords) for one in config.watchlists)
    counts = (
        count(len(config.sources), "source"),
        count(len(config.watchlists), "watchlist"),
        count(keywords, "keyword"),
    )
    print(f"{file or settings.watchlists} is fine: {', '.join(counts)}")


@cli.command()
def explain(
    target: Annotated[str | None, typer.Argument(help="An address, a file, or - for standard input.")] = None,
    watchlist: Annotated[list[str] | None, typer.Option(help="Only this watchlist; may be repeated.")] = None,
    jsonl: Jsonl = False,
) -> None:
    """Say which queries fire on a text or page, on which words, and which nearly did; and the lead we would show."""
    from bot import app
    from bot.config.environment import environment
    from bot.config.settings import load_settings
    from bot.preview import explanation
    from bot.preview import jsonl as lines

    _require((target is None) == jsonl, "say what to explain: an address, a file or -; or --jsonl alone")
    environ = environment()
    settings = load_settings(environ)
    engine = app.engine(settings, environ, tuple(watchlist or ()))
    if jsonl:
        lines.stream(sys.stdin.buffer, sys.stdout.buffer, lambda request: explanation.explain_line(engine, request))
        return
    from bot.cli import terminal
    from bot.cli.explain_target import read_target

    found = app.run(read_target(settings, str(target)))
    if isinstance(found, tuple):
        terminal.show_feed(str(target), [explanation.explain_item(engine, item) for item in found])
    else:
        terminal.show_explanation(explanation.explain(engine, found))


@cli.command()
def lead(
    jsonl: Jsonl = False,
) -> None:
    """Reduce pages to title, lead and text, in bulk: {id, html, url?} in, {id, title, lead, text, …} out."""
    from bot.preview import explanation
    from bot.preview import jsonl as lines

    _require(jsonl, "lead works in bulk only: newswatch lead --jsonl < pages.jsonl")
    lines.stream(sys.stdin.buffer, sys.stdout.buffer, explanation.lead_line)


@cli.command()
def group(
    jsonl: Jsonl = False,
    window: Annotated[str, typer.Option(help="How far apart reports of one story are published at most.")] = "72h",
) -> None:
    """Say which items tell one story: {id, title, text, url, source, published} in, {id, story, new, score} out."""
    from bot.config.environment import environment
    from bot.config.settings import load_settings
    from bot.preview import jsonl as lines
    from bot.preview.grouping import Grouping
    from bot.stories.semantic import encoder

    _require(jsonl, "group works in bulk only: newswatch group --jsonl < items.jsonl")
    grouping = Grouping(parse_span(window, "--window"), encoder(load_settings(environment()).semantic))
    lines.stream(sys.stdin.buffer, sys.stdout.buffer, grouping.line)


@cli.command()
def backtest(
    days: Annotated[str, typer.Option(help="How far to look back, 7 or 2w; items stay on record for 30 days.")] = "7",
    query: Annotated[str | None, typer.Option(help="Forecast this query instead of watchlists.yaml.")] = None,
) -> None:
    """Say what would have been sent, by watchlist and day, over the items on record. Writes nothing."""
    from bot import app
    from bot.cli import terminal
    from bot.record_management.forecast import forecast as look_back

    back = parse_days(days, DAYS, "items")
    with terminal.waiting("looking through the record"):
        forecast = app.run(look_back(back, query))
    terminal.show_forecast(forecast, query)


@cli.command()
def web() -> None:
    """Print a link to the pages of the running service; it works once, for five minutes."""
    from bot import app
    from bot.record_management.sign_in_link import make_link

    print(app.run(make_link()))


@cli.command()
def doctor() -> None:
    """Check token, chats and rights, database, every source and the clock, and say what to do about each red line."""
    from bot import app
    from bot.cli import terminal
    from bot.cli.doctor.examination import examine

    findings = app.run(examine())
    terminal.show_findings(findings)
    red = {finding.subject for finding in findings if not finding.ok and not finding.source}
    raise typer.Exit(
        Exit.DONE
        if not red
        else Exit.USAGE
        if red <= {"settings", "watchlists.yaml", "listen address"}
        else Exit.FAILED
    )


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise typer.BadParameter(message)
