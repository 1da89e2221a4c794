import csv
import json
from datetime import timedelta
from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, csv_log, row
from inventory_makers import MAC_A, MORNING, SERIAL_A, Estate
from mmdb_maker import mmdb
from typer.testing import CliRunner, Result

from camscan.cli.egress import app
from camscan.errors import CamscanError, UsageError
from camscan.inventory import Inventory


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "firewall.csv"
    path.write_bytes(csv_log(row(name="dev.hik-connect.com"), row(destination="198.51.100.7", port=80)))
    return path


def run(*words: object) -> Result:
    done = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(done.exception, CamscanError):
        raise done.exception
    return done


def test_people_get_sentences(log: Path) -> None:
    done = run("check", log, "--device", CAMERA)
    assert done.exit_code == 0
    assert "HIGH" in done.stdout
    assert "dev.hik-connect.com" in done.stdout
    assert "Watched 21 Nov 2026" in done.stderr


def test_programs_get_the_contract(log: Path) -> None:
    document = json.loads(run("check", log, "--device", CAMERA, "--format", "json").stdout)
    assert document["schema"] == "camscan.egress/1"
    lines = run("check", log, "--device", CAMERA, "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["rule"] for line in lines] == ["vendor-cloud", "unlisted-destination"]
    rows = list(csv.DictReader(run("check", log, "--device", CAMERA, "--format", "csv").stdout.splitlines()))
    assert [one["destination_ip"] for one in rows] == [CLOUD, "198.51.100.7"]


def test_a_file_may_be_written(log: Path, tmp_path: Path) -> None:
    for form in ("table", "json"):
        run("check", log, "--device", CAMERA, "--format", form, "-o", tmp_path / form)
        assert "dev.hik-connect.com" in (tmp_path / form).read_text(encoding="utf-8")


def test_findings_fail_only_where_asked_and_damage_makes_it_partial(log: Path) -> None:
    assert run("check", log, "--device", CAMERA, "--fail-on", "high").exit_code == 1
    assert run("check", log, "--device", "10.1.0.99", "--fail-on", "low").exit_code == 0
    log.write_bytes(log.read_bytes() + b"damaged\n")
    assert run("check", log, "--device", CAMERA).exit_code == 4


def test_the_owner_s_own_places_are_used_and_a_broken_file_is_refused(log: Path, tmp_path: Path) -> None:
    log.write_bytes(csv_log(row(destination="8.8.4.4")))
    own = tmp_path / "own.mmdb"
    own.write_bytes(mmdb({"8.8.4.0/24": {"country_code": "FR"}}, kind="Own-Country"))
    done = run("check", log, "--device", CAMERA, "--places", own, "--format", "json")
    document = json.loads(done.stdout)
    assert document["findings"][0]["destination"]["country"] == "FR"
    assert "Own-Country" in document["watched"]["notes"][0]
    own.write_bytes(b"junk")
    with pytest.raises(UsageError, match=r"own\.mmdb is no \.mmdb file"):
        run("check", log, "--device", CAMERA, "--places", own)


def test_a_baseline_is_saved_and_used(log: Path, tmp_path: Path) -> None:
    saved = tmp_path / "baseline.toml"
    assert "0 of them approved" in run("baseline", log, "--device", CAMERA, "-o", saved).stderr
    saved.write_text(saved.read_text(encoding="utf-8").replace("approved = false", "approved = true"), encoding="utf-8")
    assert "2 of them approved" in run("baseline", log, "--device", CAMERA, "-o", saved).stderr
    assert run("check", log, "--device", CAMERA, "--baseline", saved, "--fail-on", "low").exit_code == 0


def test_rules_are_printed(log: Path) -> None:
    done = run("rules", log, "--device", CAMERA, "--for", "cisco")
    assert f"deny ip host {CAMERA} any log" in done.stdout


@pytest.mark.parametrize(
    "words",
    [["--device", "camera.example.com"], ["--device", CAMERA, "--time-zone", "Mars/Base"], ["--all"],
     ["--device", CAMERA, "--fail-on", "grave"], []],
)  # fmt: skip
def test_wrong_options_are_told_in_a_sentence(words: list[str], log: Path) -> None:
    with pytest.raises(UsageError):
        run("check", log, *words)


def test_a_record_counts_for_the_device_that_had_the_address_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two scans: a camera was at .20 on the first day and at .30 on the second, when a printer had .20."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAMSCAN_DATA", str(tmp_path / "data"))
    old, new, camera = CAMERA, "10.1.0.30", (("sadp.answer", "yes"), ("sadp.serial", SERIAL_A), ("arp.mac", MAC_A))
    with Inventory.open(tmp_path / "camscan.db") as inventory:
        estate = Estate(inventory)
        estate.scan((old, *camera))
        estate.scan((new, *camera), (old, ("arp.mac", "00:80:77:00:00:01"), ("http.title", "printer")))
    days = {name: MORNING + timedelta(days=number) for name, number in (("then", 1), ("between", 1.5), ("now", 2))}

    def called(name: str, source: str) -> str:
        return row(time=days[name].isoformat(), source=source, destination=f"198.51.100.{len(name)}")

    log = tmp_path / "firewall.csv"
    log.write_bytes(csv_log(*(called(name, source) for name in days for source in (old, new))))
    document = json.loads(run("check", log, "--format", "json").stdout)
    found = {
        (finding["destination"]["ip"], device["ip"])
        for finding in document["findings"]
        for device in finding["devices"]
    }
    assert found == {("198.51.100.4", new), ("198.51.100.3", new)}
    assert [finding["connections"] for finding in document["findings"]] == [1, 1]
    assert sum(one["connections"] for one in document["watched"]["unattributed"]) == 4
    assert f"{old} was an earlier address of {new}." in document["watched"]["notes"]
