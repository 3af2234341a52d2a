"""The list of faults and the tests that carry their numbers name each other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_fault_has_a_test_and_every_numbered_test_its_fault() -> None:
    """The rows of `docs/faults.md` are what `test_case_N_…` shows, no more and no less, each number once."""
    rows = re.findall(r"^\| (\d+) \|", (ROOT / "docs" / "faults.md").read_text(encoding="utf-8"), re.MULTILINE)
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    named = {number for text in texts for number in re.findall(r"def test_case_(\d+)_", text)}
    assert len(rows) == len(set(rows)), "a number stands twice"
    assert sorted(set(rows) ^ named, key=int) == []
