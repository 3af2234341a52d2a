"""The shape of the code: the layers of ARCHITECTURE.md, no arrow upwards, names that are found at first guess."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "bot"
NAMED = re.compile(r"`([\w/]+)`")

PURE = (
    "matching/query",
    "inflection/word_forms",
    "matching/engine",
    "stories/assign",
    "articles/lead",
    "alerts/recipients",
    "notify/render",
)
MAY_MEET = {("matching/engine", "matching/query"), ("matching/engine", "inflection/word_forms")}
PURE_PARTS = (
    "matching/finder",
    "matching/planner",
    "matching/evaluation",
    "text/tokens",
    "item_identity",
    "alerts/policy",
    "polling/schedule",
    "delivery/retry",
    "delivery/rate_limit",
    "process/heartbeat",
    "preview/backtest",
    "chat/texts/basics",
    "chat/texts/owners/status",
    "chat/texts/queries",
    "preview/delivery_reason",
)
LOOPS = (
    "polling/loop",
    "polling/poll_source",
    "polling/story_assignment",
    "delivery/loop",
    "delivery/claimed_alerts",
    "delivery/attempt",
    "delivery/role_lease",
    "preview/explanation",
)
ADAPTERS = ("fetch", "store", "notify", "chat", "web")
IO = (
    "aiodns aiohttp aiosqlite alembic asyncio ctypes fcntl ftplib getpass glob http httpx io logging mmap "
    "multiprocessing os pathlib psycopg random requests rich secrets select selectors shutil signal smtplib socket "
    "socketserver sqlalchemy sqlite3 ssl structlog subprocess telegram tempfile threading time trafilatura typer "
    "urllib3 uvloop webbrowser"
)
LONGEST = 350  # lines of a module: more than that, and it holds two ideas
WIDEST = 16  # modules of a folder: more than that, and it has sub-folders that nobody has named
VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "misc", "core", "lib", "shared"}
# Names that may stand in several folders: the same noun in what people write, what is done and what is said; the same
# role in each medium and in each loop.
SAME_NOUN = ("chat/arguments", "chat/handlers", "chat/handlers/owners", "chat/texts", "chat/texts/owners")
SAME_ROLE = {"loop", "rate_limit", "schedule", "__init__", "__main__"}


def layers() -> dict[str, int]:
    """Read the layers of ARCHITECTURE.md: each folder and top-level module with the number of its line, top first."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    listed = text.partition("<!-- layers -->")[2].partition("<!-- end of layers -->")[0].strip().splitlines()
    rows = [NAMED.findall(row.partition(" — ")[0]) for row in listed]
    names = [name for row in rows for name in row]
    assert len(names) == len(set(names)), "a folder stands in two layers"
    return {name: place for place, row in enumerate(rows) for name in row}


def modules() -> dict[str, Path]:
    """Find every module of the bot; a package stands for its own `__init__`."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).with_suffix("").as_posix()
        found[name.removesuffix("/__init__") if name != "__init__" else ""] = path
    return found


def layer_of(name: str) -> str:
    """Return what a module belongs to in the list: its top folder, or itself where it stands beside the folders."""
    return name.partition("/")[0]


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


def test_every_folder_and_top_module_has_its_layer_and_nothing_else_does() -> None:
    """ARCHITECTURE.md lists the tree as it is."""
    assert {layer_of(name) for name in modules() if name} == set(layers())


def test_a_folder_imports_only_from_layers_below_it() -> None:
    """No arrow points up or sideways between layers, inside functions neither."""
    listed, known = layers(), modules()
    upwards = [
        f"{name} imports {other}"
        for name, path in known.items()
        for other in own_imports(path, known)
        if name and layer_of(name) != layer_of(other) and listed[layer_of(other)] <= listed[layer_of(name)]
    ]
    assert upwards == []


def test_no_modules_import_one_another_in_a_circle() -> None:
    """Inside a folder, too, each module can be understood after those that it imports."""
    known = modules()
    arrows = {name: own_imports(path, known) - {name} for name, path in known.items()}
    done: set[str] = set()
    while ready := {name for name in arrows if name not in done and arrows[name] <= done}:
        done |= ready
    assert sorted(set(arrows) - done) == []


def test_a_name_stands_once_in_the_tree() -> None:
    """Who looks for a module by its name finds one; what may repeat is said above."""
    homes = defaultdict(list)
    for name in modules():
        folder, _, own = name.rpartition("/")
        medium = folder.startswith("notify/")
        if own and own not in SAME_ROLE and modules()[name].name != "__init__.py":
            homes[own].append("chat" if folder in SAME_NOUN else "a medium" if medium else folder)
    assert {own: folders for own, folders in homes.items() if len(set(folders)) > 1} == {}


def test_a_folder_has_no_module_beside_it_of_its_name() -> None:
    """`poll.py` beside `polling/` makes everybody look twice."""
    names = set(modules())
    twins = [name for name in names if (PACKAGE / name).is_dir() and (PACKAGE / f"{name}.py").exists()]
    assert twins == []


def test_no_folder_holds_more_modules_than_can_be_seen_at_once() -> None:
    """Migrations are a list of their own and are read by number."""
    count: dict[str, int] = defaultdict(int)
    for name, path in modules().items():
        if path.name != "__init__.py" and not name.startswith("store/migrations/"):
            count[name.rpartition("/")[0]] += 1
    assert {folder: many for folder, many in count.items() if many > WIDEST} == {}


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
    listed, known = layers(), modules()
    for name, path in known.items():
        if not name or listed[layer_of(name)] <= listed["app"]:
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
