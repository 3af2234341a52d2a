"""What Apprise can, and what its addresses look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model import Output
from bot.notify.apprise.address import find_mistake, is_mail, longest_message
from bot.notify.media import Medium
from bot.ports.output_store import Capabilities, OutputSender, OutputServices

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager


def describe(address: str) -> Capabilities:
    """Return what the service of an address can. Nothing of Apprise's can be edited; mail has threads."""
    if is_mail(address):
        return Capabilities(edit=False, length=None, markup="html", pictures=False, threads=True)
    return Capabilities(edit=False, length=longest_message(address), markup="text", pictures=False)


def open_sender(output: Output, services: OutputServices) -> AbstractAsyncContextManager[OutputSender]:
    """Return what sends to an address."""
    from bot.notify.apprise.send import open_apprise

    return open_apprise(output, services, describe(output.address))


MEDIUM = Medium(
    hint="Address of mail, Slack, Discord, Matrix, ntfy and others, as Apprise writes them. ${NAME} as in headers.",
    describe=describe,
    find_mistake=find_mistake,
    open_sender=open_sender,
)
