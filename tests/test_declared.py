"""What bot/ imports is what pyproject.toml declares: no dependency comes in by way of another."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent


# What modules import that need an extra: they stand alone, and everything else works without them.
EXTRAS = {"bot/stories/semantic.py": "semantic"}


def _imported() -> dict[str, set[str]]:
    """Return the first names of all imports, those for types only included, with the files they stand in."""
    names: dict[str, set[str]] = {}
    for path in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found = [node.module]
            else:
                continue
            for name in found:
                names.setdefault(name.partition(".")[0], set()).add(path.relative_to(ROOT).as_posix())
    return names


def _declared(requirements: list[str]) -> set[str]:
    """Return the names of the distributions that are required."""
    return {re.split(r"[^\w.-]", text)[0].lower().replace("_", "-") for text in requirements}


def test_every_import_is_declared() -> None:
    """A package that another one stops needing would be missing at the next installation, and so would an extra's."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    always = _declared(project["dependencies"])
    extras = {name: _declared(requirements) for name, requirements in project["optional-dependencies"].items()}
    distributions = packages_distributions()
    missing = {
        (name, file)
        for name, files in _imported().items()
        if name != "bot" and name not in sys.stdlib_module_names
        for file in files
        if (always | extras.get(EXTRAS.get(file, ""), set())).isdisjoint(
            each.lower().replace("_", "-") for each in distributions.get(name, ())
        )
    }
    assert missing == set()
