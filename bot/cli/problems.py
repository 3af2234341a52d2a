"""Shows mistakes of a file with the line that they are in, and a caret under the place.

Lines `file:line:column: what is wrong` come in, text for a terminal goes out. A line that may hold a secret (an
address, a header, what is taken from the environment) is never shown.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from bot.config.regular_file import read_regular_file
from bot.config.watchlists.problem_excerpt import PLACE, excerpt_of

_MOST_BYTES = 8 * 1024 * 1024


def show_problems(problems: Sequence[str], *, places: bool = False) -> None:
    """Print each on stderr, a line each; at a terminal, or with `places`, with the line of the file below it."""
    places = places or sys.stderr.isatty()
    for problem in problems:
        typer.echo(problem, err=True)
        for line in excerpt(problem) if places else ():
            typer.echo(line, err=True)


def excerpt(problem: str) -> tuple[str, ...]:
    """Return the line that a mistake is in, and the caret under the place; nothing where it cannot be shown."""
    found = PLACE.match(problem)
    if not found or problem.startswith("as it would be"):
        return ()
    try:
        text = read_regular_file(Path(found[1]), _MOST_BYTES).decode("utf-8-sig")
    except (OSError, ValueError):
        return ()
    return excerpt_of(problem, text)
