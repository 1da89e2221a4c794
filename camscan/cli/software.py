"""Lists of installed software, as `camscan import` takes them: evidence of the owner's own, where no probe can see."""

from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from camscan.evidence import Evidence, IPAddress, Observation, Outcome, Transport, Via, observe
from camscan.exchange import csv_import
from camscan.exchange.contract import Program
from camscan.exchange.imported import Host
from camscan.exchange.software_csv import InstalledSoftware, SoftwareList, is_software_list, read_software
from camscan.inventory.software import Places, computer

if TYPE_CHECKING:
    from camscan.cli.devices import Judge
    from camscan.device import Device
    from camscan.inventory import Inventory
    from camscan.scope import Scope

FORM = "list of installed software"


def recognised(path: Path) -> bool:
    """Whether a file is a list of installed software and not one of devices."""
    try:
        line = csv_import.first_line(path)
    except (OSError, UnicodeError):
        return False
    return csv_import.header(line) is None and is_software_list(line)


def tell(path: Path, judge: "Judge") -> SoftwareList:
    """Prints the programs of camera makers in a list. Raises DataFileError."""
    from camscan.report.screen import out, safe, talk
    from camscan.report.tables import grid
    from camscan.report.words import plural

    found = read_software(path, judge.software)
    if found.found:
        table = grid(("Computer", "Program", "Version", "Product of", "What it is"))
        for item in found.found:
            maker = judge.name(item.product.maker)
            table.add_row(safe(item.host), safe(item.name), safe(item.version), maker, item.product.role.value)
        out().print(table)
    talk().say(
        f"{path}: {plural(found.read, 'program')} on {plural(len(found.computers), 'computer')},",
        f"{plural(len(found.found), 'of them', 'of them')} by makers of cameras;",
        f"{found.skipped:,} rows could not be read.",
    )
    return found


def hosts(found: SoftwareList) -> tuple[Host, ...]:
    """The computers of a list that are named by address, each with what it has as evidence."""
    placed: dict[IPAddress, list[Observation]] = {}
    for item in found.found:
        if (ip := _address(item.host)) is not None:
            placed.setdefault(ip, []).append(_evidence(ip, item))
    return tuple((ip, tuple(observations)) for ip, observations in placed.items())


def keep(inventory: "Inventory", scan_id: str, scope: "Scope", found: SoftwareList) -> None:
    """Stores what a list has, but for addresses outside the scope."""
    inside = [item for item in found.found if (ip := _address(item.host)) is None or scope.site_of(ip) is not None]
    inventory.save_software(scan_id, found.computers, [(item.host, item.name, item.version) for item in inside])


def known(inventory: "Inventory", judge: "Judge", devices: Iterable["Device"]) -> tuple[Program, ...]:
    """The programs of camera makers on the owner's computers, as the lists that were imported have them; each with
    the device of the inventory that the computer is, where exactly one can be."""
    listed = [(item, judge.software.find(item.name)) for item in inventory.software()]
    places = Places()
    if listed:
        for device in devices:
            places.add(device.hostname, device.ip)
    return tuple(Program(item, product, places.of(item.host)) for item, product in listed if product is not None)


def table(programs: Sequence[Program], judge: "Judge") -> None:
    """Prints programs on stdout."""
    from camscan.report.screen import out, safe
    from camscan.report.tables import grid

    if not programs:
        return
    screen, told = out(), grid(("Computer", "Address", "Program", "Version", "Product of", "Listed"))
    for one in programs:
        item, address = one.installed, "-" if one.ip is None else str(one.ip)
        maker = judge.name(one.product.maker)
        told.add_row(safe(item.host), address, safe(item.name), safe(item.version), maker, f"{item.at:%Y-%m-%d}")
    screen.say("Software of camera makers on your computers, as your own lists have it:")
    screen.print(told)


def of_computer(inventory: "Inventory", judge: "Judge", host: str) -> list[Program]:
    """The programs of a computer, by the name that a list gives it."""
    if not any(computer(item.host) == computer(host) for item in inventory.software()):
        return []
    everything = known(inventory, judge, (device for _site, device in judge.devices(inventory)))
    return [one for one in everything if computer(one.installed.host) == computer(host)]


def of_device(inventory: "Inventory", judge: "Judge", device: "Device") -> list[Program]:
    """The programs of the computer that a device is."""
    if not any(one.ip for one in known(inventory, judge, [device])):
        return []  # no name fits, so the other devices need not be asked for theirs
    everything = known(inventory, judge, (one for _site, one in judge.devices(inventory)))
    return [one for one in everything if one.ip == device.ip]


def sentence(one: Program) -> str:
    """A program in words, for the page of a device; the list's text is not yet made safe."""
    item = one.installed
    version = f" {item.version}" if item.version else ""
    return f"{item.name}{version}, as your list of {item.at:%Y-%m-%d} has it for {item.host}"


def _address(host: str) -> IPAddress | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _evidence(ip: IPAddress, item: InstalledSoftware) -> Observation:
    said = f"{item.name} {item.version}" if item.version else item.name
    evidence = (Evidence("import.software", said),)
    return observe(ip, 0, Transport.FILE, Via.IMPORTED, "software list", Outcome.OK, evidence=evidence)
