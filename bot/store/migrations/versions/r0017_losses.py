"""What may show that a source's news is lost in silence."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add a column that may be empty; the release before runs on beside it."""
    op.add_column("sources", sa.Column("losses", sa.Text()))
