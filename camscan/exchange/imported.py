"""What an importer found in a file, and what it could not read."""

from dataclasses import dataclass, field
from ipaddress import ip_address

from camscan.errors import UsageError
from camscan.evidence import IPAddress, Observation
from camscan.safe.text import neutralise

SENTENCES = 1_000
"""So many reasons for passing something over are kept word for word; the rest of them is counted."""

MORE = "and more like these"

Host = tuple[IPAddress, tuple[Observation, ...]]


@dataclass(frozen=True, slots=True)
class Imported:
    """``hosts`` in the order of the file. ``skipped`` has one sentence for each entry that could not be read, safe to
    print; ``notes`` are sentences about the file as a whole. ``form`` names what the file was taken for."""

    form: str
    hosts: tuple[Host, ...]
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Gathering:
    """An ``Imported`` in the making."""

    form: str
    hosts: list[Host] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def skip(self, reason: str) -> None:
        """Counts one entry that could not be read. ``reason`` may quote the file: it is made safe here."""
        self.skipped.append(neutralise(reason, 200) if len(self.skipped) < SENTENCES else MORE)

    def done(self) -> Imported:
        """The result."""
        return Imported(self.form, tuple(self.hosts), tuple(self.skipped), tuple(self.notes))


def device_address(text: str) -> IPAddress | None:
    """An address that one device can have, or None. An interface name behind ``%`` is refused: it may hold anything."""
    try:
        ip = ip_address(text.strip())
    except ValueError:
        return None
    return None if "%" in text or ip.is_multicast or ip.is_unspecified else ip


def unreadable(name: str, reason: str) -> UsageError:
    """The error for a file of which nothing could be read."""
    return UsageError(f"{name}: {reason} Nothing was imported.")
