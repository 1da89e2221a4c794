"""Where newer data is kept."""

from pathlib import Path

import pytest

from camscan.data_folder import data_folder

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
