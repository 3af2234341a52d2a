"""The first schema: sources and what they have shown, stories, the outbox, chats, roles."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# SQLite counts up by itself only in a column declared INTEGER.
ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ENABLED = sa.text("disabled_at IS NULL")
DUE = sa.text("state <> 'dead' AND wanted > shown")
LEASED = sa.text("lease_until IS NOT NULL")
# Rows that are updated again and again: room beside them, and vacuum before a fifth of the table is dead.
BUSY = ("source", "outbox", "role_lease", "chat")


def upgrade() -> None:
    """Make every table; on PostgreSQL, tell it which are queues."""
    for make in (
        _source,
        _seen,
        _item,
        _story,
        _report,
        _story_key,
        _outbox,
        _chat,
        _lost_topic,
        _subscription,
        _role_lease,
    ):
        make()
    if op.get_bind().dialect.name == "postgresql":
        for name in BUSY:
            op.execute(f"ALTER TABLE {name} SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02)")


def _source() -> None:
    op.create_table(
        "source",
        sa.Column("id", ROW, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger()),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("body_hash", sa.Text()),
        sa.Column("baselined", sa.Boolean(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("quiet", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("tried_at", sa.BigInteger()),
        sa.Column("polled_at", sa.BigInteger()),
        sa.Column("read_at", sa.BigInteger()),
        sa.Column("next_due", sa.BigInteger(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.Text()),
        sa.Column("lease_until", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_source"),
    )
    op.create_index("ix_source_due", "source", ["next_due"], sqlite_where=ENABLED, postgresql_where=ENABLED)
    op.create_index("ix_source_leased", "source", ["lease_until"], sqlite_where=LEASED, postgresql_where=LEASED)


def _seen() -> None:
    op.create_table(
        "seen",
        sa.Column("source", ROW, nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_seen_source", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source", "key", name="pk_seen"),
        sqlite_with_rowid=False,
    )


def _item() -> None:
    op.create_table(
        "item",
        sa.Column("id", ROW, nullable=False),
        sa.Column("source", ROW, nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("language", sa.Text()),
        sa.Column("published", sa.BigInteger()),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("story", sa.BigInteger()),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_item_source", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_item"),
    )
    op.create_index("ix_item_seen_at", "item", ["seen_at"])
    op.create_index("ix_item_source", "item", ["source"])


def _story() -> None:
    op.create_table(
        "story",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_story"),
    )
    op.create_index("ix_story_created_at", "story", ["created_at"])


def _report() -> None:
    op.create_table(
        "report",
        sa.Column("id", ROW, nullable=False),
        sa.Column("story", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("published", sa.BigInteger()),
        sa.Column("watchlists", sa.Text(), nullable=False),
        sa.Column("sketch", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["story"], ["story.id"], name="fk_report_story", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
    )
    op.create_index("ix_report_story", "report", ["story"])


def _story_key() -> None:
    op.create_table(
        "story_key",
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("report", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "at", "report", name="pk_story_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_story_key_at", "story_key", ["at"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", ROW, nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.BigInteger(), nullable=False),
        sa.Column("story", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("message", sa.BigInteger()),
        sa.Column("follows", sa.Boolean(), nullable=False),
        sa.Column("folded", sa.Boolean(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger()),
        sa.Column("lease_epoch", sa.BigInteger()),
        sa.Column("lease_until", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("chat", "topic", "story", name="uq_outbox_chat"),
    )
    op.create_index("ix_outbox_created_at", "outbox", ["created_at"])
    op.create_index("ix_outbox_due", "outbox", ["chat", "not_before"], sqlite_where=DUE, postgresql_where=DUE)
    op.create_index("ix_outbox_leased", "outbox", ["chat"], sqlite_where=LEASED, postgresql_where=LEASED)
    op.create_index("ix_outbox_sent", "outbox", ["chat", "sent_at"])
    op.create_index("ix_outbox_story", "outbox", ["story"])


def _chat() -> None:
    op.create_table(
        "chat",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("admitted_by", sa.BigInteger()),
        sa.Column("admitted_at", sa.BigInteger()),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("suspended", sa.Text()),
        sa.Column("suspended_at", sa.BigInteger()),
        sa.Column("blocked_until", sa.BigInteger()),
        sa.Column("moved_to", sa.BigInteger()),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chat"),
    )


def _lost_topic() -> None:
    op.create_table(
        "lost_topic",
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chat", "topic", name="pk_lost_topic"),
    )


def _subscription() -> None:
    op.create_table(
        "subscription",
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.BigInteger(), nullable=False),
        sa.Column("watchlist", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chat", "topic", "watchlist", name="pk_subscription"),
    )
    op.create_index("ix_subscription_watchlist", "subscription", ["watchlist"])


def _role_lease() -> None:
    op.create_table(
        "role_lease",
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text()),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("role", name="pk_role_lease"),
    )
