"""Limits of threads and processes: found at the start, and one line with the cure wherever they are met."""

from __future__ import annotations

import errno
import logging
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from bot.process.logs import configure
from bot.process.threads import CURE, is_thread_limit, require_threads

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("error", "limit"),
    [
        (RuntimeError("can't start new thread"), True),
        (BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), True),
        (RuntimeError("Event loop is closed"), False),
        (OSError(errno.ENOSPC, "No space left on device"), False),
    ],
)
def test_an_error_of_the_limit_is_known_and_logged_as_one_line(error: Exception, *, limit: bool) -> None:
    """It is no bug: no traceback, and what to do."""
    assert is_thread_limit(error) is limit
    out = StringIO()
    end = configure(stream=out)
    logging.getLogger("bot").error("loop failed", exc_info=error)
    end()
    assert (CURE in out.getvalue()) is limit
    assert ("Traceback" in out.getvalue() or "| " in out.getvalue()) is not limit


def test_room_for_threads_is_tried_at_the_start() -> None:
    """With room nothing is said; where threads cannot be had, here for want of address space, the cure is."""
    require_threads(4)
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (400 << 20,) * 2)\n"
        "from bot.process.threads import require_threads; require_threads(500)"
    )
    ended = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd=ROOT
    )
    assert ended.returncode == 1
    assert CURE in ended.stderr
