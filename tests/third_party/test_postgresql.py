"""The inventory in PostgreSQL, as Debian packages it."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import psycopg
import pytest
from inventory_makers import MAC_A, SERIAL_A, Estate, heard, start
from servers import free_port, running, within

from camscan.errors import InventoryError
from camscan.inventory import Inventory, ScanStatus


def _programs() -> Path:
    """Folder of initdb and postgres, or the test is skipped."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    found = shutil.which("initdb")
    for folder in (*debian, *([Path(found).resolve().parent] if found else [])):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    pytest.skip("PostgreSQL is not installed (Debian package postgresql)")


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a new, empty server on loopback, without the name of a database."""
    programs = _programs()
    folder = tmp_path_factory.mktemp("postgresql")
    become: list[str] = []
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        nobody = pwd.getpwnam("nobody")
        for parent in (folder, *folder.parents[:2]):
            parent.chmod(0o755)
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        become = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    data, port = folder / "data", free_port()
    initdb = [
        *become,
        str(programs / "initdb"),
        "-D",
        str(data),
        "-U",
        "camscan",
        "-A",
        "trust",
        "--no-sync",
        "-E",
        "UTF8",
    ]
    made = subprocess.run([*initdb, "--locale=C"], capture_output=True, text=True, check=False, cwd=folder)
    assert made.returncode == 0, made.stderr
    postgres = [*become, str(programs / "postgres"), "-D", str(data), "-p", str(port), "-h", "127.0.0.1"]
    url = f"postgresql://camscan@127.0.0.1:{port}"
    with running(
        [*postgres, "-k", str(folder), "-c", "fsync=off"], folder / "log", lambda: _answers(f"{url}/postgres")
    ):
        yield url


@pytest.fixture
def url(server: str, request: pytest.FixtureRequest) -> str:
    """URL of a database of the test's own."""
    name = f"test_{abs(hash(request.node.name))}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return f"{server}/{name}"


def test_what_was_saved_is_read_by_the_next_process(url: str) -> None:
    with Inventory.open(url) as inventory:
        scan = Estate(inventory).scan(("10.1.0.20", ("arp.mac", MAC_A), ("sadp.serial", SERIAL_A)))
    with Inventory.open(url) as inventory:
        (host,) = inventory.hosts()
        assert {(item.name, item.value) for one in host.observations for item in one.evidence} == {
            ("arp.mac", MAC_A),
            ("sadp.serial", SERIAL_A),
        }
        assert inventory.done_addresses(scan) == {ip_address("10.1.0.20")}
        assert inventory.scans()[0].status is ScanStatus.COMPLETE


def test_a_device_keeps_its_identity_when_its_address_changes(url: str) -> None:
    with Inventory.open(url) as inventory:
        estate = Estate(inventory)
        estate.scan(("10.1.0.20", ("arp.mac", MAC_A)))
        before = estate.device("10.1.0.20")
        estate.scan(("10.1.0.77", ("arp.mac", MAC_A)))
        assert estate.addresses() == {before: ("10.1.0.77",)}


def test_any_text_of_a_device_is_kept(url: str) -> None:
    """PostgreSQL holds neither NUL nor a lone surrogate in a text; what a device sends may have both."""
    raw = bytes(range(256))
    with Inventory.open(url) as inventory:
        scan = inventory.begin_scan(start())
        hostile = heard("10.1.0.20", ("dhip.name", "a\x00b\ud800c \U0001f4f7 ' \\ %s"), raw=raw)
        inventory.save_host(scan, ip_address("10.1.0.20"), "Town Hall", [hostile])
        found = inventory.find(ip_address("10.1.0.20"))
        assert found is not None
        (kept,) = found.observations
        assert kept.values("dhip.name") == ("a\ufffdb\ufffdc \U0001f4f7 ' \\ %s",)
        assert kept.raw == raw


def test_two_processes_may_write_at_once(url: str) -> None:
    with Inventory.open(url) as one, Inventory.open(url) as other:
        scans = one.begin_scan(start()), other.begin_scan(start())
        for number in range(20):
            ip = ip_address(f"10.1.0.{number + 1}")
            one.save_host(scans[0], ip, "Town Hall", [heard(str(ip), ("arp.mac", MAC_A))])
            other.save_host(scans[1], ip, "Town Hall", [heard(str(ip), ("port.open", "tcp/80"))])
        assert len(one.done_addresses(scans[1])) == 20
        assert {scan.id for scan in other.scans()} == set(scans)


def test_an_ended_server_is_a_sentence_without_a_password(url: str) -> None:
    wrong = url.replace("camscan@", "camscan:canary-7f3a@").rpartition(":")[0] + ":1/none"
    with pytest.raises(InventoryError) as caught:
        Inventory.open(wrong)
    assert "canary-7f3a" not in str(caught.value)


def test_a_killed_connection_is_a_sentence_and_loses_nothing(url: str) -> None:
    with Inventory.open(url) as inventory:
        estate = Estate(inventory)
        estate.scan(("10.1.0.20", ("arp.mac", MAC_A)))
        with psycopg.connect(url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        with pytest.raises(InventoryError):
            within(5, lambda: not inventory.begin_scan(start()))
    with Inventory.open(url) as inventory:
        assert Estate(inventory).addresses() == {1: ("10.1.0.20",)}
