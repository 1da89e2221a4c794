"""Rematching the evidence of 100,000 devices: seconds of the processor and by the clock, memory, and ratios against
the plain way in the same run. The targets are the processor's: what else runs on the machine does not count.

    python benchmarks/rematch.py                          scans a virtual estate on loopback, and multiplies it
    python benchmarks/rematch.py --of camscan.db          multiplies an inventory of yours (it is only read)
    python benchmarks/rematch.py --devices 20000 --variants 5

Each copy of a device has a MAC, serial numbers, addresses, nonces and times of its own, and every so often another
model name: ``--variants`` is how many names each model gets, and the number of devices that have to be judged one by
one grows with it. The copies are written straight into the tables; that time is not counted.
"""

import argparse
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from camscan.identify import assess, load
from camscan.identify.likeness import Likeness
from camscan.inventory import Inventory, ScanStart, ScanStatus
from camscan.inventory.conclusions import Conclusion
from camscan.inventory.rematching import Rematch
from camscan.lab import Estate, LoopbackEstate, scope_toml

SECONDS, MEGABYTES, LOAD_SECONDS = 20.0, 300.0, 0.15
SAMPLE, TOUCHED = 2000, 100
OWN = {
    "dhip.serial", "http.challenge", "http.nonce", "isapi.challenge", "onvif.serial", "onvif.time", "rtsp.challenge",
    "sadp.serial", "ssdp.serial", "ssdp.udn", "ssdp.usn", "tls.sha256", "wsd.epr",
}  # fmt: skip
"""Fields of which each device has a value of its own, wherever no address of its own stands in it."""

MODELS = {"sadp.model", "dhip.model", "onvif.model", "ssdp.model", "ssdp.model_number"}
MACS = ("arp.mac", "sadp.mac", "dhip.mac", "wsd.mac", "onvif.mac", "mdns.mac")


def main() -> int:
    """Runs the benchmark; 1 where a target was missed."""
    arguments = _arguments()
    if arguments.measure:
        return _measure(Path(arguments.measure))
    with tempfile.TemporaryDirectory(prefix="camscan-benchmark-") as temporary:
        folder = Path(temporary)
        path = folder / "large.db"
        if arguments.of:
            with sqlite3.connect(arguments.of) as source, sqlite3.connect(path) as target:
                source.backup(target)
        else:
            _scan(folder, path)
        Inventory.open(path).close()
        started = time.perf_counter()
        grown = _multiply(path, arguments.devices, arguments.variants)
        print(f"{grown.devices:,} devices, {grown.observations:,} observations, {grown.evidence:,} pieces of evidence,")
        print(f"  {grown.values:,} distinct values, {path.stat().st_size / 1e9:.1f} GB", end="")
        print(f" (written in {time.perf_counter() - started:.0f} s)", flush=True)
        # In a process of its own, on one core, so that its memory is its own.
        argv = [sys.executable, __file__, "--measure", str(path)]
        return subprocess.run(argv, check=False).returncode


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=100_000)
    parser.add_argument("--variants", type=int, default=20)
    parser.add_argument("--of", help="a SQLite inventory to multiply")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    return parser.parse_args()


def _scan(folder: Path, path: Path) -> None:
    with LoopbackEstate(Estate.generate(100, 1)) as running:
        scope = folder / "camscan.toml"
        scope.write_text(scope_toml(running), "utf-8")
        argv = [sys.executable, "-m", "camscan", "scan", "--scope", str(scope), "--format", "json"]
        subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with sqlite3.connect(folder / "camscan.db") as source, sqlite3.connect(path) as target:
        source.backup(target)


