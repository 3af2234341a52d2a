"""Keywords, excludes and sources of a watchlist changed in the file: one line differs, the rest stays to the letter."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config.edits.apply_change import apply_change
from bot.config.edits.change import Action, AnyChange, Change, Part, SourceChange, make_change, read_change
from bot.config.edits.proposal import Checks, propose_changes
from bot.config.watchlists.yaml_file import compose, plain
from bot.errors import ConfigError

ODD = [
    *("no", "yes", "null", "~", "1e3", "2026", "22:22", "0o17", "a: b", "# x", "- x", '"peace talks"', "it's", "true"),
    *("@channel", "& me", "*all", "Песков", "🔥 fire", "x" * 500, "/a|b/", "[a, b]", "{a: b}", "a, b", "%x", "!imp"),
    *("?", "-", "=", "a #b", "a:", ":a", "---", "...", "<<", "|", ">", "'", '"', "\\n", "A AND (B OR C)", "~Peskov"),
]


def apply(data: bytes, change: AnyChange) -> bytes:
    """Return the bytes of a file after a change."""
    return apply_change(compose(data, "w.yaml"), change).text.encode()


def changed(before: str, action: Action, value: str, part: Part = "keywords") -> str:
    """Return the file after one change of the watchlist `k`."""
    return apply(before.encode(), Change(action, "k", part, value)).decode()


@pytest.mark.parametrize(
    ("before", "part", "after"),
    [
        ("  k:\n    keywords: [a, b]  # why\n", "keywords", "  k:\n    keywords: [a, b, new]  # why\n"),
        ("  k:\n    keywords: [ a ]\n", "keywords", "  k:\n    keywords: [ a, new ]\n"),
        ("  k:\n    keywords: [a, b,]\n", "keywords", "  k:\n    keywords: [a, b, new,]\n"),
        ("  k: {keywords: [a]}\n", "keywords", "  k: {keywords: [a, new]}\n"),
        ("  k:\n    keywords:\n      - a  # x\n", "keywords", "  k:\n    keywords:\n      - a  # x\n      - new\n"),
        ("  k:\n    keywords:\n    -   a\n  # l", "keywords", "  k:\n    keywords:\n    -   a\n    -   new\n  # l"),
        ("  k:\n    keywords:\n    - a", "keywords", "  k:\n    keywords:\n    - a\n    - new"),
        (
            "  k:\n    keywords: [\n      a,  # first\n      b  # second\n    ]\n",
            "keywords",
            "  k:\n    keywords: [\n      a,  # first\n      b,  # second\n      new\n    ]\n",
        ),
        (
            "  k:\n    keywords: [\n      a,\n      b,  # second\n      # more?\n    ]\n",
            "keywords",
            "  k:\n    keywords: [\n      a,\n      b,  # second\n      new,\n      # more?\n    ]\n",
        ),
        (
            "  k:\n    keywords: [a]\n    title: T\n",
            "exclude",
            "  k:\n    keywords: [a]\n    exclude: [new]\n    title: T\n",
        ),
        ("  k:\n    keywords:\n    - a\n  j: {keywords: [z]}\n", "exclude", "    - a\n    exclude: [new]\n  j: {key"),
        ("  k: {keywords: [a], title: T}\n", "exclude", "  k: {keywords: [a], exclude: [new], title: T}\n"),
        (
            "  k:\n    exclude:  # none\n    keywords: [a]\n",
            "exclude",
            "    exclude: [new]  # none\n    keywords: [a]\n",
        ),
        ("  k:\n    exclude: ~\n    keywords: [a]\n", "exclude", "    exclude: [new]\n    keywords: [a]\n"),
        ("  k:\n    keywords: [a]\n    exclude: []\n", "exclude", "    exclude: [new]\n"),
        ("  k:\n    keywords: [a]\n    exclude: [  ] # n\n", "exclude", "    exclude: [new] # n\n"),
        ("  k:\n    keywords:\n      - |\n        a\n      - b\n", "keywords", "      - b\n      - new\n"),
        ("  k:\n    keywords:\n      - >-\n        a\n        b\n", "keywords", "        b\n      - new\n"),
    ],
)
def test_an_item_is_put_where_a_person_would_put_it(before: str, part: Part, after: str) -> None:
    """It follows the last one in that one's style, and every other line stays."""
    result = changed(f"watchlists:\n{before}", "add", "new", part)
    assert after in result
    gone = [line for line in difflib.ndiff(before.splitlines(), result.splitlines()[1:]) if line.startswith("- ")]
    assert len(gone) <= 1


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("    keywords: [a, b, c]  # why\n", "b", "    keywords: [a, c]  # why\n"),
        ("    keywords: [a, b, c]\n", "a", "    keywords: [b, c]\n"),
        ("    keywords: [a, b, c ]\n", "c", "    keywords: [a, b ]\n"),
        ("    keywords: [a, b,]\n", "b", "    keywords: [a,]\n"),
        ("    keywords: [a,\n      b, c]\n", "a", "    keywords: [\n      b, c]\n"),
        ("    keywords: [a, b,\n      c]\n", "b", "    keywords: [a,\n      c]\n"),
        ("    keywords: [\n      a,  # first\n      b  # second\n    ]\n", "b", "[\n      a  # first\n    ]\n"),
        ("    keywords: [\n      a,  # first\n      b  # second\n    ]\n", "a", "[\n      b  # second\n    ]\n"),
        ("    keywords:\n      - a  # x\n      # y\n      - b\n", "a", "    keywords:\n      # y\n      - b\n"),
        ("    keywords:\n    - a\n    - b", "b", "    keywords:\n    - a"),
        ("    keywords:\n      - >-\n        a\n        b\n      - c\n", "a b", "    keywords:\n      - c\n"),
        ("    keywords: [a, b, a, 'a']\n", "a", "    keywords: [b]\n"),
    ],
)
def test_an_item_goes_with_its_own_comment_alone(before: str, value: str, after: str) -> None:
    """Comments on lines of their own stay; a text that stands twice goes twice."""
    assert after in changed(f"watchlists:\n  k:\n{before}", "remove", value)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    exclude: [a]  # why\n", "    exclude: []  # why\n"),
        ("    exclude:  # why\n      - a\n", "    exclude: []  # why\n"),
    ],
)
def test_the_last_exclude_leaves_an_empty_list(before: str, after: str) -> None:
    """A key without a value would be odd, and its comment stays."""
    assert after in changed(f"watchlists:\n  k:\n{before}    keywords: [x]\n", "remove", "a", "exclude")


