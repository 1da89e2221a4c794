import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from camscan.cli import app


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMSCAN_DATA", str(tmp_path / "data"))


def test_status_shows_of_which_day_the_data_is() -> None:
    told = CliRunner().invoke(app, ["data", "status"])
    assert told.exit_code == 0
    assert "official lists" in told.stdout
    assert "CISA exploited vulnerabilities" in told.stdout


def test_newer_data_is_taken_from_a_file_and_shown(tmp_path: Path) -> None:
    row = {
        "cveID": "CVE-2021-36260",
        "vendorProject": "Hikvision",
        "product": "Security cameras web server",
        "vulnerabilityName": "Hikvision Improper Input Validation",
        "dateAdded": "2022-01-10",
        "shortDescription": "A command injection.",
        "requiredAction": "Apply updates.",
        "dueDate": "2022-01-24",
    }
    kev = {
        "title": "CISA Catalog of Known Exploited Vulnerabilities",
        "catalogVersion": "2026.11.20",
        "dateReleased": "2026-11-20T10:00:00Z",
        "count": 1,
        "vulnerabilities": [row],
    }
    file = tmp_path / "kev.json"
    file.write_text(json.dumps(kev))
    done = CliRunner().invoke(app, ["data", "update", str(file)])
    assert done.exit_code == 0, done.output
    assert "2026-11-20" in CliRunner().invoke(app, ["data", "status"]).stdout


def test_a_wrong_file_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "kev.json"
    file.write_text("{}")
    done = CliRunner().invoke(app, ["data", "update", str(file)])
    assert done.exit_code != 0
    assert not (tmp_path / "data").exists()
