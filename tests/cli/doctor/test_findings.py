"""What `doctor` makes of findings: one line for a machine that is offline."""

from __future__ import annotations

from dataclasses import replace

from bot.cli.doctor.findings import failed, join_unreached, passed

SILENT = [replace(failed(name, "no answer", "wait"), source=True, unreached=True) for name in "abcdefghij"]
SETTINGS = passed("settings", "all understood")


def test_a_machine_that_is_offline_is_one_red_line() -> None:
    """Nobody answered at all: that is one fault, our own network's, and it counts as one of the installation."""
    (settings, network) = join_unreached((SETTINGS, *SILENT))
    assert settings == SETTINGS
    assert (network.subject, network.ok, network.source) == ("network", False, False)
    assert "a, b, c and 7 more" in network.text


def test_each_keeps_its_line_where_somebody_answers() -> None:
    """One answer shows that the network works; a single source that is silent says nothing about it."""
    answer = replace(passed("z", "3 items"), answered=True)
    assert join_unreached((*SILENT, answer)) == (*SILENT, answer)
    assert join_unreached(SILENT[:1]) == tuple(SILENT[:1])
