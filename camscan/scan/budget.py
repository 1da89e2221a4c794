"""What a scan would send, before it sends anything."""

from collections.abc import Iterable
from dataclasses import dataclass

from camscan.evidence import IPAddress
from camscan.interrogate.plan import CAMERA_PORTS, MAX_CONVERSATIONS, SIGN_OF_LIFE_PORTS
from camscan.net.tcp import CONNECT_SECONDS
from camscan.scan.reach import Reach, Way
from camscan.scope import Scope

DATAGRAMS_OF_LIFE = 3
"""One WS-Discovery, one DHIP and one SADP datagram to an address that multicast does not reach."""

PACKETS_OF_SILENCE = 2
"""Packets of a knock at a routed address that stays silent: the system asks again after 1 s (RFC 6298, 2.1), before
the 1.5 s of net.tcp.CONNECT_SECONDS are over. Most routed addresses of a network are silent."""

AT_ONCE = 256
"""Addresses that are tried at once. Many more than answer quickly, since most never do."""

PACKETS_OF_CONVERSATION = 7
"""Packets one conversation sends as a rule: handshake 2, question 1 or 2, acknowledgements 2, closing 1 or 2."""

MULTICAST_ROUNDS = 2
"""Every group is asked twice, since multicast is not repeated by anybody when it is lost."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Packets, addresses and seconds (of the first stage, where most addresses are silent). ``multicast`` and ``life``
    are the first stage; ``per_device`` is the most that one living device is asked in the second."""

    addresses: int
    multicast: int
    life: int
    per_device: int
    seconds: float

    @property
    def first_stage(self) -> int:
        """Packets before anything has answered."""
        return self.multicast + self.life


def life_ports(way: Way, extra: tuple[int, ...], *, arp: bool) -> tuple[int, ...]:
    """Ports tried for a sign of life: none where ARP asks, one on the wire, the common ones elsewhere."""
    if way is Way.LINK:
        return () if arp else (SIGN_OF_LIFE_PORTS[0],)
    return tuple(dict.fromkeys((*SIGN_OF_LIFE_PORTS, *extra)))


def budget(scope: Scope, reach: Reach, targets: Iterable[IPAddress], group_datagrams: int, *, arp: bool) -> Budget:
    """The budget of a scan of ``targets``; ``group_datagrams`` is what one round of multicast sends on one wire."""
    extra = scope.limits.extra_ports
    addresses = life = silent_knocks = 0
    for ip in targets:
        way = reach.way(ip)
        knocks = len(life_ports(way, extra, arp=arp))
        addresses += 1
        life += knocks + (1 if arp and way is Way.LINK else 0)
        life += 0 if way is Way.LINK else DATAGRAMS_OF_LIFE
        if way is Way.ROUTED:
            silent_knocks += knocks
    life += silent_knocks * (PACKETS_OF_SILENCE - 1)
    multicast = MULTICAST_ROUNDS * group_datagrams * sum(1 for wire in reach.wires if wire.multicast)
    ports = len(set(CAMERA_PORTS) | set(extra))
    per_device = ports + PACKETS_OF_CONVERSATION * MAX_CONVERSATIONS
    seconds = max((multicast + life) / scope.limits.rates[0], silent_knocks * CONNECT_SECONDS / AT_ONCE)
    return Budget(addresses, multicast, life, per_device, seconds)
