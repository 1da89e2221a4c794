"""What listening could not hear, in words for people: an inventory that hides its gaps is wrong."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from camscan.discover import PROBES
from camscan.egress.report import Input
from camscan.gaps import NotSeen, SiteCoverage, names
from camscan.listen.listening import Listening
from camscan.scope import Scope, Site

_NAMES = {"sadp": "SADP", "ws-discovery": "WS-Discovery", "dhip": "DHIP", "mdns": "mDNS", "ssdp": "SSDP"}


def coverage(
    scope: Scope, listening: Listening, inputs: Sequence[Input] = (), *, drops: int = 0, gaps: Iterable[NotSeen] = ()
) -> tuple[SiteCoverage, ...]:
    """One entry for each site. ``drops`` are packets that this machine was too slow for; ``gaps`` are the caller's."""
    met = listening.hosts.met
    common = (*_of_what_was_heard(listening), *_of_inputs(inputs), *_of_bounds(listening), *_of_drops(drops), *gaps)
    return tuple(
        SiteCoverage(
            site=site.name,
            answered=met.get(site.name, Counter())[True],
            out_of_scope_answers=len(listening.hosts.outside),
            kernel_drops=drops,
            not_seen=(
                *_others(met.get(site.name, Counter())[False], site.name),
                *_another_place(listening, site),
                *common,
            ),
        )
        for site in scope.sites
    )


def _others(count: int, site: str) -> Iterator[NotSeen]:
    if count:
        yield NotSeen(
            f"what {_many(count, 'other thing')} at {site} may be",
            "they gave no sign of being a camera, so they were counted and nothing about them was kept",
            "Run `camscan scan`, which asks them, if you may.",
        )


def _another_place(listening: Listening, site: Site) -> Iterator[NotSeen]:
    """The same private numbers are in use in many places: the gateway tells whether this is the right one."""
    hosts = listening.hosts
    for link in site.link:
        mac = bytes.fromhex(link.gateway_mac.replace(":", "")) if link.gateway_mac else b""
        if mac and hosts.any_in(link.network) and not hosts.holds(mac):
            yield NotSeen(
                f"whether this was {link.network} at {site.name}",
                f"the gateway {link.gateway_mac}, which the scope file remembers, was not heard",
                "Compare the addresses with what you know of the place.",
            )


def _of_what_was_heard(listening: Listening) -> Iterator[NotSeen]:
    yield NotSeen(
        "devices that said nothing while this was recorded, or whose words do not pass this place",
        "who listens hears only what is said",
        "Listen for longer, or in another network, or run `camscan scan`.",
    )
    silent = [_NAMES[probe.name] for probe in PROBES if probe.name not in listening.heard]
    if silent:
        yield NotSeen(
            f"announcements by {', '.join(silent)}",
            "none was heard: devices make few unless they are asked, and a mirror port may leave multicast out",
            "Capture in the cameras' own network, and for some hours.",
        )
    if not listening.heard & {"arp", "neighbour-discovery"}:
        yield NotSeen(
            "the MAC addresses of devices, and proof of what they announce",
            "no ARP was heard, as behind a router",
            "Capture in the cameras' own network.",
        )
    if listening.streams.hidden:
        yield NotSeen(
            _many(listening.streams.hidden, "certificate"),
            "TLS 1.3 encrypts them",
            "`camscan scan` asks for them.",
        )


def _of_inputs(inputs: Iterable[Input]) -> Iterator[NotSeen]:
    skipped: Counter[str] = Counter()
    for one in inputs:
        if one.error:
            yield NotSeen(f"all of {one.file}", one.error, "Look at the file; the other ones were read.")
        skipped.update(dict(one.skipped))
    for reason, count in sorted(skipped.items()):
        yield NotSeen(
            _many(count, "packet"), reason, "Capture whole packets (tcpdump -s 0), and end a capture in order."
        )
    for note in dict.fromkeys(note for one in inputs for note in one.notes):
        yield NotSeen("part of the traffic", note.rstrip("."), "Capture where it is not in a tunnel.")


def _of_bounds(listening: Listening) -> Iterator[NotSeen]:
    hosts = listening.hosts
    if hosts.foreign:
        yield NotSeen(
            f"{_many(hosts.foreign, 'message')} in the name of addresses that other devices hold",
            "they came under another MAC, so they were relayed or forged, and were left out",
            "Look whether two devices use one address.",
        )
    if hosts.cut:
        boasting = sorted(hosts.cut, key=lambda ip: (ip.version, int(ip)))
        yield NotSeen(
            f"some of what {names(boasting)} claimed",
            "they claimed to be more devices than one address can be",
            "Look at what these machines are.",
        )
    lost = hosts.crowded + hosts.forgotten + listening.streams.let_go
    if lost:
        yield NotSeen(
            _many(lost, "message"),
            "there were more addresses or conversations than can be followed at once",
            "Listen to the captures one by one, or to fewer networks.",
        )


def _of_drops(drops: int) -> Iterator[NotSeen]:
    if drops:
        yield NotSeen(
            _many(drops, "packet"),
            "they came faster than this machine took them",
            "Record with tcpdump or dumpcap first, and listen to the file.",
        )


def _many(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
