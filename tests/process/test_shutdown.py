"""The process ends in time, whatever hangs in it."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SCRIPTS = {
    "a thread": "threading.Thread(target=threading.Event().wait).start()\nawait stop.wait()",
    "a thread of the loop": "asyncio.get_running_loop().run_in_executor(None, time.sleep, 60)\nawait stop.wait()",
    "a task that ignores cancellation": "asyncio.create_task(deaf())\nawait asyncio.sleep(0)\nawait stop.wait()",
}
PROGRAM = """
import asyncio, signal, sys, threading, time
from bot import app
from bot.cli import main as cli
from bot.process import shutdown

shutdown.LIMIT = {limit}

async def deaf():
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            pass

async def main():
    stop = asyncio.Event()
    shutdown.stop_on_signals(stop)
    print("ready", flush=True)
    {body}
    print("stopped")

cli.cli = lambda: app.run(main())
cli.main()
"""


async def ended(body: str, limit: float = 60.0) -> tuple[int, str, str, float]:
    """Run a program with this body, tell it to stop, and return code, output, errors, and the seconds it took."""
    program = PROGRAM.format(body=body.replace("\n", "\n    "), limit=limit)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program), cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            assert await process.stdout.readline() == b"ready\n"
            start = time.monotonic()
            process.send_signal(signal.SIGTERM)
            out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode(), time.monotonic() - start
    finally:
        if process.returncode is None:
            process.kill()


@pytest.mark.parametrize("body", SCRIPTS.values(), ids=SCRIPTS)
async def test_the_end_waits_for_no_thread_and_no_task(body: str) -> None:
    """What still hangs when the main task has ended is left; what was printed is written, and nothing complains."""
    code, out, err, took = await ended(body)
    assert (code, out, err) == (0, "stopped\n", "")
    assert took < 30


@pytest.mark.parametrize("body", ["time.sleep(60)", "await asyncio.sleep(60)", "while True: pass"])
async def test_a_main_task_that_hangs_is_ended_by_force(body: str) -> None:
    """Whether it waits, works, or holds up the event loop: after the limit the process ends, and says where it hung."""
    code, _, err, took = await ended(body, limit=0.5)
    assert code == 1
    assert "Timeout" in err
    assert took < 30


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [("sys.exit(3)", 3, ""), ("sys.exit('no room')", 1, "no room"), ("raise ZeroDivisionError", 1, "Traceback")],
)
async def test_exit_codes_and_bugs_come_out_as_ever(body: str, code: int, says: str) -> None:
    """A code is kept, a text is shown, and a bug shows its traceback."""
    found, _, err, _ = await ended(f"await stop.wait()\n{body}")
    assert found == code
    assert says in err
