"""The pages cost who does not use them nothing: a tick of a scheduler imports none of them."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugins.home import Home

ONCE = """
import sys
sys.argv = ["newswatch", "once"]
from bot.cli.main import cli
try:
    cli()
except SystemExit as end:
    assert not end.code, end.code
print("imported:", [name for name in ("jinja2", "bot.web.pages.site", "bot.web.health") if name in sys.modules])
"""


@pytest.mark.e2e
async def test_a_tick_imports_nothing_of_the_pages(home: Home) -> None:
    """Neither templates nor the server."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        ONCE,
        cwd=home.folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2]), **home.environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert b"imported: []" in out, (out, err)
