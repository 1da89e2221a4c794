"""The first shape of the inventory."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """All tables."""
    op.create_table(
        "device",
        sa.Column("id", _ID, nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("ip", sa.String(length=80), nullable=False),
        sa.Column("root", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("device_address", "device", ["ip", "site"])
    op.create_index("ix_device_root", "device", ["root"])
    op.create_table(
        "identity_key",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("shared", sa.String(length=10)),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "site", "value"),
    )
    op.create_table(
        "raw",
        sa.Column("id", _ID, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "scan",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=12)),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("finished", sa.BigInteger()),
        sa.Column("scope_sha256", sa.String(length=80), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("sites", sa.Text(), nullable=False),
        sa.Column("tool_version", sa.String(length=40), nullable=False),
        sa.Column("signatures", sa.String(length=80), nullable=False),
        sa.Column("addresses_in_scope", sa.BigInteger(), nullable=False),
        sa.Column("packets_sent", sa.BigInteger(), nullable=False),
        sa.Column("packets_exact", sa.Boolean(), nullable=False),
        sa.Column("audit_head", sa.String(length=80), nullable=False),
        sa.Column("coverage", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "value",
        sa.Column("id", _ID, nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "done",
        sa.Column("scan_id", _ID, nullable=False),
        sa.Column("ip", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"]),
        sa.PrimaryKeyConstraint("scan_id", "ip"),
    )
    op.create_table(
        "merge",
        sa.Column("id", _ID, nullable=False),
        sa.Column("device_a", _ID, nullable=False),
        sa.Column("device_b", _ID, nullable=False),
        sa.Column("key_id", _ID, nullable=False),
        sa.Column("scan_id", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("undone_at", sa.BigInteger()),
        sa.Column("undone_by", sa.String(length=10)),
        sa.ForeignKeyConstraint(["device_a"], ["device.id"]),
        sa.ForeignKeyConstraint(["device_b"], ["device.id"]),
        sa.ForeignKeyConstraint(["key_id"], ["identity_key.id"]),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_merge_device_a", "merge", ["device_a"])
    op.create_index("ix_merge_device_b", "merge", ["device_b"])
    op.create_index("ix_merge_key_id", "merge", ["key_id"])
    op.create_table(
        "rejection",
        sa.Column("id", _ID, nullable=False),
        sa.Column("device_id", _ID),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("ip", sa.String(length=80), nullable=False),
        sa.Column("door", sa.String(length=40), nullable=False),
        sa.Column("credential_set", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("cleared", sa.BigInteger()),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "sighting",
        sa.Column("id", _ID, nullable=False),
        sa.Column("scan_id", _ID, nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("ip", sa.String(length=80), nullable=False),
        sa.Column("device_id", _ID, nullable=False),
        sa.Column("heard", sa.Boolean(), nullable=False),
        sa.Column("first_seen", sa.BigInteger()),
        sa.Column("last_seen", sa.BigInteger()),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"]),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("scan_id", "ip", "site"),
    )
    op.create_index("ix_sighting_device_id", "sighting", ["device_id"])
    op.create_table(
        "observation",
        sa.Column("id", _ID, nullable=False),
        sa.Column("sighting_id", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("ip", sa.String(length=80), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("transport", sa.String(length=10), nullable=False),
        sa.Column("via", sa.String(length=20), nullable=False),
        sa.Column("probe", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("interface", sa.Text()),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("raw_id", _ID),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["raw_id"], ["raw.id"]),
        sa.ForeignKeyConstraint(["sighting_id"], ["sighting.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_observation_sighting_id", "observation", ["sighting_id"])
    op.create_table(
        "sighting_key",
        sa.Column("sighting_id", _ID, nullable=False),
        sa.Column("key_id", _ID, nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["identity_key.id"]),
        sa.ForeignKeyConstraint(["sighting_id"], ["sighting.id"]),
        sa.PrimaryKeyConstraint("sighting_id", "key_id", "field"),
    )
    op.create_index("ix_sighting_key_key_id", "sighting_key", ["key_id"])
    op.create_table(
        "evidence",
        sa.Column("observation_id", _ID, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["observation_id"], ["observation.id"]),
        sa.ForeignKeyConstraint(["value_id"], ["value.id"]),
        sa.PrimaryKeyConstraint("observation_id", "position"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_evidence_value_id", "evidence", ["value_id"])
