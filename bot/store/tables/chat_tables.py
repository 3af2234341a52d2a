"""Chats: their admission and reachability, what they wish, mute, follow and watch."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
    true,
)

from bot.store.tables.schema_metadata import SUSPENDED, metadata

chats = Table(
    "chats",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # 0 = everybody: the bot's own pause
    Column("admitted_by", BigInteger),
    Column("admitted_at", BigInteger),
    Column("revoked", Boolean, nullable=False),
    Column("suspended", Text),  # the reason
    Column("suspended_at", BigInteger),
    Column("closure", Text),  # of what kind the refusal is: see alerts/suspension
    Column("probe_at", BigInteger),  # when it is tried again
    Column("muted_until", BigInteger),  # as Telegram has said: then, and not before
    Column("announced_at", BigInteger),  # when owners were told of a suspension last
    Column("blocked_until", BigInteger),
    Column("moved_to", BigInteger),  # a group that became a supergroup; watchlists.yaml may still name the old id
    Column("settings", Text, nullable=False),
    Column("title", Text),  # of a group or channel that asked to be let in; never a person's name
    Column("kind", Text),
    Column("requested_at", BigInteger),  # when it asked to be let in
    Index("ix_chats_suspended", "probe_at", sqlite_where=text(SUSPENDED), postgresql_where=text(SUSPENDED)),
)

# When a chat, or one topic of it, wants its alerts (bot.preferences).
chat_preferences = Table(
    "chat_preferences",
    metadata,
    Column("chat", BigInteger, nullable=False),
    Column("topic", BigInteger, nullable=False),
    Column("settings", Text, nullable=False),
    Column("digested_at", BigInteger),  # for which time its last digest was sent
    PrimaryKeyConstraint("chat", "topic"),
)

mutes = Table(
    "mutes",
    metadata,
    Column("chat", BigInteger, nullable=False),
    Column("topic", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),  # story, word, watchlist, source
    Column("what", Text, nullable=False),
    Column("forms", Text, nullable=False),
    Column("label", Text, nullable=False),  # what people are shown instead
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger),  # None = until it is taken back
    PrimaryKeyConstraint("chat", "topic", "kind", "what"),
)

# What the buttons of one message of the bot do; those of alerts are known by the key of their row.
buttons = Table(
    "buttons",
    metadata,
    Column("key", Text, primary_key=True),
    Column("chat", BigInteger, nullable=False),
    Column("meanings", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
    Index("ix_buttons_until", "until"),
)

lost_topics = Table(
    "lost_topics",
    metadata,
    Column("chat", BigInteger, nullable=False),
    Column("topic", BigInteger, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("since", BigInteger, nullable=False, server_default="0"),
    Column("probe_at", BigInteger, nullable=False, server_default="0"),  # when it is tried again
    Column("announced", Boolean, nullable=False, server_default=true()),  # owners were told
    PrimaryKeyConstraint("chat", "topic"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("chat", BigInteger, nullable=False),
    Column("topic", BigInteger, nullable=False),
    Column("watchlist", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("settings", Text, nullable=False),
    PrimaryKeyConstraint("chat", "topic", "watchlist"),
    Index("ix_subscriptions_watchlist", "watchlist"),
)

# Each is a watchlist `~id`, which its chat is subscribed to: a suspension or move of the chat needs nothing here.
personal_queries = Table(
    "personal_queries",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # from `counter`: never used a second time
    Column("chat", BigInteger, nullable=False),
    Column("topic", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("since", BigInteger),  # None: not confirmed
    UniqueConstraint("chat", "number"),
)
