"""Templates: how the fields of a flow record lie. NetFlow v9 (RFC 3954, 5.2 and 6.1) and IPFIX (RFC 7011, 3.4)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from struct import Struct

from camscan.egress.netflow.elements import REVERSED, name_of

VARIABLE = 0xFFFF
"""Length of a field that brings its own (RFC 7011, 7)."""

Row = tuple[int | bytes, ...]
"""The values of one record that are read, in the order of ``Template.names``."""

_CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}
_RAW = frozenset({"source", "target", "source6", "target6", "translated", "translated6", "mac"})
_SAMPLING = frozenset({"sampling", "sampling_random", "sampling_taken", "sampler"})
_TELLING = frozenset(REVERSED.values()) | {
    "octets_total", "forwarding", "icmp", "icmp_type", "nat_event", "firewall_event", "octets_initiator",
    "octets_responder", "packets_responder", "biflow",
}  # fmt: skip
_PAIRS = (("source", "target"), ("source6", "target6"))
_TRANSLATED = ("translated", "translated6")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a template; ``name`` is empty where it is passed over."""

    name: str
    length: int


class Template:
    """The layout of records of one kind. ``ends`` are the places in a row that hold addresses. ``options`` says that
    its records tell of the exporter and not of traffic."""

    def __init__(self, fields: list[Field], *, options: bool = False) -> None:
        kept: list[Field] = []
        names: list[str] = []
        for field in fields:
            # A second field of one kind (an address before and after a tunnel) says nothing about the first.
            name = "" if field.name in names else field.name
            kept.append(Field(name, field.length))
            names += [name] if name else []
        self.names = tuple(names)
        self.options = options
        self.least = sum(1 if field.length == VARIABLE else field.length for field in kept)
        """Bytes of the shortest record."""
        self.ends = tuple(self.names.index(name) for pair in _PAIRS for name in pair if name in names)
        self.ends += tuple(self.names.index(name) for name in _TRANSLATED if name in names)
        self.mac = self.names.index("mac") if "mac" in names else None
        self.sampling = bool(_SAMPLING.intersection(names))
        """Whether its records say how their packets were sampled."""
        self.plain = not _TELLING.intersection(names)
        """Whether its records tell of packets in one direction and nothing more."""
        self._places = {name: place for place, name in enumerate(names)}
        self._numbers = tuple(name for name in names if name not in _RAW)
        self._pick = _picker(self.names, {field.name for field in kept if field.length not in _CODES})
        self.fields = kept
        self._fixed = None if any(field.length == VARIABLE for field in kept) else _struct(kept)

    def rows(self, body: bytes) -> Iterator[Row]:
        """The records in ``body``, without the padding at its end."""
        if self._fixed is None:
            yield from self._walk(body)
            return
        yield from self._fixed.iter_unpack(body[: len(body) // self._fixed.size * self._fixed.size])

    def _walk(self, body: bytes) -> Iterator[Row]:
        """Records with fields of variable length, one by one. Ends at the first that is not whole."""
        position, end = 0, len(body)
        while end - position >= self.least:
            row: list[int | bytes] = []
            for field in self.fields:
                length = field.length
                if length == VARIABLE:
                    length = body[position] if position < end else 0
                    position += 1
                    if length == 255:
                        length = int.from_bytes(body[position : position + 2], "big")
                        position += 2
                if field.name:
                    value = body[position : position + length]
                    row.append(value if field.name in _RAW else int.from_bytes(value, "big"))
                position += length
            if position > end:
                return
            yield tuple(row)

    def values(self, row: Row) -> dict[str, int]:
        """The numbers of a row by name."""
        return dict(zip(self._numbers, self._pick(row), strict=True))

    def raw(self, row: Row, name: str) -> bytes:
        """An address or MAC of a row; empty where the template has none."""
        place = self._places.get(name)
        value = b"" if place is None else row[place]
        return value if isinstance(value, bytes) else b""


def _picker(names: tuple[str, ...], odd: set[str]) -> Callable[[Row], Iterable[int]]:
    """Gets the numbers of a row. Those of an odd length are still bytes, unless the row was walked."""
    places = [(place, name in odd) for place, name in enumerate(names) if name not in _RAW]

    def converted(row: Row) -> Iterable[int]:
        for place, _ in places:
            value = row[place]
            yield value if isinstance(value, int) else int.from_bytes(value, "big")

    plain = [place for place, _ in places]
    if len(plain) < 2 or any(is_odd for _, is_odd in places):
        return converted
    return itemgetter(*plain)


def _struct(fields: list[Field]) -> Struct:
    """The layout of records of one length."""
    codes = [
        f"{field.length}x"
        if not field.name
        else _CODES.get(field.length, f"{field.length}s")
        if field.name not in _RAW
        else f"{field.length}s"
        for field in fields
    ]
    return Struct(">" + "".join(codes))


def fields_of(data: bytes, position: int, count: int, *, ipfix: bool) -> tuple[list[Field], int] | None:
    """``count`` fields of a template at ``position``, and where they end; None where they are not all there."""
    fields: list[Field] = []
    for _ in range(count):
        if position + 4 > len(data):
            return None
        number = int.from_bytes(data[position : position + 2], "big")
        length = int.from_bytes(data[position + 2 : position + 4], "big")
        position += 4
        if length == VARIABLE and not ipfix:
            return None
        enterprise = 0
        if ipfix and number & 0x8000:
            if position + 4 > len(data):
                return None
            enterprise = int.from_bytes(data[position : position + 4], "big")
            number, position = number & 0x7FFF, position + 4
        name = "" if length == VARIABLE else name_of(number, enterprise, length, cisco=not ipfix)
        fields.append(Field(name, length))
    return fields, position


V5 = Template(
    [
        Field(name, length)
        for name, length in (
            ("source", 4), ("target", 4), ("", 8), ("packets", 4), ("octets", 4), ("first_uptime", 4),
            ("last_uptime", 4), ("source_port", 2), ("target_port", 2), ("", 1), ("flags", 1), ("protocol", 1),
            ("", 9),
        )
    ]
)  # fmt: skip
"""The one layout of NetFlow v5 (Cisco, "NetFlow Export Datagram Format", table B-4)."""
