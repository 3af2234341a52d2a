"""`newswatch opml`: import and export of lists of feeds, on the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.sources import Json
from bot.errors import ConfigError

opml = typer.Typer(help="Lists of feeds, as other readers exchange them.", no_args_is_help=True)

SHOWN = 20  # lines of what was skipped


@opml.command("import")
def import_(
    file: Annotated[str, typer.Argument(help="An OPML file, however broken, or - for standard input.")],
    only_print: Annotated[bool, typer.Option("--print", help="Print the YAML and change nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Add the feeds of a list to watchlists.yaml: folders become tags, what is there already is left out."""
    from bot.cli import source_tables
    from bot.config.edits.source_insertion import block
    from bot.source_management import actions, opml_exchange
    from bot.text import opml_parser

    context = actions.open_context(needed=False)
    found = opml_parser.parse_opml(_bytes(file, opml_parser.LARGEST + 1))
    if not found.feeds:
        what = "has no outline with the address of a feed (xmlUrl)" if found.is_list else "is no OPML"
        raise ConfigError(f"{file}: {what}; nothing was changed")
    plan = opml_exchange.plan_import(found, context.sources, context.settings.allowed_networks)
    put = bool(plan.entries) and context.config is not None and not only_print
    if put:
        actions.add(context, plan.entries)
    if as_json:
        print(source_tables.as_json(opml_exchange.as_dict(plan)))
    elif plan.entries:
        print(block(plan.entries), end="")
    lines = [f"mended: {line}" for line in plan.mended] + [f"left out: {line}" for line in plan.skipped[:SHOWN]]
    if len(plan.skipped) > SHOWN:
        lines.append(f"left out: {len(plan.skipped) - SHOWN} more")
    if plan.known:
        lines.append(f"left out: {len(plan.known)} that are there already")
    where = f"added to {context.file}" if put else "not added anywhere: put them under `sources:`"
    lines.append(f"{len(plan.entries)} of {len(found.feeds)} feeds {where if plan.entries else 'are new'}")
    print("\n".join(lines), file=sys.stderr)


@opml.command("export")
def export(
    keys: Annotated[bool, typer.Option("--with-keys", help="Leave passwords and keys in the addresses.")] = False,
) -> None:
    """Print the sources of watchlists.yaml as OPML 2.0, tags as folders, without secrets."""
    from bot.source_management import actions, opml_exchange

    context = actions.open_context()
    text, hidden = opml_exchange.export_opml(context.sources, keys=keys)
    sys.stdout.buffer.write(text.encode())
    if hidden:
        print(f"{hidden} addresses hold keys, which are left out; --with-keys writes them", file=sys.stderr)


def _bytes(file: str, most: int) -> bytes:
    try:
        if file == "-":
            return sys.stdin.buffer.read(most)
        with Path(file).open("rb") as opened:
            return opened.read(most)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
