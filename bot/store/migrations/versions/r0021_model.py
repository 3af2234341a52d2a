"""A language model: what it was asked about stories, what it said, and the tokens of each day."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add tables that the release before does not know, and does not need."""
    op.create_table(
        "model_verdicts",
        sa.Column("story", sa.BigInteger(), sa.ForeignKey("stories.id", ondelete="CASCADE"), nullable=False),
        sa.Column("watchlist", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("claimed_until", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("story", "watchlist"),
    )
    undecided = sa.text("verdict IS NULL")
    op.create_index(
        "ix_model_verdicts_until", "model_verdicts", ["until"], sqlite_where=undecided, postgresql_where=undecided
    )
    op.create_table(
        "story_lines",
        sa.Column("story", sa.BigInteger(), sa.ForeignKey("stories.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("story", "kind", "language"),
    )
    op.create_table(
        "model_usage",
        sa.Column("day", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
    )