def _measure(path: Path) -> int:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    started = time.process_time()
    signatures = load()
    load_seconds = time.process_time() - started
    with Inventory.open(path) as inventory:
        first, first_took = _timed(lambda: inventory.rematch(signatures))
        again, took = _timed(lambda: inventory.rematch(signatures))
        _scan_some(inventory)
        after, after_took = _timed(lambda: inventory.catch_up(signatures))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"signatures loaded in {load_seconds:.3f} s of the processor")
        print(f"rematch: {took}, {again.devices / took.processor:,.0f} devices/s, {peak:.0f} MB at most")
        print(f"  {took.processor / again.devices * 100_000:.1f} s per 100,000 devices")
        print(f"  the first one, which also stores every conclusion: {first_took}")
        print(f"  after a scan of {after.devices:,} of them, of those alone: {after_took}")
        kept = _compare(inventory, took.processor / again.devices)
    checks = {
        "one conclusion for each device": first.devices == len(first.fresh) == again.devices,
        "nothing changed the second time": not again.changes and not again.fresh,
        f"the plain way concludes the same of {SAMPLE:,} devices": kept,
        "after a scan, what it heard is judged and no more": after.devices == TOUCHED,
        f"under {SECONDS:.0f} s per 100,000": took.processor / again.devices * 100_000 < SECONDS,
        f"under {MEGABYTES:.0f} MB": peak < MEGABYTES,
        f"loaded in under {LOAD_SECONDS} s": load_seconds < LOAD_SECONDS,
    }
    for name, good in checks.items():
        print(f"  {'kept  ' if good else 'MISSED'}  {name}")
    return 0 if all(checks.values()) else 1


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of the processor, and by the clock."""

    processor: float
    clock: float

    def __str__(self) -> str:
        return f"{self.processor:.1f} s of the processor, {self.clock:.1f} s by the clock"


def _timed(what: Callable[[], Rematch]) -> tuple[Rematch, Took]:
    processor, clock = time.process_time(), time.perf_counter()
    found = what()
    return found, Took(time.process_time() - processor, time.perf_counter() - clock)


def _scan_some(inventory: Inventory) -> None:
    """A scan that heard a few devices once more."""
    name = inventory.begin_scan(ScanStart("", "", (), ""))
    for host in islice(inventory.hosts(), TOUCHED):
        for ip in host.addresses:
            heard = [one for one in host.observations if one.ip == ip]
            inventory.save_host(name, ip, host.site, heard)
    inventory.finish_scan(name, ScanStatus.COMPLETE, packets_sent=0, packets_exact=True, audit_head="", coverage=())


def _compare(inventory: Inventory, per_device: float) -> bool:
    """The plain ways, on a sample: every device read and judged; every piece of evidence matched again."""
    signatures = load()
    stored = inventory.conclusions()
    started = time.process_time()
    hosts = list(islice(inventory.hosts(), SAMPLE))
    read = time.process_time() - started
    started = time.process_time()
    judged = {host.device_id: Conclusion.of(assess(host.observations, signatures)) for host in hosts}
    assessed = time.process_time() - started
    plain = (read + assessed) / len(hosts)
    print(
        f"every device by itself: {read / len(hosts) * 1e6:.0f} us to read, {assessed / len(hosts) * 1e6:.0f} to judge"
    )
    print(f"  the short way takes {per_device / plain:.3f} of that time")
    said = [item for host in hosts for one in host.observations for item in one.evidence]
    matcher, likeness = signatures.matcher, Likeness(signatures)
    started = time.process_time()
    for item in said:
        matcher.hits_once(item.name, item.value)
    every = time.process_time() - started
    started = time.process_time()
    for name, value in {(item.name, item.value) for item in said}:
        likeness.of_value(name, value)
    once = time.process_time() - started
    print(f"matching each distinct value once takes {once / every:.2f} of the time of matching every one again")
    return judged == {device_id: stored[device_id] for device_id in judged}


@dataclass(frozen=True, slots=True)
class Grown:
    """How large the inventory became."""

    devices: int
    observations: int
    evidence: int
    values: int


def _multiply(path: Path, devices: int, variants: int) -> Grown:
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;")
    # What is not asked for here only costs time to write.
    database.executescript("DELETE FROM conclusion; DROP INDEX IF EXISTS ix_evidence_value_id;")
    templates = _templates(database)
    numbers = {
        table: database.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]  # noqa: S608 - our own names
        for table in ("device", "sighting", "observation", "value")
    }
    database.execute("BEGIN")
    have = database.execute("SELECT count(*) FROM device WHERE root = id").fetchone()[0]
    for copy in range((devices - have) // len(templates)):
        for template in templates:
            _copy(database, numbers, template, copy, variants)
    database.execute("COMMIT")
    counts = [
        database.execute(f"SELECT count(*) FROM {what}").fetchone()[0]  # noqa: S608 - our own names
        for what in ("device WHERE root = id", "observation", "evidence", "value")
    ]
    database.close()
    return Grown(*counts)


@dataclass(frozen=True, slots=True)
class Template:
    """One device of the small inventory: rows, and which of its values no other device has."""

    sighting: tuple[object, ...]
    observations: list[tuple[object, ...]]
    evidence: list[tuple[int, int, int]]
    own: dict[int, tuple[str, str]]
    models: dict[int, tuple[str, str]]
    mac: str
    serials: tuple[str, ...]
    model: str


def _templates(database: sqlite3.Connection) -> list[Template]:
    users: dict[int, set[int]] = defaultdict(set)
    evidence: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    query = """SELECT s.id, e.observation_id, e.position, e.value_id FROM evidence e
               JOIN observation o ON o.id = e.observation_id JOIN sighting s ON s.id = o.sighting_id"""
    for sighting, observation, position, value in database.execute(query):
        users[value].add(sighting)
        evidence[sighting].append((observation, position, value))
    texts = {row[0]: (row[1], row[2]) for row in database.execute("SELECT id, field, value FROM value")}
    return [
        _template(database, row, evidence[row[0]], users, texts)
        for row in database.execute("SELECT id, scan_id, site, ip, heard, first_seen, last_seen FROM sighting")
        if evidence[row[0]]
    ]


def _template(
    database: sqlite3.Connection,
    sighting: tuple[int, ...],
    evidence: list[tuple[int, int, int]],
    users: dict[int, set[int]],
    texts: dict[int, tuple[str, str]],
) -> Template:
    mine = {value: texts[value] for _, _, value in evidence}
    macs = [text for name in MACS for field, text in mine.values() if field == name]
    serials = {text for field, text in mine.values() if field.endswith(".serial") and len(text) > 6}
    model = next((text for field, text in mine.values() if field in MODELS), "")
    named = {
        number: pair
        for number, pair in mine.items()
        if len(model) > 3 and (pair[0] in MODELS or pair[0] == "wsd.scope") and model in pair[1]
    }
    query = "SELECT * FROM observation WHERE sighting_id = ?"
    return Template(
        sighting=sighting,
        observations=database.execute(query, (sighting[0],)).fetchall(),
        evidence=evidence,
        own={number: pair for number, pair in mine.items() if len(users[number]) == 1 and number not in named},
        models=named,
        mac=next(iter(macs), ""),
        serials=tuple(sorted(serials, key=len, reverse=True)),
        model=model,
    )


def _copy(database: sqlite3.Connection, numbers: dict[str, int], template: Template, copy: int, variants: int) -> None:
    for table in ("device", "sighting"):
        numbers[table] += 1
    device, sighting = numbers["device"], numbers["sighting"]
    _, scan_id, site, old_ip, heard, first, last = template.sighting
    ip = f"10.{device >> 16}.{device >> 8 & 255}.{device & 255}"
    database.execute("INSERT INTO device VALUES (?, ?, ?, ?)", (device, site, ip, device))
    row = (sighting, scan_id, site, ip, device, heard, first, last)
    database.execute("INSERT INTO sighting VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    renamed: dict[int, int] = {}
    values: list[tuple[int, str, str, bytes]] = []
    swaps = tuple(_swaps(template, str(old_ip), ip, device))
    for number, (field, text) in template.own.items():
        new = text
        for old, other in swaps:
            new = new.replace(old, other)
        if new == text and field in OWN and len(text) > 8:
            new = f"{text[:-6]}{device:06x}"
        if new != text:
            values.append(_value(numbers, renamed, number, field, new))
    variant = copy % variants
    if variant:
        for number, (field, text) in template.models.items():
            new = text.replace(template.model, f"{template.model}-V{variant}")
            values.append(_value(numbers, renamed, number, field, new))
    database.executemany("INSERT INTO value VALUES (?, ?, ?, ?)", values)
    places: dict[int, int] = {}
    rows = []
    for row_id, _, at, _, *rest in template.observations:
        numbers["observation"] += 1
        places[int(str(row_id))] = numbers["observation"]
        rows.append((numbers["observation"], sighting, at, ip, *rest))
    database.executemany(f"INSERT INTO observation VALUES ({', '.join('?' * len(rows[0]))})", rows)  # noqa: S608 - marks
    said = ((places[one], position, renamed.get(value, value)) for one, position, value in template.evidence)
    database.executemany("INSERT INTO evidence VALUES (?, ?, ?)", said)


def _value(
    numbers: dict[str, int], renamed: dict[int, int], number: int, field: str, text: str
) -> tuple[int, str, str, bytes]:
    numbers["value"] += 1
    renamed[number] = numbers["value"]
    return numbers["value"], field, text, numbers["value"].to_bytes(16)


def _swaps(template: Template, old_ip: str, ip: str, device: int) -> Iterator[tuple[str, str]]:
    yield old_ip, ip
    if template.mac:
        new = template.mac[:9] + ":".join(f"{device:06x}"[at : at + 2] for at in (0, 2, 4))
        for old, other in ((template.mac, new), (template.mac.upper(), new.upper())):
            for mark in (":", "-", ""):
                yield old.replace(":", mark), other.replace(":", mark)
    for serial in template.serials:
        yield serial, f"{serial[:-6]}{device:06d}"


if __name__ == "__main__":
    sys.exit(main())
