"""Whether the tests notice when the pure core is changed by one token: `make mutate`, or `run.py all`, or a path.

The changes are those of cosmic-ray, one at each place, sampled by a fixed seed; `plan.toml` says in which modules, and
with which tests. They are made in a copy of the tree. Annotations and decorators are left alone: they declare, and mypy
reads them. What survives is printed; too much of it ends with 1.
"""

from __future__ import annotations

import ast
import importlib
import os
import random
import shutil
import signal
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("bot", "tests", "pyproject.toml", "ARCHITECTURE.md")
# Imported once, before the tests of each change run in a fork: starting takes longer than most tests.
HEAVY = ("pytest", "aiohttp", "alembic", "lxml.html", "pydantic", "regex", "sqlalchemy.ext.asyncio")

Place = tuple[int, int]  # line and column, as parso counts them


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the occurrence of an operator of cosmic-ray in a module."""

    module: str
    place: Place
    operator: str
    occurrence: int

    def made(self, code: str) -> str:
        """Return the module with the change in it."""
        changed: str = mutate_code(code, get_operator(self.operator)(), self.occurrence)
        return changed


def changes(module: str, code: str) -> Iterator[Change]:
    """Give every change of a module that is none of a declaration."""
    declared = list(declarations(code))
    nodes = [*ast_nodes(get_ast(code))]
    for name in operator_names():
        operator = get_operator(name)
        if operator.arguments() or name.endswith("RemoveDecorator"):
            continue
        places = (start for node in nodes for start, _ in operator().mutation_positions(node))
        for occurrence, place in enumerate(places):
            if not any(begin <= place < end for begin, end in declared):
                yield Change(module, place, name, occurrence)


def declarations(code: str) -> Iterator[tuple[Place, Place]]:
    """Give where annotations and decorators begin and end."""
    for node in ast.walk(ast.parse(code)):
        parts: list[Any] = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        parts += getattr(node, "decorator_list", [])
        for one in parts:
            if one is not None:
                yield (one.lineno, one.col_offset), (one.end_lineno, one.end_col_offset)


def one_a_place(every: Sequence[Change], chance: random.Random) -> list[Change]:
    """Return one change of each place, in the order of the places."""
    places: dict[tuple[str, Place], list[Change]] = {}
    for change in every:
        places.setdefault((change.module, change.place), []).append(change)
    return [chance.choice(places[place]) for place in sorted(places)]


def notices(copy: Path, tests: Sequence[str], limit: int) -> bool:
    """Return whether a test fails in the copy, in a process of its own."""
    child = os.fork()
    if not child:
        signal.alarm(limit)  # a change that makes a loop endless is noticed by that
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        os.chdir(copy)
        sys.path.insert(0, str(copy))
        sys.dont_write_bytecode = True
        import pytest

        failed = pytest.main(["-x", "-q", "-n", "0", "-p", "no:randomly", "--hypothesis-seed=0", *tests])
        os._exit(int(bool(failed)))
    _, status = os.waitpid(child, 0)
    return status != 0


def difference(before: str, after: str) -> tuple[str, str]:
    """Return the lines that a change takes away and puts in."""
    lines = list(unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))[3:]
    taken = " ".join(line[1:].strip() for line in lines if line.startswith("-"))
    return taken, " ".join(line[1:].strip() for line in lines if line.startswith("+"))


def chosen(plan: Mapping[str, Any], asked: Sequence[str]) -> list[Change]:
    """Return the changes to make: a sample, or all of them, or those of the modules that are named."""
    named = [one for one in asked if one != "all"]
    modules = [one for one in plan["modules"] if not named or one in named]
    every = [change for module in modules for change in changes(module, (ROOT / module).read_text())]
    chance = random.Random(plan["seed"])  # noqa: S311 - a sample, not a secret
    places = one_a_place(every, chance)
    return places if asked else chance.sample(places, min(plan["sample"], len(places)))


def main(asked: Sequence[str]) -> int:
    """Make the changes one after the other; return the exit code."""
    plan = tomllib.loads(Path(__file__).with_name("plan.toml").read_text())
    excused = {(one["module"], one["line"], one["changed"]) for one in plan.get("survivors", ())}
    makes = chosen(plan, asked)
    made = noticed = 0
    for name in HEAVY:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory(prefix="newswatch-mutation") as folder:
        copy = Path(folder)
        for name in COPIED:
            there = ROOT / name
            (shutil.copytree if there.is_dir() else shutil.copyfile)(there, copy / name)
        for module in sorted({one.module for one in makes}):
            assert not notices(copy, plan["modules"][module], plan["limit"]), f"{module}: its tests fail as it is"
        for change in makes:
            before = (ROOT / change.module).read_text()
            after = change.made(before)
            taken, put = difference(before, after)
            if (change.module, taken, put) in excused:
                continue
            made += 1
            (copy / change.module).write_text(after)
            if notices(copy, plan["modules"][change.module], plan["limit"]):
                noticed += 1
            else:
                print(f"{change.module}:{change.place[0]}\n  - {taken}\n  + {put}", flush=True)
            (copy / change.module).write_text(before)
    print(f"{noticed} of {made} changes are noticed")
    return int(noticed < plan["least"] * made)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
