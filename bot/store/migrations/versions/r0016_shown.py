"""What the last document of a source showed."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add a column; a source without it is compared with its record alone, until it was read once."""
    op.add_column("sources", sa.Column("shown", sa.LargeBinary()))
