"""What this machine can and cannot see of a network, in plain words, and what to do about it.

``gather`` looks (and sends nothing to any network); ``examine`` is a pure function of what was found.
"""

import importlib.util
import platform
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

from camscan.errors import ScopeFileError
from camscan.net.interfaces import interfaces
from camscan.net.link import Gateway, Interface, InterfaceKind
from camscan.net.neighbours import neighbours
from camscan.net.privileges import can_open_raw, is_root
from camscan.net.routes import gateway_of
from camscan.net.selfcheck import multicast_loops
from camscan.net.settings import Firewall, SystemSettings, firewalls, settings
from camscan.scope import Scope, load

ENOUGH_BUFFER = 4 * 1024 * 1024
"""Bytes: a thousand answers of WS-Discovery at once, 2 KB each and as much again for the kernel's book-keeping."""

ENOUGH_FILES = 1_024
"""Sockets and files of a scan: a few hundred connections at once, and room for everything else."""

_BUILT = date(2026, 11, 1)
"""When this was written: a clock that shows an earlier day is wrong."""


class Level(StrEnum):
    """How a finding is meant."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about this machine: what it ``says``, and what to ``do`` (empty where nothing is needed)."""

    area: str
    level: Level
    says: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found on this machine. ``scope`` or ``scope_error`` is set, or neither where there is no file."""

    system: str = "Linux"
    python: str = ""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    interfaces: tuple[Interface, ...] = ()
    gateways: Mapping[str, Gateway | None] = field(default_factory=dict)
    root: bool = False
    raw: bool = False
    multicast: bool = True
    firewalls: tuple[Firewall, ...] = ()
    settings: SystemSettings = field(default_factory=SystemSettings)
    nmap: bool = True
    keyring: bool = True
    postgresql: bool = True
    scope_path: Path = Path("camscan.toml")
    scope: Scope | None = None
    scope_error: str = ""


def gather(scope_path: Path) -> Facts:
    """Looks at this machine. Sends nothing to any network, needs no rights, and changes nothing."""
    scope, error = None, ""
    try:
        scope = load(scope_path) if scope_path.exists() else None
    except ScopeFileError as wrong:
        error = str(wrong)
    known = interfaces()
    table = neighbours(known)
    return Facts(
        system={"linux": "Linux", "win32": "Windows", "darwin": "macOS"}.get(sys.platform, sys.platform),
        python=platform.python_version(),
        interfaces=known,
        gateways={each.name: gateway_of(each, table) for each in known if each.is_up},
        root=is_root(),
        raw=can_open_raw(),
        multicast=multicast_loops(),
        firewalls=firewalls(),
        settings=settings(),
        nmap=shutil.which("nmap") is not None,
        keyring=_has_keyring(),
        postgresql=importlib.util.find_spec("psycopg") is not None,
        scope_path=scope_path,
        scope=scope,
        scope_error=error,
    )


def _has_keyring() -> bool:
    """Whether a store for secrets is behind the keyring library: its own modules ``fail`` and ``null`` keep none."""
    try:
        import keyring

        return type(keyring.get_keyring()).__module__.rpartition(".")[2] not in ("fail", "null")
    except Exception:  # noqa: BLE001 - a desktop's secret service may fail in any way, which means: not usable
        return False


def examine(facts: Facts) -> tuple[Finding, ...]:
    """The findings, in the order in which they matter to somebody who is about to scan."""
    return tuple(
        finding
        for part in (_scope, _networks, _reach, _privileges, _multicast, _firewall, _limits, _clock, _parts)
        for finding in part(facts)
    )


def _scope(facts: Facts) -> Iterator[Finding]:
    area = "scope"
    if facts.scope_error:
        yield Finding(area, Level.PROBLEM, facts.scope_error, "Until this is mended camscan sends nothing.")
    elif facts.scope is None:
        yield Finding(
            area,
            Level.NOTE,
            f"There is no scope file {facts.scope_path}; without one camscan sends nothing.",
            "Run `camscan scope new`.",
        )
    elif facts.now.date() > facts.scope.authorisation.expires:
        yield Finding(
            area,
            Level.PROBLEM,
            f"The authorisation in {facts.scope_path} ended on {facts.scope.authorisation.expires}.",
            "Ask for a new one, then change `expires` and `reference`.",
        )
    else:
        networks = ", ".join(str(network) for site in facts.scope.sites for network in site.networks)
        who = facts.scope.authorisation
        yield Finding(area, Level.OK, f"{who.organisation}, until {who.expires}: {networks}.")


_ABOUT_KIND = {
    InterfaceKind.WIFI: (
        "Many Wi-Fi access points hold back multicast, so cameras on cables may not hear the questions to all.",
        "Where you can, scan from a cable on the cameras' network.",
    ),
    InterfaceKind.VPN: (
        "Multicast and ARP do not pass a tunnel: devices behind it are found one by one, without their MACs.",
        "Where you can, scan from the site itself.",
    ),
    InterfaceKind.VIRTUAL: (
        "This network is inside this machine; cameras are rarely on it.",
        "",
    ),
}


def _networks(facts: Facts) -> Iterator[Finding]:
    unused: list[str] = []
    usable = 0
    for each in facts.interfaces:
        if each.is_loopback:
            continue
        own = [address for address in each.ipv4 if not address.ip.is_link_local]
        if not each.is_up or not each.addresses:
            unused.append(each.name)
            continue
        area = f"network {each.name}"
        if not own:
            yield Finding(
                area,
                Level.NOTE,
                f"{each.label}: no IPv4 address was handed out here.",
                "Check the cable and the DHCP server, or set an address by hand.",
            )
            continue
        usable += 1
        gateway = facts.gateways.get(each.name)
        places = "; ".join(f"{address.ip} in {address.network}" for address in own)
        way_out = f", gateway {gateway.ip}" if gateway else ", no gateway"
        about, advice = _ABOUT_KIND.get(each.kind, ("", ""))
        level = Level.NOTE if about else Level.OK
        yield Finding(area, level, f"{each.label}: {places}{way_out}." + (f" {about}" if about else ""), advice)
    if unused:
        yield Finding("networks", Level.OK, f"Not in use (down, or without an address): {', '.join(sorted(unused))}.")
    if not usable:
        yield Finding(
            "networks",
            Level.PROBLEM,
            "This machine has no network with an IPv4 address, so it can see no device.",
            "Plug in the cable or join the Wi-Fi, then run `camscan doctor` again.",
        )


def _reach(facts: Facts) -> Iterator[Finding]:
    if facts.scope is None:
        return
    wires = [(address.network, each) for each in facts.interfaces if each.is_up for address in each.ipv4]
    for site in facts.scope.sites:
        for network in site.networks:
            here = [each for wire, each in wires if wire.version == network.version and wire.overlaps(network)]
            if not here:
                yield Finding(
                    f"site {site.name}",
                    Level.NOTE,
                    f"{network} is behind a router, as seen from here: each address is asked by itself, and neither "
                    "MACs nor devices that only answer multicast are seen.",
                    "For a full picture, scan once from that network too.",
                )
            elif site.interface and site.interface not in {each.name for each in here}:
                yield Finding(
                    f"site {site.name}",
                    Level.PROBLEM,
                    f"{network} is on {here[0].name}, but the scope file says interface {site.interface}.",
                    "Correct `interface` in the [[site]], or take it out.",
                )


def _privileges(facts: Facts) -> Iterator[Finding]:
    area = "privileges"
    if facts.raw:
        given_up = " Root is given up before any answer is read." if facts.root else ""
        yield Finding(area, Level.OK, f"ARP can be asked: every device on the same wire is seen.{given_up}")
    elif facts.system == "Linux":
        yield Finding(
            area,
            Level.NOTE,
            "ARP cannot be asked without more rights. A device that answers nothing else is then known only if the "
            "system's own neighbour table lists it.",
            "For the fullest picture: `sudo camscan scan` (root is given up before any answer is read).",
        )
    else:
        yield Finding(
            area,
            Level.NOTE,
            f"On {facts.system} camscan does not ask ARP itself; it reads the system's neighbour table, which lists "
            "what the sweep has woken. Administrator rights and Npcap are not needed and change nothing.",
        )


def _multicast(facts: Facts) -> Iterator[Finding]:
    if not facts.multicast:
        yield Finding(
            "multicast",
            Level.PROBLEM,
            "Multicast does not even work within this machine. Cameras that are found only by it stay unseen.",
            "Look for security software or a container that forbids it.",
        )
        return
    deaf = [
        each.name
        for each in facts.interfaces
        if each.is_up and each.ipv4 and not each.is_loopback and not each.multicast
    ]
    if deaf:
        yield Finding(
            "multicast", Level.NOTE, f"These take no multicast, only questions to single addresses: {', '.join(deaf)}."
        )
    else:
        yield Finding(
            "multicast",
            Level.OK,
            "Multicast works within this machine. Whether switches pass it on shows only in a scan.",
        )


_FIREWALL_EFFECT = (
    "It may throw away the answers to multicast, since they come from addresses that were not asked by name. "
    "Answers to questions asked one by one still arrive."
)


def _firewall(facts: Facts) -> Iterator[Finding]:
    area = "firewall"
    for firewall in facts.firewalls:
        if firewall.blocks:
            yield Finding(
                area,
                Level.NOTE,
                f"{firewall.name} is on. {_FIREWALL_EFFECT}",
                "While scanning, let UDP in from the cameras' networks"
                + (" (if Windows asks, allow camscan on private networks)." if facts.system == "Windows" else "."),
            )
        elif firewall.blocks is None:
            yield Finding(
                area,
                Level.NOTE,
                f"Whether {firewall.name} blocks anything cannot be told"
                + (" without root." if facts.system == "Linux" and not facts.root else "."),
                "If multicast gets no answer at all, look there first.",
            )
        else:
            yield Finding(area, Level.OK, f"{firewall.name} blocks nothing that comes in.")
    if not facts.firewalls and facts.system == "Linux" and not facts.root:
        yield Finding(area, Level.OK, "No firewall was found, as far as that can be told without root.")
    elif not facts.firewalls:
        yield Finding(area, Level.OK, "No firewall was found on this machine.")


def _limits(facts: Facts) -> Iterator[Finding]:
    area, known = "limits", facts.settings
    widest = max(
        (a.network.num_addresses for i in facts.interfaces if i.is_up for a in i.ipv4 if not i.is_loopback), default=0
    )
    if known.receive_buffer is not None and known.receive_buffer < ENOUGH_BUFFER and not facts.root:
        yield Finding(
            area,
            Level.NOTE,
            f"A socket may hold back {known.receive_buffer // 1024:,} KB. Where hundreds of cameras answer at once "
            "some answers may be lost; a scan counts them and says so.",
            f"sudo sysctl -w net.core.rmem_max={2 * ENOUGH_BUFFER}",
        )
    if known.open_files is not None and known.open_files < ENOUGH_FILES:
        yield Finding(
            area,
            Level.NOTE,
            f"Only {known.open_files} files and connections may be open at once, so a scan is slower.",
            f"Raise it, for example with `ulimit -n {4 * ENOUGH_FILES}`.",
        )
    if known.neighbour_table is not None and widest > known.neighbour_table * 3 // 4:
        yield Finding(
            area,
            Level.NOTE if widest <= known.neighbour_table else Level.PROBLEM,
            f"The system's neighbour table holds {known.neighbour_table:,} entries, and a network here has "
            f"{widest - 2:,} addresses. When it is full, living devices look dead.",
            f"sudo sysctl -w net.ipv4.neigh.default.gc_thresh3={max(8_192, 2 * widest)}",
        )


def _clock(facts: Facts) -> Iterator[Finding]:
    area, shown = "clock", f"{facts.now:%Y-%m-%d %H:%M} UTC"
    if facts.now.date() < _BUILT:
        yield Finding(
            area,
            Level.PROBLEM,
            f"The clock shows {shown}, which cannot be. Evidence would carry a wrong date, and an authorisation that "
            "has ended would still count.",
            "Set the clock, best from the network's time server.",
        )
    elif facts.settings.clock_synchronised is False:
        yield Finding(
            area,
            Level.NOTE,
            f"The clock shows {shown}; nothing on this machine says that it is kept right. Evidence is dated by it.",
            "Compare it with another clock, or switch on time synchronisation.",
        )
    else:
        yield Finding(area, Level.OK, f"The clock shows {shown}.")


def _parts(facts: Facts) -> Iterator[Finding]:
    area = "parts"
    yield Finding(area, Level.OK, f"{facts.system}, Python {facts.python}.")
    for there, without, how in (
        (
            facts.nmap,
            "nmap is not installed, so `scan --with-nmap` cannot be used.",
            "Only if you want it: install nmap.",
        ),
        (
            facts.keyring,
            "There is no keyring here, so the owner's credentials are asked for or read from a file of mode 0600.",
            "",
        ),
        (
            facts.postgresql,
            "The driver for PostgreSQL is not installed; an inventory is then kept in a file.",
            "Only if you want it: pip install 'camscan[postgresql]'.",
        ),
    ):
        if not there:
            yield Finding(area, Level.NOTE, without, how)
