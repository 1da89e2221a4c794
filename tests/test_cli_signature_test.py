"""camscan signatures test: recorded evidence is replayed, in both of its forms."""

import json
from pathlib import Path

import pytest
import typer
from answer_evidence import arp, observation
from typer.testing import CliRunner, Result

from camscan.cli import signature_test
from camscan.errors import UsageError
from camscan.exchange.contract import device_object
from camscan.identify import assess, load

app = typer.Typer()
app.command()(signature_test.replay)
REALM = ("rtsp.realm", "IP Camera(J2914)")


def run(path: Path, *arguments: object) -> Result:
    return CliRunner().invoke(app, ["--evidence", str(path), *map(str, arguments)], env={"COLUMNS": "160"})


def test_lines_of_field_and_value(tmp_path: Path) -> None:
    path = tmp_path / "said.txt"
    path.write_text("# a camera\nrtsp.realm = IP Camera(J2914)\narp.mac=44:19:b6:00:00:01\n\nhttp.title = x\n")
    done = run(path)
    assert done.exit_code == 0
    assert "device 1  probable: made by Hikvision" in done.stdout
    assert "strong: hikvision.realm.ip-camera" in done.stdout
    assert "device 2  maker unknown" in done.stdout


def test_what_list_wrote_comes_to_the_same_conclusion(tmp_path: Path) -> None:
    device = assess([observation(REALM, port=554), arp("44:19:b6:00:00:01")], load())
    told = device_object("Town Hall", device)
    whole, lines = tmp_path / "all.json", tmp_path / "all.jsonl"
    whole.write_text(json.dumps({"schema": "camscan.inventory/1", "devices": [told, told]}))
    lines.write_text(f"{json.dumps(told)}\n{json.dumps(told)}\n")
    for path in (whole, lines):
        read = list(signature_test.recorded(path))
        assert [name for name, _ in read] == [str(device.ip)] * 2
        for _, observations in read:
            again = assess(observations, load())
            assert (again.maker, again.verdict, again.kind) == (device.maker, device.verdict, device.kind)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "holds no evidence"),
        ("http.title", "line 1: "),
        ("no.such = x", "no such evidence field"),
        ("http.title x", "line 1: "),
        ("{", "line 1: this is no JSON"),
        ('{"devices": 7}', "no list"),
        ('{"devices": [7]}', "device 1: not a device"),
        ('{"ip": "10.1.0.20", "evidence": []}', "holds no evidence"),
        ('{"ip": "x", "evidence": [{"at": "2026-11-21T10:00:00Z"}]}', "not a device"),
        ("[" * 10 + "{", "line 1"),
        ('{"a":' * 20_000, "nested too deeply"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "said"
    path.write_text(text)
    with pytest.raises(UsageError, match=reason):
        list(signature_test.recorded(path))


def test_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        list(signature_test.recorded(tmp_path / "none"))
    (tmp_path / "latin").write_bytes(b"http.title = \xe9")
    with pytest.raises(UsageError, match="not text in UTF-8"):
        list(signature_test.recorded(tmp_path / "latin"))
    monkeypatch.setattr(signature_test, "LIMIT", 3)
    (tmp_path / "large").write_text("http.title = x")
    with pytest.raises(UsageError, match="larger than"):
        list(signature_test.recorded(tmp_path / "large"))
