"""Visits with the owner's login, for tests."""

from collections.abc import Callable
from ipaddress import ip_address, ip_network

from device_server import Device
from gates import in_thread

from camscan.net.gate import Gate
from camscan.net.session import gated_session
from camscan.owner.credentials import CredentialSet, DoorName
from camscan.owner.visit import Reading, Visit
from camscan.safe.secrets import Secret

CANARY = "C4nary-Pa55word"


def login(name: str = "cameras", password: str = CANARY, *networks: str, clear_text: bool = False) -> CredentialSet:
    """A set of credentials, bound to loopback unless said otherwise."""
    bound = tuple(ip_network(network) for network in networks or ("127.0.0.0/16", "::1/128"))
    return CredentialSet(name, "auditor", Secret(password), bound, clear_text=clear_text)


def visit_device(
    gate: Gate,
    device: Device,
    door: DoorName,
    read: Callable[[Visit], Reading],
    credentials: CredentialSet | None = None,
    deadline: float = 10,
    path: str = "",
) -> tuple[Reading, int]:
    """What came of a visit, and how often the device was said to have accepted the login."""
    accepted: list[bool] = []
    ip = ip_address(device.host)

    def work() -> Reading:
        session = gated_session(gate, ip, contact="ict@example.gov.uk", purpose=f"owner.{door}", deadline=deadline)
        tls = device.url.startswith("https")
        known = credentials or login()
        with session:
            return read(Visit(session, ip, device.port, door, known, tls, path, lambda: accepted.append(True)))

    return in_thread(gate, work), len(accepted)
