"""Sources, and the identity keys of what each has shown."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
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

from bot.store.tables.schema_metadata import ENABLED, LEASED, ROW, metadata

sources = Table(
    "sources",
    metadata,
    Column("id", ROW, primary_key=True),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("disabled_at", BigInteger),  # gone from watchlists.yaml since then; its record is kept for a year
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", Text),
    Column("baselined", Boolean, nullable=False),
    Column("known", Integer, nullable=False),  # items recorded so far: a counter, because COUNT reads them all
    Column("failures", Integer, nullable=False),
    Column("quiet", Integer, nullable=False),
    Column("error", Text),
    Column("tried_at", BigInteger),  # the last poll
    Column("polled_at", BigInteger),  # the last poll that went well
    Column("read_at", BigInteger),  # the last time a document was read: seen keys age by this, not by the calendar
    Column("next_due", BigInteger, nullable=False),
    Column("fence", BigInteger, nullable=False),  # raised by every lease: a late worker's result is recognised by it
    Column("holder", Text),
    Column("lease_until", BigInteger),
    Column("found", Text),  # where the items of a `kind: auto` source are, if its url does not hold them itself
    Column("site", Text, nullable=False, server_default=""),  # the domain of url: one worker at a time asks it
    # What was learned of it: see SourceStats in ports/poll_store.
    Column("rhythm", LargeBinary),
    Column("shown", LargeBinary),
    Column("watched_since", BigInteger),
    Column("news_at", BigInteger),
    Column("lull", BigInteger, nullable=False, server_default="0"),
    Column("hinted_every", BigInteger),
    Column("hinted_skips", Integer, nullable=False, server_default="0"),
    Column("whole_at", BigInteger),
    Column("address", Text),
    Column("moving_to", Text),
    Column("moving_since", BigInteger),
    Column("moving_polls", Integer, nullable=False, server_default="0"),
    # The record was restored: of what its next document shows, only what is dated after this is told.
    Column("told_from", BigInteger),
    Column("poll_notes", LargeBinary),  # how its last polls went: see `polling/poll_notes`
    Column("losses", Text),  # what may show that its news is lost: a list of numbers
    Column("read_as", Text),  # its `kind` and `select`: by another, what stood there all along is no news
    Column("paused_at", BigInteger),  # since when an owner lets nobody ask it
    Index("ix_sources_due", "next_due", sqlite_where=text(ENABLED), postgresql_where=text(ENABLED)),
    Index("ix_sources_leased", "lease_until", sqlite_where=text(LEASED), postgresql_where=text(LEASED)),
)

seen_keys = Table(
    "seen_keys",
    metadata,
    Column("source", ROW, ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
    Column("key", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),  # to the day: see `polling/seen_keys`
    PrimaryKeyConstraint("source", "key"),
    sqlite_with_rowid=False,
)
