"""The documents say what the code does: every setting, verb, option, command and key, and no dead link."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel

from bot.chat.registry import COMMANDS
from bot.cli.main import cli
from bot.config.settings import Settings
from bot.config.watchlists import watchlists_schema
from bot.errors import Exit
from bot.matching.engine import build_engine
from bot.model import Watchlist

ROOT = Path(__file__).parent.parent
HIDDEN = (".venv", ".git", "node_modules")
PAGES = sorted(path for path in ROOT.rglob("*.md") if not set(path.relative_to(ROOT).parts) & set(HIDDEN))
README = ROOT / "README.md"
ELSEWHERE = {"faults", "accuracy", "scale"}  # for those who change the code, named by other pages
LINK = re.compile(r"(?<!`)\]\((?!https?:|mailto:)([^)\s]+)\)")


def page(name: str) -> str:
    """Read a page of docs/."""
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def verbs() -> dict[str, Any]:
    """List every verb of the command line, `db upgrade` for those that have two words."""
    found: dict[str, Any] = {}
    root: Any = typer.main.get_command(cli)
    for name, command in root.commands.items():
        below = getattr(command, "commands", {})
        found |= {f"{name} {word}": verb for word, verb in below.items()} or {name: command}
    return found


def keys() -> set[str]:
    """List every key that watchlists.yaml may have."""
    sections = [
        section
        for section in vars(watchlists_schema).values()
        if isinstance(section, type)
        and issubclass(section, BaseModel)
        and section.__module__ == watchlists_schema.__name__
    ]
    return {field.alias or name for section in sections for name, field in section.model_fields.items()}


def rows(name: str) -> list[str]:
    """Return the first cells of the tables of a page."""
    return re.findall(r"^\| (`[^|]+) \|", page(name), re.MULTILINE)


def test_the_page_of_settings_explains_each_and_no_other() -> None:
    """Nobody has to read the source to find a setting, and what is not there is not explained."""
    assert {cell.strip("`").lower() for cell in rows("settings")} == set(Settings.model_fields)


def test_the_page_of_the_command_line_explains_every_verb_and_its_options() -> None:
    """Every verb of the command line stands in the table, with its options."""
    for name, verb in verbs().items():
        found = [row for row in page("command-line").splitlines() if re.match(rf"\| `{name}[ `]", row)]
        assert found, f"{name} is not in the table of verbs"
        options = {option for parameter in verb.params for option in parameter.opts if option.startswith("--")}
        assert {option for option in options - {"--help"} if option not in " ".join(found)} == set(), name


def test_the_page_of_the_chat_explains_every_command_and_no_other() -> None:
    """What the bot understands in a chat is what its table says, but for what only buttons and forwards say."""
    assert set(re.findall(r"`/(\w+)", page("chat"))) == set(COMMANDS) - {"decline", "forwarded", "found", "file"}


def test_the_page_of_the_command_line_explains_every_exit_code() -> None:
    """A scheduler's author finds what each exit code means."""
    for code in Exit:
        assert re.search(rf"^\| `{code.value}` \|", page("command-line"), re.MULTILINE), code


def test_the_page_of_watchlists_explains_every_key() -> None:
    """Every key that the file may have is explained."""
    assert {key for key in keys() if f"`{key}`" not in page("watchlists")} == set()


def test_the_queries_of_the_readme_find_what_it_says() -> None:
    """Each fires on the text beside it, and on the other one it does not."""
    table = re.findall(r"^\| `(.+)` \| (.+) \| (.+) \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(table) == 10
    for query, finds, silent in table:
        engine = build_engine((Watchlist("w", "w", (query,)),), ())
        assert engine.match(finds, "", ""), (query, finds)
        assert not engine.match(silent, "", ""), (query, silent)


def test_the_readme_takes_two_screens() -> None:
    """What it is, how to see it and how to have it; all else is in docs/, each page named."""
    text = README.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 100
    named = set(re.findall(r"\(docs/([a-z-]+)\.md", text))
    assert named >= {path.stem for path in (ROOT / "docs").glob("*.md")} - ELSEWHERE


def test_the_documents_name_no_verb_that_is_not_there() -> None:
    """What is not there is not in the documents either."""
    known = {name.split()[0] for name in verbs()} | {"run"}
    for page in PAGES:
        if page.name != "CHANGELOG.md":
            named = re.findall(r"`(?:\.venv/bin/)?newswatch ([a-z]+)", page.read_text(encoding="utf-8"))
            assert set(named) <= known, page


def test_architecture_and_contributing_name_no_file_that_is_not_there() -> None:
    """A path in code marks, or the module of a path that ends without .py, exists."""
    for name in ("ARCHITECTURE.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        named = re.findall(r"`((?:bot|tests|docs|bench|deploy)/[^`*\s]+)`", text)
        assert named
        assert {path for path in named if not (ROOT / path).exists()} == set(), name
        inside = re.findall(r"`([a-z_]+/[a-z_]+(?:/[a-z_]+)*)`", text)
        inside = [path for path in inside if path.split("/")[0] not in {"bot", "tests", "docs", "bench", "deploy"}]
        folders = [path for path in inside if (ROOT / "bot" / path.split("/")[0]).is_dir()]
        missing = {path for path in folders if not list((ROOT / "bot").glob(f"{path}*"))}
        assert missing == set(), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_within_the_documents_leads_somewhere(page: Path) -> None:
    """A relative link names a file that exists, and its fragment a heading of it."""
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        name, _, fragment = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        if fragment and target.suffix == ".md":
            assert fragment in anchors(target), link


def anchors(page: Path) -> set[str]:
    """Name the fragments that lead to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
