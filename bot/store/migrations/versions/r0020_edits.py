"""The history of watchlists.yaml, and sources that owners have paused."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add a table of edits, and since when a source is paused: a release that does not know it polls it."""
    op.create_table(
        "edits",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("author", sa.BigInteger),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("changes", sa.Text, nullable=False),
        sa.Column("hunks", sa.Text, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("undoes", sa.BigInteger),
        sa.Column("undone", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("written", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("id", name="pk_edits"),
    )
    op.create_index("ix_edits_at", "edits", ["at"])
    op.add_column("sources", sa.Column("paused_at", sa.BigInteger))
