"""How the process ends: in time after a signal, and without waiting for anything that hangs.

In come SIGTERM and SIGINT; out go `stop` for the loops and, should those and everything after them hang, the end of
the process, forced. A thread cannot be cancelled in Python: one that waits for a locked file, compiles keywords or is
caught in a C library would hold the process for as long as it likes, so the end waits for no thread. Whatever must
not be lost is in the database by then, written in one transaction or not at all.
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

LIMIT = 9.5  # seconds from the signal to the forced end: containers and systemd are promised ten
FAREWELL = 0.5  # seconds that tasks which were cancelled get, whatever they do with it


def stop_on_signals(stop: asyncio.Event) -> None:
    """Let SIGTERM and SIGINT set `stop`; LIMIT seconds later the process ends by force, with a traceback a thread.

    The handler runs in the main thread also while a task holds up the event loop, and the timer that it starts needs
    neither the loop nor the interpreter's lock.
    """
    loop = asyncio.get_running_loop()

    def told(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop.set)
        try:
            faulthandler.dump_traceback_later(LIMIT, exit=True, file=sys.__stderr__ or sys.stderr)
        except RuntimeError:  # no memory for its thread: SIGALRM ends the process as well, without tracebacks
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, LIMIT)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)


def leave_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what still runs on a loop whose main task has ended, and wait FAREWELL seconds for it at most.

    The loop is not closed: a thread that answers later would meet its remains. The process ends anyway.
    """
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left, timeout=FAREWELL))


def end_process(code: int) -> NoReturn:
    """End the process now: what was printed is written, and no thread is waited for."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def code_of(error: BaseException) -> int:
    """Return the exit code that Python would end with for what arrived at the top; a bug shows its traceback."""
    if not isinstance(error, SystemExit):
        sys.excepthook(type(error), error, error.__traceback__)
        return 1
    if error.code is None or isinstance(error.code, int):
        return error.code or 0
    sys.stderr.write(f"{error.code}\n")
    return 1
