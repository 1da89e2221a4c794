"""The virtual estate in Linux network namespaces: every device has its own interface, MAC address and ARP.

::

    scanner's namespace        devices' namespace
    beyond0   scan0 --- veth --- up0 - one macvlan for each device
      |                           |
      |        router's namespace lan          far namespace (optional)
    nothing                      far0 --- veth --- up0 - one macvlan for each routed device

``beyond0`` has the scanner's default route, so a packet to anything outside the estate is counted there.
"""

import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from types import TracebackType
from typing import Self

from camscan.errors import UsageError
from camscan.evidence import IPAddress
from camscan.lab.estate import Estate, Simulated
from camscan.lab.loopback import Stats, gather
from camscan.lab.place import NAMESPACE_ELSEWHERE, Layout, Place, Truth
from camscan.lab.plan import write
from camscan.lab.workers import Workers, module_argv, module_environment, shares

SCANNER_INTERFACE = "scan0"
BEYOND_INTERFACE = "beyond0"
NETWORK = IPv4Network("10.203.0.0/22")
ROUTED_NETWORK = IPv4Network("10.204.0.0/24")

_SCANNER_MAC = "02:ca:00:00:00:01"
_ROUTER_LAN_MAC = "02:ca:00:00:00:02"
_ROUTER_FAR_MAC = "02:ca:00:00:00:03"
_BEYOND_MAC = "02:ca:00:00:00:04"
_BEYOND_GATEWAY = "192.0.2.1"
_BEYOND_ADDRESS = "192.0.2.2/24"

# One network stack holds all devices: without arp_ignore each interface would answer ARP for all of them, without
# arp_announce it would speak under another's address; the rate limit for ICMP is meant for one host, not for 1,000.
_DEVICE_SETTINGS = (
    "net/ipv6/conf/all/disable_ipv6=1",
    "net/ipv6/conf/default/disable_ipv6=1",
    "net/ipv4/conf/all/arp_ignore=1",
    "net/ipv4/conf/all/arp_announce=2",
    "net/ipv4/conf/all/rp_filter=0",
    "net/ipv4/conf/default/rp_filter=0",
    "net/ipv4/icmp_ratelimit=0",
)
_serial = itertools.count()


@dataclass(frozen=True, slots=True)
class Counters:
    """Packets by the kernel's own count: out of and into the scanner's interface, and out of the one beyond."""

    sent: int
    received: int
    beyond: int


