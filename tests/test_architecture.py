"""The shape of the code: one numbered line in ARCHITECTURE.md, and nothing that points backwards."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "bot"
NUMBERED = re.compile(r"^\d+\. (?P<names>.+?)(?: — .*)?$", re.MULTILINE)
NAMED = re.compile(r"`([\w/]+)`")

PURE = ("query", "inflection/words", "match", "story", "summary", "alert", "notify/render")
MAY_MEET = {("match", "query"), ("match", "inflection/words")}
PURE_PARTS = (
    "matching/finder",
    "matching/plan",
    "matching/examine",
    "text",
    "identity",
    "polling/schedule",
    "sending/retry",
    "sending/pace",
    "heartbeat",
    "backtest",
    "chat/texts",
    "chat/statustexts",
    "chat/querytexts",
    "chat/fate",
)
LOOPS = ("poll", "polling/turn", "polling/placing", "deliver", "sending/lane", "sending/tenure", "preview")
ADAPTERS = ("fetch", "http", "store", "notify", "chat", "web")
IO = (
    "aiodns aiohttp aiosqlite alembic asyncio ctypes fcntl ftplib getpass glob http httpx io logging mmap "
    "multiprocessing os pathlib psycopg random requests rich secrets select selectors shutil signal smtplib socket "
    "socketserver sqlalchemy sqlite3 ssl structlog subprocess telegram tempfile threading time trafilatura typer "
    "urllib3 uvloop webbrowser"
)
LONGEST = 350  # lines of a module: more than that, and nobody knows the room
VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "misc", "core", "lib", "shared"}


def line() -> dict[str, int]:
    """Read the numbered list: the name of a module (`store/schema`), or of a folder with `/` behind, and its place."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").partition("\n## The line\n")[2].partition("\n## ")[0]
    names = [name for row in NUMBERED.finditer(text) for name in NAMED.findall(row["names"])]
    assert len(names) == len(set(names)), "a module stands in the list twice"
    return {name: place for place, name in enumerate(names)}


def modules() -> dict[str, Path]:
    """Find every module of the bot; a package stands for its own `__init__`."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).with_suffix("").as_posix()
        found[name.removesuffix("/__init__") if name != "__init__" else ""] = path
    return found


def place(name: str, listed: dict[str, int]) -> int | None:
    """Say where a module stands: by its own name, or by the folder that holds it."""
    if name in listed:
        return listed[name]
    folders = [folder for folder in listed if folder.endswith("/") and name.startswith(folder)]
    return listed[max(folders, key=len)] if folders else None


def is_typing_only(node: ast.AST) -> bool:
    """Recognise `if TYPE_CHECKING:`, whose imports never run."""
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


def statements(tree: ast.AST) -> list[ast.AST]:
    """Walk a tree, inside functions too, but not into what only a type checker reads."""
    found: list[ast.AST] = []
    for node in ast.iter_child_nodes(tree):
        found.append(node)
        if is_typing_only(node):
            continue
        found.extend(statements(node))
    return found


def imported(path: Path) -> set[str]:
    """Name everything that a file imports, dotted, as absolute names."""
    found = set()
    for node in statements(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno}: a relative import"
            module = node.module or ""
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


def own_imports(path: Path, known: dict[str, Path]) -> set[str]:
    """Name the modules of the bot that a file imports, as they stand in the list."""
    found = set()
    for dotted in imported(path):
        if dotted != "bot" and not dotted.startswith("bot."):
            continue
        parts = dotted.split(".")[1:]
        while parts and "/".join(parts) not in known:
            parts.pop()
        found.add("/".join(parts))
    return found - {""}


def test_every_module_stands_in_the_list_and_nothing_else_does() -> None:
    """ARCHITECTURE.md lists the tree as it is."""
    listed, known = line(), modules()
    homeless = [
        name
        for name, path in known.items()
        if place(name, listed) is None and (path.name != "__init__.py" or imported(path))
    ]
    assert homeless == []
    gone = [name for name in listed if name not in known and not (name.endswith("/") and (PACKAGE / name).is_dir())]
    assert gone == []


def test_a_module_imports_only_modules_above_it() -> None:
    """The list is a line: nothing points backwards, inside functions neither."""
    listed, known = line(), modules()
    backwards = []
    for name, path in known.items():
        here = place(name, listed)
        for other in own_imports(path, known) - {name}:
            there = place(other, listed)
            if here is not None and there is not None and there > here:
                backwards.append(f"{name} imports {other}")
    assert backwards == []


def test_a_module_imports_no_package_that_stands_below_it() -> None:
    """To import one module of a package runs the whole package first: it stands above too, or nothing loads alone."""
    listed, known = line(), modules()
    backwards = []
    for name, path in known.items():
        here = place(name, listed)
        for other in own_imports(path, known):
            package = other.rpartition("/")[0]
            there = place(package, listed) if package and imported(known[package]) else None
            if here is not None and there is not None and there > here and not name.startswith(f"{package}/"):
                backwards.append(f"{name} imports {other}")
    assert backwards == []


@pytest.mark.parametrize("name", [*PURE, *PURE_PARTS])
def test_a_pure_stage_does_no_io_and_asks_no_clock(name: str) -> None:
    """A pure stage is a function of what it is given: no files, no network, no clock, no chance, no printing."""
    path = PACKAGE / f"{name}.py"
    assert {dotted.split(".")[0] for dotted in imported(path)} & set(IO.split()) == set()
    assert not any(dotted.startswith("urllib.request") for dotted in imported(path))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func
            assert not (isinstance(called, ast.Name) and called.id in {"open", "print", "input", "eval", "exec"}), name
            assert not (isinstance(called, ast.Attribute) and called.attr in {"now", "utcnow", "today"}), name


@pytest.mark.parametrize("name", PURE)
def test_pure_stages_do_not_import_one_another(name: str) -> None:
    """Stages meet in poll and preview; only matching builds on queries and words."""
    known = modules()
    others = own_imports(known[name], known) & (set(PURE) - {name})
    assert {(name, other) for other in others} <= MAY_MEET


@pytest.mark.parametrize("name", LOOPS)
def test_the_loops_know_ports_and_never_an_adapter(name: str) -> None:
    """Polling and delivery run the same with any fetcher, store and medium."""
    known = modules()
    assert {other for other in own_imports(known[name], known) if other.split("/")[0] in ADAPTERS} == set()


def test_only_the_wiring_builds_real_things() -> None:
    """No module but the wiring and what stands on it imports the store's or the fetcher's implementation."""
    listed, known = line(), modules()
    wiring = listed["app"]
    for name, path in known.items():
        here = place(name, listed)
        if here is None or here >= wiring:
            continue
        strangers = {
            other
            for other in own_imports(path, known)
            if other.split("/")[0] in {"fetch", "store"} and other.split("/")[0] != name.split("/")[0]
        }
        assert strangers == set(), name


def test_modules_are_named_by_what_they_are() -> None:
    """A drawer for odds and ends is not a module."""
    assert [name for name in modules() if set(name.split("/")) & VAGUE] == []


def test_no_module_outgrows_two_screens_by_far() -> None:
    """A module is one idea; beyond 350 lines it is two."""
    long = {
        name: count
        for name, path in modules().items()
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert long == {}
