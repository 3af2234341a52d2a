"""`newswatch sources`: add, list and test sources, on the command line."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bot.errors import BotError, Exit
from bot.process.clock import wall

sources = typer.Typer(help="The places to poll: add one, list them, try one.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one line of JSON.")]


@sources.command()
def add(
    url: Annotated[str, typer.Argument(help="A feed, a site, a channel, an account, a search: what you would paste.")],
    name: Annotated[str | None, typer.Option(help="Default: what the source calls itself.")] = None,
    tags: Annotated[list[str] | None, typer.Option(help="Words for watchlists; several by commas, or again.")] = None,
    every: Annotated[str | None, typer.Option(help="How often to ask: 30s, 10m, 1h.")] = None,
    select: Annotated[str | None, typer.Option(help="A CSS selector of the article links of a page.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take the best without asking.")] = False,
    only_print: Annotated[bool, typer.Option("--print", help="Print the YAML and change nothing.")] = False,
) -> None:
    """Find out what an address brings, and put it into watchlists.yaml."""
    from bot import app
    from bot.cli import source_tables, terminal
    from bot.config.edits.source_insertion import block
    from bot.source_management import actions
    from bot.sources.sites.pasted_address import expand_handle

    words = [word.strip() for part in tags or () for word in part.split(",")]
    _check_interval(every)
    request = actions.AddRequest(expand_handle(url.strip()), name, tuple(word for word in words if word), every, select)
    context = actions.open_context(needed=not only_print)
    with terminal.waiting(f"looking at {url}"):
        finds = app.run(actions.survey_address(context, request))
    source_tables.show_finds(finds, wall(), to_stderr=only_print)
    find = finds[0 if yes or only_print or not sys.stdin.isatty() else _choice(len(finds))]
    entry = actions.entry(context, request, find)
    if only_print:
        print(block([entry]), end="")
        return
    actions.add(context, [entry])
    print(f"\nadded to {context.file}:\n{block([entry])}", end="")
    print("What is there already is not told; a running bot notices within 10 seconds.")


@sources.command("list")
def list_(as_json: Json = False) -> None:
    """Show the sources of watchlists.yaml, and how each of them does."""
    from bot import app
    from bot.cli import source_tables
    from bot.source_management import actions

    listed = app.run(actions.list_sources(actions.open_context()))
    if as_json:
        print(source_tables.as_json({"sources": [source_tables.listed_as_dict(one) for one in listed]}))
    else:
        source_tables.show_list(listed, wall())


@sources.command("test")
def trial(
    target: Annotated[str, typer.Argument(help="The name of a source, or any address.")], as_json: Json = False
) -> None:
    """Poll one source without recording anything, and show what it brings, or why it does not."""
    from bot import app
    from bot.cli import source_tables, terminal
    from bot.source_management import actions
    from bot.sources.sites.pasted_address import expand_handle

    context = actions.open_context(needed=False)
    try:
        with terminal.waiting(f"asking {target}"):
            source, find = app.run(actions.try_source(context, expand_handle(target)))
    except BotError as error:
        if as_json:
            print(source_tables.as_json({"source": target, "ok": False, "error": str(error)}))
            raise typer.Exit(error.exit_code) from None
        raise
    if as_json:
        print(source_tables.as_json({"source": source.name, "ok": True, **source_tables.find_as_dict(find)}))
    else:
        source_tables.show_trial(source, find, wall())


def _choice(many: int) -> int:
    """Ask which of them; a person may also take none."""
    if many == 1:
        if not typer.confirm("Add it?", default=True):
            raise typer.Exit(Exit.DONE)
        return 0
    number: int = typer.prompt(f"Which one? 1 to {many}, 0 for none", default=1, type=int)
    if not 1 <= number <= many:
        raise typer.Exit(Exit.DONE)
    return number - 1


def _check_interval(every: str | None) -> None:
    from pydantic_core import PydanticCustomError

    from bot.config.watchlists.yaml_values import interval

    try:
        if every is not None:
            interval(every)
    except PydanticCustomError as error:
        raise typer.BadParameter(f"{every!r} is {error.message()}", param_hint="--every") from None
