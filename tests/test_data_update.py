"""Newer data: all or nothing, never older, never half written; and of which day everything is."""

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from test_data_files import registry
from test_identify_cve_record import product, record
from test_identify_kev import ROW, catalogue

from camscan.data_update import Snapshot, status, update
from camscan.errors import DataFileError, SignatureError
from camscan.identify.advisory_data import load_advisories
from camscan.identify.registrants import registrant

TODAY = date(2027, 1, 1)
NEW_KEV = catalogue([{**ROW, "cveID": "CVE-2026-99999", "dateAdded": "2026-12-24"}], dateReleased="2026-12-24")


def _file(folder: Path, name: str, content: bytes, day: date = date(2026, 12, 1)) -> Path:
    path = folder / name
    path.write_bytes(content)
    stamp = datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()
    os.utime(path, (stamp, stamp))
    return path


def _days(folder: Path) -> dict[str, Snapshot]:
    return {item.what: item for item in status(folder)}


def test_a_newer_catalogue_is_installed_and_used(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (done,) = update([_file(tmp_path, "known_exploited_vulnerabilities.json", NEW_KEV)], folder, today=TODAY)
    assert (done.path, done.entries, done.before) == (folder / "kev.json", 1, date(2025, 8, 25))
    assert done.path.read_bytes() == NEW_KEV
    assert "CVE-2026-99999" in {item.id for item in load_advisories(newer=folder).items}
    shown = _days(folder)["CISA exploited vulnerabilities"]
    assert (shown.shipped, shown.installed, shown.used) == (date(2025, 8, 25), date(2026, 12, 24), date(2026, 12, 24))


def test_a_registry_is_installed_with_the_day_of_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (done,) = update([_file(tmp_path, "oui.csv", registry())], folder, today=TODAY)
    assert done.as_of == date(2026, 12, 1)
    assert registrant("00:00:05:00:00:01", folder) == "Firm, No. 5"
    assert _days(folder)["MAC address blocks (MA-L)"].entries == 12_000
    assert _days(folder)["MAC address blocks (MA-S)"].installed is None


def test_records_are_installed_each_in_its_own_file(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    records = [
        record(product("DS-2CD9xxx", "Build date before 261201"), cveId=f"CVE-2026-{number}", dateUpdated="2026-12-02")
        for number in (90001, 90002)
    ]
    done = update([_file(tmp_path, "records.json", json.dumps(records).encode())], folder, today=TODAY)
    assert [item.path.name for item in done] == ["CVE-2026-90001.json", "CVE-2026-90002.json"]
    assert _days(folder)["CVE records"] == Snapshot("CVE records", None, date(2026, 12, 2), 2)
    assert {"CVE-2026-90001", "CVE-2026-90002"} <= {item.id for item in load_advisories(newer=folder).items}


def test_one_bad_file_and_nothing_is_installed(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    good, bad = _file(tmp_path, "kev.json", NEW_KEV), _file(tmp_path, "bad.csv", b"Registry,nothing\n")
    with pytest.raises(DataFileError, match="Nothing was installed") as caught:
        update([good, bad], folder, today=TODAY)
    assert str(bad) in str(caught.value)
    assert not folder.exists()


def test_older_data_is_refused(tmp_path: Path) -> None:
    old = _file(tmp_path, "kev.json", catalogue([ROW], dateReleased="2024-01-01"))
    with pytest.raises(DataFileError, match=r"of 2024-01-01, older than the data in use \(2025-08-25\)"):
        update([old], tmp_path / "data", today=TODAY)
    with pytest.raises(DataFileError, match="older"):
        update([_file(tmp_path, "oui.csv", registry(), date(2026, 1, 1))], tmp_path / "data", today=TODAY)


def test_older_than_what_was_installed_is_refused_too(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    update([_file(tmp_path, "new.json", NEW_KEV)], folder, today=TODAY)
    between = _file(tmp_path, "between.json", catalogue([ROW], dateReleased="2026-06-01"))
    with pytest.raises(DataFileError, match="older than the data in use"):
        update([between], folder, today=TODAY)
    assert (folder / "kev.json").read_bytes() == NEW_KEV


def test_the_same_again_is_no_mistake(tmp_path: Path) -> None:
    folder, path = tmp_path / "data", _file(tmp_path, "new.json", NEW_KEV)
    update([path], folder, today=TODAY)
    (done,) = update([path, path], folder, today=TODAY)
    assert done.before == date(2026, 12, 24)


def test_the_newer_of_two_is_taken(tmp_path: Path) -> None:
    older = _file(tmp_path, "older.json", catalogue([ROW], dateReleased="2026-06-01"))
    update([_file(tmp_path, "new.json", NEW_KEV), older], tmp_path / "data", today=TODAY)
    assert (tmp_path / "data" / "kev.json").read_bytes() == NEW_KEV


def test_data_of_a_day_to_come_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, "kev.json", catalogue([ROW], dateReleased="2099-01-01"))
    with pytest.raises(DataFileError, match="a day to come"):
        update([path], tmp_path / "data", today=TODAY)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"none\.json cannot be read"):
        update([tmp_path / "none.json"], tmp_path / "data", today=TODAY)
    with pytest.raises(DataFileError, match="cannot be read"):
        update([tmp_path], tmp_path / "data", today=TODAY)


def test_a_folder_that_cannot_be_written_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    blocked = tmp_path / "data"
    blocked.write_text("a file where a folder should be")
    with pytest.raises(DataFileError, match="cannot be written"):
        update([_file(tmp_path, "kev.json", NEW_KEV)], blocked, today=TODAY)


def test_a_failed_move_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "data"
    update([_file(tmp_path, "kev.json", NEW_KEV)], folder, today=TODAY)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    newer = _file(tmp_path, "newer.json", catalogue([ROW], dateReleased="2026-12-30"))
    with pytest.raises(DataFileError, match="unchanged"):
        update([newer], folder, today=TODAY)
    assert [path.name for path in folder.iterdir()] == ["kev.json"]
    assert (folder / "kev.json").read_bytes() == NEW_KEV


def test_a_damaged_installed_file_is_named_and_can_be_updated(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "kev.json").write_bytes(b"{")
    with pytest.raises(SignatureError, match=r"kev\.json"):
        status(folder)
    update([_file(tmp_path, "kev.json", NEW_KEV)], folder, today=TODAY)
    assert _days(folder)["CISA exploited vulnerabilities"].installed == date(2026, 12, 24)


def test_without_any_update_the_shipped_days_are_shown(tmp_path: Path) -> None:
    found = _days(tmp_path / "none")
    assert {item.installed for item in found.values()} == {None}
    assert found["official lists"].used == date(2026, 11, 21)
    assert found["MAC address blocks (MA-L)"].entries > 35_000
    assert found["brands as leads"].entries > 50
