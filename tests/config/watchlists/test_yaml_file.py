"""YAML files: positions, limits, and nothing that a tag or an alias could do."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.config.watchlists.yaml_file import (
    MOST_BYTES,
    Misread,
    YamlDocument,
    child,
    compose,
    find,
    plain,
    problem,
    read,
    reading,
    shown,
)
from bot.errors import ConfigError


def refused(data: bytes | str) -> str:
    """Return the only line of what keeps a file from being read."""
    with pytest.raises(ConfigError) as caught:
        compose(data.encode() if isinstance(data, str) else data, "f.yaml")
    (line,) = caught.value.problems
    return line


def data_of(text: str) -> tuple[object, list[str]]:
    """Return the plain data of a text and its problems."""
    problems: list[str] = []
    return plain(compose(text.encode(), "f.yaml"), problems), problems


def scalar(document: YamlDocument, *path: str | int) -> yaml.ScalarNode:
    """Return the scalar at a path."""
    node, _, steps = find(document.root, path)
    assert steps == len(path)
    assert isinstance(node, yaml.ScalarNode)
    return node


def test_plain_data_keeps_what_yaml_misreads_recognisable() -> None:
    """Texts are texts, plain decimal numbers are numbers, and everything else is neither."""
    data, problems = data_of(
        "a: x\nb: '2026'\nc: 2026\nd: 0123\ne: no\nf:\ng: 22:22\nh: 2026-11-23\ni: -7\nj: 1e3\n2: y\n"
    )
    assert problems == []
    assert data == {
        "a": "x",
        "b": "2026",
        "c": 2026,
        "d": Misread("0123"),
        "e": Misread("no"),
        "f": None,
        "g": Misread("22:22"),
        "h": Misread("2026-11-23"),
        "i": -7,
        "j": Misread("1e3"),
        "2": "y",
    }


@pytest.mark.parametrize(
    ("text", "what"),
    [
        *((word, "true or false") for word in ("no", "NO", "Yes", "on", "off", "true", "FALSE")),
        *(
            (word, "a number")
            for word in ("2026", "22:22", "0123", "0x1F", "1_000", "1e3", "1.5", ".5", "0o17", ".inf")
        ),
        *((word, "nothing") for word in ("null", "~", "Null")),
        ("2026-11-23", "a date"),
        ("<<", "a merge key"),
        ("=", "a default key"),
        *(
            (word, None)
            for word in ("Kremlin", "=Apple", "~Peskov", "1st", "1e3x", "y", "nope", "'no'", '"2026"', "-B")
        ),
    ],
)
def test_what_a_word_is_read_as(text: str, what: str | None) -> None:
    """By the old rules of YAML that most readers follow, and by the new ones of editors."""
    assert reading(scalar(compose(f"- {text}".encode(), "f"), 0)) == what


def test_case_111_duplicate_keys_tags_and_merge_keys_are_problems_with_their_places() -> None:
    """Case 111: nothing is silently overwritten, constructed or merged."""
    _, problems = data_of("a: 1\nb: !!python/object/apply:os.system [ls]\na: 2\nc: {<<: {d: 1}, [x]: y}\nd: !foo x\n")
    assert [line.split(";")[0] for line in problems] == [
        "f.yaml:2:4: the tag !!python/object/apply:os.system is not allowed",
        "f.yaml:3:1: duplicate key 'a'",
        "f.yaml:4:5: merge keys (<<) are not read here",
        "f.yaml:4:17: a key must be a word, not a list or mapping",
        "f.yaml:5:4: the tag !foo is not allowed",
    ]


def test_case_111_an_alias_bomb_is_refused_before_it_costs_anything() -> None:
    """Case 111: nine levels of nine aliases would be 387 million values."""
    bomb = "a0: &a0 [x]\n" + "".join(
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 10)
    )
    started = time.process_time()
    assert re.fullmatch(r"f\.yaml:\d+:\d+: aliases repeat more than 10000 values", refused(bomb))
    assert time.process_time() - started < 5


def test_a_few_aliases_are_welcome() -> None:
    """Shared headers or languages are what anchors are for."""
    assert data_of("a: &l [en, ru]\nb: *l\nc: [*l]\n") == (
        {"a": ["en", "ru"], "b": ["en", "ru"], "c": [["en", "ru"]]},
        [],
    )


def test_an_alias_inside_of_itself_is_refused() -> None:
    """Walking it would not end."""
    assert refused("a: &x [1, *x]\n").startswith("f.yaml:1:11: the alias *x stands inside what it repeats")


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 20_000, "- " * 20_000 + "x", "? " * 20_000])
def test_case_111_deep_nesting_is_refused_and_never_recursed_into(text: str) -> None:
    """Case 111: the depth is counted before anything is composed."""
    assert re.match(r"f\.yaml:1:\d+: nested deeper than 50 levels", refused(text))


def test_case_111_a_file_of_50_mb_is_not_read_whole(tmp_path: Path) -> None:
    """Case 111: the limit is checked before decoding."""
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(ConfigError, match=rf"big\.yaml:1:1: larger than {MOST_BYTES >> 20} MB"):
        read(path)


def test_a_flood_of_values_is_refused() -> None:
    """A file within the limit of bytes may still hold millions of values."""
    assert "more than 1000000 values" in refused("[" + "a," * 1_000_001 + "]")


@pytest.mark.parametrize(
    ("data", "starts"),
    [
        (b"", "f.yaml:1:1: the file is empty"),
        (b"# only a comment\n", "f.yaml:1:1: the file is empty"),
        (b"a: b\nc: d\xff\n", "f.yaml:2:5: not UTF-8"),
        ("ä: \N{SNOWMAN}".encode() + b"\xe2\x28", "f.yaml:1:5: not UTF-8"),
        ("a: b".encode("utf-16"), "f.yaml:1:1: saved as UTF-16"),
        (b"a: b\n c\x00: d\n", "f.yaml:2:3: the character U+0000"),
        (b"a:\n\tb: c\n", "f.yaml:2:1: not YAML: "),
        (b"a: [b\nc: d\n", "f.yaml:2:2: not YAML: "),
        (b"a: b: c\n", "f.yaml:1:5: not YAML: "),
        (b"a: *b\n", "f.yaml:1:4: not YAML: "),
        (b"a: @b\n", "f.yaml:1:4: not YAML: "),
        (b"a: 'b\n", "f.yaml:2:1: not YAML: "),
        (b"a: b\n---\nc: d\n", "f.yaml:2:1: not YAML: "),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(data: bytes, starts: str) -> None:
    """Every way not to be YAML is one line with a place and a hint."""
    line = refused(data)
    assert line.startswith(starts)
    assert ";" in line


def test_a_byte_order_mark_shifts_nothing() -> None:
    """Windows editors put one in front."""
    document = compose(b"\xef\xbb\xbfa: b\r\nc: d\r\n", "f.yaml")
    assert problem(document, scalar(document, "c"), "here") == "f.yaml:2:4: here"


def test_files_that_are_not_there_say_where_they_were_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing, a directory, and a name that no file can have."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        ConfigError, match=re.escape(f"w.yaml:1:1: there is no such file (looked for {tmp_path}/w.yaml)")
    ):
        read(Path("w.yaml"))
    with pytest.raises(ConfigError, match="this is a directory"):
        read(tmp_path)
    with pytest.raises(ConfigError, match="cannot be read"):
        read(Path("a\0b"))


@pytest.mark.parametrize(
    ("written", "value", "offset", "place"),
    [
        ("plain text", "plain text", 6, "1:10"),
        ("'it''s so'", "it's so", 5, "1:11"),
        ('"a\\u0041\\"b\\\\c"', 'aA"b\\c', 5, "1:17"),
        ("'end'", "end", 3, "1:8"),
        ("|\n  one\n  two (x\n", "one\ntwo (x\n", 8, "3:7"),
        (">-\n  one\n  two\n\n  (x", "one two\n(x", 8, "5:3"),
        ("plain\n  over (x", "plain over (x", 11, "2:8"),
        ("'quoted\n  over (x'", "quoted over (x", 12, "2:8"),
        ('"quoted \\\n  over (x"', "quoted over (x", 12, "2:8"),
        ("plain\n  over", "plain over", 10, "2:7"),
        ("''", "", 0, "1:5"),
    ],
)
def test_a_character_of_a_value_is_found_in_the_file(written: str, value: str, offset: int, place: str) -> None:
    """Escapes, folding and indentation are seen through."""
    document = compose(f"k: {written}".encode(), "f")
    node = scalar(document, "k")
    assert node.value == value
    assert problem(document, node, "!", offset) == f"f:{place}: !"


@settings(deadline=None, max_examples=200)
@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=30), st.data())
def test_every_character_of_a_quoted_value_is_found(text: str, data: st.DataObject) -> None:
    """For one-line quoted scalars the place is exact, whatever they hold."""
    offset = data.draw(st.integers(0, len(text) - 1))
    style = data.draw(st.sampled_from("'\""))
    dumped = yaml.dump({"k": text}, default_style=style, allow_unicode=True, width=10_000)
    document = compose(dumped.encode(), "f")
    node = child(document.root, "k")
    assert isinstance(node, yaml.ScalarNode)
    if node.start_mark.line == node.end_mark.line and "\\" not in dumped:
        _, line, column, _ = problem(document, node, "", offset).split(":")
        assert dumped.splitlines()[int(line) - 1][int(column) - 1] == text[offset]


@settings(deadline=None, max_examples=300)
@example(b"\xef\xbb\xbf\xff")
@example(b"a: \xc2\x85b")
@example(b"&a [*a]")
@example(b"!!binary x: ? y")
@given(st.binary(max_size=60) | st.text("ab:-[]{}&*!|>'\"%@`#?,~<=\n\t 01", max_size=60).map(str.encode))
def test_any_bytes_are_composed_or_refused_with_a_place(data: bytes) -> None:
    """No bytes raise anything else, and every line names file, line and column."""
    problems: list[str] = []
    try:
        plain(compose(data, "f.yaml"), problems)
    except ConfigError as error:
        problems += error.problems
    assert all(re.match(r"f\.yaml:[1-9]\d*:[1-9]\d*: \S", line) and len(line.splitlines()) == 1 for line in problems)


def test_what_is_shown_of_a_file_is_one_safe_line() -> None:
    """Case 115: controls and overrides are escaped, long texts cut."""
    assert shown("a\nb\u202ec\x1b") == "a\\nb\\u202ec\\x1b"
    assert shown("x" * 100, 10) == "x" * 9 + "…"
