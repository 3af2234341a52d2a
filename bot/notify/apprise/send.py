"""Sends by Apprise, in a process of its own: its plugins block, read whole answers, and look at the environment.

A message goes in as a line of JSON, how it ended comes out as another. What does not answer in time is killed, and
begun anew with the next message.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import bot
from bot.errors import OutputError
from bot.model import Output
from bot.notify.output_message import OutputMessage, render_output
from bot.notify.sanitize import cut
from bot.ports.output_store import Capabilities, OutputDelivery, OutputServices

log = logging.getLogger(__name__)

DEADLINE: Final = 45.0  # seconds of one message, the start of the process included
_ROOT: Final = str(Path(bot.__file__).parents[1])
_COMMAND: Final = "import sys; sys.path.append(sys.argv[1]); from bot.notify.apprise.child import main; main()"
_KEPT: Final = ("PATH", "HOME", "LANG", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")


@dataclass(slots=True)
class AppriseSender:
    """Fulfils OutputSender, for one address."""

    output: Output
    services: OutputServices
    can: Capabilities
    _process: asyncio.subprocess.Process | None = field(default=None, init=False)

    async def send(self, deliveries: Sequence[OutputDelivery]) -> None:
        """See OutputSender."""
        message = render_output(deliveries, self.output.layout, self.services.home(), inert=not self.can.threads)
        asked = json.dumps(self._question(deliveries, message)).encode() + b"\n"
        try:
            async with asyncio.timeout(DEADLINE):
                answer = await self._ask(asked)
        except TimeoutError:
            await self.end()
            raise OutputError(f"no answer within {DEADLINE:.0f} s") from None
        except BaseException:
            await self.end()
            raise
        if answer is None:
            await self.end()
            raise OutputError("the process that sends it ended, perhaps of an answer that was too large")
        if "error" in answer:
            raise OutputError(str(answer["error"]))
        if refused := answer.get("refused"):
            extra = {"output": self.output.id, "refused": len(refused), "reason": "; ".join(dict.fromkeys(refused))}
            log.warning("a mail was taken, but not for every recipient", extra=extra)

    def _question(self, deliveries: Sequence[OutputDelivery], message: OutputMessage) -> dict[str, Any]:
        first, room = deliveries[0], self.can.length
        asked = {"address": self.output.address, "proxy": self.services.proxy, "subject": message.subject}
        if not self.can.threads:
            return {**asked, "text": message.text if room is None else cut(message.text, room)}
        name = first.key if len(deliveries) == 1 else f"{first.key}.digest"
        mail = {"html": message.html, "id": f"{name}.{first.revision}" if message.is_answer else name}
        return {**asked, "text": message.text, "mail": {**mail, "answers": name if message.is_answer else None}}

    async def _ask(self, asked: bytes) -> dict[str, Any] | None:
        """Return the answer of the process; None where it has ended."""
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await self._start()
        if process.stdin is None or process.stdout is None:
            return None
        with suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(asked)
            await process.stdin.drain()
            line = await process.stdout.readline()
            if line:
                answer: dict[str, Any] = json.loads(line)
                return answer
        return None

    async def _start(self) -> asyncio.subprocess.Process:
        proxy = self.services.proxy
        environ = {name: os.environ[name] for name in _KEPT if name in os.environ}
        if proxy:  # of the environment that the library looks at; without one it goes directly
            environ |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY"), proxy)
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-c", _COMMAND, _ROOT),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environ,
        )

    async def end(self) -> None:
        """End the process, which has nothing that could be lost."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


@asynccontextmanager
async def open_apprise(output: Output, services: OutputServices, can: Capabilities) -> AsyncIterator[AppriseSender]:
    """Open what sends to an address; its process begins with the first message."""
    sender = AppriseSender(output, services, can)
    try:
        yield sender
    finally:
        await sender.end()
