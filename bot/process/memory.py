"""The least address space that the program needs, checked at the start: with less it would fail at any later point."""

from __future__ import annotations

import resource

from bot.errors import BotError

MOST_VERBS_BYTES = 256 << 20  # `check` of a small file takes 80 MB, and fails somewhere in its imports below 190 MB
POLLING_BYTES = 1 << 30  # `run` without work takes 711 MB, much of it stacks of threads; 900 MB failed under load


def require_address_space(needed: int) -> None:
    """Raise BotError where the process may not have `needed` bytes of address space (RLIMIT_AS, `ulimit -v`)."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and limit < needed:
        raise BotError(
            f"too little memory: this process may have {limit >> 20} MB of address space and needs {needed >> 20} MB; "
            "raise the limit (ulimit -v, prlimit --as, LimitAS=)"
        )
