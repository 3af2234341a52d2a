"""Subscriptions to WebSub hubs, and what hubs have sent and nobody has read."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

ROW = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add two tables; the release before runs on beside them and polls as ever."""
    op.create_table(
        "hub_subscriptions",
        sa.Column("source", ROW, sa.ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("next_ask", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.BigInteger()) for name in ("asked_at", "held_until", "heard_at", "missed_at", "poll_due")),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("reason", sa.Text()),
        sa.Column("ignored", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("last_digest", sa.Text()),
        sa.PrimaryKeyConstraint("source"),
    )
    op.create_index("ix_hub_subscriptions_next_ask", "hub_subscriptions", ["next_ask"])
    op.create_index("ix_hub_subscriptions_token", "hub_subscriptions", ["token"], unique=True)
    op.create_table(
        "hub_contents",
        sa.Column("id", ROW, nullable=False),
        sa.Column("source", ROW, sa.ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_hub_contents_source", "hub_contents", ["source"])