@pytest.mark.parametrize(
    ("before", "action", "part", "value", "message"),
    [
        ("  k: {keywords: [a]}", "remove", "keywords", "a", r"w.yaml:2:18: the last of keywords of k; add another"),
        ("  k: {keywords: [a], sources: [A]}", "remove", "sources", "A", "it would read all sources"),
        ("  k: {keywords: [a]}", "add", "keywords", "a", r"w.yaml:2:18: 'a' is there already"),
        ("  k: {keywords: [abc]}", "remove", "keywords", "abd", "no 'abd' in keywords of k; did you mean 'abc'"),
        ("  kremlin: {keywords: [a]}", "add", "keywords", "b", "there is no watchlist 'k'; there are kremlin"),
        ("  k: {keywords: &x [a]}\n  j: {keywords: *x}", "add", "keywords", "b", "written with a name"),
        ("  j: {keywords: &x [a]}\n  k: {keywords: *x}", "add", "keywords", "b", "written with a name"),
        ("  k: {keywords: [&x a, b]}\n  j: {keywords: [*x]}", "remove", "keywords", "a", "written with a name"),
        ("  j: {keywords: [&x a]}\n  k: {keywords: [b, *x]}", "add", "keywords", "c", "written with a name"),
        ("  j: &j {keywords: [a]}\n  k: *j", "add", "keywords", "c", "is an alias"),
        ("  k: {keywords: a}", "add", "keywords", "b", r"keywords must be a list; write \[one, two\]"),
        ("  k:", "add", "keywords", "b", "nothing below it"),
        ("  k: {keywords: [a]}", "add", "keywords", " ", "nothing to add"),
        ("  k: {keywords: [a]}", "add", "keywords", "a\nb", "a line break"),
        ("  k: {keywords: [a]}", "add", "keywords", "b" * 2001, "longer than"),
    ],
)
def test_what_needs_a_person_is_said(before: str, action: Action, part: Part, value: str, message: str) -> None:
    """The file, the line and what to do; nothing comes out."""
    with pytest.raises(ConfigError, match=message):
        changed(f"watchlists:\n{before}\n", action, value, part)


