"""camscan listen: an inventory from a recording, and nothing sent."""

import csv
import io
import json
from pathlib import Path

import pytest
from cli_tools import SCOPE, camscan, scope_of
from egress_makers import START, csv_log, pcap, row
from listen_makers import CAMERA, MAC, OTHER, OTHER_MAC, PLAIN, SADP, STRANGER, Talk, arp, hello, page

FRAMES = [arp(CAMERA), hello(), *Talk().opened().asks(PLAIN).answers(page()).frames, arp("10.1.0.77", OTHER_MAC)]


@pytest.fixture
def scope(tmp_path: Path) -> Path:
    return scope_of(tmp_path)


def capture(folder: Path, content: bytes = b"", name: str = "mirror.pcap") -> Path:
    path = folder / name
    path.write_bytes(content or pcap(FRAMES))
    return path


def test_a_recording_becomes_an_inventory(tmp_path: Path, scope: Path) -> None:
    ran = camscan("listen", capture(tmp_path), "--scope", scope)
    assert (ran.code, "DS-2CD2385G1-I" in ran.out) == (0, True)
    assert "2 cameras and related devices in" in ran.err
    assert "not one packet was sent" in ran.err
    assert "who listens hears only what is said" in " ".join(ran.err.split())
    told = json.loads(camscan("list", "-f", "json", "--scope", scope).out)
    assert [device["ip"] for device in told["devices"]] == [CAMERA, "10.1.0.77"]
    (device, _) = told["devices"]
    assert (device["maker"], device["verdict"], device["mac"]) == ("hikvision", "confirmed", MAC)
    (scan,) = told["scans"]
    assert (scan["packets_sent"], scan["packets_exact"], scan["status"]) == (0, True, "complete")
    assert (scan["kind"], scan["started_at"]) == ("listen", "2026-11-21T10:00:00Z")
    assert scan["inputs"] == [{"name": str(tmp_path / "mirror.pcap"), "packets": len(FRAMES)}]
    (site,) = told["coverage"]
    assert (site["answered"], site["kernel_drops"]) == (2, 0)


def test_each_form_of_output(tmp_path: Path, scope: Path) -> None:
    file = capture(tmp_path)
    told = json.loads(camscan("listen", file, "--scope", scope, "-f", "json").out)
    assert told["schema"] == "camscan.inventory/1"
    lines = camscan("listen", file, "--scope", scope, "-f", "jsonl").out.splitlines()
    assert [json.loads(line)["ip"] for line in lines] == [CAMERA, "10.1.0.77"]
    target = tmp_path / "out.csv"
    ran = camscan("listen", file, "--scope", scope, "-o", target)
    assert ran.out == ""
    assert [line["ip"] for line in csv.DictReader(io.StringIO(target.read_text()))] == [CAMERA, "10.1.0.77"]


def test_why_it_says_so(tmp_path: Path, scope: Path) -> None:
    camscan("listen", capture(tmp_path), "--scope", scope)
    told = camscan("explain", CAMERA, "--scope", scope)
    assert "confirmed: made by Hikvision" in told.out
    assert "overheard" in told.out


def test_the_audit_log_says_who_listened_to_what(tmp_path: Path, scope: Path) -> None:
    file = capture(tmp_path)
    camscan("listen", file, "--scope", scope)
    lines = [json.loads(line) for line in (tmp_path / "camscan.audit.jsonl").read_text().splitlines()]
    assert [line["event"] for line in lines] == ["listen-started", "listen-finished"]
    assert lines[0]["files"] == [str(file)]
    assert (lines[1]["sent"], lines[1]["inputs"][0]["records"]) == (0, len(FRAMES))
    assert lines[1]["from"] == "2026-11-21T10:00:00.000+00:00"
    assert camscan("audit", "verify", "--scope", scope).code == 0


def test_without_a_scope_file_nothing_is_read(tmp_path: Path) -> None:
    ran = camscan("listen", capture(tmp_path), "--scope", tmp_path / "camscan.toml")
    assert (ran.code, ran.out) == (2, "")
    assert "There is no scope file" in ran.err
    assert not (tmp_path / "camscan.db").exists()


def test_an_expired_authorisation_refuses_and_is_recorded(tmp_path: Path) -> None:
    scope = scope_of(tmp_path, SCOPE.replace("2099-12-31", "2020-01-01"))
    ran = camscan("listen", capture(tmp_path), "--scope", scope)
    assert ran.code == 3
    assert "ended on 1 January 2020" in ran.err
    assert "scan-refused" in (tmp_path / "camscan.audit.jsonl").read_text()
    assert not (tmp_path / "camscan.db").exists()


def test_what_is_outside_the_scope_or_excluded_is_counted(tmp_path: Path, scope: Path) -> None:
    frames = [arp(CAMERA), hello(), hello(STRANGER), hello("10.1.3.10"), hello("10.9.9.9")]
    ran = camscan("listen", capture(tmp_path, pcap(frames)), "--scope", scope)
    assert "3 addresses outside it spoke too" in " ".join(ran.err.split())
    assert not {STRANGER, "10.1.3.10", "10.9.9.9"} & set(stored(tmp_path).split("'"))


def stored(folder: Path) -> str:
    return repr(b"".join(path.read_bytes() for path in folder.glob("camscan.db*")))


