"""camscan import: other tools' results become evidence; what is left out is said; nothing is sent."""

import json
from pathlib import Path

import pytest
from cli_tools import camscan, columns, scope_of

HOST = (
    '<host starttime="1" endtime="2"><status state="up" reason="user-set"/><address addr="{ip}" addrtype="ipv4"/>'
    '<ports><port protocol="tcp" portid="80"><state state="open" reason="syn-ack"/>'
    '<service name="http" product="Hikvision IP camera httpd"/></port></ports></host>'
)
NMAP = (
    '<?xml version="1.0"?><!DOCTYPE nmaprun><nmaprun scanner="nmap" args="nmap -oX" start="1">{hosts}'
    '<runstats><finished time="1"/><hosts up="1" down="0" total="1"/></runstats></nmaprun>'
)
TABLE = "ip,kind,maker,colour\n10.1.0.30,camera,axis,white\n10.1.0.31,camera,,\n"


@pytest.fixture
def scope(tmp_path: Path) -> Path:
    return scope_of(tmp_path)


def nmap(folder: Path, *ips: str, name: str = "scan.xml") -> Path:
    path = folder / name
    path.write_text(NMAP.format(hosts="".join(HOST.format(ip=ip) for ip in ips)))
    return path


def table(folder: Path, text: str = TABLE) -> Path:
    path = folder / "list.csv"
    path.write_text(text)
    return path


def listed(scope: Path) -> list[str]:
    told = json.loads(camscan("list", "-f", "json", "--scope", scope).out)
    assert told["scans"] == []  # an import is no scan
    return [device["ip"] for device in told["devices"]]


def test_nmap_results_become_evidence(tmp_path: Path, scope: Path) -> None:
    ran = camscan("import", nmap(tmp_path, "10.1.0.20", "10.1.0.21"), "--scope", scope)
    assert (ran.code, ran.out) == (0, "")
    assert "2 hosts taken, 0 outside the scope, 0 could not be read." in ran.err
    assert listed(scope) == ["10.1.0.20", "10.1.0.21"]
    assert "nmap.port" in camscan("show", "10.1.0.20", "--evidence", "--scope", scope).out


def test_what_a_list_says_of_a_maker_is_a_note_and_no_sign(tmp_path: Path, scope: Path) -> None:
    ran = camscan("import", table(tmp_path), "--scope", scope)
    assert ran.code == 0
    assert "columns not taken: colour" in ran.err
    assert "maker unknown" in camscan("explain", "10.1.0.30", "--scope", scope).out


def test_several_files_at_once(tmp_path: Path, scope: Path) -> None:
    ran = camscan("import", nmap(tmp_path, "10.1.0.20"), table(tmp_path), "--scope", scope)
    assert ran.code == 0
    assert listed(scope) == ["10.1.0.20", "10.1.0.30", "10.1.0.31"]


def test_what_is_outside_the_scope_is_left_out_and_named(tmp_path: Path, scope: Path) -> None:
    ips = ["10.1.0.20", "10.1.3.10", *(f"10.9.0.{last}" for last in range(1, 9))]
    ran = camscan("import", nmap(tmp_path, *ips), "--scope", scope)
    assert ran.code == 0
    assert "1 host taken, 9 outside the scope" in ran.err
    assert "10.1.3.10, 10.9.0.1, 10.9.0.2, 10.9.0.3, 10.9.0.4 and 4 more" in " ".join(ran.err.split())
    assert listed(scope) == ["10.1.0.20"]


def test_bad_rows_make_it_partial_and_are_told(tmp_path: Path, scope: Path) -> None:
    bad = "".join(f"10.1.0.{number},camera,,\n" for number in range(300, 308))
    ran = camscan("import", table(tmp_path, TABLE + bad + "\x1b[2J,camera,,\n"), "--scope", scope)
    assert ran.code == 4
    assert "2 hosts taken, 0 outside the scope, 9 could not be read." in ran.err
    assert "line 4: '10.1.0.300' is no device's address" in ran.err
    assert "4 more could not be read." in ran.err
    assert "\x1b" not in ran.err
    assert listed(scope) == ["10.1.0.30", "10.1.0.31"]


def test_a_truncated_result_keeps_what_was_whole(tmp_path: Path, scope: Path) -> None:
    path = nmap(tmp_path, "10.1.0.20", "10.1.0.21")
    path.write_text(path.read_text()[:-250])
    ran = camscan("import", path, "--scope", scope)
    assert ran.code == 4
    assert listed(scope) == ["10.1.0.20"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"# Nmap 7.93 scan initiated\n", "-oX FILE"),
        (b"PK\x03\x04", "Save the sheet as CSV"),
        (b"<html></html>", "not nmap's"),
        (b"name,colour\na,b\n", "neither nmap's XML"),
    ],
)
def test_what_is_something_else_is_said_and_nothing_is_imported(
    tmp_path: Path, scope: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    ran = camscan("import", path, "--scope", scope)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_one_unreadable_file_does_not_keep_the_others_out(tmp_path: Path, scope: Path) -> None:
    ran = camscan("import", tmp_path / "missing.xml", table(tmp_path), "--scope", scope)
    assert ran.code == 4
    assert "missing.xml" in ran.err
    assert listed(scope) == ["10.1.0.30", "10.1.0.31"]


def test_without_a_scope_nothing_is_taken(tmp_path: Path) -> None:
    ran = camscan("import", table(tmp_path), "--scope", tmp_path / "camscan.toml")
    assert ran.code == 2
    assert "There is no scope file" in ran.err
    assert not (tmp_path / "camscan.db").exists()


def test_its_talk_fits_eighty_columns(tmp_path: Path, scope: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    nmap(tmp_path, "10.1.0.20", *(f"10.9.0.{last}" for last in range(1, 9)))
    with columns(80):
        ran = camscan("import", "scan.xml", "--scope", scope.name)
    assert all(len(line) <= 80 for line in ran.err.splitlines())
