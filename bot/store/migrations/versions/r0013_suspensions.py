"""Suspended chats: of what kind the refusal is, when the chat is tried again, and whether owners were told."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

SUSPENDED = sa.text("suspended IS NOT NULL")


def upgrade() -> None:
    """Add columns that may be empty; the release before runs on beside it. What was suspended is tried at once."""
    op.add_column("chats", sa.Column("closure", sa.Text()))
    for name in ("probe_at", "muted_until", "announced_at"):
        op.add_column("chats", sa.Column(name, sa.BigInteger()))
    op.execute("UPDATE chats SET closure = 'unreachable', probe_at = 0 WHERE suspended IS NOT NULL")
    op.execute("UPDATE chats SET announced_at = suspended_at WHERE suspended IS NOT NULL")
    op.create_index("ix_chats_suspended", "chats", ["probe_at"], sqlite_where=SUSPENDED, postgresql_where=SUSPENDED)
