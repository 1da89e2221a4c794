"""Where a device stands: its address, its ports, and the words that its answers are filled with."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from random import Random
from typing import Protocol
from urllib.parse import quote

from camscan.device import Kind
from camscan.errors import UsageError
from camscan.evidence import IPAddress
from camscan.lab.estate import Estate, Simulated
from camscan.lab.template import Resolver

LOOPBACK_NETWORK = IPv4Network("127.77.0.0/24")
LOOPBACK_ELSEWHERE = IPv4Address("127.88.0.1")
"""Where awkward devices point to on loopback: outside the scope, and every touch of it is counted."""

NAMESPACE_ELSEWHERE = IPv4Address("198.51.100.77")
"""The same with namespaces (TEST-NET-2 of RFC 5737, reached over the counted interface)."""

FIRST_UNPRIVILEGED = 1024
MOVED_BY = 18000


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true about a device, whatever it says. ``maker`` and ``brand`` None: nobody could know."""

    maker: str | None
    brand: str | None
    kind: Kind
    model: str
    serial: str
    mac: str
    firmware: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A device at an address. ``moved`` says that ports below 1024 are found at 18000 + their number."""

    device: Simulated
    ip: IPv4Address
    network: IPv4Network
    elsewhere: IPv4Address
    moved: bool
    interface: str | None = None
    gateway: IPv4Address | None = None

    def port(self, usual: int) -> int:
        """Where the port that a real device opens at ``usual`` is open here."""
        return usual + MOVED_BY if self.moved and usual < FIRST_UNPRIVILEGED else usual

    def truth(self) -> Truth:
        """What is true about this device."""
        device, profile = self.device, self.device.profile
        return Truth(
            profile.maker, profile.brand, profile.kind, device.model, device.serial, device.mac, device.firmware
        )

    def resolver(self) -> Resolver:
        """Fills what is fixed for this device: addresses, names, numbers drawn once."""
        words = _words(self)
        actions: dict[str, Callable[[str], str]] = {
            "port": lambda port: str(self.port(int(port))),
            "at": lambda port: self._netloc(int(port), 80),
            "ats": lambda port: self._netloc(int(port), 443),
            "hex": lambda rest: _draw(self, "hex", rest, "0123456789abcdef"),
            "HEX": lambda rest: _draw(self, "HEX", rest, "0123456789ABCDEF"),
            "digits": lambda rest: _draw(self, "digits", rest, "0123456789"),
            "uuid": lambda label: _uuid(self, label),
        }

        def resolve(name: str, argument: str) -> str | None:
            if name in actions:
                return actions[name](argument)
            return words.get(name)

        return resolve

    def _netloc(self, usual: int, silent: int) -> str:
        port = self.port(usual)
        return str(self.ip) if port == silent else f"{self.ip}:{port}"


def _words(place: Place) -> dict[str, str]:
    device, mac = place.device, place.device.mac
    bare = mac.replace(":", "")
    first = int(bare[:2], 16) ^ 0x02
    modified = f"{first:02x}{bare[2:6]}fffe{bare[6:]}"
    version, _, build = device.firmware.partition(" build ")
    fe80 = "fe80::" + ":".join(f"{int(modified[at : at + 4], 16):x}" for at in range(0, 16, 4))
    return {
        "ip": str(place.ip),
        "mask": str(place.network.netmask),
        "gateway": str(place.gateway or place.network[-2]),
        "elsewhere": str(place.elsewhere),
        "mac": mac,
        "MAC": mac.upper(),
        "mac_dash": mac.replace(":", "-"),
        "MAC_DASH": mac.upper().replace(":", "-"),
        "mac_bare": bare,
        "MAC_BARE": bare.upper(),
        "fe80": fe80,
        "model": device.model,
        "model_quoted": quote(device.model),
        "model_short": device.model.rpartition(" ")[2],
        "firmware": device.firmware,
        "firmware_version": version,
        "firmware_build": f"build {build}" if build else "",
        "serial": device.serial,
        "title": device.title,
    }


def _draw(place: Place, kind: str, rest: str, alphabet: str) -> str:
    """``hex:8`` or ``hex:8:label``: characters that are always the same for one device and label."""
    count, _, label = rest.partition(":")
    random = Random(f"{place.device.mac}/{kind}/{count}/{label}")  # noqa: S311 - repeatable, guards nothing
    return "".join(random.choice(alphabet) for _ in range(int(count)))


def _uuid(place: Place, label: str) -> str:
    digits = _draw(place, "uuid", f"32:{label}", "0123456789abcdef")
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-b{digits[17:20]}-{digits[20:]}"


@dataclass(frozen=True)
class Layout:
    """All devices of an estate, placed. ``networks`` hold nothing else than the estate."""

    places: tuple[Place, ...]
    networks: tuple[IPv4Network, ...]
    extra_ports: tuple[int, ...] = ()
    multicast: bool = False
    """Whether the scope must say that multicast is wanted on a network that is only part of the interface's."""
    truth: Mapping[IPAddress, Truth] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "truth", {place.ip: place.truth() for place in self.places})


