"""At which ports a device's doors are, judged by what its ports have answered so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from camscan.evidence import Observation, Transport
from camscan.interrogate import onvif, redirect
from camscan.owner.credentials import DoorName


@dataclass(frozen=True, slots=True)
class DoorHint:
    """A port where ``door`` may be. ``path`` is ONVIF's, where WS-Discovery named another than the usual one."""

    door: DoorName
    port: int
    tls: bool = False
    path: str = ""


def hints(observations: Sequence[Observation]) -> tuple[DoorHint, ...]:
    """Doors of one device, the best first: where its own protocol was heard, with TLS, at a low port."""
    heard = [item for item in observations if item.transport is Transport.TCP]
    secure = {item.port for item in heard if any(evidence.source == "tls" for evidence in item.evidence)}
    paths = _paths(observations)
    found: dict[DoorHint, int] = {}
    for item in heard:
        tls = item.port in secure
        names = {evidence.name for evidence in item.evidence}
        if "onvif.answer" in names:
            found.setdefault(DoorHint("onvif", item.port, tls, paths.get((item.port, tls), "")), 0)
        if "isapi.namespace" in names or "isapi.realm" in names:
            found[DoorHint("isapi", item.port, tls)] = 0
        if "http.status" in names or "isapi.status" in names:
            found.setdefault(DoorHint("isapi", item.port, tls), 1)
            found.setdefault(DoorHint("dahua-cgi", item.port, tls), 1)
    return tuple(sorted(found, key=lambda hint: (found[hint], not hint.tls, hint.port, hint.door)))


def _paths(observations: Sequence[Observation]) -> dict[tuple[int, bool], str]:
    """Path of the device service by port and TLS, from addresses that name the device itself."""
    found: dict[tuple[int, bool], str] = {}
    for item in observations:
        for address in item.values("wsd.xaddr"):
            tls = address.lower().startswith("https:")
            port = _port(address, tls=tls)
            path = redirect.same_origin(address, str(item.ip), port, tls=tls) if port else None
            if path and path != onvif.PATH:
                found.setdefault((port, tls), path)
    return found


def _port(address: str, *, tls: bool) -> int:
    try:
        return urlsplit(address).port or (443 if tls else 80)
    except ValueError:
        return 0
