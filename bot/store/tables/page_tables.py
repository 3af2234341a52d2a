"""The tables of the pages: one-time links and sessions, each known by the hash of its secret alone."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Table, Text, UniqueConstraint

from bot.store.tables.schema_metadata import ROW, metadata

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("owner", BigInteger),  # None = made on the command line
    Column("until", BigInteger, nullable=False),
    Column("used", Boolean, nullable=False),
)

page_sessions = Table(
    "page_sessions",
    metadata,
    Column("id", ROW, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("owner", BigInteger),  # None = let in by a link of the command line
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),  # to some minutes
    Column("until", BigInteger, nullable=False),
    Column("address", Text, nullable=False),
    Column("browser", Text, nullable=False),
    UniqueConstraint("hash"),
)

# Who has the key reads the feed of the watchlist.
feed_keys = Table(
    "feed_keys",
    metadata,
    Column("id", ROW, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("watchlist", Text, nullable=False),
    Column("owner", BigInteger, nullable=False),  # who made it
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("hash"),
)
