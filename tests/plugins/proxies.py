"""Proxies on loopback: HTTP CONNECT and SOCKS5, with a login or without, honest or not."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

Behaviour = Literal["honest", "hangs", "closes", "lies", "refuses"]


@dataclass(slots=True)
class StandInProxy:
    """One proxy; `asked` are the targets as it was told them. Names are looked up in `names`."""

    kind: Literal["http", "socks5"]
    login: tuple[str, str] | None = None
    behaviour: Behaviour = "honest"
    names: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    port: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Return its address, with its login."""
        user = f"{self.login[0]}:{self.login[1]}@" if self.login else ""
        return f"{self.kind}://{user}127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await self._answer(reader, writer)
        finally:
            writer.transport.abort() if self.behaviour == "hangs" else writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.behaviour == "hangs":
            await reader.read()
        elif self.behaviour == "lies":
            await reader.read(1)
            writer.write(b"\xff\x00<html>not a proxy" * 20)
            await writer.drain()
        elif self.behaviour != "closes":
            target = await (self._http(reader, writer) if self.kind == "http" else self._socks(reader, writer))
            if target:
                await self._pass_on(target, reader, writer)

    async def _http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[str, int] | None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, where, _ = head.split(" ", 2)
        wanted = base64.b64encode(":".join(self.login).encode()).decode() if self.login else ""
        if method != "CONNECT" or (wanted and f"Basic {wanted}" not in head):
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n")
            return None
        host, _, port = where.rpartition(":")
        self.asked.append((host.strip("[]"), int(port)))
        if self.behaviour == "refuses":
            writer.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
            return None
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        return self.asked[-1]

    async def _socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[str, int] | None:
        methods = await reader.readexactly((await reader.readexactly(2))[1])
        if self.login:
            if 2 not in methods:
                writer.write(b"\x05\xff")
                return None
            writer.write(b"\x05\x02")
            user = await reader.readexactly((await reader.readexactly(2))[1])
            password = await reader.readexactly((await reader.readexactly(1))[0])
            good = (user.decode(), password.decode()) == self.login
            writer.write(b"\x01\x00" if good else b"\x01\x01")
            if not good:
                return None
        else:
            writer.write(b"\x05\x00")
        kind = (await reader.readexactly(4))[3]
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = str(ipaddress.ip_address(await reader.readexactly(4 if kind == 1 else 16)))
        (port,) = struct.unpack(">H", await reader.readexactly(2))
        self.asked.append((host, port))
        refused = self.behaviour == "refuses"
        writer.write(b"\x05" + (b"\x05" if refused else b"\x00") + b"\x00\x01\x00\x00\x00\x00\x00\x00")
        return None if refused else self.asked[-1]

    async def _pass_on(
        self, target: tuple[str, int], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        there, back = await asyncio.open_connection(self.names.get(target[0], target[0]), target[1])

        async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            with suppress(OSError):
                while data := await source.read(65536):
                    sink.write(data)
                    await sink.drain()
                sink.write_eof()

        try:
            await asyncio.gather(copy(reader, back), copy(there, writer))
        finally:
            back.close()


@asynccontextmanager
async def run_proxy(proxy: StandInProxy) -> AsyncIterator[StandInProxy]:
    """Run a proxy on a free port of loopback."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(proxy.serve(reader, writer))
        proxy.tasks.add(task)
        await asyncio.wait({task})
        proxy.tasks.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for task in tuple(proxy.tasks):
            task.cancel()
        await asyncio.gather(*proxy.tasks, return_exceptions=True)
        await server.wait_closed()
