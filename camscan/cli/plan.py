"""camscan scan --dry-run: exactly what would be sent."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from camscan.cli.extras import nmap_rate
from camscan.discover import PROBES
from camscan.evidence import IPAddress
from camscan.interrogate.plan import CAMERA_PORTS, MAX_CONVERSATIONS, first
from camscan.report.screen import Screen, out
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
    """Prints targets, protocols, bytes, packets and time; without ``group_datagrams`` no group is called. Sends
    nothing."""
    screen = out()
    plan = budget(scope, reach, wanted, group_datagrams, arp=arp)
    screen.say(f"Nothing is sent. A scan with {scope.path} would do this:")
    screen.print()
    screen.say(f"Targets: {plural(plan.addresses, 'address', 'addresses')}")
    for site in scope.sites:
        count = sum(1 for ip in wanted if scope.site_of(ip) is site)
        if count:
            found = plural(count, "address", "addresses")
            screen.tell(f"  {site.name}: {', '.join(map(str, site.networks))} ({found})")
    screen.print()
    screen.say(
        f"First stage, a sign of life: about {plural(plan.first_stage, 'packet')},",
        f"{_about(plan.seconds)}",
    )
    if group_datagrams:
        _groups(screen, reach)
    for way, count in Counter(reach.way(ip) for ip in wanted).items():
        asks = ", ".join(_signs_of_life(scope, way, arp=arp))
        screen.tell(f"  {plural(count, 'address', 'addresses')} {_WAYS[way]}: {asks}")
    screen.print()
    screen.say(
        "Second stage, only to what lives:",
        f"as a rule at most {plan.per_device} packets to one device",
        "(each piece of an answer is acknowledged, so one that answers in crumbs gets more)",
    )
    _datagrams(screen)
    screen.tell(f"  Ports: {_listed(dict.fromkeys((*CAMERA_PORTS, *scope.limits.extra_ports)))}")
    _conversations(screen, scope)
    total, subnet, host = scope.limits.rates
    at_once = plural(scope.limits.connections_per_host, "connection")
    screen.print()
    screen.say(
        f"Limits: {total:,} packets a second in all,",
        f"{subnet:,} to one /24,",
        f"{host} to one device;",
        f"at most {at_once} at once",
        "and 10 new ones a second to one device.",
    )
    screen.say("The exact bytes of every datagram stand in docs/probes-discovery.md.")


def show_extras(scope: Scope, *, with_credentials: bool, with_nmap: bool) -> None:
    """Prints what is sent on top where the operator asked for it."""
    screen = out()
    if with_credentials:
        screen.say(
            "With your credentials: each device that a set is bound to is asked once,",
            "at its maker's own door, for its model and firmware.",
        )
    if with_nmap:
        screen.say(
            "With nmap: it connects to the same ports of what stayed unknown,",
            f"at most {nmap_rate(scope)} packets a second.",
        )


def _about(seconds: float) -> str:
    if seconds < 60:
        return f"about {plural(max(1, round(seconds)), 'second')}"
    return f"about {plural(round(seconds / 60), 'minute')}"


def _groups(screen: Screen, reach: Reach) -> None:
    for wire in reach.wires:
        if wire.multicast:
            screen.say(f"Group calls on {wire.interface} ({wire.network}), {MULTICAST_ROUNDS} rounds:", indent=2)
            for probe in PROBES:
                if probe.groups:
                    to = _listed(probe.groups) + (" and broadcast" if probe.broadcast and not wire.is_loopback else "")
                    count = plural(len(probe.requests(0)), "datagram")
                    screen.say(f"{probe.name}: {count} to {to} port {probe.port}", indent=4)


def _signs_of_life(scope: Scope, way: Way, *, arp: bool) -> Iterator[str]:
    if way is Way.LINK and arp:
        yield "one ARP question"
    ports = life_ports(way, scope.limits.extra_ports, arp=arp)
    if ports:
        yield f"a connection to port {_listed(ports)} that is closed again at once"
    if way is not Way.LINK:
        yield f"one datagram of each of {_listed(UNICAST_OF_LIFE)}"


def _datagrams(screen: Screen) -> None:
    asked = [f"{probe.name} {len(probe.requests(0))} (port {probe.port})" for probe in PROBES if probe.unicast]
    screen.say("Datagrams, of each protocol that it has not answered yet:", *_with_commas(asked), indent=2)
    again = [f"{probe.name} {len(probe.again(0))}" for probe in PROBES if probe.again]
    if again:
        screen.say("Once more, in another style, where the maker stays unknown:", *_with_commas(again), indent=2)


def _with_commas(things: Sequence[str]) -> tuple[str, ...]:
    """Phrases between which a line may end."""
    return (*(f"{thing}," for thing in things[:-1]), *things[-1:])


def _conversations(screen: Screen, scope: Scope) -> None:
    screen.say(f"At most {MAX_CONVERSATIONS} conversations, for example with 192.0.2.1:", indent=2)
    for conversation in first("192.0.2.1", CAMERA_PORTS, scope.authorisation.contact):
        for question in conversation.questions:
            sent = question.send.decode("latin-1").encode("unicode_escape").decode()
            line = f"    {question.probe} (tcp {conversation.port}): {sent or 'looks at the certificate'}"
            (screen.tell if screen.is_terminal else screen.verbatim)(line)


def _listed(things: Iterable[object]) -> str:
    return ", ".join(map(str, things))
