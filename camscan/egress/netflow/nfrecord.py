"""A record of nfdump's own files: record type 11, "V3" (github.com/phaag/nfdump, nfxV3.h of versions 1.7.0 to 1.7.8).

Each is a head of 12 bytes and elements with a type, a length and a structure as it lay in the collector's memory.
"""

from collections.abc import Callable
from functools import cache
from struct import Struct

from camscan.egress.netflow.domain import Domain
from camscan.egress.netflow.exported import Exported
from camscan.egress.netflow.moments import Header
from camscan.egress.netflow.record import record_of

HEAD = 12
GENERIC, IPV4, IPV6, COUNTS, MAC, NSEL, TRANSLATED, TRANSLATED_6, TRANSLATED_PORTS, NAT = (
    1, 2, 3, 5, 15, 19, 20, 21, 22, 25
)  # fmt: skip
IPFIX = 10
_SIZES = {
    GENERIC: 48, IPV4: 8, IPV6: 32, COUNTS: 24, MAC: 8, NSEL: 15, TRANSLATED: 8, TRANSLATED_6: 32,
    TRANSLATED_PORTS: 4, NAT: 13,
}  # fmt: skip
"""Bytes that are read of an element."""

SAMPLED = "It holds sampled flows: volumes are estimates, and short connections may be missing from it."
_SAMPLED = 0x2
"""Flag: the collector has scaled up the counters of a sampled flow."""

_EMPTY = Domain()


@cache
def _form(order: str, form: str) -> Callable[[bytes, int], tuple[int, ...]]:
    return Struct(order + form).unpack_from


def mac_of(raw: bytes, order: str) -> bytes:
    """The six bytes of a MAC that lies in eight."""
    return raw[5::-1] if order == "<" else raw[2:]


class Layout:
    """Where the elements of a record lie. Most records of one size have one layout, so that it need not be found anew.
    ``order`` is the byte order of the file."""

    def __init__(self, data: bytes, order: str) -> None:
        self.order = order
        self.places: dict[int, int] = {}
        pair, position, gaps = _form(order, "HH"), HEAD, f"<{HEAD}x"
        while position + 4 <= len(data):
            kind, length = pair(data, position)
            if length < 4 or position + length > len(data):
                break
            if length - 4 >= _SIZES.get(kind, 0xFFFF):
                self.places[kind] = position + 4
            gaps += f"4s{length - 4}x"
            position += length
        self._heads = Struct(gaps)
        self._expected = self._heads.unpack_from(data)
        bare = not self.places.keys() & {IPV6, TRANSLATED, TRANSLATED_6}
        self.bare = self.places.get(IPV4, 0) if bare else 0
        """Where the two IPv4 addresses lie, if those and the MAC are all that can tell whose record it is; else 0."""
        self.mac = self.places.get(MAC, 0)
        """Where the MAC of who sent the packets lies, or 0."""

    def fits(self, data: bytes) -> bool:
        """Whether the elements of a record of the same size lie in the same way."""
        return self._heads.unpack_from(data) == self._expected


class NfRecord:
    """The elements of one record."""

    def __init__(self, data: bytes, layout: Layout) -> None:
        self._data = data
        self._order = layout.order
        self._places = layout.places
        self.sampled = bool(data[10] & _SAMPLED)

    def _read(self, kind: int, form: str) -> tuple[int, ...] | None:
        place = self._places.get(kind)
        return None if place is None else _form(self._order, form)(self._data, place)

    def _pair(self, narrow: int, wide: int) -> tuple[bytes, bytes]:
        """Two addresses, as packed; empty where there are none."""
        if (two := self._read(narrow, "II")) is not None:
            return two[0].to_bytes(4, "big"), two[1].to_bytes(4, "big")
        if (four := self._read(wide, "QQQQ")) is not None:
            words = [word.to_bytes(8, "big") for word in four]
            return words[0] + words[1], words[2] + words[3]
        return b"", b""

    @property
    def ends(self) -> tuple[bytes, bytes]:
        """Source and destination."""
        return self._pair(IPV4, IPV6)

    @property
    def translated(self) -> bytes:
        """The destination after address translation, or empty."""
        return self._pair(TRANSLATED, TRANSLATED_6)[1]

    def exported(self, source: str, target: str, record: int, *, behind: bool = False) -> Exported | None:
        """What the record tells; None where it has no counters. ``behind`` says that ``target`` is the one after
        address translation."""
        generic = self._read(GENERIC, "QQQQQHHBBB")
        if generic is None:
            return None
        first, last, received, packets, octets, own, other, protocol, flags, forwarding = generic
        values = {
            "first_ms": first, "last_ms": last, "packets": packets, "octets": octets, "source_port": own,
            "target_port": other, "protocol": protocol, "flags": flags, "forwarding": forwarding,
        }  # fmt: skip
        ports = self._read(TRANSLATED_PORTS, "HH") if behind else None
        if ports is not None and ports[1]:
            values["target_port"] = ports[1]
        self._events(values)
        self._back(values)
        header = Header(str(self._number(8)), self._data[11], 0, received / 1e3, None)
        return record_of(values, (source, target), (header, _EMPTY, 1), record)

    def _events(self, values: dict[str, int]) -> None:
        nsel, nat = self._read(NSEL, "QIHB"), self._read(NAT, "QIB")
        told = [(name, one) for name, one in (("firewall_event", nsel), ("nat_event", nat)) if one and one[-1]]
        for name, (at, *_, event) in told:
            values[name] = event
            if not values["first_ms"]:
                values["first_ms"] = values["last_ms"] = at
        if told and "firewall_event" in values:
            values["octets_initiator"] = values.pop("octets")
        elif told:
            del values["octets"]

    def _back(self, values: dict[str, int]) -> None:
        """Counters of the other direction. In NetFlow v9 the same place holds those of packets as they went out."""
        counts = self._read(COUNTS, "QQQ")
        if counts is None:
            return
        _, packets, octets = counts
        if "firewall_event" in values:
            values["octets_responder"] = octets
        elif self._data[11] == IPFIX and (packets, octets) != (values["packets"], values.get("octets")):
            values |= {"back_packets": packets, "back_octets": octets}

    def _number(self, place: int) -> int:
        return int.from_bytes(self._data[place : place + 2], "little" if self._order == "<" else "big")
