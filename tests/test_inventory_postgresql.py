"""The same inventory in PostgreSQL: a real server, in a folder of its own, on a Unix socket only."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from inventory_makers import MAC_A, MORNING, SERIAL_A, SITE, Estate, address, heard, start
from test_inventory_durability import together

from camscan.errors import InventoryError
from camscan.evidence import VALUE_LIMIT
from camscan.identify import assess, load
from camscan.inventory import Inventory, ScanKind, ScanStatus, Selection, rematching
from camscan.inventory.conclusions import Conclusion

if sys.platform == "win32":
    pytest.skip("the server is started in a way that Windows does not have", allow_module_level=True)
pytest.importorskip("psycopg", reason="needs the extra camscan[postgresql]")


def programs() -> Path | None:
    """Where Debian, or PATH, has the server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    inside = shutil.which("initdb")
    return found[-1].parent if found else Path(inside).parent if inside else None


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The start of a URL of a running server; a database's name and ``?host=...`` are missing."""
    where = programs()
    if where is None:
        pytest.skip("PostgreSQL's server is not installed (Debian: apt install postgresql)")
    become: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    folder = Path(tempfile.mkdtemp(prefix="camscan-pg-"))
    if become:
        os.chown(folder, 65534, 65534)
    data, environment = folder / "data", {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder)}

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*become, where / program, *arguments],
            check=False,
            capture_output=True,
            text=True,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    settings = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    try:
        run("initdb", "-D", str(data), "-U", "auditor", "-A", "trust", "-E", "UTF8", "--no-sync")
        run("pg_ctl", "-D", str(data), "-w", "-t", "60", "-l", str(folder / "log"), "-o", settings, "start")
        try:
            yield str(folder)
        finally:
            run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def url(server: str, request: pytest.FixtureRequest) -> str:
    """The URL of a new, empty database."""
    import psycopg

    name = f"test_{abs(hash(request.node.name)) % 10**9}"
    with psycopg.connect(f"host={server} user=auditor dbname=postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return f"postgresql://auditor@/{name}?host={server}"


def test_a_whole_history(url: str) -> None:
    with Inventory.open(url) as inventory:
        estate = Estate(inventory)
        estate.scan(("10.1.0.20", ("arp.mac", MAC_A), ("sadp.serial", SERIAL_A)), ("10.1.0.21", ("http.title", "x")))
        device = estate.device("10.1.0.20")
        estate.scan(("10.1.0.35", ("arp.mac", MAC_A)), ("fe80::1", ("neighbour.mac", MAC_A)))
        estate.scan(("10.1.0.21", ("import.maker", "axis")), kind=ScanKind.IMPORT)
        assert estate.addresses()[device] == ("10.1.0.35", "fe80::1")
        (first, _second) = inventory.merges()
        inventory.unmerge(first.id)
        inventory.record_rejection(address("10.1.0.21"), SITE, "isapi", "cameras")
        assert len(inventory.rejections()) == 1
        assert inventory.unfinished_scan("a" * 64) is None
        assert inventory.files() == ()
        before = list(inventory.hosts(with_raw=True)), inventory.scans(), list(inventory.observations())
        assert len(before[0]) == 3
    with Inventory.open(url, create=False) as inventory:
        assert (list(inventory.hosts(with_raw=True)), inventory.scans(), list(inventory.observations())) == before


def test_hostile_values_are_kept(url: str) -> None:
    values = ["", "\x00", "\ud800", "'; DROP TABLE device; --", "漢" * VALUE_LIMIT, "x" * VALUE_LIMIT, "\ufffe😀"]
    one = heard("10.1.0.20", *(("http.title", value) for value in values), raw=bytes(range(256)))
    with Inventory.open(url) as inventory:
        scan_id = inventory.begin_scan(start())
        inventory.save_host(scan_id, address("10.1.0.20"), SITE, [one])
        inventory.finish_scan(scan_id, ScanStatus.COMPLETE, 1, True, "", [])
        assert list(inventory.observations()) == [one]


def test_two_processes_at_once(url: str) -> None:
    Inventory.open(url).close()
    together(url)


def test_two_processes_make_it_at_once(url: str) -> None:
    together(url)


def test_another_programs_tables_are_left_alone(url: str) -> None:
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE device (id int)")
    with pytest.raises(InventoryError, match="another program keeps a table named 'device'"):
        Inventory.open(url)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (1,)


def test_an_inventory_of_a_newer_camscan(url: str) -> None:
    import psycopg

    Inventory.open(url).close()
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE camscan_version SET version_num = '9999'")
    with pytest.raises(InventoryError, match="a newer camscan wrote this inventory"):
        Inventory.open(url)


def test_a_database_that_is_not_there(server: str) -> None:
    with pytest.raises(InventoryError, match=r'database "absent" does not exist|no such database'):
        Inventory.open(f"postgresql://auditor@/absent?host={server}")


def test_without_create_an_empty_database_is_left_empty(url: str) -> None:
    import psycopg

    with pytest.raises(InventoryError, match="no inventory here yet"):
        Inventory.open(url, create=False)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_an_inventory_is_judged_anew_as_device_by_device(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rematching, "FEW", 1)
    with Inventory.open(url) as inventory:
        estate = Estate(inventory)
        estate.scan(
            ("10.1.0.20", ("arp.mac", MAC_A), ("rtsp.realm", "IP Camera(J2914)"), ("onvif.model", "A")),
            ("10.1.0.21", ("sadp.answer", "yes"), ("sadp.serial", SERIAL_A)),
        )
        estate.scan(("10.1.0.20", ("arp.mac", MAC_A), ("http.title", "x")))
        signatures = load()
        first = inventory.rematch(signatures)
        assert first.fresh == {
            one.device_id: Conclusion.of(assess(one.observations, signatures)) for one in inventory.hosts()
        }
        assert inventory.conclusions() == first.fresh
        assert inventory.rematch(signatures).changes == ()
        assert inventory.catch_up(signatures).devices == 0
        estate.scan(("10.1.0.21", ("sadp.answer", "yes"), ("sadp.serial", SERIAL_A), ("http.title", "y")))
        assert inventory.catch_up(signatures).devices == 1
        assert inventory.catch_up(signatures).devices == 0


def test_software_of_computers(url: str) -> None:
    with Inventory.open(url) as inventory:
        scan = inventory.begin_scan(start(kind=ScanKind.IMPORT))
        inventory.save_software(scan, {"pc-1", "pc-2"}, [("PC-1", "SADP", "3"), ("PC-2", "SmartPSS", None)])
        inventory.save_software(scan, {"pc-1"}, [])
        assert [(one.host, one.name, one.version) for one in inventory.software()] == [("PC-2", "SmartPSS", None)]


def test_what_is_forgotten_is_gone_from_the_tables(url: str) -> None:
    with Inventory.open(url) as inventory:
        estate = Estate(inventory)
        for ip in ("10.1.0.20", "10.1.0.30", "10.1.0.40"):
            estate.scan(
                (ip, ("sadp.serial", SERIAL_A), ("dhip.name", f"canary {ip}")), ("10.1.0.9", ("arp.mac", MAC_A))
            )
        old = Selection(before=MORNING + timedelta(days=1, hours=1))
        assert inventory.forget(old, dry_run=True) == inventory.forget(old)
        assert len(list(inventory.hosts())) == 2
        (device,) = inventory.forget(Selection(devices=frozenset({estate.device("10.1.0.40")}))).devices
        assert device.addresses == ("10.1.0.30", "10.1.0.40")
        inventory.forget(Selection(site=SITE))
        inventory.wipe()
        assert not list(inventory.hosts())
        estate.scan(("10.1.0.20", ("sadp.serial", SERIAL_A)))
    import psycopg

    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM value").fetchone() == (1,)
        assert connection.execute("SELECT pg_relation_size('evidence') <= 8192").fetchone() == (True,)