@dataclass
class NamespaceEstate:
    """``with NamespaceEstate(estate) as running:`` serves the devices; needs Linux and root, else UsageError.

    The last ``routed`` devices stand in ``routed_network``, behind a router. ``scanner_argv`` puts a command into
    the scanner's namespace, at address ``scanner_ip`` on ``scan0``.
    """

    estate: Estate
    network: IPv4Network = NETWORK
    routed: int = 0
    routed_network: IPv4Network = ROUTED_NETWORK
    layout: Layout = field(init=False)
    scanner_ip: IPv4Address = field(init=False)
    name: str = field(init=False)
    _workers: list[Workers] = field(init=False, default_factory=list, repr=False)
    _janitor: "subprocess.Popen[str] | None" = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        self.network, self.routed_network = IPv4Network(self.network), IPv4Network(self.routed_network)
        devices = self.estate.devices
        split = len(devices) - self.routed
        near = [self._place(device, device.host, self.network, "d") for device in devices[:split]]
        far = [self._place(device, at, self.routed_network, "e") for at, device in enumerate(devices[split:], 1)]
        networks = (self.network, self.routed_network) if self.routed else (self.network,)
        self.layout = Layout((*near, *far), networks)
        self.scanner_ip = self.network[-2]
        self.name = f"camscan-{os.getpid()}-{next(_serial)}"

    @staticmethod
    def _place(device: Simulated, host: int, network: IPv4Network, letter: str) -> Place:
        if host > network.num_addresses - 4:
            raise UsageError(f"{network} has no room for host number {host}: give the estate a wider network")
        return Place(
            device, network[host], network, NAMESPACE_ELSEWHERE, moved=False, interface=f"{letter}{host}",
            gateway=network[-3],
        )  # fmt: skip

    def __enter__(self) -> Self:
        why_not = unavailable()
        if why_not:
            raise UsageError(why_not)
        try:
            from camscan.lab.janitor import raise_settings

            self._janitor = self._hire()
            raise_settings(self.name)
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    @property
    def truth(self) -> Mapping[IPAddress, Truth]:
        """What is true, by address."""
        return self.layout.truth

    @property
    def extra_ports(self) -> tuple[int, ...]:
        """None: devices have the ports of real ones."""
        return ()

    def scanner_argv(self, command: Sequence[str]) -> list[str]:
        """``command``, to be run where the scanner stands."""
        return ["ip", "netns", "exec", self._namespace("scan"), *command]

    def counters(self) -> Counters:
        """Packets so far."""
        shown = _run(["ip", "-n", self._namespace("scan"), "-j", "-s", "link", "show"])
        links = {link["ifname"].partition("@")[0]: link["stats64"] for link in json.loads(shown)}
        scan, beyond = links[SCANNER_INTERFACE], links[BEYOND_INTERFACE]
        return Counters(scan["tx"]["packets"], scan["rx"]["packets"], beyond["tx"]["packets"])

    def stats(self) -> Stats:
        """Counters of the devices so far."""
        return gather([answer for workers in self._workers for answer in workers.ask("stats")])

    def hello(self) -> int:
        """Lets all devices announce themselves; the number of datagrams."""
        return sum(answer["hello"] for workers in self._workers for answer in workers.ask("hello"))

    def _namespace(self, part: str) -> str:
        return f"{self.name}-{part}"

    def _parts(self) -> tuple[str, ...]:
        return ("lab", "scan", "out", "router", "far") if self.routed else ("lab", "scan", "out")

    def _hire(self) -> "subprocess.Popen[str]":
        names = [self._namespace(part) for part in self._parts()]
        return subprocess.Popen(  # noqa: S603 - our own module and our own names
            [*module_argv("camscan.lab.janitor"), self.name, *names],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            env=module_environment(),
            start_new_session=True,  # it must survive the signals that end this process
        )

    def _start(self) -> None:
        _batch([f"netns add {self._namespace(part)}" for part in self._parts()])
        shared = [(part, [p for p in self.layout.places if p.network == network]) for part, network in self._lans()]
        for part, places in shared:
            self._workers.append(Workers(shares(len(places)), ["ip", "netns", "exec", self._namespace(part)]))
        self._build()
        for workers, (_, places) in zip(self._workers, shared, strict=True):
            count = shares(len(places))
            workers.begin([write(self.estate, places[at::count]) for at in range(count)])

    def _lans(self) -> tuple[tuple[str, IPv4Network], ...]:
        return (("lab", self.network), ("far", self.routed_network)) if self.routed else (("lab", self.network),)

    def _build(self) -> None:
        lab, scan, out = (self._namespace(part) for part in ("lab", "scan", "out"))
        prefix = self.network.prefixlen
        _settings(lab, _DEVICE_SETTINGS)
        _settings(out, ("net/ipv6/conf/all/disable_ipv6=1",))
        _settings(scan, ("net/ipv6/conf/default/disable_ipv6=1",))
        _batch([f"link add up0 type veth peer name {SCANNER_INTERFACE} netns {scan}", "link set up0 up"], lab)
        _batch(
            [
                "link set lo up",
                f"link add {BEYOND_INTERFACE} type veth peer name back0 netns {out}",
                f"link set {SCANNER_INTERFACE} address {_SCANNER_MAC} up",
                f"addr add {self.scanner_ip}/{prefix} broadcast + dev {SCANNER_INTERFACE}",
                f"link set {BEYOND_INTERFACE} up",
                f"addr add {_BEYOND_ADDRESS} dev {BEYOND_INTERFACE}",
                f"neigh replace {_BEYOND_GATEWAY} lladdr {_BEYOND_MAC} dev {BEYOND_INTERFACE} nud permanent",
                f"route add default via {_BEYOND_GATEWAY}",
            ],
            scan,
        )
        _batch([f"link set back0 address {_BEYOND_MAC} up"], out)
        if self.routed:
            self._build_router(lab, scan)
        near = [place for place in self.layout.places if place.network == self.network]
        _batch(_interfaces(near, self.scanner_ip, _SCANNER_MAC), lab)

    def _build_router(self, lab: str, scan: str) -> None:
        router, far = self._namespace("router"), self._namespace("far")
        lan, gateway = self.network[-3], self.routed_network[-2]
        _settings(far, _DEVICE_SETTINGS)
        _settings(router, ("net/ipv4/ip_forward=1", "net/ipv6/conf/default/disable_ipv6=1"))
        _batch([f"link add link up0 name lan netns {router} address {_ROUTER_LAN_MAC} type macvlan mode private"], lab)
        _batch([f"link add up0 type veth peer name far0 netns {router}", "link set up0 up", "link set lo up"], far)
        _batch(
            [
                "link set lan up",
                f"addr add {lan}/{self.network.prefixlen} dev lan",
                f"link set far0 address {_ROUTER_FAR_MAC} up",
                f"addr add {gateway}/{self.routed_network.prefixlen} dev far0",
            ],
            router,
        )
        _batch([f"route add {self.routed_network} via {lan}"], scan)
        places = [place for place in self.layout.places if place.network == self.routed_network]
        # A socket bound to an interface needs no route: the kernel takes the scanner to be on that link, and the
        # permanent neighbour entry makes the router's address of it. Answers without a socket need the route.
        lines = _interfaces(places, self.scanner_ip, _ROUTER_FAR_MAC)
        _batch([*lines, f"route add default via {gateway} dev {places[0].interface}"], far)

    def _end(self) -> None:
        for workers in self._workers:
            workers.stop()
        self._workers.clear()
        if self._janitor is not None:
            self._janitor.communicate()
            self._janitor = None


