"""Why reports joined their stories, by which key their items come back, and rows for what answers a message."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add columns with defaults; a chat may have several rows of one story, told apart by `part`."""
    op.add_column("report", sa.Column("reason", sa.Text(), server_default="", nullable=False))
    op.add_column("report", sa.Column("key", sa.BigInteger()))
    op.add_column("report", sa.Column("changes", sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_report_key", "report", ["key"])
    with op.batch_alter_table("outbox") as outbox:  # SQLite copies the table: it cannot change a constraint
        outbox.add_column(sa.Column("part", sa.BigInteger(), server_default="0", nullable=False))
        outbox.add_column(sa.Column("replies", sa.Boolean(), server_default=sa.false(), nullable=False))
        outbox.drop_constraint("uq_outbox_chat", type_="unique")
        outbox.create_unique_constraint("uq_outbox_chat", ["chat", "topic", "story", "part"])
