"""DHCP messages for tests: laid out as RFC 2131 draws them; no device's real traffic."""

from ipaddress import IPv4Address

from camscan.discover.dhcp import Kind

MAC = "44:19:b6:00:00:01"
ANY = "0.0.0.0"


def option(number: int, content: bytes) -> bytes:
    return bytes([number, len(content)]) + content


def message(
    kind: Kind, *options: bytes, mac: str = MAC, given: str = ANY, held: str = ANY, transaction: bytes = b"\1\2\3\4"
) -> bytes:
    reply = kind in (Kind.OFFER, Kind.ACKNOWLEDGE, Kind.REFUSE)
    head = bytes([2 if reply else 1, 1, 6, 0]) + transaction + bytes(4)
    addresses = IPv4Address(held).packed + IPv4Address(given).packed + bytes(8)
    link = bytes.fromhex(mac.replace(":", "")) + bytes(10 + 192)
    return head + addresses + link + b"\x63\x82\x53\x63" + option(53, bytes([kind])) + b"".join(options) + b"\xff"
