"""As what a source is read: its kind and which links of a page."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add a column that may be empty; the release before runs on beside it."""
    op.add_column("source", sa.Column("read_as", sa.Text()))
