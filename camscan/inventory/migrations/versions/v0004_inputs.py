"""What a listening took in."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column more."""
    op.add_column("scan", sa.Column("inputs", sa.Text()))
