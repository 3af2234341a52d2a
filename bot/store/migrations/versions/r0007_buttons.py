"""What buttons do: of each message of the bot, and the key of each alert's."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add a table, and a column that may be empty; the release before runs on beside it."""
    op.create_table(
        "button",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("meanings", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_button"),
    )
    op.create_index("ix_button_until", "button", ["until"])
    op.add_column("outbox", sa.Column("key", sa.BigInteger()))
