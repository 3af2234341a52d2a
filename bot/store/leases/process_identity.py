"""Who holds a lease: this process, so named that another on the same machine can tell whether it still lives.

Pure but for reading /proc. Where /proc is missing, or another machine or container holds the lease, nothing is known
and only the end of the lease helps.
"""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
DEAD_STATES = frozenset("ZX")  # a killed process that nobody has waited for does nothing any more


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process. `boot` and `space` (the PID namespace) are empty where the system does not tell them."""

    host: str
    boot: str
    space: str
    pid: int
    started: str  # ticks since boot: tells a process from a later one with the same number
    nonce: str  # tells two stores of one process apart

    def __str__(self) -> str:
        """Return it as the database keeps it."""
        return "|".join((self.host, self.boot, self.space, str(self.pid), self.started, self.nonce))


def this_process(proc: Path = PROC) -> ProcessIdentity:
    """Return the holder that we are, with a nonce of its own at every call."""
    pid = os.getpid()
    _, started = _state(proc, pid) or ("", "")
    return ProcessIdentity(
        host=socket.gethostname().replace("|", ""),
        boot=_line(proc / "sys/kernel/random/boot_id"),
        space=_link(proc / "self/ns/pid"),
        pid=pid,
        started=started,
        nonce=secrets.token_hex(4),
    )


def is_gone(written: str, me: ProcessIdentity, proc: Path = PROC) -> bool:
    """Return True when the holder written in the database certainly lives no more: same machine, process gone."""
    parts = written.split("|")
    if len(parts) != 6 or not parts[3].isdigit():  # noqa: PLR2004 - the fields of Holder
        return False
    boot, space, pid, started = parts[1], parts[2], int(parts[3]), parts[4]
    if not (boot and space and started) or (boot, space) != (me.boot, me.space) or not _knows_processes(me, proc):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        pass  # another user's process: alive as far as this goes
    now = _state(proc, pid)
    return now is not None and (now[0] in DEAD_STATES or now[1] != started)


def _knows_processes(me: ProcessIdentity, proc: Path) -> bool:
    found = _state(proc, me.pid)
    return found is not None and found[1] == me.started


def _state(proc: Path, pid: int) -> tuple[str, str] | None:
    """Return the state letter and the start time of a process; None when it cannot be read."""
    try:
        text = (proc / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the name before it may hold blanks and brackets
    return (fields[0], fields[19]) if len(fields) > 19 else None  # noqa: PLR2004 - proc(5): state 3rd, starttime 22nd


def _line(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip().replace("|", "")
    except OSError:
        return ""


def _link(path: Path) -> str:
    try:
        return str(path.readlink()).replace("|", "")
    except OSError:
        return ""
