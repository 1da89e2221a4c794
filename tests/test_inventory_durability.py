"""What was acknowledged is kept: through kill -9, a full disk, and two processes at once."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from inventory_makers import SITE, address, heard, start

from camscan.errors import InventoryFullError
from camscan.inventory import Inventory, ScanStatus

HELPERS = str(Path(__file__).parent)

ROUNDS = 50

NURSERY = """
import os, sys
sys.path.insert(0, sys.argv[2])
from inventory_makers import SITE, address, heard, start
from camscan.inventory import Inventory

def scan(number):
    inventory = Inventory.open(sys.argv[1])
    scan_id = inventory.begin_scan(start())
    for n in range(10_000):
        ip = f"10.{number}.{n // 250}.{n % 250 + 1}"
        raw = bytes([n % 251]) * 3000
        inventory.save_host(scan_id, address(ip), SITE, [heard(ip, ("http.title", ip), ("http.server", "x"), raw=raw)])
        os.write(1, f"{ip}\\n".encode())

for line in sys.stdin:
    child = os.fork()
    if not child:
        scan(int(line))
        os._exit(0)
    os.write(1, f"{child}\\n".encode())
    os.waitpid(child, 0)
    os.write(1, b"dead\\n")
"""


@contextmanager
def nursery(path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that makes one scanning child after the other."""
    process = subprocess.Popen(
        [sys.executable, "-c", NURSERY, str(path), HELPERS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process
    finally:
        process.stdin.close()
        process.wait(timeout=60)
        process.stdout.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "camscan.db"
    chance = random.Random(20261121)  # noqa: S311 - when to strike, not a secret
    acknowledged: list[str] = []
    with nursery(path) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(ROUNDS):
            process.stdin.write(f"{number}\n")
            process.stdin.flush()
            child = int(process.stdout.readline())
            acknowledged += [process.stdout.readline().strip() for _ in range(chance.randrange(12))]
            os.kill(child, signal.SIGKILL)
            while (line := process.stdout.readline().strip()) != "dead":
                acknowledged.append(line)
            if path.exists():
                with closing(sqlite3.connect(path)) as database:
                    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with Inventory.open(path, create=False) as inventory:
        whole = {str(one.ip): one for one in inventory.hosts(with_raw=True)}
        done = {str(ip) for scan in inventory.scans() for ip in inventory.done_addresses(scan.id)}
        assert all(scan.status is ScanStatus.INTERRUPTED for scan in inventory.scans())
    assert len(acknowledged) > ROUNDS
    assert set(acknowledged) <= whole.keys()
    assert done == whole.keys()  # the mark and the evidence came together
    for ip, one in whole.items():
        (observation,) = one.observations
        assert observation.values("http.title") == (ip,)
        assert len(observation.raw) == 3000


def fill(inventory: Inventory, scan_id: str) -> list[str]:
    """Saves hosts until the disk is full; returns those that were acknowledged."""
    saved: list[str] = []

    def save_more() -> None:
        for n in range(1, 2000):
            ip = f"10.1.{n // 250}.{n % 250 + 1}"
            one = heard(ip, ("http.title", ip), raw=n.to_bytes(4) * 8_000)
            inventory.save_host(scan_id, address(ip), SITE, [one])
            saved.append(ip)

    with pytest.raises(InventoryFullError, match="disk is full"):
        save_more()
    return saved


def test_a_full_disk_keeps_every_host_that_was_saved(tmp_path: Path) -> None:
    with Inventory.open(tmp_path / "camscan.db") as inventory:
        scan_id = inventory.begin_scan(start())
        limit(inventory, 400)
        saved = fill(inventory, scan_id)
        assert saved
        assert [str(one.ip) for one in inventory.hosts()] == saved
        assert {str(ip) for ip in inventory.done_addresses(scan_id)} == set(saved)
        limit(inventory, 1 << 30)
        inventory.save_host(scan_id, address("10.9.9.9"), SITE, [heard("10.9.9.9")])  # somebody made room
        inventory.finish_scan(scan_id, ScanStatus.PARTIAL, 1, True, "", [])
        inventory._database.check()
        assert len(list(inventory.hosts())) == len(saved) + 1


def limit(inventory: Inventory, pages: int) -> None:
    with inventory._database.read() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


REALLY_FULL = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from inventory_makers import start
from test_inventory_durability import fill
from camscan.inventory import Inventory
inventory = Inventory.open("/mnt/camscan.db")
saved = fill(inventory, inventory.begin_scan(start()))
assert saved
assert [str(one.ip) for one in inventory.hosts()] == saved
inventory.close()
inventory = Inventory.open("/mnt/camscan.db")
assert [str(one.ip) for one in inventory.hosts()] == saved
inventory._database.check()
print("kept", len(saved))
"""


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or shutil.which("unshare") is None,
    reason="needs root, Linux and unshare (util-linux) for a small disk of its own",
)
def test_a_disk_that_is_really_full() -> None:
    script = f'mount -t tmpfs -o size=2m small /mnt && "{sys.executable}" -c "$1" "$2"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", REALLY_FULL, HELPERS],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("kept ")


TOGETHER = """
import sys
sys.path.insert(0, sys.argv[2])
from inventory_makers import SITE, address, heard, start
from camscan.inventory import Inventory
with Inventory.open(sys.argv[1]) as inventory:
    scan_id = inventory.begin_scan(start())
    print(scan_id, flush=True)
    sys.stdin.readline()
    for n in range(1, 61):
        ip = f"10.1.{sys.argv[3]}.{n}"
        common = [("http.header", f"x-{m}: 1") for m in range(20)]
        inventory.save_host(scan_id, address(ip), SITE, [heard(ip, ("http.title", f"camera {n}"), *common)])
        inventory.save_host(scan_id, address("10.9.9.9"), SITE, [heard("10.9.9.9", ("http.title", ip))])
"""


def together(target: str) -> None:
    """Two processes save different hosts, and one host both."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TOGETHER, target, HELPERS, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in (1, 2)
    ]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()  # it has opened the inventory
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=100)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    with Inventory.open(target, create=False) as inventory:
        assert {str(one.ip) for one in inventory.hosts()} == {
            "10.9.9.9",
            *(f"10.1.{number}.{n}" for number in (1, 2) for n in range(1, 61)),
        }
        assert len(list(inventory.observations())) == 240
        titles = {one.value for one in inventory.distinct_evidence() if one.name == "http.title"}
        assert len(titles) == 60 + 120


def test_two_processes_at_once(tmp_path: Path) -> None:
    together(str(tmp_path / "camscan.db"))
