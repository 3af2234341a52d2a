"""What verbs show in a terminal: one line on a tick, a table of findings, an explanation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.cli import terminal
from bot.cli.doctor.findings import Finding
from bot.errors import Exit
from bot.model import Evidence, Match
from bot.preview.explanation import Explanation
from bot.run_once import Tick

if TYPE_CHECKING:
    import pytest

TICK = Tick(12, 1, 40, 3, 2, 1, 2, 2, 0, 1, 3.21, ({"source": "One", "reason": "one.example has no such page (404)"},))


def test_a_tick_is_a_line() -> None:
    """The numbers of the tick; which source failed and why stands in the log, once."""
    assert terminal.tick(TICK) == "polled 12 sources (1 failed), 3 new items, 2 matched; sent 2, 1 left, in 3.2 s"
    assert "polled 1 source (1 failed), 1 new item," in terminal.tick(replace(TICK, polled=1, new=1))


def test_nothing_is_cut_in_a_pipe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no terminal shows it, a line is as long as it is, so that addresses can be taken out of it."""
    monkeypatch.delenv("COLUMNS", raising=False)
    address = f"https://outlet.example/{'a' * 300}"
    terminal.show_findings([Finding("One", ok=False, text=address, advice=f"look at {address}")])
    line = next(line for line in capsys.readouterr().out.splitlines() if "One" in line)
    assert line.count(address) == 2


def test_how_a_tick_ended_is_its_exit_code() -> None:
    """Work left at the deadline is 4, a refused token is 1, and a source that failed alone is 0."""
    assert TICK.exit_code is Exit.DONE
    assert replace(TICK, complete=False).exit_code is Exit.DEADLINE
    assert replace(TICK, complete=False, refused="no").exit_code is Exit.FAILED
    assert terminal.tick(replace(TICK, refused="no")).endswith("nothing can be sent: no")
    assert {"complete", "refused"}.isdisjoint(TICK.as_dict())


def test_text_from_outside_is_never_markup(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A source or a sentence that looks like the table's own markup is shown as it is."""
    monkeypatch.setenv("COLUMNS", "200")
    hostile = "[bold red]x[/] [link=http://x]"
    terminal.show_findings([Finding(hostile, ok=False, text=hostile, advice=hostile), Finding("ok", ok=True, text="y")])
    evidence = Evidence("title", "[bold", 0, 5, f"a {hostile} b")
    terminal.show_explanation(Explanation(hostile, hostile, (Match("k", hostile, (evidence,)),), ()))
    out = capsys.readouterr().out
    assert out.count(hostile) == 7
    assert "1 to look after" in out


def test_an_explanation_without_matches_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody would be told: that is said, not left to be guessed from silence."""
    terminal.show_explanation(Explanation("", "", (), ()))
    out = capsys.readouterr().out
    assert "(no title)" in out
    assert "nobody would be told" in out
