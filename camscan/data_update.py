"""Installs newer data from files the owner downloaded, and says of which day everything is. Nothing is fetched.

Every file is read and checked whole before anything is written; each is written beside its place and moved there in
one step, so that a reader sees the old file or the new one. Data older than what is in use is refused.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.resources.abc import Traversable
from pathlib import Path

from camscan.data_files import FILE_LIMIT, DataFile, DataKind, read_data
from camscan.errors import DataFileError, ParseError, SignatureError
from camscan.identify.advisory_data import INSTALLED_CVE, INSTALLED_KEV, load_advisories
from camscan.identify.analytics import load_analytics
from camscan.identify.kev import parse_kev
from camscan.identify.leads import load_leads
from camscan.identify.lists import load_lists
from camscan.identify.registrants import REGISTRIES, installed_name, table, unpack


@dataclass(frozen=True, slots=True)
class Installed:
    """What an update has put in place. ``before`` is the day of what it replaces, None where there was none."""

    kind: DataKind
    path: Path
    as_of: date
    entries: int
    rejected: int
    before: date | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One part of the data: ``shipped`` and ``installed`` are the days of both, ``used`` the one that counts."""

    what: str
    shipped: date | None
    installed: date | None
    entries: int

    @property
    def used(self) -> date:
        """The day of the data in use: the later one."""
        return max(day for day in (self.shipped, self.installed, date.min) if day is not None)


def update(paths: Sequence[Path], folder: Path, *, today: date | None = None) -> tuple[Installed, ...]:
    """Installs the files in ``folder``, which is made where it lacks. ``today`` is the day of this machine's clock.

    Raises DataFileError, naming the file, what is wrong with it and what to do; then nothing has been installed.
    """
    ready: dict[str, tuple[Path, DataFile]] = {}
    for path in paths:
        for item in _checked(path):
            known = ready.get(item.name)
            if known is None or known[1].as_of < item.as_of:
                ready[item.name] = (path, item)
    before: dict[str, date | None] = {}
    latest_day = (today or datetime.now(UTC).date()) + timedelta(days=1)  # somewhere it is tomorrow already
    for path, item in ready.values():
        if item.as_of > latest_day:
            raise DataFileError(
                f"{path} is of {item.as_of.isoformat()}, a day to come.\n"
                "  Nothing was installed. Is the clock of this machine right?"
            )
        before[item.name] = _in_use(item, folder)
        latest = before[item.name]
        if latest is not None and item.as_of < latest:
            raise DataFileError(
                f"{path} is of {item.as_of.isoformat()}, older than the data in use ({latest.isoformat()}).\n"
                "  Nothing was installed. Download the file again."
            )
    installed = [
        Installed(item.kind, _install(item, folder), item.as_of, item.entries, item.rejected, before[item.name])
        for _, item in ready.values()
    ]
    table.cache_clear()
    return tuple(installed)


def _checked(path: Path) -> tuple[DataFile, ...]:
    try:
        with path.open("rb") as handle:
            raw = handle.read(FILE_LIMIT + 1)
            modified = datetime.fromtimestamp(os.fstat(handle.fileno()).st_mtime, UTC).date()
    except OSError as error:
        raise DataFileError(f"{path} cannot be read: {error.strerror}.") from None
    try:
        return read_data(raw, modified)
    except ParseError as error:
        reason = str(error)
        raise DataFileError(
            f"{path}: {reason}{'' if reason.endswith('?') else '.'}\n"
            "  Nothing was installed. Known are CISA's known_exploited_vulnerabilities.json, CVE records of format 5 "
            "(CVE-....json), and the IEEE's oui.csv, mam.csv and oui36.csv."
        ) from None


def _in_use(item: DataFile, folder: Path) -> date | None:
    """The day of the data that ``item`` would replace. A file in the folder that cannot be read counts as none."""
    path = folder / item.name
    try:
        if item.kind is DataKind.KEV:
            return max(load_advisories().kev_as_of, parse_kev(path.read_bytes()).as_of if path.exists() else date.min)
        if item.kind is DataKind.CVE:
            return read_data(path.read_bytes(), date.min)[0].as_of if path.exists() else None
        bits = next(bits for bits, registry in REGISTRIES.items() if installed_name(registry) == item.name)
        own = unpack(path.read_bytes(), str(path))[1] if path.exists() else date.min
        return max(own, table(None).as_of[bits])
    except (OSError, ParseError, SignatureError):
        return None


def _install(item: DataFile, folder: Path) -> Path:
    path = folder / item.name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".update-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(item.content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)  # noqa: PTH105 - the one call that replaces on Windows too
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108 - beside the call above
            raise
    except OSError as error:
        raise DataFileError(f"{path} cannot be written: {error.strerror}. What was there is unchanged.") from None
    return path


def status(folder: Path, shipped_folder: Traversable | None = None) -> tuple[Snapshot, ...]:
    """Of which day each part of the data is. Raises SignatureError for an installed file that is not whole."""
    return tuple(_snapshots(folder, shipped_folder))


def _snapshots(folder: Path, shipped_folder: Traversable | None) -> Iterator[Snapshot]:
    lists, leads, analytics = load_lists(shipped_folder), load_leads(shipped_folder), load_analytics(shipped_folder)
    yield Snapshot("official lists", lists.as_of, None, len(lists.lists))
    yield Snapshot("brands as leads", leads.as_of, None, len(leads.rows))
    yield Snapshot("analytics by series", analytics.as_of, None, len(analytics.series))
    shipped, current = load_advisories(shipped_folder), load_advisories(shipped_folder, folder)
    yield Snapshot("advisories", shipped.as_of, None, len(shipped.items))
    kev = folder / INSTALLED_KEV
    catalogue = parse_kev(kev.read_bytes()).as_of if kev.exists() else None
    exploited = sum(1 for item in current.items if item.kev is not None)
    yield Snapshot("CISA exploited vulnerabilities", shipped.kev_as_of, catalogue, exploited)
    records = [read_data(path.read_bytes(), date.min)[0] for path in sorted((folder / INSTALLED_CVE).glob("*.json"))]
    yield Snapshot("CVE records", None, max((item.as_of for item in records), default=None), len(records))
    blocks = table(None)
    for bits, registry in REGISTRIES.items():
        path = folder / installed_name(registry)
        fresh = unpack(path.read_bytes(), str(path)) if path.exists() else None
        mine = sum(1 for line in blocks.lines if line.index(b"\t") * 4 == bits)
        newer = fresh is not None and fresh[1] > blocks.as_of[bits]
        count = len(fresh[0]) if fresh is not None and newer else mine
        yield Snapshot(f"MAC address blocks ({registry.upper()})", blocks.as_of[bits], fresh and fresh[1], count)
