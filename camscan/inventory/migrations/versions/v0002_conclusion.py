"""What was concluded of each device the last time."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table more."""
    op.create_table(
        "conclusion",
        sa.Column(
            "device_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("signatures", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("maker", sa.String(length=40)),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("brand", sa.String(length=40)),
        sa.Column("brand_verdict", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("kind_verdict", sa.String(length=20), nullable=False),
        sa.Column("model", sa.Text()),
        sa.Column("signs", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"]),
        sa.PrimaryKeyConstraint("device_id"),
    )