def loopback_layout(devices: Iterable[Simulated], network: IPv4Network = LOOPBACK_NETWORK) -> Layout:
    """Devices on loopback addresses of ``network``; the scope is the smallest network that holds them all.

    Ports below 1024 are moved, so that an ordinary user can open them; ``extra_ports`` lists where they went.
    """
    listed = tuple(devices)
    scope = _smallest(network, max((device.host for device in listed), default=1))
    places = tuple(Place(device, _address(network, device), scope, LOOPBACK_ELSEWHERE, moved=True) for device in listed)
    moved = {place.port(port) for place in places for port in tcp_ports(place.device) if port < FIRST_UNPRIVILEGED}
    return Layout(places, (scope,), tuple(sorted(moved)), multicast=True)


def tcp_ports(device: Simulated) -> tuple[int, ...]:
    """TCP ports the device opens, as on a real one."""
    profile = device.profile
    ports = [server.port for server in profile.http if device.speaks("http")]
    ports += [server.port for server in profile.rtsp if device.speaks("rtsp")]
    ports += [profile.sdk.port] if profile.sdk and device.speaks("sdk") else []
    ports += list(profile.silent) if device.speaks("silent") else []
    return tuple(ports)


def _smallest(network: IPv4Network, highest: int) -> IPv4Network:
    for prefix in range(30, network.prefixlen - 1, -1):
        candidate = IPv4Network((network.network_address, prefix))
        if highest < candidate.num_addresses - 1:
            return candidate
    raise UsageError(f"{network} has no room for host number {highest}: give the estate a wider network")


def _address(network: IPv4Network, device: Simulated) -> IPv4Address:
    if device.host >= network.num_addresses - 1:
        raise UsageError(f"{network} has no room for host number {device.host}: give the estate a wider network")
    return network[device.host]


class Placed(Protocol):
    """What is needed of a running (or only planned) estate to write its scope file."""

    @property
    def layout(self) -> Layout:
        """Where everything is."""
        ...


def scope_toml(placed: Placed) -> str:
    """The text of a camscan.toml that allows exactly the estate's networks, until the end of 2099."""
    layout = placed.layout
    networks = ", ".join(f'"{network}"' for network in layout.networks)
    recorders = ", ".join(f'"{place.ip}"' for place in layout.places if place.device.profile.kind is Kind.RECORDER)
    lines = [
        "[authorisation]",
        'organisation  = "Virtual estate of the camscan laboratory"',
        'authorised_by = "Whoever started it: no device in it is real"',
        'reference     = "LAB-1"',
        "expires       = 2099-12-31",
        'contact       = "laboratory@example.org"',
        "",
        "[[site]]",
        'name      = "Laboratory"',
        f"networks  = [{networks}]",
    ]
    if layout.multicast:
        lines.append("multicast = true")
    if recorders:
        lines += ["[site.expects]", f"recorders = [{recorders}]"]
    if layout.extra_ports:
        lines += ["", "[limits]", f"extra_ports = {list(layout.extra_ports)}"]
    return "\n".join(lines) + "\n"


def truth_of(estate: Estate) -> Mapping[IPAddress, Truth]:
    """What is true about an estate's devices at their loopback addresses."""
    return loopback_layout(estate.devices).truth
