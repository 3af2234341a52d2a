"""The process that sends: a message as a line of JSON on its input, how that ended as a line on its output.

It ends when nothing was asked for some minutes, so that nobody keeps the memory of the library for a rare alert.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import select
import sys
from typing import Any, Final

from bot.notify.apprise.address import NAME, is_mail, read_address
from bot.notify.apprise.mail import send_mail
from bot.notify.apprise.reasons import to_reason

IDLE: Final = 300.0  # seconds
MEMORY: Final = 768 << 20  # bytes of address space: an answer of any size ends the process, and nothing else


def main() -> None:
    """Answer one message after the other."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard), hard))
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a plugin that prints does not answer for us
    while select.select([sys.stdin], [], [], IDLE)[0] and (line := sys.stdin.readline()):
        answers.write(json.dumps(_answer(json.loads(line))) + "\n")
        answers.flush()


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    address = asked["address"]
    try:
        if is_mail(address):
            refused = send_mail(address, asked["subject"], asked["text"], asked["mail"], asked["proxy"])
            return {"refused": [to_reason(one, address) for one in refused]}
        return _notify(address, asked["subject"], asked["text"])
    except MemoryError:
        return {"error": "its answer is too large"}
    except Exception as error:  # noqa: BLE001 - whatever a plugin raises, it was not sent
        return {"error": to_reason(error, address)}


def _notify(address: str, subject: str, text: str) -> dict[str, Any]:
    """Send by a plugin. What it logs is the only thing that says why it failed."""
    plugin = read_address(address)
    if plugin is None:
        return {"error": "the address is none that Apprise knows"}
    said: list[str] = []
    log = logging.getLogger(NAME)
    log.disabled = False
    handler = _Kept(said)
    log.addHandler(handler)
    try:
        # A service with titles shows the headline as one; it stands in the text for the others.
        titled = bool(plugin.title_maxlen)
        if plugin.notify(body=text, title=subject if titled else "", body_format="text"):
            return {}
    finally:
        log.removeHandler(handler)
    return {"error": to_reason(said[-1] if said else "it was not taken", address)}


class _Kept(logging.Handler):
    """Keeps what the library warns of."""

    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self._said.append(record.getMessage())
