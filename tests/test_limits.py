"""docs/limits.md says of each limit what the constant beside it holds."""

from __future__ import annotations

import importlib
import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery.rate_limit import Limits
from bot.sources.workers.worker_pool import LARGE, MEGABYTE, MODEST, SUSPECT

PAGE = (Path(__file__).parents[1] / "docs" / "limits.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| .+ \| (.+) \| .+ \| `([\w.]+)` \|$", PAGE, re.MULTILINE)
BYTES = {"KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}
SECONDS = {"s": 1, "min": 60, "h": 3600, "days": 86_400}
SUFFIXES = {"_DAYS": 86_400, "_MS": 0.001}  # of names of constants: seconds that one of their units has


def written(value: str) -> float:
    """Return a value of the table as a number, as bytes, or as seconds."""
    number, _, unit = value.partition(" ")
    return float(number.replace(",", "")) * (BYTES | SECONDS | {"": 1})[unit]


def held(name: str) -> float:
    """Return what a constant holds, times in seconds."""
    module, _, constant = name.rpartition(".")
    value = getattr(importlib.import_module(f"bot.{module}"), constant)
    if isinstance(value, timedelta):
        return value.total_seconds()
    return float(value * next((unit for suffix, unit in SUFFIXES.items() if constant.endswith(suffix)), 1))


@pytest.mark.parametrize(("value", "name"), ROWS, ids=[name for _, name in ROWS])
def test_a_limit_is_what_its_constant_holds(value: str, name: str) -> None:
    """Whoever changes one of them changes the other."""
    assert written(value) == pytest.approx(held(name))


def test_every_row_of_the_page_is_compared() -> None:
    """A row in another form would not be."""
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| what", "| ---"))]
    assert len(ROWS) == len(rows) > 100
    assert len({name for _, name in ROWS}) == len(ROWS)


def test_every_limit_of_matching_that_people_meet_is_on_the_page() -> None:
    """A new limit of a query or a chat needs its row."""
    limits = importlib.import_module("bot.matching.query_limits")
    names = {name for name in vars(limits) if name.startswith(("QUERY_", "CHAT_", "PERSONAL_", "ITEM_"))}
    assert names <= {name.rpartition(".")[2] for _, name in ROWS}


def test_the_page_says_the_pace_and_the_memory_of_all_children() -> None:
    """Limits that stand in sentences hold as well."""
    pace = Limits()
    text = " ".join(PAGE.split())
    assert f"{pace.bot.per_second} messages a second in all" in text
    assert f"{pace.group.per_second * 60:.0f} a minute in a group" in text
    assert pace.chat.per_second == 1
    assert f"{(MODEST + LARGE + SUSPECT) // MEGABYTE} MB of private data" in text
