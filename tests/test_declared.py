"""What bot/ imports is what pyproject.toml declares: no dependency comes in by way of another."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


# What modules import that need an extra: they stand alone, and everything else works without them.
EXTRAS = {
    "bot/notify/apprise/address.py": "outputs",
    "bot/stories/semantic.py": "semantic",
    "bot/stories/second_encoder.py": "semantic-plus",
}


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


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_case_118_dependencies_are_locked_with_hashes_and_name_no_index(name: str) -> None:
    """Every line is one version with its hashes: no address, no option, nothing that somebody else could change."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert lines
    strange = [
        line
        for line in lines
        if not re.fullmatch(r"[\w.-]+==[\w.+!]+( ; [\w !='\"]+)?( +--hash=sha256:[0-9a-f]{64})+ *", line)
    ]
    assert strange == []
    names = {re.split("==", line)[0].lower().replace("_", "-") for line in lines}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {one.partition("[")[0] for one in _declared(project["dependencies"])} <= names
