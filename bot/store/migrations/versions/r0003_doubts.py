"""Attempts of unknown fate are counted apart from refusals."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add a column with a default, so that the release before runs on beside it."""
    op.add_column("outbox", sa.Column("doubts", sa.Integer(), server_default="0", nullable=False))
