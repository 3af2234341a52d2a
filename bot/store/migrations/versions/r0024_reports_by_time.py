"""An index of reports by time, by which the rushes of watchlists are found."""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add an index; the release before runs on beside it."""
    op.create_index("ix_reports_at", "reports", ["at"])
