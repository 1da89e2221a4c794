import json
from pathlib import Path

import pytest
from cli_tools import SCOPE
from egress_makers import CAMERA
from typer.testing import CliRunner, Result

from camscan.cli.egress import app
from camscan.errors import CamscanError, UsageError

URL = "https://mud.example.gov.uk/town-hall.json"
EXPECTS = '\n[site.expects]\nrecorders = ["10.1.0.5"]\nallow = [{ host = "*.example.org" }]\n'
LIBRARY = '\n[[site]]\nname = "Library"\nnetworks = ["10.2.0.0/24"]\n'
BASELINE = """
schema = "camscan.egress-baseline/1"
saved = 2026-11-22T00:00:00Z
[[destination]]
host = "vms.example.gov.uk"
protocol = "tcp"
port = 443
approved = true
devices = ["*"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "camscan.toml").write_text(SCOPE + EXPECTS, encoding="utf-8")
    (tmp_path / "baseline.toml").write_text(BASELINE, encoding="utf-8")
    return tmp_path


def run(*words: str) -> Result:
    done = CliRunner().invoke(app, ["rules", *words])
    if isinstance(done.exception, CamscanError):
        raise done.exception
    return done


@pytest.mark.usefixtures("folder")
def test_a_mud_file_is_printed_and_what_is_not_in_it_is_told() -> None:
    done = run("leak.pcap", "--for", "mud", "--mud-url", URL, "--device", CAMERA, "--baseline", "baseline.toml")
    assert done.exit_code == 0
    assert "The files are not read" in done.stderr
    assert json.loads(done.stdout)["ietf-mud:mud"]["mud-url"] == URL
    assert "vms.example.gov.uk" in done.stdout
    assert "10.1.0.5/32" in done.stdout
    assert "Town Hall" in done.stderr
    assert "Not in it: *.example.org" in done.stderr


def test_a_site_is_chosen_by_its_name(folder: Path) -> None:
    (folder / "camscan.toml").write_text(SCOPE + EXPECTS + LIBRARY, encoding="utf-8")
    own = ("--for", "mud", "--mud-url", URL, "--device", CAMERA, "--device", "10.2.0.9")
    with pytest.raises(UsageError, match='--site: one of "Town Hall", "Library"'):
        run(*own)
    with pytest.raises(UsageError, match="no site"):
        run(*own, "--site", "Depot")
    done = run(*own, "--site", "Library", "-o", "library.json")
    assert "1 device" in done.stderr
    assert "10.1.0.5" not in (folder / "library.json").read_text(encoding="utf-8")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "told"),
    [(["--for", "mud", "--device", CAMERA], "--mud-url"), (["--for", "mud", "--mud-url", URL, "--device", "10.9.0.1"],
     "No device"), (["--for", "cisco", "--site", "Town Hall"], "belong to"), (["--for", "cisco"], "no file to read")],
)  # fmt: skip
def test_what_is_missing_is_told(words: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        run(*words)
