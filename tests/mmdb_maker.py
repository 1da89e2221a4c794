"""Writes MaxMind DB files (maxmind.github.io/MaxMind-DB, 2.0): as much of the format as real ones use."""

from collections.abc import Mapping
from ipaddress import ip_network

BUILT = 1_793_750_400
"""4 November 2026."""

_MARKER = b"\xab\xcd\xefMaxMind.com"


def encode(value: object) -> bytes:
    """One field of the data section."""
    if isinstance(value, bool):
        return bytes([value, 7])
    if isinstance(value, str):
        return _head(2, len(value.encode())) + value.encode()
    if isinstance(value, int):
        packed = value.to_bytes((value.bit_length() + 7) // 8, "big")
        kind = 6 if value < 1 << 32 else 9
        return _head(kind, len(packed)) + packed
    if isinstance(value, Mapping):
        return _head(7, len(value)) + b"".join(encode(part) for pair in value.items() for part in pair)
    assert isinstance(value, list)
    return _head(11, len(value)) + b"".join(map(encode, value))


def _head(kind: int, size: int) -> bytes:
    low, more = (size, b"") if size < 29 else (29, bytes([size - 29]))
    return (bytes([kind << 5 | low]) if kind < 8 else bytes([low, kind - 7])) + more


def mmdb(
    rows: Mapping[str, object], *, kind: str = "GeoLite2-Country", version: int = 6, bits: int = 24, built: int = BUILT
) -> bytes:
    """A file with a record for each network. In one of ``version`` 6, IPv4 networks lie at ::/96."""
    tree: list[list[int | None]] = [[None, None]]
    data = b""
    offsets: list[int] = []
    for text, record in rows.items():
        network = ip_network(text)
        width = 128 if version == 6 else 32
        number, length = int(network.network_address), network.prefixlen
        length += width - network.max_prefixlen
        offsets.append(len(data))
        data += encode(record)
        node = 0
        for depth in range(length):
            bit = number >> (width - 1 - depth) & 1
            if depth == length - 1:
                tree[node][bit] = -len(offsets)
            else:
                following = tree[node][bit]
                if following is None:
                    following = tree[node][bit] = len(tree)
                    tree.append([None, None])
                node = following
    count = len(tree)

    def pointer(one: int | None) -> int:
        if one is None:
            return count
        return one if one > 0 else count + 16 + offsets[-one - 1]

    nodes = b"".join(_node(pointer(left), pointer(right), bits) for left, right in tree)
    facts = {
        "node_count": count, "record_size": bits, "ip_version": version, "database_type": kind, "languages": ["en"],
        "binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": built,
        "description": {"en": "made for a test"},
    }  # fmt: skip
    return nodes + bytes(16) + data + _MARKER + encode(facts)


def _node(left: int, right: int, bits: int) -> bytes:
    if bits == 28:
        return (
            (left & 0xFFFFFF).to_bytes(3, "big")
            + bytes([left >> 24 << 4 | right >> 24])
            + (right & 0xFFFFFF).to_bytes(3, "big")
        )
    return left.to_bytes(bits // 8, "big") + right.to_bytes(bits // 8, "big")
