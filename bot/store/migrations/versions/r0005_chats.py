"""What chats wish of when their alerts come, what they mute, and who asked to be let in."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add two tables, and columns that may be empty; the release before runs on beside it."""
    op.create_table(
        "place",
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.BigInteger(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("digested_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("chat", "topic", name="pk_place"),
    )
    op.create_table(
        "mute",
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("forms", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger()),
        sa.PrimaryKeyConstraint("chat", "topic", "kind", "what", name="pk_mute"),
    )
    op.add_column("outbox", sa.Column("hold", sa.Text()))
    for name, kind in (("title", sa.Text()), ("kind", sa.Text()), ("knocked_at", sa.BigInteger())):
        op.add_column("chat", sa.Column(name, kind))
