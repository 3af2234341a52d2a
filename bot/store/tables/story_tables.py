"""Items, their index of searches, and the stories that they tell."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects import postgresql

from bot.store.tables.schema_metadata import IN_A_STORY, ROW, metadata

items = Table(
    "items",
    metadata,
    Column("id", ROW, primary_key=True),
    Column("source", ROW, ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
    Column("url", Text),
    Column("title", Text, nullable=False),
    Column("lead", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("language", Text),
    Column("published", BigInteger),
    Column("seen_at", BigInteger, nullable=False),
    Column("story", BigInteger),
    Index("ix_items_source", "source"),
    Index("ix_items_seen_at", "seen_at"),
    Index("ix_items_story", "story", sqlite_where=text(IN_A_STORY), postgresql_where=text(IN_A_STORY)),
)

# The terms of items that are in the index of searches (`store/search`): derived, and made anew where they are missing.
item_terms = Table(
    "item_terms",
    metadata,
    Column("item", ROW, ForeignKey("items.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),  # when it was published, else seen
    Column("terms", Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False),
)

stories = Table(
    "stories",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("created_at", BigInteger, nullable=False),
    Column("headline", Text, nullable=False),
    Column("url", Text),
    Index("ix_stories_created_at", "created_at"),
)

reports = Table(
    "reports",
    metadata,
    Column("id", ROW, primary_key=True),
    Column("story", BigInteger, ForeignKey("stories.id", ondelete="CASCADE"), nullable=False),
    Column("source", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("headline", Text, nullable=False),
    Column("url", Text),
    Column("at", BigInteger, nullable=False),
    Column("published", BigInteger),
    Column("watchlists", Text, nullable=False),
    Column("sketch", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),  # why it joined the story
    Column("key", BigInteger),  # its item's strongest identity key: a changed headline is recognised by it
    Column("changes", Integer, nullable=False, server_default="0"),  # corrections of its headline so far
    Index("ix_reports_story", "story"),
    Index("ix_reports_key", "key"),
    Index("ix_reports_at", "at"),
)

# No foreign key: these rows live for days, reports for months, and a key's row is written by the dozen.
story_keys = Table(
    "story_keys",
    metadata,
    Column("key", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("report", BigInteger, nullable=False),
    PrimaryKeyConstraint("key", "at", "report"),
    Index("ix_story_keys_at", "at"),
    sqlite_with_rowid=False,
)
