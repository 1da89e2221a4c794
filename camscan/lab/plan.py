"""What a serving process is told: which devices it answers for and where they stand. One line of JSON."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from camscan.lab.estate import Estate
from camscan.lab.model import EstateFile
from camscan.lab.place import Place


@dataclass(frozen=True, slots=True)
class Plan:
    """``elsewhere_ports`` are those on which the address outside the scope is watched (loopback only)."""

    places: tuple[Place, ...]
    elsewhere_ports: tuple[int, ...] = ()


def write(estate: Estate, places: Iterable[Place], elsewhere_ports: Sequence[int] = ()) -> str:
    """The plan as one line."""
    listed = list(places)
    wanted = {place.device.host for place in listed}
    data = estate.data.model_copy(update={"device": tuple(e for e in estate.data.device if e.host in wanted)})
    rows = [
        {
            "host": place.device.host,
            "ip": str(place.ip),
            "network": str(place.network),
            "elsewhere": str(place.elsewhere),
            "moved": place.moved,
            "interface": place.interface,
            "gateway": str(place.gateway) if place.gateway else None,
        }
        for place in listed
    ]
    content = {"estate": data.model_dump(mode="json"), "places": rows, "elsewhere_ports": list(elsewhere_ports)}
    return json.dumps(content)


def read(line: str) -> Plan:
    """The plan that ``write`` wrote."""
    content = json.loads(line)
    devices = {device.host: device for device in Estate(EstateFile.model_validate(content["estate"])).devices}
    places = tuple(
        Place(
            devices[row["host"]],
            IPv4Address(row["ip"]),
            IPv4Network(row["network"]),
            IPv4Address(row["elsewhere"]),
            row["moved"],
            row["interface"],
            IPv4Address(row["gateway"]) if row["gateway"] else None,
        )
        for row in content["places"]
    )
    return Plan(places, tuple(content["elsewhere_ports"]))
