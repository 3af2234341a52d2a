"""`newswatch db …`: the schema, backups, restore, copies."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.plurals import count
from bot.cli.terminal_progress import progress_bar

if TYPE_CHECKING:
    from bot.store.copies.backup_file import BackupContents

db = typer.Typer(help="The database.", no_args_is_help=True)

_AGO = re.compile(r"([0-9]{1,6})([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


@db.command()
def upgrade() -> None:
    """Bring the database to the schema of this version, ahead of a deployment. Safe to repeat."""
    from bot import app

    app.run(app.upgrade())
    print("the database has the schema of this version")


@db.command()
def backup(
    file: Annotated[
        Path | None, typer.Argument(help="A file, or a folder; default: what NEWSWATCH_BACKUP names.")
    ] = None,
) -> None:
    """Save the whole record as one SQLite file, while the service runs; it is opened and checked before it counts."""
    from bot import app
    from bot.record_management import backup as saving

    with progress_bar("saving") as progress:
        taken = app.run(saving.take(file, progress))
    typer.echo(_describe(taken.contents), err=True)
    print(taken.path)


@db.command()
def check(file: Annotated[Path, typer.Argument(help="A backup.")]) -> None:
    """Read a backup from its first page to its last, and say what is in it; 1 for anything that is not a whole one."""
    from bot.store.copies.backup_file import inspect_backup

    print(f"{file} is whole: {_describe(inspect_backup(file))}")


@db.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    tell_since: Annotated[
        str | None,
        typer.Option(help="Tell what is dated after this: the time of the loss, as 2026-11-30T06:00Z or 3h."),
    ] = None,
) -> None:
    """Put a backup in the place of the database, which is kept beside it. Nothing old is told again."""
    from bot import app
    from bot.record_management import restore as restoring

    since = None if tell_since is None else _parse_time(tell_since)
    with progress_bar("restoring") as progress:
        done = app.run(restoring.restore(file, since, progress))
    print(
        f"restored: what {count(done.restored.sources, 'source')} will show at the next poll counts as known, "
        f"{count(done.restored.ended, 'unsent alert')} of the backup will not be sent"
    )
    if done.kept is not None:
        print(f"the former database is kept as {done.kept}")


@db.command()
def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The address of a database.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The address of an empty one, or one to be made.")],
) -> None:
    """Copy everything from one database to another, between SQLite and PostgreSQL; again where it was broken off."""
    from bot import app
    from bot.record_management import copy as copying

    with progress_bar("copying rows") as progress:
        done = app.run(copying.copy(source, target, progress))
    rows = sum(done.rows.values())
    if done.already:
        print(f"the target holds the same {rows:,} rows already")
    else:
        print(f"{rows:,} rows copied and compared: {_rows(done.rows)}")


def _describe(contents: BackupContents) -> str:
    newest = f", the newest seen {contents.newest:%Y-%m-%d %H:%M} UTC" if contents.newest else ""
    return f"revision {contents.revision}, {contents.size / 1e6:,.1f} MB, {_rows(contents.rows)}{newest}"


def _rows(rows: dict[str, int]) -> str:
    names = {"outbox": "alerts"}
    shown = [f"{many:,} {names.get(name, name)}" for name, many in rows.items() if many]
    return ", ".join(shown) or "nothing in it"


def _parse_time(text: str) -> datetime:
    """Read an instant (ISO 8601, naive is UTC), or how long ago it was."""
    now = datetime.now(UTC)
    if ago := _AGO.fullmatch(text.lower()):
        return now - timedelta(seconds=int(ago[1]) * _SECONDS[ago[2]])
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text[:60]!r} is no time: write 2026-11-30T06:00Z, or how long ago, as 3h", param_hint="--tell-since"
        ) from None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    if at > now:
        raise typer.BadParameter(f"{text[:60]} is still to come", param_hint="--tell-since")
    return at
