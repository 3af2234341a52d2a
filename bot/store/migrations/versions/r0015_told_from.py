"""What a source shows at its first poll after the record was restored is no news."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add a column; the release before runs on beside it."""
    op.add_column("sources", sa.Column("told_from", sa.BigInteger()))
