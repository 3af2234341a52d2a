"""Work of the pages that is too long for the event loop: in one thread at a time.

Ten threads would take the interpreter from the loop ten times in a row, and alerts would wait for readers of pages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OffLoop:
    """One for a process."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do the work in a thread, after what came before; return or raise what it does."""
        async with self.turn:
            return await asyncio.to_thread(work, *args, **kwargs)
