"""What Apprise can, and what its addresses look like."""

from __future__ import annotations

from bot.notify.apprise.address import find_mistake
from bot.notify.media import Medium

MEDIUM = Medium(
    hint="Address of mail, Slack, Discord, Matrix, ntfy and others, as Apprise writes them. ${NAME} as in headers.",
    find_mistake=find_mistake,
)
