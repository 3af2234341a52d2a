"""What is on its way to chats, and what became of it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from bot.store.tables.schema_metadata import DUE, LEASED, ROW, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", ROW, primary_key=True),
    Column("chat", BigInteger, nullable=False),
    Column("topic", BigInteger, nullable=False),
    Column("story", BigInteger, nullable=False),
    Column("rank", SmallInteger, nullable=False),  # 0 urgent, 1 the others
    Column("payload", Text, nullable=False),
    Column("state", Text, nullable=False),  # pending, sent, dead
    Column("message", BigInteger),  # None in a sent row: it can be edited no more
    Column("follows", Boolean, nullable=False),  # later reports raise `wanted`
    Column("folded", Boolean, nullable=False),  # a line of a rolling message, which `message` is then
    Column("wanted", Integer, nullable=False),  # the revision to show; every report that joins raises it
    Column("shown", Integer, nullable=False),  # the revision the reader has; 0 = none
    Column("attempts", Integer, nullable=False),  # that were refused
    Column("not_before", BigInteger, nullable=False),
    Column("reason", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger),
    Column("lease_epoch", BigInteger),
    Column("lease_until", BigInteger),
    Column("doubts", Integer, nullable=False, server_default="0"),  # attempts of unknown fate
    # Why it waits by a preference of its chat (quiet, digest, pause, source), or ended by it (mute, skip).
    Column("hold", Text),
    Column("part", BigInteger, nullable=False, server_default="0"),  # 0 = the story's message, others are replies to it
    Column("replies", Boolean, nullable=False, server_default=false()),  # new developments answer it
    Column("key", BigInteger),  # of its buttons: random; None = it has none
    Column("resent", Boolean, nullable=False, server_default=false()),  # told anew, as its message could not be edited
    UniqueConstraint("chat", "topic", "story", "part"),
    Index("ix_outbox_story", "story"),
    Index("ix_outbox_created_at", "created_at"),
    Index("ix_outbox_sent", "chat", "sent_at"),
    Index("ix_outbox_due", "chat", "not_before", sqlite_where=text(DUE), postgresql_where=text(DUE)),
    Index("ix_outbox_leased", "chat", sqlite_where=text(LEASED), postgresql_where=text(LEASED)),
)