def test_a_recording_that_is_cut_off_is_partial(tmp_path: Path, scope: Path) -> None:
    ran = camscan("listen", capture(tmp_path, pcap(FRAMES)[:-5]), "--scope", scope)
    assert ran.code == 4
    assert "1 packet: the last packet is cut off" in " ".join(ran.err.split()).lower()
    (scan,) = json.loads(camscan("list", "-f", "json", "--scope", scope).out)["scans"]
    assert scan["status"] == "partial"


def test_one_of_several_that_cannot_be_read_is_partial(tmp_path: Path, scope: Path) -> None:
    ran = camscan("listen", capture(tmp_path), capture(tmp_path, b"hello", "other"), "--scope", scope)
    assert ran.code == 4
    assert "it is no capture" in ran.err


@pytest.mark.parametrize("content", [b"hello", pcap([]), pcap(FRAMES, 127), csv_log(row())])
def test_nothing_that_can_be_read_is_an_error(tmp_path: Path, scope: Path, content: bytes) -> None:
    ran = camscan("listen", capture(tmp_path, content), "--scope", scope)
    assert (ran.code, ran.out) == (2, "")
    assert str(tmp_path / "mirror.pcap") in ran.err
    assert json.loads(camscan("list", "-f", "json", "--scope", scope).out)["scans"] == []


def test_a_recording_of_last_year_is_not_of_today(tmp_path: Path, scope: Path) -> None:
    camscan("listen", capture(tmp_path), "--scope", scope)
    old = bytearray(pcap([arp(CAMERA)]))
    old[24:28] = (int(START) - 31_536_000).to_bytes(4, "little")
    ran = camscan("listen", capture(tmp_path, bytes(old), "old.pcap"), "--scope", scope)
    assert ran.code == 0
    (device, _) = json.loads(camscan("list", "-f", "json", "--scope", scope).out)["devices"]
    assert (device["first_seen"], device["last_seen"][:10]) == ("2025-11-21T10:00:00Z", "2026-11-21")
    assert (device["maker"], device["verdict"]) == ("hikvision", "confirmed")


def test_an_address_that_changed_hands_leaves_two_devices(tmp_path: Path, scope: Path) -> None:
    frames = [arp(CAMERA), hello(), arp(CAMERA, OTHER_MAC)]
    ran = camscan("listen", capture(tmp_path, pcap(frames)), "--scope", scope)
    assert f"Changed hands meanwhile: {CAMERA}." in ran.err
    told = json.loads(camscan("list", "-f", "json", "--scope", scope).out)
    assert len(told["scans"]) == 2
    assert {(device["mac"], device["maker"]) for device in told["devices"]} == {
        (MAC, "hikvision"),
        (OTHER_MAC, "dahua"),
    }
    assert f"{OTHER_MAC}" in camscan("show", CAMERA, "--scope", scope).out


def test_cameras_behind_a_recorder_are_missed_and_that_is_said(tmp_path: Path, scope: Path) -> None:
    recorder = SADP.replace(b"DS-2CD2385G1-I", b"DS-7616NI-K2").replace(
        b"<DigitalChannelNum>1<", b"<DigitalChannelNum>16<"
    )
    assert recorder.count(b">16<") == 1
    ran = camscan("listen", capture(tmp_path, pcap([arp(CAMERA), hello(payload=recorder)])), "--scope", scope)
    assert f"{CAMERA} is a recorder for 16 cameras" in " ".join(ran.err.split())


def test_it_goes_beside_what_a_scan_found(tmp_path: Path, scope: Path) -> None:
    """The same device once, with what each of two recordings heard."""
    camscan("listen", capture(tmp_path, pcap([arp(CAMERA), hello()])), "--scope", scope)
    talk = Talk().opened().asks(PLAIN).answers(page())
    later = pcap([arp(CAMERA), *talk.frames])
    camscan("listen", capture(tmp_path, later, "later.pcap"), "--scope", scope)
    (device,) = json.loads(camscan("list", "-f", "json", "--scope", scope).out)["devices"]
    assert {item["field"] for item in device["evidence"]} >= {"sadp.model", "http.title", "arp.mac"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Name the captures"),
        (("mirror.pcap", "-i", "eth1"), "Name the captures"),
        (("mirror.pcap", "--for", "1h"), "a file ends by itself"),
        (("-i", "eth1", "--for", "soon"), "is no length of time"),
        (("-i", "no-such-interface"), "There is no interface no-such-interface here"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], says: str, scope: Path) -> None:
    ran = camscan("listen", *arguments, "--scope", scope)
    assert ran.code == 2
    assert says in ran.err


def test_nobody_who_is_no_camera_is_told_of(tmp_path: Path, scope: Path) -> None:
    talk = Talk(server=OTHER).opened().asks(PLAIN).answers(page("Mrs Smith").replace(b"App-webs/", b"nginx"))
    ran = camscan("listen", capture(tmp_path, pcap([arp(OTHER, "8c:16:45:00:00:01"), *talk.frames])), "--scope", scope)
    assert ran.code == 0
    assert "0 cameras and related devices" in ran.err
    assert "Smith" not in stored(tmp_path)
    assert json.loads(camscan("list", "-f", "json", "--scope", scope).out)["devices"] == []
