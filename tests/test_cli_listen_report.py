"""The words after listening."""

from pathlib import Path

from cli_tools import camscan, scope_of
from egress_makers import pcap
from listen_makers import CAMERA, OTHER_MAC, STRANGER, arp, hello


def told(folder: Path, *frames: bytes, options: tuple[str, ...] = ()) -> tuple[str, str]:
    recording = folder / "mirror.pcap"
    recording.write_bytes(pcap(frames))
    ran = camscan("listen", recording, "--scope", scope_of(folder), *options)
    assert ran.code == 0, ran.err
    return ran.out, " ".join(ran.err.split())


def test_what_was_found_in_how_much_and_when(tmp_path: Path) -> None:
    out, err = told(tmp_path, arp(CAMERA), hello())
    assert CAMERA in out
    assert err.startswith(
        "1 camera or related device in 2 packets from 2026-11-21 10:00:00 to 2026-11-21 10:00:01 UTC; "
        "not one packet was sent."
    )
    assert "Nothing about them was kept" not in err
    assert "Saved in" in err
    assert "explain ADDRESS" in err


def test_who_was_passed_over_is_a_number(tmp_path: Path) -> None:
    out, err = told(tmp_path, arp("10.1.0.77", "8c:16:45:00:00:01"), hello(STRANGER))
    assert out == ""
    assert "1 other thing in the scope gave no sign of being a camera; 1 address outside it spoke too." in err
    assert STRANGER not in err


def test_addresses_that_changed_hands_are_named(tmp_path: Path) -> None:
    _, err = told(tmp_path, arp(CAMERA), arp(CAMERA, OTHER_MAC))
    assert f"Changed hands meanwhile: {CAMERA}. What each device said is kept apart." in err


def test_each_device_is_shown_once(tmp_path: Path) -> None:
    out, _ = told(tmp_path, arp(CAMERA), hello(), arp("10.1.0.30", "44:19:b6:00:00:01"), options=("-f", "csv"))
    assert out.count("44:19:b6:00:00:01") == 1
