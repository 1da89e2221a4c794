from pathlib import Path

import pytest
from typer.testing import CliRunner

from camscan.cli import app, software

SCOPE = """
[authorisation]
organisation = "Example Borough Council"
authorised_by = "Head of ICT"
expires = 2099-01-01
[[site]]
name = "Town Hall"
networks = ["10.1.0.0/24"]
"""
LIST = """host,name,version
DESK-014,iVMS-4200 Client,3.10.0.6
10.1.0.9,HikCentral Professional,2.5.0
DESK-015,A word processor,1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "camscan.toml").write_text(SCOPE)
    (tmp_path / "software.csv").write_text(LIST)
    return tmp_path


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.output


def test_programs_of_camera_makers_are_shown_and_the_rest_is_not(folder: Path) -> None:
    code, said = run("import", str(folder / "software.csv"), "--scope", str(folder / "camscan.toml"))
    assert code == 0
    assert "iVMS-4200 Client" in said
    assert "HikCentral Professional" in said
    assert "word processor" not in said


def test_what_is_installed_is_kept_as_a_note_and_accuses_no_device(folder: Path) -> None:
    scope = str(folder / "camscan.toml")
    run("import", str(folder / "software.csv"), "--scope", scope)
    code, said = run("show", "10.1.0.9", "--evidence", "--scope", scope)
    assert code == 0
    assert "import.software" in said
    assert "Made by" in said
    assert "not known" in said


def test_a_list_of_devices_is_not_taken_for_one_of_software(tmp_path: Path) -> None:
    devices = tmp_path / "devices.csv"
    devices.write_text("ip,hostname,name\n10.1.0.9,a,b\n")
    assert not software.recognised(devices)
    assert not software.recognised(tmp_path / "absent.csv")
