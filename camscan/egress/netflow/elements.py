"""The fields that are read, by their numbers in IANA's registry "IPFIX Information Elements" (RFC 7012).

NetFlow v9 (RFC 3954, 8) has the same numbers below 128 and Cisco's own above; all other fields are passed over.
"""

REVERSE = 29305
"""Enterprise number of fields that count the other direction (RFC 5103, 6.1)."""

ADDRESSES = {8: ("source", 4), 12: ("target", 4), 27: ("source6", 16), 28: ("target6", 16)}
"""Addresses: name and length."""

TRANSLATED = {226: ("translated", 4), 282: ("translated6", 16)}
"""Where the packets went after address translation (postNAT destination; RFC 8158)."""

MAC = 56
"""sourceMacAddress."""

NUMBERS = {
    1: "octets",
    2: "packets",
    4: "protocol",
    6: "flags",
    7: "source_port",
    11: "target_port",
    21: "last_uptime",
    22: "first_uptime",
    32: "icmp",
    34: "sampling",
    48: "sampler",
    50: "sampling_random",
    85: "octets_total",
    86: "packets_total",
    89: "forwarding",
    139: "icmp",
    150: "first_s",
    151: "last_s",
    152: "first_ms",
    153: "last_ms",
    154: "first_ntp",
    155: "last_ntp",
    156: "first_ntp",
    157: "last_ntp",
    158: "first_ago",
    159: "last_ago",
    160: "started_ms",
    161: "lasted_ms",
    162: "lasted_us",
    176: "icmp_type",
    177: "icmp_code",
    178: "icmp_type",
    179: "icmp_code",
    228: "translated_port",
    230: "nat_event",
    231: "octets_initiator",
    232: "octets_responder",
    233: "firewall_event",
    239: "biflow",
    298: "packets_initiator",
    299: "packets_responder",
    302: "sampler",
    305: "sampling_taken",
    306: "sampling_passed",
    322: "at_s",
    323: "at_ms",
    324: "at_ntp",
    325: "at_ntp",
}
"""Unsigned numbers of up to eight bytes."""

CISCO = {40004: "translated_port", 40005: "firewall_event"}
"""NetFlow v9 only: as the first ASA releases numbered them (Cisco ASA NetFlow Implementation Guide)."""

REVERSED = {
    1: "back_octets",
    2: "back_packets",
    6: "back_flags",
    85: "back_octets_total",
    86: "back_packets_total",
    150: "back_first_s",
    152: "back_first_ms",
}
"""The same, counted for the other direction."""

NSEL_CREATED, NSEL_DENIED = 1, 3
"""firewallEvent (IANA)."""

NAT_CREATED = frozenset({1, 4, 6})
NAT_REFUSED = frozenset({3, 12, 13})
"""natEvent (IANA; RFC 8158): a translation, or a session of NAT44 or NAT64, made; no address, no port, no quota left
for one."""

DROPPED = range(128, 192)
"""forwardingStatus (RFC 7270, 4.12): its two upper bits say that the packets were dropped."""

INITIATOR, REVERSE_INITIATOR = 1, 2
"""biflowDirection (RFC 5103, 6.3): the source began; the destination did."""


def name_of(number: int, enterprise: int, length: int, *, cisco: bool) -> str:
    """Our name for a field of that length, or empty where it is not read."""
    if enterprise == REVERSE:
        return REVERSED.get(number, "") if 0 < length <= 8 else ""
    if enterprise:
        return ""
    for table in (ADDRESSES, TRANSLATED):
        if number in table:
            name, size = table[number]
            return name if length == size else ""
    if number == MAC:
        return "mac" if length == 6 else ""
    name = NUMBERS.get(number, "") or (CISCO.get(number, "") if cisco else "")
    return name if 0 < length <= 8 else ""
