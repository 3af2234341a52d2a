"""Topics that take no messages: why, since when, when they are tried again, and whether owners were told."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add columns with defaults; the release before runs on beside it. What was lost is tried at once."""
    op.add_column("lost_topics", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    for name in ("since", "probe_at"):
        op.add_column("lost_topics", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("lost_topics", sa.Column("announced", sa.Boolean(), nullable=False, server_default=sa.true()))
