"""The virtual estate on loopback addresses: no root, no network, ports above 1024."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from types import TracebackType
from typing import Any, Self

from camscan.errors import UsageError
from camscan.evidence import IPAddress
from camscan.lab.estate import Estate
from camscan.lab.place import LOOPBACK_NETWORK, Layout, Truth, loopback_layout
from camscan.lab.plan import write
from camscan.lab.sockets import missing_addresses
from camscan.lab.workers import Workers, shares


@dataclass(frozen=True, slots=True)
class Stats:
    """Counters of a running estate: of each device by address (see ``state.State.report``), and how often the
    address outside the scope was touched to which awkward devices point."""

    devices: Mapping[str, Mapping[str, Any]]
    elsewhere: int

    def total(self, name: str) -> int:
        """Sum of one counter over all devices."""
        return sum(int(device[name]) for device in self.devices.values())

    @property
    def unsafe(self) -> tuple[str, ...]:
        """What was sent that no scanner should send, with the address."""
        return tuple(f"{ip}: {what}" for ip, device in self.devices.items() for what in device["unsafe"])


def gather(answers: list[dict[str, Any]]) -> Stats:
    """The counters that all serving processes reported."""
    devices: dict[str, Mapping[str, Any]] = {}
    for answer in answers:
        devices |= answer["devices"]
    return Stats(devices, sum(answer["elsewhere"] for answer in answers))


@dataclass
class LoopbackEstate:
    """``with LoopbackEstate(estate) as running:`` serves the estate's devices on addresses of ``network``.

    Raises UsageError where the system lacks the addresses (the message holds the command that adds them) or a port
    is taken.
    """

    estate: Estate
    network: IPv4Network = LOOPBACK_NETWORK
    layout: Layout = field(init=False)
    _workers: Workers | None = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        self.layout = loopback_layout(self.estate.devices, self.network)

    def __enter__(self) -> Self:
        places = self.layout.places
        missing = missing_addresses(places)
        if missing:
            raise UsageError(missing)
        count = shares(len(places))
        plans = [
            write(self.estate, places[at::count], self.layout.extra_ports if at == 0 else ()) for at in range(count)
        ]
        self._workers = Workers(count)
        try:
            self._workers.begin(plans)
        except BaseException:
            self._workers.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._workers is not None:
            self._workers.stop()
            self._workers = None

    @property
    def truth(self) -> Mapping[IPAddress, Truth]:
        """What is true, by address."""
        return self.layout.truth

    @property
    def extra_ports(self) -> tuple[int, ...]:
        """Ports to scan besides the usual ones: where those below 1024 went."""
        return self.layout.extra_ports

    @property
    def multicast(self) -> bool:
        """Whether multicast works on this system's loopback interface."""
        return self._workers is not None and self._workers.multicast

    def stats(self) -> Stats:
        """Counters so far."""
        return gather(self._running().ask("stats"))

    def hello(self) -> int:
        """Lets all devices announce themselves; the number of datagrams."""
        return sum(answer["hello"] for answer in self._running().ask("hello"))

    def _running(self) -> Workers:
        if self._workers is None:
            raise UsageError("the virtual estate is not running")
        return self._workers
