"""Whether a story was told anew because its message can be edited no more."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add a column with a default; the release before runs on beside it."""
    op.add_column("outbox", sa.Column("resent", sa.Boolean(), nullable=False, server_default=sa.false()))
