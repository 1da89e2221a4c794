"""What the inventory's tests are made of."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from camscan.evidence import Evidence, IPAddress, Observation, Outcome, Transport, Via, observe
from camscan.inventory import Inventory, ScanKind, ScanStart, ScanStatus

SITE = "Town Hall"
MORNING = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)

MAC_A, MAC_B = "44:19:b6:00:00:01", "3c:ef:8c:00:00:02"
SERIAL_A, SERIAL_B = "DS-2CD2385G1-I20200101AAWRE12345678", "DS-2CD2385G1-I20200101AAWRE87654321"
EPR_A = "urn:uuid:2419d68a-2dd2-21b2-a205-4419b6000001"


def start(sha: str = "a" * 64, kind: ScanKind = ScanKind.SCAN, gateways: tuple[str, ...] = ()) -> ScanStart:
    return ScanStart(
        scope_sha256=sha,
        organisation="Example Borough Council",
        sites=(SITE, "Library"),
        signatures="sha256:" + "b" * 64,
        addresses_in_scope=1024,
        kind=kind,
        gateway_macs=gateways,
    )


def heard(
    ip: str,
    *pairs: tuple[str, str],
    probe: str = "probe",
    port: int = 80,
    via: Via = Via.UNICAST,
    outcome: Outcome = Outcome.OK,
    raw: bytes = b"",
    at: datetime = MORNING,
    transport: Transport = Transport.UDP,
) -> Observation:
    return observe(
        ip_address(ip),
        port,
        transport,
        via,
        probe,
        outcome,
        raw=raw,
        at=at,
        evidence=tuple(Evidence(name, value) for name, value in pairs),
    )


class Estate:
    """Scans told in one line each: ``estate.scan(("10.1.0.20", ("arp.mac", ...)), ...)``."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self._day = 0

    def scan(
        self,
        *hosts: tuple[str, *tuple[tuple[str, str], ...]],
        kind: ScanKind = ScanKind.SCAN,
        site: str = SITE,
        gateways: tuple[str, ...] = (),
    ) -> str:
        self._day += 1
        at = MORNING + timedelta(days=self._day)
        scan_id = self.inventory.begin_scan(start(kind=kind, gateways=gateways))
        via = Via.IMPORTED if kind is ScanKind.IMPORT else Via.UNICAST
        for ip, *pairs in hosts:
            each = [heard(ip, pair, probe=pair[0].partition(".")[0], at=at, via=via) for pair in pairs]
            self.inventory.save_host(scan_id, ip_address(ip), site, each or [heard(ip, probe="knock", at=at, via=via)])
        self.inventory.finish_scan(scan_id, ScanStatus.COMPLETE, 10, True, "head", [])
        return scan_id

    def addresses(self) -> dict[int, tuple[str, ...]]:
        """Each device's number with the addresses it had when last heard."""
        return {one.device_id: tuple(map(str, one.addresses)) for one in self.inventory.hosts()}

    def device(self, ip: str) -> int:
        found = self.inventory.find(ip_address(ip))
        assert found is not None
        return found.device_id


def opened(folder: Path) -> Iterator[Inventory]:
    with Inventory.open(folder / "camscan.db") as inventory:
        yield inventory


def address(text: str) -> IPAddress:
    return ip_address(text)
