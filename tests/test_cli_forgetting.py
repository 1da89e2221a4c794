import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from inventory_makers import MAC_A, MAC_B, SERIAL_A, SITE, address, heard, start
from typer.testing import CliRunner, Result

from camscan.audit import verify
from camscan.cli.forgetting import app
from camscan.errors import CamscanError, UsageError
from camscan.inventory import Inventory, ScanStatus

CANARY = "canary-the-mayors-office"
BASELINE = f"""
schema = "camscan.egress-baseline/1"
saved = 2026-11-22T00:00:00Z
[[destination]]
host = "only.example.net"
protocol = "tcp"
approved = true
devices = ["{MAC_A}"]
[[destination]]
host = "both.example.net"
protocol = "tcp"
approved = true
devices = ["{MAC_A}", "10.1.0.20", "10.1.0.21"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two cameras: one with a MAC and a serial that was heard 100 days ago, one of today."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAMSCAN_DATA", str(tmp_path / "data"))
    now = datetime.now(UTC)
    with Inventory.open(tmp_path / "camscan.db") as inventory:
        for ip, mac, age, name in (("10.1.0.20", MAC_A, 100, CANARY), ("10.1.0.21", MAC_B, 0, "other")):
            at = now - timedelta(days=age)
            scan_id = inventory.begin_scan(start())
            pairs = (("arp.mac", mac), ("dhip.name", name), *((("sadp.serial", SERIAL_A),) if age else ()))
            inventory.save_host(scan_id, address(ip), SITE, [heard(ip, pair, at=at) for pair in pairs])
            inventory.finish_scan(scan_id, ScanStatus.COMPLETE, 1, True, "", [])
    return tmp_path


def run(*words: object) -> Result:
    done = CliRunner().invoke(app, ["forget", *map(str, words)])
    if isinstance(done.exception, CamscanError):
        raise done.exception
    return done


def left(folder: Path) -> list[str]:
    with Inventory.open(folder / "camscan.db") as inventory:
        return sorted(str(one.ip) for one in inventory.hosts())


def audit(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "camscan.audit.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    "word", ["10.1.0.20", "::ffff:10.1.0.20", MAC_A, MAC_A.replace(":", "-").upper(), SERIAL_A, SERIAL_A.lower()]
)
def test_a_device_is_named_by_address_mac_or_serial(word: str, folder: Path) -> None:
    done = run(word, "--yes")
    assert done.exit_code == 0
    assert "Town Hall: 10.1.0.20, last seen" in done.stdout
    assert left(folder) == ["10.1.0.21"]
    assert CANARY.encode() not in (folder / "camscan.db").read_bytes()


def test_the_audit_log_says_how_much_and_not_what(folder: Path) -> None:
    run("10.1.0.20", "--yes")
    first, second = audit(folder)
    assert (first["event"], first["kind"], second["event"]) == ("forget", "devices", "forgotten")
    assert second["devices"] == 1
    assert verify(folder / "camscan.audit.jsonl").holds
    text = (folder / "camscan.audit.jsonl").read_text("utf-8")
    assert not any(word in text for word in (CANARY, "10.1.0.20", MAC_A, SERIAL_A, SITE))


def test_what_is_older_than_so_many_days_is_forgotten(folder: Path) -> None:
    assert "nothing to forget" in run("--keep-days", 101, "--yes").stderr
    run("--keep-days", 30, "--yes")
    assert left(folder) == ["10.1.0.21"]
    assert audit(folder)[0]["keep_days"] == 30


def test_a_site_is_forgotten(folder: Path) -> None:
    run("--site", SITE, "--yes")
    assert left(folder) == []


def test_a_dry_run_lists_and_deletes_nothing(folder: Path) -> None:
    done = run("10.1.0.20", "--dry-run")
    assert "10.1.0.20" in done.stdout
    assert "1 device and 3 observations would be deleted" in done.stderr
    assert left(folder) == ["10.1.0.20", "10.1.0.21"]
    assert not (folder / "camscan.audit.jsonl").exists()


def test_without_a_terminal_nothing_is_deleted_unless_yes_is_said(folder: Path) -> None:
    with pytest.raises(UsageError, match="Add --yes"):
        run("10.1.0.20")
    assert left(folder) == ["10.1.0.20", "10.1.0.21"]


@pytest.mark.parametrize(("answer", "kept"), [("n\n", ["10.1.0.20", "10.1.0.21"]), ("y\n", ["10.1.0.21"])])
def test_at_a_terminal_a_person_is_asked(
    answer: str, kept: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from camscan.cli import forgetting

    class Terminal:
        stdin = stderr = type("Screen", (), {"isatty": staticmethod(lambda: True)})

    monkeypatch.setattr(forgetting, "sys", Terminal)
    done = CliRunner().invoke(app, ["forget", "10.1.0.20"], input=answer)
    assert "Delete this for good?" in done.stderr
    assert left(folder) == kept


@pytest.mark.parametrize("words", [("10.1.0.20",), ("--keep-days", 30)])
def test_a_baseline_forgets_too(words: tuple[object, ...], folder: Path) -> None:
    path = folder / "baseline.toml"
    path.write_text(BASELINE, encoding="utf-8")
    run(*words, "--yes", "--baseline", path)
    text = path.read_text(encoding="utf-8")
    assert MAC_A not in text
    assert "10.1.0.20" not in text
    assert "only.example.net" not in text
    assert "both.example.net" in text


def test_older_copies_are_told(folder: Path) -> None:
    (folder / "camscan.db.before-migration-0001").touch()
    told = run("--wipe").stderr
    assert "written anew" in told
    assert "before-migration-0001 is an older copy" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [([], "Say what"), (["10.1.0.20", "--site", SITE], "one of them"), (["10.1.0.99"], "Nothing in the inventory"),
     (["00:00:00:00:00:00"], "Nothing in the inventory"), ([""], "Nothing in the inventory")],
)  # fmt: skip
def test_what_is_not_meant_so_is_refused(words: list[str], told: str, folder: Path) -> None:
    with pytest.raises(UsageError, match=told):
        run(*words, "--yes")
    assert left(folder) == ["10.1.0.20", "10.1.0.21"]


def test_an_older_address_is_told_as_such(folder: Path) -> None:
    with Inventory.open(folder / "camscan.db") as inventory:
        scan_id = inventory.begin_scan(start())
        new = heard("10.1.0.30", ("sadp.serial", SERIAL_A), at=datetime.now(UTC))
        inventory.save_host(scan_id, address("10.1.0.30"), SITE, [new])
    with pytest.raises(UsageError, match=r"last heard at 10\.1\.0\.30"):
        run("10.1.0.20", "--yes")
