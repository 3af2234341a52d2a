"""Ways out besides Telegram: what watchlists tell of stories, what of it is on its way, and how outputs fare."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

_ROW = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add three tables; a release that does not know them tells outputs nothing."""
    op.create_table(
        "watchlist_alerts",
        sa.Column("id", _ROW, nullable=False),
        sa.Column("watchlist", sa.Text, nullable=False),
        sa.Column("story", sa.BigInteger, nullable=False),
        sa.Column("rank", sa.SmallInteger, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_watchlist_alerts"),
        sa.UniqueConstraint("watchlist", "story", name="uq_watchlist_alerts_watchlist"),
    )
    op.create_index("ix_watchlist_alerts_story", "watchlist_alerts", ["story"])
    op.create_index("ix_watchlist_alerts_created_at", "watchlist_alerts", ["created_at"])
    op.create_index("ix_watchlist_alerts_updated_at", "watchlist_alerts", ["watchlist", "updated_at"])
    op.create_table(
        "output_alerts",
        sa.Column("id", _ROW, nullable=False),
        sa.Column("output", sa.Text, nullable=False),
        sa.Column("story", sa.BigInteger, nullable=False),
        sa.Column("alert", _ROW, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("wanted", sa.Integer, nullable=False),
        sa.Column("shown", sa.Integer, nullable=False),
        sa.Column("answers", sa.Integer, nullable=False),
        sa.Column("corrected", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("failing_since", sa.BigInteger),
        sa.Column("not_before", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("sent_at", sa.BigInteger),
        sa.Column("lease_epoch", sa.BigInteger),
        sa.Column("lease_until", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_output_alerts"),
        sa.UniqueConstraint("output", "story", name="uq_output_alerts_output"),
        sa.ForeignKeyConstraint(
            ["alert"], ["watchlist_alerts.id"], name="fk_output_alerts_alert_watchlist_alerts", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_output_alerts_story", "output_alerts", ["story"])
    op.create_index("ix_output_alerts_alert", "output_alerts", ["alert"])
    op.create_index("ix_output_alerts_created_at", "output_alerts", ["created_at"])
    due, leased = sa.text("state <> 'dead' AND wanted > shown"), sa.text("lease_until IS NOT NULL")
    op.create_index(
        "ix_output_alerts_due", "output_alerts", ["output", "not_before"], sqlite_where=due, postgresql_where=due
    )
    op.create_index(
        "ix_output_alerts_leased", "output_alerts", ["output"], sqlite_where=leased, postgresql_where=leased
    )
    op.create_table(
        "outputs",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("address", sa.BigInteger, nullable=False),
        sa.Column("failing_since", sa.BigInteger),
        sa.Column("reason", sa.Text),
        sa.Column("rest_until", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("announced", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("id", name="pk_outputs"),
    )
