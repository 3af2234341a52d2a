"""Redirects of chats: some have a new id, some topics are gone, some chats get no alerts, or later ones.

Read once a transaction that needs it; then pure. All four are few, however many chats there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, or_, select

from bot.store.codecs import GENERAL, to_chat, to_topic
from bot.store.tables import chats, lost_topics

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.model import Chat

REVOKED = "an owner has taken back this chat's access"


@dataclass(frozen=True, slots=True)
class ChatRedirects:
    """What differs from what watchlists.yaml or an older alert may still say."""

    moved: dict[int, int]  # old id -> new id
    lost: frozenset[tuple[int, int]]  # (chat, topic)
    closed: dict[int, str]  # chat -> why it gets no alerts
    suspended: dict[int, int]  # chat -> when it is tried again, in milliseconds

    def resolve(self, chat: Chat) -> tuple[int, int]:
        """Return the id and the topic of the chat by now."""
        return self.moved.get(chat.id, chat.id), to_topic(chat)

    def aliases(self) -> dict[tuple[int, int], list[Chat]]:
        """Return the other names under which a chat may be asked about, by its id and topic now."""
        names: dict[tuple[int, int], list[Chat]] = {}
        for one, topic in self.lost:
            names.setdefault((one, GENERAL), []).append(to_chat(one, topic))
        for old, new in self.moved.items():
            names.setdefault((new, GENERAL), []).append(to_chat(old, GENERAL))
        return names


async def read_redirects(connection: AsyncConnection) -> ChatRedirects:
    """Read the redirects; in the transaction that goes by them."""
    special = (await connection.execute(_redirects_statement())).all()
    lost = await connection.execute(_lost_topics_statement())
    return ChatRedirects(
        moved={row.id: row.moved_to for row in special if row.moved_to is not None},
        lost=frozenset((row.chat, row.topic) for row in lost),
        closed={row.id: REVOKED for row in special if row.revoked},
        suspended={row.id: row.probe_at or 0 for row in special if row.suspended},
    )


@cache
def _redirects_statement() -> Select[Any]:
    wanted = or_(chats.c.moved_to.is_not(None), chats.c.suspended.is_not(None), chats.c.revoked)
    columns = (chats.c[name] for name in ("id", "moved_to", "suspended", "probe_at", "revoked"))
    return select(*columns).where(wanted)


@cache
def _lost_topics_statement() -> Select[Any]:
    return select(lost_topics.c.chat, lost_topics.c.topic)
