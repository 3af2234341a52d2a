"""What `run` needs of the machine, tried for `doctor` without leaving anything behind.

In: settings. Out: findings, or the StoreError that `run` would end with. A folder is written into and tidied up, an
address is listened on for a moment; the database itself is not touched here.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from pathlib import Path

from bot.cli.doctor.findings import Finding, failed, passed
from bot.errors import BotError
from bot.process.memory import POLLING_BYTES, require_address_space
from bot.process.threads import require_threads

_PATIENCE = 3.0  # seconds for whoever listens on our address to say who they are


def find_limits() -> tuple[Finding, ...]:
    """Return a finding for each limit of this process that `run` would end by."""
    return tuple(_limits())


def _limits() -> Iterator[Finding]:
    try:
        require_address_space(POLLING_BYTES)
    except BotError as error:
        yield failed("memory", str(error), "the line says what to do")
    try:
        require_threads()
    except BotError as error:
        yield failed("processes", str(error), "the line says what to do")


def look_at_sqlite_file(path: Path) -> bool:
    """Return whether there is a database; StoreError where `run` could not make, open or grow it."""
    from bot.store.database.sqlite_file import prepare, refuse_remote, require_folder, require_room

    if path.exists():
        prepare(path, create=False)
        require_room(path)
        return True
    refuse_remote(path)
    require_folder(path.parent)
    require_room(path)
    return False


async def look_at_listen_address(listen: tuple[str, int]) -> Finding:
    """Try the address that pages and health are served on; a Newswatch that answers there is no fault."""
    subject, shown = "listen address", f"{listen[0]}:{listen[1]}"
    try:
        _listen(listen)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            if await _is_newswatch(listen):
                return passed(subject, f"a Newswatch answers at {shown}", "if it is another one, choose another port")
            return failed(
                subject,
                f"another program listens on {shown}",
                "choose another address in NEWSWATCH_HTTP_LISTEN, or off",
            )
        reason = error.strerror or str(error)
        return failed(
            subject, f"cannot listen on {shown}: {reason}", "choose another address in NEWSWATCH_HTTP_LISTEN, or off"
        )
    return passed(subject, f"{shown} is free")


def _listen(listen: tuple[str, int]) -> None:
    for family, kind, protocol, _, address in socket.getaddrinfo(*listen, type=socket.SOCK_STREAM):
        with socket.socket(family, kind, protocol) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(address)
            one.listen(1)


async def _is_newswatch(listen: tuple[str, int]) -> bool:
    import asyncio

    from bot.web.healthcheck import healthcheck

    shown = f"[{listen[0]}]:{listen[1]}" if ":" in listen[0] else f"{listen[0]}:{listen[1]}"
    _, answer = await asyncio.to_thread(healthcheck, shown)
    return '"loops"' in answer and '"status"' in answer
