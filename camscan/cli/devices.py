"""From stored evidence to devices: conclusions are recomputed whenever they are shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from camscan.cli.options import inventory_url
from camscan.data_folder import VARIABLE, data_folder, is_shut
from camscan.device import Device
from camscan.errors import SignatureError, UsageError
from camscan.evidence import IPAddress
from camscan.identify import SignatureSet, assess, load
from camscan.identify.facts import FactTables
from camscan.identify.software import Catalogue, load_software
from camscan.inventory import HostRecord, Inventory
from camscan.report.screen import talk
from camscan.scope import Scope, canonical

OWN_FOLDER = "signatures"
"""Folder of the owner's own signatures, in the data folder."""


def signatures_in_use(own: Sequence[Path] | None = None) -> SignatureSet:
    """The shipped signatures with the folders ``own`` on top, or with the one in the data folder where none is given.

    Raises SignatureError for a wrong file in a folder that was given. In the data folder such a file is told and left
    out; the rest goes on working.
    """
    if own:
        return load(tuple(own))
    return load(own_folders(), on_error=_left_out)


def _left_out(error: SignatureError) -> None:
    talk().tell(f"{error}\n  This file of yours is left out; everything else counts.")


def own_folders() -> tuple[Path, ...]:
    """The owner's folder of signatures in the data folder, where there is one."""
    folder = newer_data()
    if folder is None:
        return ()
    own = folder / OWN_FOLDER
    return (own,) if own.is_dir() else ()


def newer_data() -> Path | None:
    """The data folder, which need not exist; None where this user may not look into it. That is told once a run."""
    folder = data_folder()
    if not is_shut(folder):
        return folder
    _tell_shut(folder)
    return None


@cache
def _tell_shut(folder: Path) -> None:
    talk().tell(
        f"{folder}: this folder may not be read, so newer data and signatures of your own in it do not count.\n"
        f"  To have them elsewhere, set {VARIABLE} to another folder."
    )


@dataclass(frozen=True)
class Judge:
    """A signature set and what it makes of evidence, and the tables of what follows from that.

    Everything is read at once: a scan that has given up root could not read it later.
    """

    signatures: SignatureSet
    tables: FactTables = field(default_factory=lambda: FactTables.load(newer=newer_data()))
    software: Catalogue = field(default_factory=load_software)

    @classmethod
    def shipped(cls) -> "Judge":
        """With the set that came with camscan, and the owner's own folder of signatures on top where there is one.

        A wrong file of the owner's is told, with its line and the reason, and left out; the rest goes on working.
        """
        return cls(signatures_in_use())

    def device(self, host: HostRecord) -> Device:
        """What the evidence of one host says today."""
        device = assess(host.observations, self.signatures)
        return replace(
            device,
            ip=host.ip,
            addresses=tuple(str(ip) for ip in host.addresses),
            first_seen=host.first_seen,
            last_seen=host.last_seen,
        )

    def devices(self, inventory: Inventory, scan_id: str | None = None) -> Iterator[tuple[str, Device]]:
        """(site, device) for everything in the inventory, or for what one scan heard."""
        for host in inventory.hosts(scan_id):
            yield host.site, self.device(host)

    def tables_for(self, scope: Scope | None) -> FactTables:
        """The tables, judged for the owner of ``scope``."""
        if scope is None:
            return self.tables
        whose = scope.authorisation
        return replace(self.tables, jurisdiction=whose.jurisdiction, sector=whose.sector)

    def find(self, scope: Path, inventory: str | None, ip: str) -> tuple[str, Device]:
        """(site, device) at ``ip`` in the inventory. Raises UsageError where it is not there."""
        wanted = canonical(address(ip))
        with Inventory.open(inventory_url(scope, inventory), create=False) as opened:
            host = opened.find(wanted)
        if host is None:
            raise UsageError(f"{wanted} is not in the inventory. `camscan list --all` shows what is.")
        device = self.device(host)
        if device.ip != wanted:
            talk().say(f"{wanted} is an older address of this device.", f"It was last heard at {device.ip}.")
        return host.site, device

    def name(self, slug: str | None) -> str:
        """A maker's or brand's written name; a dash for None."""
        return "-" if slug is None else self.signatures.brand_name(slug)


def is_address(text: str) -> bool:
    """Whether an operator typed an address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def address(text: str) -> IPAddress:
    """The address that an operator typed. Raises UsageError for anything else: names are not looked up."""
    try:
        return ip_address(text)
    except ValueError:
        raise UsageError(f'"{text}" is not an address. Write for example 10.1.0.20; names are not looked up.') from None
