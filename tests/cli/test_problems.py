"""Mistakes are shown with the line that they are in, and never a line that may hold a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cli.problems import excerpt

if TYPE_CHECKING:
    from pathlib import Path


def test_the_caret_stands_under_the_place(tmp_path: Path) -> None:
    """Below the line as it is written, indent included; wide letters take two columns."""
    file = tmp_path / "watchlists.yaml"
    file.write_text("watchlists:\n  k: {keywords: [国会, (summit]}\n", encoding="utf-8")
    line, caret = excerpt(f"{file}:2:22: in (summit: this parenthesis is never closed")
    assert line == "      k: {keywords: [国会, (summit]}"
    assert caret == " " * (4 + 21 + 2) + "^"


def test_a_long_line_is_shown_around_the_place(tmp_path: Path) -> None:
    """The place is always in what is shown."""
    file = tmp_path / "watchlists.yaml"
    file.write_text(f"{'a' * 500}X{'b' * 500}\n", encoding="utf-8")
    line, caret = excerpt(f"{file}:1:501: what")
    assert len(line) < 90
    assert line[caret.index("^")] == "X"


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("- {url: 'https://one.example/?key=hidden'}\n", "1:3", "unknown key"),
        ("headers:\n  X-Own: hidden\n  X-Own: hidden\n", "3:3", "the same twice"),
        ("- X-Own: hidden\n", "1:3", "a header must be one line"),
        ("a: ${HIDDEN}\n", "1:4", "not in the environment"),
        ("a: b\n", "7:1", "beyond the end"),
    ],
)
def test_what_may_be_secret_is_not_shown(tmp_path: Path, text: str, place: str, said: str) -> None:
    """Addresses, headers and what is below them, variables; and a line that is not there."""
    file = tmp_path / "watchlists.yaml"
    file.write_text(text, encoding="utf-8")
    assert excerpt(f"{file}:{place}: {said}") == ()
    assert excerpt(f"{tmp_path / 'gone.yaml'}:{place}: {said}") == ()
