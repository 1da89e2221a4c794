"""The tables, as the newest migration leaves them (a test compares the two).

Times are whole microseconds since 1970-01-01 UTC. Rows are only ever added, but for: how a scan ended, what a
sighting was recognised by and as which device, the ``root`` of a device, the mark of a shared key, ``undone`` of a
merge, ``cleared`` of a rejection, ``until`` of software, conclusions, which are drawn anew, and what the owner forgets
(forgetting.py). A new word in a stored vocabulary (Outcome, Via, Transport, ScanKind) needs a migration, even an empty
one: it keeps an older camscan from reading what it does not know.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

KNOWN = ("0001", "0002", "0003", "0004")
"""All migrations, oldest first. A database at another one was written by a newer camscan."""

HEAD = KNOWN[-1]
"""The newest migration."""

VERSION_TABLE = "camscan_version"
"""Where Alembic keeps the revision: not its default name, which another program may have in the same database."""

APPLICATION_ID = 0x63616D73
"""``PRAGMA application_id`` of our SQLite files ("cams"), at byte 68 of the file (sqlite.org/fileformat2.html)."""

metadata = MetaData()

_Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only where the type is INTEGER

scan = Table(
    "scan",
    metadata,
    Column("id", _Id, primary_key=True),  # grows with time, and is kept from people: they see the name
    Column("name", String(40), nullable=False, unique=True),
    Column("kind", String(10), nullable=False),
    Column("status", String(12)),
    Column("started", BigInteger, nullable=False),
    Column("finished", BigInteger),
    Column("scope_sha256", String(80), nullable=False),
    Column("organisation", Text, nullable=False),
    Column("sites", Text, nullable=False),  # a JSON array
    Column("tool_version", String(40), nullable=False),
    Column("signatures", String(80), nullable=False),
    Column("addresses_in_scope", BigInteger, nullable=False),
    Column("packets_sent", BigInteger, nullable=False),
    Column("packets_exact", Boolean, nullable=False),
    Column("audit_head", String(80), nullable=False),
    Column("coverage", Text, nullable=False),  # JSON of the contract's "coverage"
    Column("inputs", Text),  # JSON of the contract's "inputs"; of listenings only
)

done = Table(
    "done",
    metadata,
    Column("scan_id", ForeignKey("scan.id"), primary_key=True),
    Column("ip", String(80), primary_key=True),
)

device = Table(
    "device",
    metadata,
    # One device at one address. Several may be one device: then they have the lowest one's id as their root.
    Column("id", _Id, primary_key=True),
    Column("site", Text, nullable=False),
    Column("ip", String(80), nullable=False),
    Column("root", BigInteger, nullable=False, index=True),
    Index("device_address", "ip", "site"),
)

sighting = Table(
    "sighting",
    metadata,
    # What one scan heard at one address.
    Column("id", _Id, primary_key=True),
    Column("scan_id", ForeignKey("scan.id"), nullable=False),
    Column("site", Text, nullable=False),
    Column("ip", String(80), nullable=False),
    Column("device_id", ForeignKey("device.id"), nullable=False, index=True),
    Column("heard", Boolean, nullable=False),
    Column("first_seen", BigInteger),
    Column("last_seen", BigInteger),
    UniqueConstraint("scan_id", "ip", "site"),
)

identity_key = Table(
    "identity_key",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("site", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("shared", String(10)),  # why it is no identity: "several" or "gateway"
    UniqueConstraint("kind", "site", "value"),
)

sighting_key = Table(
    "sighting_key",
    metadata,
    Column("sighting_id", ForeignKey("sighting.id"), primary_key=True),
    Column("key_id", ForeignKey("identity_key.id"), primary_key=True, index=True),
    Column("field", String(40), primary_key=True),
)

merge = Table(
    "merge",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("device_a", ForeignKey("device.id"), nullable=False, index=True),
    Column("device_b", ForeignKey("device.id"), nullable=False, index=True),
    Column("key_id", ForeignKey("identity_key.id"), nullable=False, index=True),
    Column("scan_id", ForeignKey("scan.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("undone_at", BigInteger),
    Column("undone_by", String(10)),
)

raw = Table(
    "raw",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),  # BLAKE2b, 16 bytes
    Column("bytes", LargeBinary, nullable=False),
)

observation = Table(
    "observation",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("sighting_id", ForeignKey("sighting.id"), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("ip", String(80), nullable=False),
    Column("port", Integer, nullable=False),
    Column("transport", String(10), nullable=False),
    Column("via", String(20), nullable=False),
    Column("probe", Text, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("interface", Text),
    Column("detail", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("raw_id", ForeignKey("raw.id")),
    Column("answers", Integer, nullable=False),  # how many pieces of evidence it yielded
)

value = Table(
    "value",
    metadata,
    # Each distinct pair of field and value once: matching a new signature reads only this.
    Column("id", _Id, primary_key=True),
    Column("field", String(40), nullable=False),
    Column("value", Text, nullable=False),
    # BLAKE2b of both, 16 bytes: values are longer than PostgreSQL indexes (2,704 bytes).
    Column("digest", LargeBinary, nullable=False, unique=True),
)

evidence = Table(
    "evidence",
    metadata,
    Column("observation_id", ForeignKey("observation.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("value_id", ForeignKey("value.id"), nullable=False, index=True),
    sqlite_with_rowid=False,
)

rejection = Table(
    "rejection",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("device_id", ForeignKey("device.id")),
    Column("site", Text, nullable=False),
    Column("ip", String(80), nullable=False),
    Column("door", String(40), nullable=False),
    Column("credential_set", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("cleared", BigInteger),
)

conclusion = Table(
    "conclusion",
    metadata,
    # What was concluded of a device the last time, and with which signatures: only to tell what changed.
    Column("device_id", ForeignKey("device.id"), primary_key=True, autoincrement=False),
    Column("signatures", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("maker", String(40)),
    Column("verdict", String(20), nullable=False),
    Column("brand", String(40)),
    Column("brand_verdict", String(20), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("kind_verdict", String(20), nullable=False),
    Column("model", Text),
    Column("signs", Text, nullable=False),  # a JSON array of signature ids
)

software = Table(
    "software",
    metadata,
    # A camera maker's program on one of the owner's computers, as a list of the owner's says.
    Column("id", _Id, primary_key=True),
    Column("scan_id", ForeignKey("scan.id"), nullable=False),
    Column("computer", Text, nullable=False),  # the host, spelt so that lists can be compared
    Column("host", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Text),
    Column("at", BigInteger, nullable=False),
    Column("until", BigInteger),  # when a newer list that names the computer took its place
)
