"""camscan scan --dry-run: exactly what would be sent."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from camscan.discover import PROBES
from camscan.evidence import IPAddress
from camscan.interrogate.plan import CAMERA_PORTS, MAX_CONVERSATIONS, first
from camscan.report.screen import out
from camscan.report.words import plural
from camscan.scan.budget import MULTICAST_ROUNDS, budget, life_ports
from camscan.scan.life import UNICAST_OF_LIFE
from camscan.scan.reach import Reach, Way
from camscan.scope import Scope

_WAYS = {
    Way.LINK: "on this machine's own network",
    Way.ROUTED: "behind a router",
    Way.LOOPBACK: "on this machine itself",
}


def show(scope: Scope, reach: Reach, wanted: Sequence[IPAddress], group_datagrams: int, *, arp: bool) -> None:
    """Prints targets, protocols, bytes, packets and time. Sends nothing."""
    console = out()
    plan = budget(scope, reach, wanted, group_datagrams, arp=arp)
    console.print(f"Nothing is sent. A scan with {scope.path} would do this:\n")
    console.print(f"Targets: {plural(plan.addresses, 'address', 'addresses')}")
    for site in scope.sites:
        count = sum(1 for ip in wanted if scope.site_of(ip) is site)
        console.print(f"  {site.name}: {', '.join(map(str, site.networks))} ({plural(count, 'address', 'addresses')})")
    console.print(
        f"\nFirst stage, a sign of life: about {plan.first_stage:,} packets, {plan.seconds:.0f} seconds or more"
    )
    _groups(console, reach)
    for way, count in Counter(reach.way(ip) for ip in wanted).items():
        asks = ", ".join(_signs_of_life(scope, way, arp=arp))
        console.print(Text(f"  {plural(count, 'address', 'addresses')} {_WAYS[way]}: {asks}"))
    console.print(f"\nSecond stage, only to what lives: at most {plan.per_device} packets to one device")
    console.print(Text(f"  Ports: {_listed(dict.fromkeys((*CAMERA_PORTS, *scope.limits.extra_ports)))}"))
    _conversations(console, scope)
    total, subnet, host = scope.limits.rates
    console.print(
        f"\nLimits: {total:,} packets a second in all, {subnet:,} to one /24, {host} to one device;\n"
        f"at most {scope.limits.connections_per_host} connections at once and 10 new ones a second to one device."
    )
    console.print("The exact bytes of every datagram stand in docs/probes-discovery.md.")


def _groups(console: Console, reach: Reach) -> None:
    for wire in reach.wires:
        if wire.multicast:
            console.print(f"  Group calls on {wire.interface} ({wire.network}), {MULTICAST_ROUNDS} rounds:")
            for probe in PROBES:
                to = _listed(probe.groups) + (" and broadcast" if probe.broadcast and not wire.is_loopback else "")
                console.print(
                    f"    {probe.name}: {plural(len(probe.requests(0)), 'datagram')} to {to} port {probe.port}"
                )


def _signs_of_life(scope: Scope, way: Way, *, arp: bool) -> Iterator[str]:
    if way is Way.LINK and arp:
        yield "one ARP question"
    for ports in filter(None, (life_ports(way, scope.limits.extra_ports, arp=arp),)):
        yield f"a connection to port {_listed(ports)} that is closed again at once"
    if way is not Way.LINK:
        yield f"one datagram of each of {_listed(UNICAST_OF_LIFE)}"


def _conversations(console: Console, scope: Scope) -> None:
    console.print(f"  At most {MAX_CONVERSATIONS} conversations, for example with 192.0.2.1:")
    for conversation in first("192.0.2.1", CAMERA_PORTS, scope.authorisation.contact):
        for question in conversation.questions:
            sent = question.send.decode("latin-1").encode("unicode_escape").decode()
            console.print(Text(f"    {question.probe} (tcp {conversation.port}): {sent or 'looks at the certificate'}"))


def _listed(things: Iterable[object]) -> str:
    return ", ".join(map(str, things))
