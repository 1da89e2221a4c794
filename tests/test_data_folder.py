"""Where newer data is kept."""

import os
import sys
from pathlib import Path

import pytest

from camscan.data_folder import data_folder, is_shut

HOME = Path("/home/someone")


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({}, "linux", HOME / ".local/share/camscan"),
        ({"XDG_DATA_HOME": "/data"}, "linux", Path("/data/camscan")),
        ({"XDG_DATA_HOME": "data"}, "linux", HOME / ".local/share/camscan"),  # relative: ignored, as XDG says
        ({}, "darwin", HOME / "Library/Application Support/camscan"),
        ({"LOCALAPPDATA": "/app"}, "win32", Path("/app/camscan")),
        ({}, "win32", HOME / "AppData/Local/camscan"),
        ({"CAMSCAN_DATA": "/own", "XDG_DATA_HOME": "/data"}, "linux", Path("/own")),
        ({"CAMSCAN_DATA": ""}, "linux", HOME / ".local/share/camscan"),
    ],
)
def test_the_custom_of_each_system(environ: dict[str, str], platform: str, expected: Path) -> None:
    assert data_folder(environ, platform, HOME) == expected


def test_the_real_environment_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CAMSCAN_DATA", str(tmp_path))
    assert data_folder() == tmp_path


def test_a_folder_that_is_not_there_is_not_shut(tmp_path: Path) -> None:
    assert not is_shut(tmp_path / "none")
    assert not is_shut(tmp_path)
    (tmp_path / "file").touch()
    assert not is_shut(tmp_path / "file" / "none")


@pytest.mark.skipif(sys.platform == "win32", reason="needs the rights of a POSIX file system")
def test_what_lies_in_a_folder_of_somebody_else_is_shut(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0)
    root = os.geteuid() == 0
    if root:
        tmp_path.chmod(0o755)
        os.seteuid(65_534)  # nobody: root may read everything
    try:
        assert is_shut(home)
        assert is_shut(home / "camscan")
    finally:
        if root:
            os.seteuid(0)
        home.chmod(0o700)
