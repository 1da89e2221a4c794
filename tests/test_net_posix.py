"""Giving up root is tried in processes of their own: a test process that became nobody could not go on."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from namespaces import require_root

if sys.platform == "win32":
    pytest.skip("POSIX only", allow_module_level=True)

from camscan.net import _posix

USER = 12_345  # no account has this number

DROP = """
import json, os, pathlib, socket, sys, threading
from camscan.errors import UsageError
from camscan.net.privileges import can_open_raw, drop_privileges, is_root

def refused(what, *given):
    try:
        what(*given)
    except OSError:
        return True
    return False

"""


def run(code: str, *argv: str, sudo: tuple[str, str] | None = None, before: tuple[str, ...] = ()) -> Any:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SUDO_")}
    if sudo:
        environment |= {"SUDO_UID": sudo[0], "SUDO_GID": sudo[1]}
    ran = subprocess.run(
        [*before, sys.executable, "-c", DROP + code, *argv],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


@pytest.mark.namespace
def test_root_cannot_be_regained_and_roots_files_cannot_be_read(tmp_path: Path) -> None:
    require_root()
    secret = tmp_path / "secret"
    secret.mkdir(mode=0o700)
    (secret / "key").write_text("root only")
    found = run(
        """
done = threading.Event()
other = threading.Thread(target=done.wait, daemon=True)
other.start()
who = drop_privileges()
status = [pathlib.Path("/proc/self/task", task, "status").read_text() for task in os.listdir("/proc/self/task")]
done.set()
other.join(10)
tried = [refused(os.setuid, 0), refused(os.seteuid, 0), refused(os.setresuid, 0, 0, 0), refused(os.setgid, 0),
  refused(os.setgroups, [0]), refused(os.open, sys.argv[1], os.O_RDONLY),
  refused(os.listdir, os.path.dirname(sys.argv[1])), refused(socket.socket, socket.AF_PACKET, socket.SOCK_RAW, 0)]
lines = {line for text in status for line in text.splitlines() if line.startswith(("Uid", "Gid", "CapPrm", "CapEff"))}
print(json.dumps([tried, who.dropped, is_root(), can_open_raw(), os.getgroups(), sorted(lines), len(status),
  os.environ["HOME"], [os.getresuid(), os.getresgid()]]))
""",
        str(secret / "key"),
    )
    tried, dropped, root, raw, groups, lines, threads, home, ids = found
    assert tried == [True] * 8
    assert (dropped, root, raw, groups, threads) == (True, False, False, [], 2)
    assert lines[:2] == ["CapEff:\t0000000000000000", "CapPrm:\t0000000000000000"]
    assert len(lines) == 4
    assert 0 not in ids[0] + ids[1]
    assert home != "/root"


@pytest.mark.namespace
@pytest.mark.parametrize("sudo", [("0", "0"), ("many", "1"), ("-5", "1"), ("1000", ""), ("4294967295", "1")])
def test_who_called_sudo_must_be_an_ordinary_user_else_it_is_nobody(sudo: tuple[str, str]) -> None:
    require_root()
    assert run("print(json.dumps(drop_privileges().uid))", sudo=sudo) == _posix._nobody()[0]


def folder(path: Path, owner: int = USER) -> Path:
    path.mkdir()
    os.chown(path, owner, owner)
    return path


@pytest.mark.namespace
def test_the_scans_files_become_the_sudo_users_and_nothing_else_does(tmp_path: Path) -> None:
    require_root()
    own, others = folder(tmp_path / "own"), folder(tmp_path / "others", 0)
    precious = others / "shadow"
    for path in (own / "camscan.db", precious, own / "foreign"):
        path.write_text("x")
    os.chown(own / "foreign", 54_321, 54_321)
    (own / "link").symlink_to(precious)
    os.link(precious, own / "hard")
    (own / "elsewhere").symlink_to(others)
    os.mkfifo(own / "pipe")
    names = ["camscan.db", "link", "hard", "elsewhere/shadow", "pipe", "foreign", "absent"]
    paths = [str(own / name) for name in names]
    code = (
        "who = drop_privileges(map(pathlib.Path, sys.argv[1:]))\n"
        "print(json.dumps([who.uid, who.gid, [[path.name, why] for path, why in who.kept]]))"
    )
    uid, gid, kept = run(code, *paths, sudo=(str(USER), str(USER)))
    assert (uid, gid) == (USER, USER)
    assert [name for name, _ in kept] == ["link", "hard", "shadow", "pipe", "foreign", "absent"]
    assert all(why for _, why in kept)
    assert (own / "camscan.db").stat().st_uid == USER
    assert precious.stat().st_uid == 0
    assert (own / "foreign").stat().st_uid == 54_321


@pytest.mark.namespace
def test_without_sudo_no_file_changes_hands(tmp_path: Path) -> None:
    require_root()
    (tmp_path / "camscan.db").write_text("x")
    code = "print(json.dumps(len(drop_privileges([pathlib.Path(sys.argv[1])]).kept)))"
    assert run(code, str(tmp_path / "camscan.db")) == 1
    assert (tmp_path / "camscan.db").stat().st_uid == 0


@pytest.mark.namespace
def test_a_database_that_was_opened_before_goes_on_working(tmp_path: Path) -> None:
    require_root()
    tmp_path.chmod(0o700)
    found = run(
        """