def test_line_ends_and_byte_order_marks_stay() -> None:
    """A file of Windows stays one."""
    text = "watchlists:\r\n  k:\r\n    keywords:\r\n      - a\r\n    title: T\r\n"
    marked = b"\xef\xbb\xbf" + text.encode()
    proposal = propose_changes(marked, [Change("add", "k", "keywords", "b")], Checks({}))
    assert proposal.after == marked.replace(b"- a\r\n", b"- a\r\n      - b\r\n")
    after = apply(text.encode(), Change("add", "k", "keywords", "b"))
    again = apply(after, Change("add", "k", "exclude", "c"))
    assert again.count(b"\n") == again.count(b"\r\n") == 7
    multi = "watchlists:\r\n  k:\r\n    keywords: [\r\n      a,\r\n      b\r\n    ]\r\n"
    assert "b,\r\n      c\r\n    ]" in changed(multi, "add", "c")
    assert changed(multi, "remove", "b") == multi.replace(",\r\n      b\r\n", "\r\n")


def test_a_change_is_kept_as_plain_values_without_what_nobody_sees() -> None:
    """Zero-width characters of a pasted word would never be found again."""
    change = make_change("add", "k", "keywords", " Krem\u200blin ")
    assert change.value == "Kremlin"
    assert read_change(change.as_dict()) == change


STYLES = (
    "watchlists:\n  k:\n    title: T  # t\n    keywords: [{flow}]  # k\n    priority: low\n  j: {{keywords: [z]}}\n",
    "watchlists:\n  k:\n    keywords:\n{block}    # below\n    priority: low\n",
    "watchlists:\n  k:\n    keywords: [\n{lines}    ]\n",
    "watchlists: {{k: {{keywords: [{flow}]}}}}",
    "watchlists:\n  k:\n    keywords:\n{block}",
)


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(STYLES),
    st.lists(st.sampled_from(["a", "'b'", '"c"', "d e"]), min_size=1, unique=True),
    st.sampled_from(ODD) | st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp")), min_size=1),
    st.sampled_from(["keywords", "exclude", "sources"]),
    st.booleans(),
)
def test_a_change_and_its_inverse_leave_the_file_as_it_was(
    style: str, items: list[str], value: str, part: Part, windows: bool
) -> None:
    """Whatever is added means itself, nothing else changes, and taking it out again gives the same bytes."""
    change = make_change("add", "k", part, value)
    if change.value in {"", "a", "b", "c", "d e"}:
        return
    block, lines = "".join(f"    - {one}\n" for one in items), ",\n".join(f"      {one}" for one in items) + "\n"
    before = style.format(flow=", ".join(items), block=block, lines=lines)
    before = before.replace("\n", "\r\n") if windows else before
    added = apply(before.encode(), change)
    document = compose(added, "w.yaml")
    assert plain(document, [])["watchlists"]["k"][part][-1] == change.value
    was, now = before.splitlines(), added.decode().splitlines()
    assert sum(line[0] == "-" for line in difflib.ndiff(was, now)) <= 1
    if part == "keywords":
        back = apply(added, make_change("remove", "k", part, value))
        assert back.decode() == before


SOURCES = """\
sources:
  # the first
  - name: A  # a
    url: http://a
    headers: {X: "${KEY}"}
  - {name: B, url: 'http://b'}

  - name: C
    url: http://c
watchlists: {k: {keywords: [x]}}
"""


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("A", '  - name: A  # a\n    url: http://a\n    headers: {X: "${KEY}"}\n'),
        ("B", "  - {name: B, url: 'http://b'}\n"),
        ("C", "  - name: C\n    url: http://c\n"),
    ],
)
def test_a_source_goes_with_its_own_lines(name: str, gone: str) -> None:
    """Comments on lines of their own, and the empty lines between sources, stay."""
    after = apply(SOURCES.encode(), SourceChange("remove", name)).decode()
    assert after == SOURCES.replace(gone, "")
    entry = {"name": "New", "url": "http://n"}
    added = apply(SOURCES.encode(), SourceChange("add", "New", entry))
    assert apply(added, SourceChange("remove", "New")).decode() == SOURCES


def test_a_source_that_is_not_there_is_said() -> None:
    """With the nearest name, where there is one."""
    with pytest.raises(ConfigError, match="no source is called 'Tas' here"):
        apply(SOURCES.encode(), SourceChange("remove", "Tas"))
    one = "sources: [{name: A, url: 'http://a'}]\nwatchlists: {k: {keywords: [x]}}\n"
    assert apply(one.encode(), SourceChange("remove", "A")).startswith(b"sources: []\n")
    windows = SOURCES.replace("\n", "\r\n").encode()
    after = apply(windows, SourceChange("remove", "A"))
    assert after.count(b"\n") == after.count(b"\r\n") == windows.count(b"\n") - 3
