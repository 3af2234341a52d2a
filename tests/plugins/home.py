"""An installation as a user has it: a folder, an environment, and the real program started in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.cli.demo_newsroom import Newsroom, Outlet, Piece

OUTLETS = tuple(Outlet(slug, f"The {slug.title()}") for slug in ("courier", "wire", "gazette"))


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run of the program ended."""

    code: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        """Return the one line of JSON on standard output."""
        (line,) = self.out.splitlines()
        found: dict[str, Any] = json.loads(line)
        return found


@dataclass
class Home:
    """Where the program runs. `environ` is all that it sees."""

    folder: Path
    environ: dict[str, str]
    running: list[asyncio.subprocess.Process] = field(default_factory=list)

    def watch(self, text: str) -> Path:
        """Write watchlists.yaml, as an editor does: whole."""
        file = self.folder / "watchlists.yaml"
        draft = self.folder / "watchlists.yaml~"
        draft.write_text(text, encoding="utf-8")
        draft.replace(file)
        return file

    async def start(
        self,
        *words: str,
        given: bool = False,
        largest: int | None = None,
        files: int | None = None,
        memory: int | None = None,
        out: int = asyncio.subprocess.PIPE,
    ) -> asyncio.subprocess.Process:
        """Start the program and leave it running; it is ended with the test.

        With `given` its standard input is a pipe; no file of its may grow beyond `largest` bytes, and no more than
        `files` may be open, nor more than `memory` bytes be its own; `out` is its output.
        """

        def limit() -> None:
            if files is not None:
                resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
            if memory is not None:
                resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
            if largest is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))

        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *words,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2]), **self.environ},
            stdin=asyncio.subprocess.PIPE if given else asyncio.subprocess.DEVNULL,
            stdout=out,
            stderr=asyncio.subprocess.PIPE,
            preexec_fn=limit if (largest, files, memory) != (None, None, None) else None,
        )
        self.running.append(process)
        return process

    async def run(
        self,
        *words: str,
        seconds: float = 60.0,
        given: bytes | None = None,
        largest: int | None = None,
        files: int | None = None,
        memory: int | None = None,
    ) -> Ended:
        """Run the program to its end; `given` is its standard input."""
        process = await self.start(*words, given=given is not None, largest=largest, files=files, memory=memory)
        async with asyncio.timeout(seconds):
            out, err = await process.communicate(given)
        return Ended(process.returncode or 0, out.decode(), err.decode())

    async def unread(self, *words: str, given: bytes = b"") -> Ended:
        """Run the program with nobody reading its output, as before `| head` in a shell."""
        reading, writing = os.pipe()
        os.close(reading)
        try:
            process = await self.start(*words, given=True, out=writing)
        finally:
            os.close(writing)
        async with asyncio.timeout(60):
            _, err = await process.communicate(given)
        return Ended(process.returncode or 0, "", err.decode())

    async def stop(self) -> None:
        """Kill what still runs."""
        for process in self.running:
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
                await process.wait()


@pytest.fixture
async def newsroom() -> AsyncIterator[Newsroom]:
    """Run a newsroom of three outlets on loopback."""
    async with Newsroom(OUTLETS) as newsroom:
        yield newsroom


@pytest.fixture
def piece() -> type[Piece]:
    """Hand out the class of what an outlet publishes."""
    return Piece


def make_home(tmp_path: Path, newsroom: Newsroom) -> Home:
    """Return an installation that may read the newsroom, without a token."""
    home = Home(
        tmp_path,
        {
            "NEWSWATCH_DATABASE_URL": f"sqlite:///{tmp_path}/data/newswatch.db",
            "NEWSWATCH_WATCHLISTS": str(tmp_path / "watchlists.yaml"),
            "NEWSWATCH_ALLOWED_NETWORKS": "127.0.0.0/8",
            "NEWSWATCH_ALLOWED_PORTS": str(newsroom.port),
            "NEWSWATCH_HOST_SPACING": "0",
            "NEWSWATCH_HTTP_LISTEN": "off",
        },
    )
    home.watch(
        "sources:\n"
        + "".join(
            f"  - {{name: {o.name}, publisher: {o.slug}, url: '{newsroom.feed(o.slug)}', every: 1s}}\n" for o in OUTLETS
        )
        + "watchlists:\n  kremlin: {keywords: [Kremlin, summit], languages: [en], deliver_to: [77]}\n"
    )
    return home


@pytest.fixture
async def home(tmp_path: Path, newsroom: Newsroom) -> AsyncIterator[Home]:
    """Give an installation that may read the newsroom, without a token."""
    home = make_home(tmp_path, newsroom)
    yield home
    await home.stop()
