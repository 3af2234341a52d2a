"""Sources in files beside watchlists.yaml: read together, read again where they changed, and held to the same rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config.active import ActiveConfig
from bot.config.watchlists.source_files import SourceFiles
from bot.config.watchlists.watchlists_file import load
from bot.errors import ConfigError

FILE = """\
defaults: {every: 1h}
sources_from: [world.opml, "sources/*.yaml"]
sources:
  - {name: Own, url: 'https://own.example/feed', tags: [home]}
watchlists:
  k: {keywords: ['Kremlin', 'source:Nordlicht'], sources: [home, Europe, north]}
"""
LIST = """\
<opml version="2.0"><body><outline text="Europe">
<outline text="Courier" xmlUrl="https://courier.example/feed"/>
<outline text="Own" xmlUrl="https://other.example/feed"/>
<outline text="Twice" xmlUrl="https://own.example/feed"/>
<outline text="Thief" xmlUrl="https://thief.example/?${TOKEN}"/>
</outline></body></opml>
"""
NORTH = "sources:\n  - {name: Nordlicht, url: 'https://nord.example/rss', tags: [north], every: 5m}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a watchlists.yaml with a list and one file of sources beside it."""
    (tmp_path / "sources").mkdir()
    (tmp_path / "world.opml").write_text(LIST)
    (tmp_path / "sources" / "north.yaml").write_text(NORTH)
    path = tmp_path / "watchlists.yaml"
    path.write_text(FILE)
    return path


def test_all_files_are_one_configuration(file: Path) -> None:
    """Defaults hold for every file, tags and names of each can be used, and folders of a list are tags."""
    config = load(file, {"TOKEN": "secret"})
    assert [(one.name, one.tags, one.every.total_seconds()) for one in config.sources] == [
        ("Courier", ("Europe",), 3600),
        ("Own (other.example)", ("Europe",), 3600),
        ("Nordlicht", ("north",), 300),
        ("Own", ("home",), 3600),
    ]


def test_what_a_list_says_is_no_mistake_of_ours(file: Path) -> None:
    """Doubles are left out with a warning, and nobody's list gets anything of our environment."""
    warnings = "\n".join(load(file, {"TOKEN": "secret"}).warnings)
    assert "world.opml:1:1: the same address as another source" in warnings
    assert "'Thief' is left out" in warnings
    assert "secret" not in warnings


def test_a_mistake_is_named_with_its_file_and_line(file: Path) -> None:
    """All mistakes of all files come at once."""
    (file.parent / "sources" / "north.yaml").write_text(NORTH + "  - {name: Own, url: 'https://x.example/'}\n")
    (file.parent / "sources" / "south.yaml").write_text("sources:\n  - {name: S, url: 'ftp://s.example/'}\n")
    with pytest.raises(ConfigError) as raised:
        load(file, {})
    said = "\n".join(raised.value.problems)
    assert "south.yaml:2:" in said
    assert "north.yaml:3:1: duplicate source name 'Own'" in said


@pytest.mark.parametrize("bad", ["", "watchlists: {}", "sources: []", "- a", "\0", "sources: [", "<opml>"])
def test_a_file_that_holds_no_sources_is_a_mistake(file: Path, bad: str) -> None:
    """Whatever else is in it."""
    (file.parent / "sources" / "bad.yaml").write_text(bad)
    with pytest.raises(ConfigError, match=r"bad\.yaml:"):
        load(file, {})


def test_a_list_that_is_none_is_a_mistake_and_a_missing_one_a_warning(file: Path) -> None:
    """A page that was saved in its place is not an empty list."""
    (file.parent / "world.opml").unlink()
    file.write_text(FILE.replace("Europe, ", ""))
    assert any("world.opml:1:1: sources_from names it" in line for line in load(file, {}).warnings)
    (file.parent / "world.opml").write_text("<html>nothing here")
    with pytest.raises(ConfigError, match="no list of feeds"):
        load(file, {})


def test_only_what_has_changed_is_read_again(file: Path) -> None:
    """The sources of the other files are the same objects, so that nothing is compared or built anew for them."""
    files = SourceFiles()
    before = load(file, {}, files=files)
    (file.parent / "sources" / "north.yaml").write_text(NORTH.replace("5m", "10m"))
    after = load(file, {}, files=files)
    assert after.sources[0] is before.sources[0]
    assert after.sources[2] != before.sources[2]
    assert after.fingerprint != before.fingerprint
    file.write_text(FILE.replace("every: 1h", "every: 2h"))
    assert load(file, {}, files=files).sources[0].every.total_seconds() == 7200


async def test_an_edit_of_any_file_is_noticed_and_swapped_in(file: Path) -> None:
    """At the second look at which it is the same, as with watchlists.yaml itself; a new file is an edit too."""
    current = ActiveConfig(file, {})
    assert not current.watched.changed()
    for name, content in (("north.yaml", NORTH.replace("5m", "10m")), ("south.yaml", NORTH.replace("ord", "ull"))):
        (file.parent / "sources" / name).write_text(content)
        assert not current.watched.changed()
        assert current.watched.changed()
        assert await current.reload()
        current.watched.accept()
        assert not current.watched.changed()
    assert "Nullhlicht" not in current.setup().sources
    assert "Nulllicht" in current.setup().sources


@pytest.mark.parametrize(
    "pattern", ["/nowhere/newswatch/*.yaml", "**.nothing", "x" * 400, "x" * 400 + "*", "[", "a/../[!"]
)
def test_a_pattern_that_finds_nothing_is_warned_of(file: Path, pattern: str) -> None:
    """Absolute, too long, odd: it neither ends the program nor hides what the others find, now or at the next look."""
    file.write_text(FILE.replace('"sources/*.yaml"', f'"sources/*.yaml", "{pattern}"'))
    files = SourceFiles()
    config = load(file, {}, files=files)
    assert "Nordlicht" in [one.name for one in config.sources]
    assert any("there is no such file" in one for one in config.warnings)
    assert files.signature() == files.loaded()
