"""The owner's list of destinations: what was there at a given time, and which of it the owner has approved.

Saving never approves anything: every destination is written with ``approved = false``, and the owner changes that by
hand. Later checks leave out what is approved and mark what is not listed as new.
"""

import json
import tomllib
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from camscan.egress.contacts import Contact
from camscan.errors import UsageError

SCHEMA = "camscan.egress-baseline/1"

FILE_LIMIT = 32 * 1024 * 1024
"""Bytes of a baseline; 10,000 destinations of 150 devices each make about 25 MB."""


class Entry(BaseModel):
    """One destination: a name, or an address that had none. ``devices`` are MACs, or addresses where no MAC is
    known; ``["*"]`` means every device."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(min_length=3, max_length=253)
    protocol: str = Field(min_length=1, max_length=20)
    port: int | None = Field(default=None, ge=0, le=65535)
    approved: bool = False
    devices: tuple[str, ...] = Field(min_length=1)
    note: str = ""


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_: Literal["camscan.egress-baseline/1"] = Field(alias="schema")
    saved: datetime
    destination: tuple[Entry, ...] = ()


class CaseLike(Protocol):
    """What a baseline looks at."""

    @property
    def contact(self) -> Contact:
        """The contact."""

    @property
    def name(self) -> str:
        """Name of the destination, where known."""

    @property
    def device_keys(self) -> frozenset[str]:
        """MAC and addresses of the device."""


class Baseline:
    """A saved list, ready to be asked."""

    def __init__(self, entries: Iterable[Entry], saved: datetime) -> None:
        self.entries = tuple(entries)
        self.saved = saved
        self._by_place: dict[tuple[str, str, int | None], list[tuple[frozenset[str], bool]]] = {}
        for entry in self.entries:
            self._by_place.setdefault(_place(entry), []).append((frozenset(entry.devices), entry.approved))

    def _found(self, case: CaseLike) -> list[bool]:
        key = case.contact.key
        hosts = {case.name or key.peer, key.peer}
        return [
            approved
            for host in hosts
            for devices, approved in self._by_place.get((host, key.protocol, key.port), ())
            if "*" in devices or devices & case.device_keys
        ]

    def lists(self, case: CaseLike) -> bool:
        """Whether the destination was there for this device when the list was saved."""
        return bool(self._found(case))

    def approves(self, case: CaseLike) -> bool:
        """Whether the owner has approved the destination for this device."""
        return any(self._found(case))


def load(path: Path) -> Baseline:
    """The baseline in ``path``. Raises UsageError where it is not one."""
    try:
        if path.stat().st_size > FILE_LIMIT:
            raise UsageError(f"{path} is larger than {FILE_LIMIT:,} bytes; that is no baseline of camscan.")
        return parse(path.read_bytes(), str(path))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None


def parse(content: bytes, where: str) -> Baseline:
    """The baseline in ``content``. Raises UsageError."""
    try:
        read = _File.model_validate(tomllib.loads(content.decode("utf-8")))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{where} is not valid TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{where}: {place}: {first['msg']}. Compare docs/egress.md.") from None
    return Baseline(read.destination, read.saved)


def render(entries: Iterable[Entry], saved: datetime) -> str:
    """The text of a baseline file, with a word to the owner at its top."""
    lines = [
        "# Where your devices went when this was saved. Nothing is approved until you write approved = true;",
        "# do that only for what you know and want. What is not listed here is reported as new.",
        f'schema = "{SCHEMA}"',
        f"saved = {saved.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    ]
    for entry in entries:
        lines += ["", "[[destination]]", f"host = {json.dumps(entry.host)}", f"protocol = {json.dumps(entry.protocol)}"]
        lines += [f"port = {entry.port}"] if entry.port is not None else []
        lines += [f"approved = {'true' if entry.approved else 'false'}", f"devices = {json.dumps(entry.devices)}"]
        lines += [f"note = {json.dumps(entry.note, ensure_ascii=False)}"] if entry.note else []
    return "\n".join(lines) + "\n"


def keeping(entries: Iterable[Entry], before: Baseline | None) -> tuple[Entry, ...]:
    """``entries`` with the approvals that the owner gave in an earlier list, for the devices given then, and the notes
    on what is still there."""
    if before is None:
        return tuple(entries)
    approved = [entry for entry in before.entries if entry.approved]
    held: dict[tuple[str, str, int | None], set[str]] = {}
    for entry in approved:
        held.setdefault(_place(entry), set()).update(entry.devices)
    notes = {_place(entry): entry.note for entry in before.entries if entry.note and not entry.approved}
    kept = list(approved)
    for entry in entries:
        place = _place(entry)
        there = held.get(place, set())
        left = tuple(device for device in entry.devices if device not in there and "*" not in there)
        if left:
            kept.append(entry.model_copy(update={"devices": left, "note": notes.get(place, entry.note)}))
    return tuple(kept)


def _place(entry: Entry) -> tuple[str, str, int | None]:
    return entry.host.lower(), entry.protocol, entry.port


def without(entries: Iterable[Entry], devices: Collection[str]) -> tuple[Entry, ...]:
    """``entries`` less ``devices`` (MACs and addresses); what was there for none but those is left out."""
    kept = []
    for entry in entries:
        left = tuple(one for one in entry.devices if one not in devices)
        if left:
            kept.append(entry if left == entry.devices else entry.model_copy(update={"devices": left}))
    return tuple(kept)