import sqlite3
base = sqlite3.connect(sys.argv[1])
base.execute("PRAGMA journal_mode=WAL")
base.execute("CREATE TABLE heard (n)")
base.commit()
drop_privileges()
for n in range(2000):
    base.execute("INSERT INTO heard VALUES (?)", (n,))
    base.commit()
base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
print(json.dumps([base.execute("SELECT count(*) FROM heard").fetchone()[0], refused(open, sys.argv[1])]))
base.close()
""",
        str(tmp_path / "camscan.db"),
    )
    assert found == [2000, True]


@pytest.mark.namespace
@pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux's own")
def test_an_ordinary_user_with_capabilities_loses_them() -> None:
    require_root()
    code = (
        "import ctypes\n"
        "libc = ctypes.CDLL(None)\n"
        "libc.prctl(8, 1, 0, 0, 0)\n"  # PR_SET_KEEPCAPS
        "os.setresuid(12345, 12345, 12345)\n"
        "libc.capset(ctypes.byref((ctypes.c_uint32 * 2)(0x20080522, 0)),"
        " ctypes.byref((ctypes.c_uint32 * 6)(1 << 13, 1 << 13, 0)))\n"
        "before = can_open_raw()\n"
        "who = drop_privileges()\n"
        "print(json.dumps([before, can_open_raw(), who.dropped, who.uid]))"
    )
    assert run(code) == [True, False, False, 12_345]


@pytest.mark.namespace
@pytest.mark.skipif(sys.platform != "linux", reason="user namespaces are Linux's own")
def test_where_root_cannot_be_given_up_nothing_is_parsed() -> None:
    require_root()
    if subprocess.run(["unshare", "--user", "--map-root-user", "true"], check=False, capture_output=True).returncode:
        pytest.skip("user namespaces are not allowed here")
    code = (
        "try:\n    drop_privileges()\n    print(json.dumps('dropped'))\n"
        "except UsageError as error:\n    print(json.dumps(str(error)))"
    )
    said = run(code, before=("unshare", "--user", "--map-root-user"))
    assert said.startswith("Root could not be given up")
    assert "ordinary user" in said


def test_an_ordinary_user_stays_who_they_are() -> None:
    if os.getuid() == 0:
        pytest.skip("this is root; the other tests are for that")
    found = run("who = drop_privileges()\nprint(json.dumps([who.uid, who.dropped, os.environ['HOME']]))")
    assert found == [os.getuid(), False, os.environ["HOME"]]
