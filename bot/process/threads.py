"""Whether threads and processes can be started: checked at the start, and said in one line wherever it fails later.

Containers and users have a limit of both together (pids.max, RLIMIT_NPROC): without threads there is no database and no
log, without processes no document of a stranger is read.
"""

from __future__ import annotations

import errno
import subprocess
import threading
from typing import Final

from bot.errors import BotError

NEEDED: Final = 16  # a service that has just begun has 11 threads (measured); children that read documents come on top
CURE: Final = (
    "no more threads or processes may be started here: raise the limit (docker --pids-limit, podman --pids-limit, "
    "TasksMax=, ulimit -u), or end other programs of this user"
)


def is_thread_limit(error: BaseException) -> bool:
    """Return whether an error says that no thread or process could be started."""
    if isinstance(error, RuntimeError):
        return "can't start new thread" in str(error)
    return isinstance(error, BlockingIOError) and error.errno == errno.EAGAIN and error.filename is None


def require_threads(needed: int = NEEDED) -> None:
    """Raise BotError unless so many threads, and a process beside them, can be started at once. Takes milliseconds."""
    over = threading.Event()
    begun: list[threading.Thread] = []
    try:
        for _ in range(needed):
            thread = threading.Thread(target=over.wait, daemon=True)
            thread.start()
            begun.append(thread)
        subprocess.run(["/bin/true"], check=False, env={})
    except FileNotFoundError:  # a container without it: the threads have been counted
        pass
    except (RuntimeError, OSError) as error:
        if not is_thread_limit(error):
            raise
        raise BotError(f"{CURE}; {needed} threads and a process are needed, {len(begun)} could be started") from None
    finally:
        over.set()
        for thread in begun:
            thread.join()
