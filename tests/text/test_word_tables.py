"""The tables of words: every file is well-formed, is read by somebody, and comes along in the package."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

import pytest

from bot.articles.boilerplate import is_boilerplate
from bot.inflection import french, german, italian
from bot.inflection.conjugation import conjugate
from bot.inflection.endings import guess_forms
from bot.inflection.spelling import transliterate
from bot.stories.agency import find_agency
from bot.text import word_tables
from bot.text.tokens import fold
from bot.text.word_tables import TABLES, columns, read_table, word_set

ROOT = Path(__file__).parent.parent.parent
NAMES = sorted(path.stem for path in TABLES.iterdir())
COLUMNS = {
    "french_verbs": 7,
    "italian_verbs": 6,
    "noun_endings": 3,
    "number_words": 2,
    "spellings": 2,
    "verb_endings": 3,
}
PATTERNS = ("boilerplate", "agencies")  # a regular expression a row
FOLDED = (
    *("german_verbs", "french_verbs", "italian_verbs", "small_words", "verb_endings"),
    *("number_words", "places"),
)


@pytest.mark.parametrize("name", NAMES)
def test_every_table_is_well_formed(name: str) -> None:
    """It has sections with rows, says in its head what it is, and no row stands twice in a section."""
    assert (TABLES / f"{name}.txt").read_text(encoding="utf-8").startswith("# ")
    for rows in read_table(name).values():
        assert len(rows) == len(set(rows))


@pytest.mark.parametrize("name", NAMES)
def test_every_table_is_read_by_the_code(name: str) -> None:
    """No table is left behind by the code that it was made for."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py")]
    assert any(f'"{name}"' in text or f"'{name}'" in text for text in texts)


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_every_row_has_its_columns(name: str) -> None:
    """A bar too many or too few would move stems to another tense."""
    for section in read_table(name):
        assert {len(row) for row in columns(name, section)} == {COLUMNS[name]}


@pytest.mark.parametrize("name", PATTERNS)
def test_every_pattern_compiles_by_itself_and_names_no_group(name: str) -> None:
    """One that did not would fail all of them; groups are counted by who reads the table."""
    for rows in read_table(name).values():
        for row in rows:
            assert re.compile(row).groups == 0
            assert not re.search(r"(?<!\\)\.[*+]", row), "not bounded"


@pytest.mark.parametrize("name", FOLDED)
def test_words_that_are_compared_folded_are_folded(name: str) -> None:
    """An accent or a capital in them would match nothing."""
    for section, rows in read_table(name).items():
        for row in rows:
            assert fold(row) == row, section


def test_every_word_of_abbreviations_is_in_small_letters() -> None:
    """They are compared so."""
    for section in read_table("abbreviations"):
        assert all(word == word.lower() for word in word_set("abbreviations", section))


def test_tables_do_what_they_are_for() -> None:
    """One word of each, through the function that reads it."""
    assert is_boilerplate("Read more: what the harbour costs")
    assert find_agency("LONDON (Reuters) - The harbour was closed.") == 1
    assert "trug" in german.conjugate("tragen")
    assert "viendra" in french.conjugate("venir")
    assert "vengo" in italian.conjugate("venire")
    assert "hablaba" in conjugate("hablar", "es")
    assert "pracowala" in conjugate("pracowac", "pl")
    assert "Пескова" in guess_forms("Песков", "ru")
    assert "Peskov" in transliterate("Песков")


@pytest.mark.parametrize(
    "text",
    ["word\n", "[one]\na\n[one]\nb\n", "[one]\n a\n", "[one]\n[two]\na\n"],
    ids=["no section", "a section twice", "white space", "an empty section"],
)
def test_a_table_that_is_not_well_formed_is_refused(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake is told when the table is read, with the name of the file."""
    (tmp_path / "mine.txt").write_text(text, encoding="utf-8")
    monkeypatch.setattr(word_tables, "TABLES", tmp_path)
    unread: Callable[[str], object] = read_table.__wrapped__
    with pytest.raises(ValueError, match=r"mine\.txt"):
        unread("mine")


def test_tables_are_part_of_the_package() -> None:
    """What stands beside the code is declared, or an installed bot would lack it."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    for path in TABLES.iterdir():
        name = path.relative_to(ROOT / "bot").as_posix()
        assert any(fnmatch(name, pattern) for pattern in declared["package-data"]["bot"])
