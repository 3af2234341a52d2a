"""How this program is called here, for lines that say what to type next."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path


def called(verb: str) -> str:
    """Return a command as it would work in this shell: `newswatch run`, `.venv/bin/newswatch run`."""
    program = Path(sys.argv[0])
    if program.name != "newswatch":
        return f"python -m bot {verb}"
    found = shutil.which("newswatch")
    if found and os.path.realpath(found) == os.path.realpath(program):
        return f"newswatch {verb}"
    path, here = program.absolute(), Path.cwd()
    return f"{path.relative_to(here) if path.is_relative_to(here) else path} {verb}"
