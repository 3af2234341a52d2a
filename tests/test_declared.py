"""What bot/ imports is what pyproject.toml declares: no dependency comes in by way of another."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent


def _imported() -> set[str]:
    """Return the first names of all imports, those for types only included."""
    names: set[str] = set()
    for path in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module)
    return {name.partition(".")[0] for name in names}


def test_every_import_is_declared() -> None:
    """A package that another one stops needing would be missing at the next installation."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[^\w.-]", text)[0].lower().replace("_", "-") for text in project["dependencies"]}
    distributions = packages_distributions()
    missing = {
        name
        for name in _imported() - {"bot", *sys.stdlib_module_names}
        if declared.isdisjoint(each.lower().replace("_", "-") for each in distributions.get(name, ()))
    }
    assert missing == set()
