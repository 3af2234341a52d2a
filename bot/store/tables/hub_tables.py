"""Subscriptions to WebSub hubs, and what hubs have sent and nobody has read."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from bot.store.tables.schema_metadata import ROW, metadata

hub_subscriptions = Table(
    "hub_subscriptions",
    metadata,
    Column("source", ROW, ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("hub", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("token", Text, nullable=False),  # the end of our address, which only the hub knows
    Column("secret", Text, nullable=False),
    Column("next_ask", BigInteger, nullable=False),
    Column("asked_at", BigInteger),
    Column("held_until", BigInteger),  # NULL: the hub has not confirmed
    Column("heard_at", BigInteger),
    Column("missed_at", BigInteger),  # a poll found news that the hub had not sent
    Column("poll_due", BigInteger),  # when the source was due for a poll, before its hub sent something
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("reason", Text),
    Column("ignored", Integer, nullable=False, server_default="0"),
    Column("last_digest", Text),  # of the last content: the same again is no news
    Index("ix_hub_subscriptions_next_ask", "next_ask"),
    Index("ix_hub_subscriptions_token", "token", unique=True),
)

hub_contents = Table(
    "hub_contents",
    metadata,
    Column("id", ROW, primary_key=True),
    Column("source", ROW, ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_hub_contents_source", "source"),
)
