"""Whose block of MAC addresses is it, for any device: the full IEEE registry, to name what stands beside cameras.

Only a name to show. What a block says of a camera's maker is decided by the curated table (see ``oui``).

The table is text, one sorted line for each block ("001A2B<TAB>Name"), gzipped: ``registrants.tsv.gz``. Blocks of 24, 28
and 36 bits (MA-L, MA-M, MA-S) are told apart by the number of digits. A first line with # says what it is and of which
day. Newer files that the owner installed replace the shipped lines of their registry.
"""

import gzip
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path

from camscan.errors import SignatureError
from camscan.identify.loader import shipped
from camscan.safe.mac import mac_address
from camscan.safe.pattern import Pattern, compile_bytes

REGISTRANTS_FILE = "registrants.tsv.gz"
REGISTRIES = {24: "ma-l", 28: "ma-m", 36: "ma-s"}
"""Bits of a block to the registry that gives it out."""

TABLE_LIMIT = 16 * 1024 * 1024
"""Bytes of the unpacked table; that of 2026 has 1.7 million."""

_AS_OF: Pattern[bytes] = compile_bytes(rb"as of (\d{4}-\d{2}-\d{2})")
_DIGITS = (9, 7, 6)


@dataclass(frozen=True)
class RegistrantTable:
    """Sorted lines of the registry. ``as_of`` is the day of each registry's data, by the bits of its blocks."""

    lines: Sequence[bytes]
    as_of: dict[int, date]

    def __len__(self) -> int:
        return len(self.lines)

    def find(self, mac: str) -> str | None:
        """Who registered the block of ``mac`` (any usual spelling), the longest block first; None where nobody did.

        None as well for group addresses, all zeros and locally administered ones (IEEE 802: second lowest bit of the
        first octet), which no registry gives out.
        """
        canonical = mac_address(mac)
        if canonical is None or int(canonical[1], 16) & 0b10:
            return None
        digits = canonical.replace(":", "").upper().encode()
        for length in _DIGITS:
            wanted = digits[:length] + b"\t"
            place = bisect_left(self.lines, wanted)
            if place < len(self.lines) and self.lines[place].startswith(wanted):
                return self.lines[place][length + 1 :].decode("utf-8")
        return None


def registrant(mac: str, newer: Path | None = None) -> str | None:
    """Who registered the block of ``mac``, or None. The table is read when it is first asked for.

    ``newer`` is the folder that data updates are installed in. The name is the registry's text: print it through
    ``safe.text``.
    """
    return table(newer).find(mac)


@lru_cache(maxsize=4)
def table(newer: Path | None) -> RegistrantTable:
    """The shipped table with what ``newer`` holds on top, read once. Raises SignatureError where a file is wrong."""
    lines, day = _read(shipped() / REGISTRANTS_FILE, REGISTRANTS_FILE)
    as_of = dict.fromkeys(REGISTRIES, day)
    for bits, registry in REGISTRIES.items():
        path = newer / installed_name(registry) if newer is not None else None
        if path is None or not path.exists():
            continue
        fresh, fresh_day = _read(path, str(path))
        if fresh_day > day:
            lines = sorted([*(line for line in lines if line.index(b"\t") * 4 != bits), *fresh])
            as_of[bits] = fresh_day
    return RegistrantTable(lines, as_of)


def installed_name(registry: str) -> str:
    """Name of the file that an update of ``registry`` (ma-l, ma-m, ma-s) is installed as."""
    return f"registrants-{registry}.tsv.gz"


def _read(entry: Traversable, where: str) -> tuple[list[bytes], date]:
    try:
        packed = entry.read_bytes()
    except OSError as error:
        raise SignatureError(f"{where}:1", f"the file cannot be read: {error.strerror}") from None
    return unpack(packed, where)


def unpack(packed: bytes, where: str) -> tuple[list[bytes], date]:
    """The lines of a gzipped table and the day it is of. Raises SignatureError."""
    opened = zlib.decompressobj(wbits=31)
    try:
        raw = opened.decompress(packed, TABLE_LIMIT)
    except zlib.error:
        raise SignatureError(f"{where}:1", "not a gzipped table") from None
    if not opened.eof:
        raise SignatureError(f"{where}:1", "the table is cut off, or too large")
    head, _, body = raw.partition(b"\n")
    found = _AS_OF.search(head)
    if not head.startswith(b"#") or found is None:
        raise SignatureError(f"{where}:1", "its first line does not say of which day it is")
    try:
        return body.splitlines(), date.fromisoformat((found.group(1) or b"").decode())
    except ValueError:
        raise SignatureError(f"{where}:1", "its first line does not say of which day it is") from None


def pack(rows: Iterable[tuple[str, str]], title: str, as_of: date) -> bytes:
    """A gzipped table of (prefix, name) rows: prefixes of 6, 7 or 9 capital hex digits. The same rows give the same
    bytes. Raises ValueError for a row that is none."""
    lines = []
    for prefix, name in rows:
        if len(prefix) not in _DIGITS or not name or f"{int(prefix, 16):0{len(prefix)}X}" != prefix:
            raise ValueError(f"not a block and a name: {prefix!r} {name!r}")
        shown = "".join(char for char in " ".join(name.split()) if char.isprintable())
        lines.append(f"{prefix}\t{shown}".encode())
    head = f"# {title}, as of {as_of.isoformat()}\n".encode()
    return gzip.compress(head + b"\n".join(sorted(lines)) + b"\n", mtime=0)
