"""Where the items of a source are, its site, its rhythm and hints, and where it says that it went."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add columns that may be empty or have a default, so that the release before runs on beside it."""
    for column in (
        sa.Column("found", sa.Text()),
        sa.Column("site", sa.Text(), server_default="", nullable=False),
        sa.Column("rhythm", sa.LargeBinary()),
        sa.Column("watched_since", sa.BigInteger()),
        sa.Column("news_at", sa.BigInteger()),
        sa.Column("lull", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("hinted_every", sa.BigInteger()),
        sa.Column("hinted_skips", sa.Integer(), server_default="0", nullable=False),
        sa.Column("whole_at", sa.BigInteger()),
        sa.Column("address", sa.Text()),
        sa.Column("moving_to", sa.Text()),
        sa.Column("moving_since", sa.BigInteger()),
        sa.Column("moving_polls", sa.Integer(), server_default="0", nullable=False),
    ):
        op.add_column("source", column)
