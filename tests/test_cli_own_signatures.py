from pathlib import Path

import pytest

from camscan.cli.devices import OWN_FOLDER, Judge

OWN = """
[[signature]]
id = "own.gate-camera"
strength = "strong"
points_to = { maker = "hikvision" }
reason = 'has the page title "{value}"'
all = [{ field = "http.title", equals = "Gate camera 7" }]
source = "seen on a camera of our own"
date = 2026-11-21
examples = [{ "http.title" = "Gate camera 7" }]
counter_examples = [{ "http.title" = "Gate" }]
"""


def test_the_owners_own_signatures_are_used_and_a_wrong_file_is_told_and_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CAMSCAN_DATA", str(tmp_path))
    folder = tmp_path / OWN_FOLDER
    folder.mkdir()
    (folder / "ours.toml").write_text(OWN)
    (folder / "wrong.toml").write_text("[[signature]]\nid = 7\n")
    judge = Judge.shipped()
    ids = {item.signature.id for item in judge.signatures.signatures}
    assert "own.gate-camera" in ids
    assert "hikvision.sadp" in ids
    assert "wrong.toml:2" in capsys.readouterr().err
