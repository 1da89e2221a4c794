"""Lists of installed software, as `camscan import` takes them: evidence of the owner's own, where no probe can see."""

from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from camscan.evidence import Evidence, IPAddress, Observation, Outcome, Transport, Via, observe
from camscan.exchange import csv_import
from camscan.exchange.software_csv import InstalledSoftware, is_software_list, read_software
from camscan.identify.software import load_software

if TYPE_CHECKING:
    from camscan.cli.devices import Judge


def recognised(path: Path) -> bool:
    """Whether a file is a list of installed software and not one of devices."""
    try:
        line = csv_import.first_line(path)
    except (OSError, UnicodeError):
        return False
    return csv_import.header(line) is None and is_software_list(line)


def tell(path: Path, judge: "Judge") -> tuple[tuple[IPAddress, Observation], ...]:
    """Prints the programs of camera makers in a list, and returns the evidence for hosts that are named by address.

    Raises DataFileError.
    """
    from camscan.report.screen import out, safe, talk
    from camscan.report.tables import grid
    from camscan.report.words import plural

    found = read_software(path, load_software())
    if found.found:
        table = grid(("Computer", "Program", "Version", "Product of", "What it is"))
        for item in found.found:
            maker = judge.name(item.product.maker)
            table.add_row(safe(item.host), safe(item.name), safe(item.version), maker, item.product.role.value)
        out().print(table)
    talk().say(
        f"{path}: {plural(found.read, 'program')} on {plural(found.hosts, 'computer')},",
        f"{plural(len(found.found), 'of them', 'of them')} by makers of cameras;",
        f"{found.skipped:,} rows could not be read.",
    )
    placed = ((_address(item.host), item) for item in found.found)
    return tuple((ip, _evidence(ip, item)) for ip, item in placed if ip is not None)


def _address(host: str) -> IPAddress | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _evidence(ip: IPAddress, item: InstalledSoftware) -> Observation:
    said = f"{item.name} {item.version}" if item.version else item.name
    evidence = (Evidence("import.software", said),)
    return observe(ip, 0, Transport.FILE, Via.IMPORTED, "software list", Outcome.OK, evidence=evidence)
