import json
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


def listed(folder: Path, *rows: str) -> list[dict[str, object]]:
    """What the JSON has after a list of these rows was imported."""
    scope = str(folder / "camscan.toml")
    (folder / "software.csv").write_text("\n".join(("host,name,version", *rows, "")))
    assert run("import", str(folder / "software.csv"), "--scope", scope)[0] == 0
    code, said = run("list", "--format", "json", "-o", str(folder / "out.json"), "--scope", scope)
    assert code == 0, said
    found: list[dict[str, object]] = json.loads((folder / "out.json").read_text())["software"]
    return found


def test_a_computer_without_an_address_is_kept_beside_the_devices(folder: Path) -> None:
    (one, two) = listed(folder, "DESK-014,iVMS-4200 Client,3.10.0.6", "desk-015,SmartPSS,")
    at = one.pop("listed_at")
    assert isinstance(at, str)
    assert one == {
        "host": "DESK-014", "ip": None, "name": "iVMS-4200 Client", "version": "3.10.0.6",
        "product": "hikvision.ivms-4200", "maker": "hikvision", "role": "client",
    }  # fmt: skip
    assert (two["version"], two["ip"]) == (None, None)
    scope = str(folder / "camscan.toml")
    code, said = run("list", "--scope", scope)
    assert code == 0
    assert "DESK-014" in said
    assert "Nothing is in" not in said
    code, said = run("show", "desk-014", "--scope", scope)
    assert (code, "iVMS-4200 Client" in said, "SmartPSS" in said) == (0, True, False)
    assert run("show", "desk-016", "--scope", scope)[0] != 0


def test_a_newer_list_speaks_for_the_computers_that_it_names(folder: Path) -> None:
    listed(folder, "DESK-014,iVMS-4200 Client,3.10.0.6", "DESK-015,SmartPSS,2")
    found = listed(folder, "desk-014,Word,1", "DESK-016,SADP,3")
    assert [(one["host"], one["name"]) for one in found] == [("DESK-015", "SmartPSS"), ("DESK-016", "SADP")]


def test_addresses_outside_the_scope_are_left_out(folder: Path) -> None:
    assert [one["ip"] for one in listed(folder, "10.1.0.9,SmartPSS,2", "10.9.9.9,SmartPSS,2")] == ["10.1.0.9"]


def test_a_name_is_matched_to_the_one_device_that_has_it(folder: Path) -> None:
    scope = str(folder / "camscan.toml")
    (folder / "devices.csv").write_text(
        "ip,hostname\n10.1.0.20,nvr-main.example.gov.uk\n10.1.0.21,twin\n10.1.0.22,twin\n"
    )
    assert run("import", str(folder / "devices.csv"), "--scope", scope)[0] == 0
    found = listed(folder, "NVR-MAIN,HikCentral Professional,2.5", "TWIN,SmartPSS,2")
    assert [one["ip"] for one in found] == ["10.1.0.20", None]
    for what in ("nvr-main", "10.1.0.20"):
        code, said = run("show", what, "--scope", scope)
        assert (code, "HikCentral Professional 2.5, as your list of" in said, "not known" in said) == (0, True, True)
    assert "SmartPSS" not in run("show", "10.1.0.21", "--scope", scope)[1]


def test_a_list_of_devices_is_not_taken_for_one_of_software(tmp_path: Path) -> None:
    devices = tmp_path / "devices.csv"
    devices.write_text("ip,hostname,name\n10.1.0.9,a,b\n")
    assert not software.recognised(devices)
    assert not software.recognised(tmp_path / "absent.csv")
