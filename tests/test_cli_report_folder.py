import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from namespaces import require_root
from test_egress_summary import finding, report

from camscan.cli import report_folder as module
from camscan.cli.report_folder import ReportFolder
from camscan.errors import UsageError

BEGAN = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def moment(hours: float = 0) -> float:
    return (BEGAN + timedelta(hours=hours)).timestamp()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_each_period_has_a_file_that_only_its_owner_may_read(tmp_path: Path) -> None:
    reports = ReportFolder(tmp_path / "a" / "b", None)
    reports.prepare()
    reports.add(report(finding()), moment())
    reports.add(report(), moment(1))
    reports.close()
    assert names(reports.folder) == ["egress-20261121T100000Z.json", "egress-20261121T110000Z.json"]
    document = json.loads((reports.folder / names(reports.folder)[0]).read_text(encoding="utf-8"))
    assert (document["schema"], len(document["findings"])) == ("camscan.egress/1", 1)
    assert (reports.written, reports.lost, reports.trouble) == (2, 0, "")
    if sys.platform != "win32":
        modes = {path.stat().st_mode & 0o777 for path in reports.folder.iterdir()}
        assert (modes, reports.folder.stat().st_mode & 0o777) == ({0o600}, 0o700)


def test_no_report_takes_the_place_of_another(tmp_path: Path) -> None:
    reports = ReportFolder(tmp_path, None)
    for part in (0.1, 0.5, 0.9):
        reports.add(report(), datetime(2020, 11, 21, 10, tzinfo=UTC).timestamp() + part)
    assert names(tmp_path) == [f"egress-20201121T100000Z{more}.json" for more in ("-1", "-2", "")]
    old = ReportFolder(tmp_path, 1)
    old.add(report(), datetime.now(UTC).timestamp())
    assert len(names(tmp_path)) == 1


def test_where_nothing_can_be_written_it_says_so_beforehand(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match=r"cannot be made: .*--folder"):
        ReportFolder(tmp_path / "file", None).prepare()
    with pytest.raises(UsageError, match=r"cannot be made: .*--folder"):
        ReportFolder(tmp_path / "file" / "below", None).prepare()


def test_what_could_not_be_written_is_written_later(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    reports = ReportFolder(folder, None)
    reports.prepare()
    folder.rmdir()
    reports.add(report(), moment())
    assert "cannot be written" in reports.trouble
    folder.mkdir()
    reports.add(report(), moment(1))
    assert (len(names(folder)), reports.trouble) == (2, "")


def test_what_waits_is_bounded_and_what_is_lost_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "reports"
    reports = ReportFolder(folder, None)
    reports.prepare()
    folder.rmdir()
    for hour in range(module.PENDING + 3):
        reports.add(report(), moment(hour))
    assert reports.lost == 3
    monkeypatch.setattr(module, "PENDING_BYTES", 3_000)
    reports.add(report(), moment(99))
    assert sum(len(text) for _, text in reports._pending) <= 3_000
    reports.close()
    assert reports.written + reports.lost == module.PENDING + 4
    assert reports.written == 0


def test_reports_are_deleted_when_their_days_are_over_and_nothing_else_is(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    reports = ReportFolder(tmp_path, 7)
    (tmp_path / "egress-notes.json").write_text("mine")
    (tmp_path / "egress-20200101T000000Z.txt").write_text("mine")
    for days in (30, 8, 6, 0):
        reports.add(report(), (now - timedelta(days=days)).timestamp())
    assert len(names(tmp_path)) == 4
    kept = ReportFolder(tmp_path, None)
    kept.add(report(), (now - timedelta(days=900)).timestamp())
    assert len(names(tmp_path)) == 5


FULL = """
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_cli_report_folder import finding, moment, names, report
from camscan.cli.report_folder import ReportFolder
folder = Path(sys.argv[1])
reports = ReportFolder(folder, None)
reports.prepare()
many = [finding(f"192.0.2.{n}") for n in range(20)]
for hour in range(8):
    reports.add(report(*many), moment(hour))
whole = all(json.loads((folder / name).read_text()) for name in names(folder))
before = len(names(folder))
trouble = reports.trouble
for name in names(folder):
    (folder / name).unlink()
reports.add(report(), moment(9))
print(json.dumps([before, whole, trouble, reports.trouble, reports.written, reports.lost]))
"""


def test_a_full_disk_is_told_and_nothing_is_half_written() -> None:
    require_root()
    if shutil.which("unshare") is None:
        pytest.skip("needs unshare")
    script = 'mount -t tmpfs -o size=128k small /mnt && "$0" -c "$1" /mnt "$2"'
    command = ["unshare", "-m", "sh", "-c", script, sys.executable, FULL, str(Path(__file__).parent)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    before, whole, trouble, after, written, lost = json.loads(ran.stdout.splitlines()[-1])
    assert 0 < before < 8
    assert whole is True
    assert "No space left" in trouble
    # Once there is room, what waited is written.
    assert (after, written, lost) == ("", 9, 0)
