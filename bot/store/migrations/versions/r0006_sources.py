"""Where the items of a source are, once that was found out."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add a column that may be empty, so that the release before runs on beside it."""
    op.add_column("source", sa.Column("found", sa.Text()))