def unavailable() -> str | None:
    """Why this system cannot have namespaces, as a sentence; None where it can."""
    if sys.platform != "linux":
        return "Network namespaces exist only on Linux; use the loopback mode of the virtual estate here."
    if os.geteuid() != 0:
        return "Network namespaces need root; use the loopback mode of the virtual estate, or run as root."
    if shutil.which("ip") is None:
        return "Network namespaces need the command `ip` (package iproute2), which is not installed."
    return None


def _interfaces(places: Sequence[Place], scanner: IPv4Address, lladdr: str) -> list[str]:
    """Commands that make one macvlan for each device. Mode private: as on a switch with isolated ports, devices
    do not hear each other's 1,000 multicast answers."""
    lines = ["link set lo up"]
    for place in places:
        name = place.interface
        lines += [
            f"link add link up0 name {name} address {place.device.mac} type macvlan mode private",
            f"addr add {place.ip}/{place.network.prefixlen} broadcast + dev {name}",
            f"link set {name} up",
            f"neigh replace {scanner} lladdr {lladdr} dev {name} nud permanent",
        ]
    return lines


def _settings(namespace: str, settings: Sequence[str]) -> None:
    script = "".join(f"echo {value} > /proc/sys/{name}\n" for name, _, value in (s.partition("=") for s in settings))
    _run(["ip", "netns", "exec", namespace, "sh", "-e"], script)


def _batch(lines: Sequence[str], namespace: str | None = None) -> None:
    where = ["-n", namespace] if namespace else []
    _run(["ip", *where, "-batch", "-"], "\n".join(lines) + "\n")


def _run(argv: Sequence[str], text: str = "") -> str:
    done = subprocess.run(argv, input=text, capture_output=True, text=True, check=False)  # noqa: S603 - made here
    if done.returncode:
        raise UsageError(f"`{' '.join(argv)}` failed: {done.stderr.strip()[:300]}")
    return done.stdout
