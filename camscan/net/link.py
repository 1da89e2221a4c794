"""What a machine knows about its own network connections: the types that the systems' files fill in."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_interface

from camscan.evidence import IPAddress
from camscan.safe.mac import mac_address

IPNetwork = IPv4Network | IPv6Network


class InterfaceKind(StrEnum):
    """What an interface leads to, as far as its system tells."""

    ETHERNET = "ethernet"
    WIFI = "wifi"
    VPN = "vpn"  # and other tunnels
    VIRTUAL = "virtual"  # to virtual machines or containers of this machine
    LOOPBACK = "loopback"
    OTHER = "other"


_IN_WORDS = {
    InterfaceKind.ETHERNET: "",
    InterfaceKind.WIFI: ", Wi-Fi",
    InterfaceKind.VPN: ", a VPN or tunnel",
    InterfaceKind.VIRTUAL: ", a virtual network",
    InterfaceKind.LOOPBACK: ", this machine itself",
    InterfaceKind.OTHER: ", of a kind camscan does not know",
}


@dataclass(frozen=True, slots=True)
class InterfaceAddress:
    """One address of an interface. ``broadcast`` is None for IPv6 and where the network has no room for one."""

    ip: IPAddress
    network: IPNetwork
    broadcast: IPv4Address | None

    @classmethod
    def of(cls, ip: str, netmask: str | None) -> "InterfaceAddress":
        """From the texts a system gives; an IPv6 scope (``%eth0``) is dropped. Raises ValueError."""
        whole = ip_interface(f"{ip.partition('%')[0]}/{_prefix(netmask)}" if netmask else ip.partition("%")[0])
        network: IPNetwork = whole.network
        roomy = isinstance(network, IPv4Network) and network.prefixlen <= 30
        return cls(whole.ip, network, IPv4Address(int(network.broadcast_address)) if roomy else None)


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface of this machine.

    ``index`` is 0 where the system does not tell it under this name (Windows): use an address then. ``mac`` is
    lower case with colons, or None. ``mtu`` is in bytes. ``multicast`` says that it takes multicast at all.
    """

    name: str
    index: int
    mac: str | None
    addresses: tuple[InterfaceAddress, ...]
    is_up: bool
    is_loopback: bool
    kind: InterfaceKind
    mtu: int
    multicast: bool = True

    @property
    def ipv4(self) -> tuple[InterfaceAddress, ...]:
        """Its IPv4 addresses."""
        return tuple(address for address in self.addresses if address.ip.version == 4)

    @property
    def label(self) -> str:
        """Its name for people: ``eth0``, or ``vboxnet0, a virtual network``."""
        return self.name + _IN_WORDS[self.kind]

    def source_for(self, ip: IPAddress) -> InterfaceAddress | None:
        """Its address on the network that holds ``ip``, or None where ``ip`` is not on this link."""
        holding = [a for a in self.addresses if a.ip.version == ip.version and ip in a.network]
        return max(holding, key=lambda a: a.network.prefixlen, default=None)


@dataclass(frozen=True, slots=True)
class Gateway:
    """The next hop out of a network. ``mac`` is None where the neighbour table does not hold it."""

    ip: IPv4Address
    mac: str | None


class NeighbourState(StrEnum):
    """State of an entry in the neighbour table: Linux's words (rtnetlink(7), NUD_*)."""

    REACHABLE = "reachable"
    STALE = "stale"
    DELAY = "delay"
    PROBE = "probe"
    PERMANENT = "permanent"
    NOARP = "noarp"
    INCOMPLETE = "incomplete"
    FAILED = "failed"
    UNKNOWN = "unknown"  # listed by a system that keeps the state to itself


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An entry of the system's neighbour table. ``interface`` is a name of ``interfaces()``.

    ``confirmed`` is how many seconds ago the neighbour last proved to be there; None where the system does not say.
    """

    ip: IPAddress
    mac: str | None
    interface: str
    state: NeighbourState
    confirmed: float | None = None

    @property
    def alive(self) -> bool:
        """Whether the entry shows life just now. A stale one was alive once; a failed one is not life at all."""
        return self.state is NeighbourState.REACHABLE

    def alive_within(self, seconds: float) -> bool:
        """Whether it proved to be there within the last ``seconds``, since a scan began, say.

        An entry grows stale after half a minute though its device lives. Where the system does not say when it
        was confirmed (Windows, macOS), what it lists with a MAC counts.
        """
        if self.alive or self.state is NeighbourState.UNKNOWN:
            return self.resolved
        return self.resolved and self.confirmed is not None and self.confirmed <= seconds

    @property
    def resolved(self) -> bool:
        """Whether its MAC is one that the address really answered with, be it a while ago."""
        return self.mac is not None and self.state not in (NeighbourState.FAILED, NeighbourState.INCOMPLETE)


def mac_text(written: str) -> str | None:
    """``written`` as lower case with colons; as safe.mac, but a part may lack its leading zero (macOS writes so)."""
    parts = written.strip().replace("-", ":").split(":")
    return mac_address(":".join(part.zfill(2) for part in parts)) if len(parts) == 6 and all(parts) else None


def mac_of(octets: bytes) -> str | None:
    """The MAC of one station in ``octets``, lower case with colons; None for anything else."""
    return mac_address(octets.hex())


_VPN = (
    "vpn", "tap-windows", "wintun", "wireguard", "tailscale", "zerotier", "anyconnect", "cisco secure client",
    "fortinet", "globalprotect", "pangp", "pulse secure", "juniper networks virtual", "wan miniport", "sonicwall",
    "check point", "zscaler", "netskope", "nordlynx", "cscotun", "ipsec",
)  # fmt: skip
_VPN_STARTS = ("tun", "wg", "ppp", "utun", "zt", "gpd", "proton")
_VIRTUAL = ("virtualbox", "vmware", "vboxnet", "vmnet", "vethernet", "hyper-v virtual", "wsl", "virtual adapter")
_VIRTUAL_STARTS = (
    "docker", "br-", "virbr", "veth", "lxc", "lxdbr", "podman", "cni", "flannel", "cali", "dummy", "ifb", "tap", "vnet",
    "bridge", "vmenet", "awdl", "llw", "ap1", "anpi",
)  # fmt: skip
_WIFI = ("wi-fi", "wifi", "wlan", "wireless", "802.11")
_WIFI_STARTS = ("wl",)


def kind_by_words(text: str) -> InterfaceKind | None:
    """What a name or a description says about an interface, or None where it says nothing.

    The words are those that Windows drivers, macOS and common Linux software use; a tunnel is looked for first
    (VPN adapters call themselves virtual Ethernet too), then virtual ones (Wi-Fi Direct is a virtual adapter).
    """
    low = text.lower()
    for kind, words, starts in (
        (InterfaceKind.VPN, _VPN, _VPN_STARTS),
        (InterfaceKind.VIRTUAL, _VIRTUAL, _VIRTUAL_STARTS),
        (InterfaceKind.WIFI, _WIFI, _WIFI_STARTS),
    ):
        if any(word in low for word in words) or low.startswith(starts):
            return kind
    return None


def _prefix(netmask: str) -> int:
    """Length of a netmask's prefix. psutil gives ``255.255.255.0`` and ``ffff:ffff::``; ipaddress wants 24 and 32."""
    number = int(IPv6Address(netmask)) if ":" in netmask else int(IPv4Address(netmask))
    width = 128 if ":" in netmask else 32
    ones = number.bit_count()
    if number != ((1 << ones) - 1) << (width - ones):
        raise ValueError(f"{netmask} is not a netmask")
    return ones
