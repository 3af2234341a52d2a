"""What a webhook can, and what its address and secret look like."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.model import Output
from bot.notify.media import Medium
from bot.notify.webhook.signature import read_secret
from bot.ports.output_store import Capabilities, OutputSender, OutputServices

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

CAN = Capabilities(edit=True, length=None, markup="data", pictures=False, parallel=8)


def find_mistake(address: str) -> str | None:
    """Return what is wrong with the address of a receiver."""
    try:
        parts = urlsplit(address)
        whole = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        whole = None
    if not whole or not address.isprintable() or " " in address:
        return "not an address that can be asked; write https://host/path (or http://…)"
    return None


def find_secret_mistake(secret: str) -> str | None:
    """Return what is wrong with a secret."""
    try:
        read_secret(secret)
    except ValueError as error:
        return str(error)
    return None


def open_sender(output: Output, services: OutputServices) -> AbstractAsyncContextManager[OutputSender]:
    """Return what sends to a receiver."""
    from bot.notify.webhook.send import open_webhook

    return open_webhook(output, services)


MEDIUM = Medium(
    hint="Address of a receiver of signed JSON, by the convention of Standard Webhooks. ${NAME} as in headers.",
    describe=lambda _: CAN,
    find_mistake=find_mistake,
    open_sender=open_sender,
    needs_secret=True,
    find_secret_mistake=find_secret_mistake,
)
