"""What watchlists tell of stories, what of it is on its way to outputs, and how outputs fare."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
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

# Of each watchlist and story one row, whoever is told: feeds show them, outputs send them.
watchlist_alerts = Table(
    "watchlist_alerts",
    metadata,
    Column("id", ROW, primary_key=True),
    Column("watchlist", Text, nullable=False),
    Column("story", BigInteger, nullable=False),
    Column("rank", SmallInteger, nullable=False),  # 0 urgent, 1 normal, 2 low
    Column("payload", Text, nullable=False),
    Column("revision", Integer, nullable=False),  # every report that joins the story raises it
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    UniqueConstraint("watchlist", "story"),
    Index("ix_watchlist_alerts_story", "story"),
    Index("ix_watchlist_alerts_created_at", "created_at"),
    Index("ix_watchlist_alerts_updated_at", "watchlist", "updated_at"),
)

output_alerts = Table(
    "output_alerts",
    metadata,
    Column("id", ROW, primary_key=True),
    Column("output", Text, nullable=False),
    Column("story", BigInteger, nullable=False),
    Column("alert", ROW, ForeignKey("watchlist_alerts.id", ondelete="CASCADE"), nullable=False),
    Column("key", Text, nullable=False),  # random: with the revision it names what is sent
    Column("state", Text, nullable=False),  # pending, sent, dead
    Column("wanted", Integer, nullable=False),  # the revision to show
    Column("shown", Integer, nullable=False),  # the revision that was taken; 0 = none
    Column("answers", Integer, nullable=False),  # messages that were taken after the first
    Column("corrected", Boolean, nullable=False, server_default=false()),  # a headline was, since `shown`
    Column("attempts", Integer, nullable=False),  # that failed, since the last that did not
    Column("failing_since", BigInteger),  # when the first of these was made
    Column("not_before", BigInteger, nullable=False),
    Column("reason", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger),  # when one was taken last
    Column("lease_epoch", BigInteger),
    Column("lease_until", BigInteger),
    UniqueConstraint("output", "story"),
    Index("ix_output_alerts_story", "story"),
    Index("ix_output_alerts_alert", "alert"),
    Index("ix_output_alerts_created_at", "created_at"),
    Index("ix_output_alerts_due", "output", "not_before", sqlite_where=text(DUE), postgresql_where=text(DUE)),
    Index("ix_output_alerts_leased", "output", sqlite_where=text(LEASED), postgresql_where=text(LEASED)),
)

# Outputs that have failed: how long, whether they ended, whether owners know.
outputs = Table(
    "outputs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("address", BigInteger, nullable=False),  # a hash: under another address it begins anew
    Column("failing_since", BigInteger),
    Column("reason", Text),
    Column("rest_until", BigInteger),  # nothing is sent before then
    Column("ended_at", BigInteger),
    Column("announced", Boolean, nullable=False, server_default=false()),
)
