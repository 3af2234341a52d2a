"""With too little memory every verb says how much is needed, in one line."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import Exit

ROOT = Path(__file__).parents[2]
FILE = "sources: [{name: A, url: https://a.example/feed}]\nwatchlists: {k: {keywords: [Kremlin]}}\n"


def limited(folder: Path, megabytes: int, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a verb with so much address space."""
    (folder / "watchlists.yaml").write_text(FILE, encoding="utf-8")
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "bot", *words],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20,) * 2),
    )


@pytest.mark.parametrize(
    ("words", "megabytes", "needed"),
    [(("run",), 256, 1024), (("run",), 900, 1024), (("once",), 700, 1024), (("check",), 200, 256)],
)
def test_too_little_memory_is_one_line(tmp_path: Path, words: tuple[str, ...], megabytes: int, needed: int) -> None:
    """The line says how much there is and how much is needed."""
    ended = limited(tmp_path, megabytes, *words)
    (line,) = ended.stderr.splitlines()
    assert re.fullmatch(rf"newswatch: too little memory: .* {megabytes} MB .* needs {needed} MB; .*", line)
    assert (ended.returncode, ended.stdout) == (Exit.FAILED, "")


def test_check_works_with_the_memory_that_is_asked_for(tmp_path: Path) -> None:
    """What the line asks for is enough."""
    ended = limited(tmp_path, 256, "check")
    assert (ended.returncode, ended.stderr) == (0, "")
