"""How the last polls of each source went."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Add a column that may be empty; the release before runs on beside it."""
    op.add_column("sources", sa.Column("poll_notes", sa.LargeBinary()))
