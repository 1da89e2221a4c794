"""camscan show and camscan explain: what is known and why, and no device ever speaks to the terminal."""

from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from cli_tools import Demo, Ran, camscan, columns
from inventory_makers import SITE, heard, start

from camscan.inventory import Inventory, ScanStatus

HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202edlrow\x9b31m"
"""Sets a window's title, clears the screen, turns the text around, and colours what follows."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scope path of an inventory whose devices have been given the worst of names."""
    folder = tmp_path_factory.mktemp("hostile")
    with Inventory.open(folder / "camscan.db") as inventory:
        scan = inventory.begin_scan(start())
        for last, field in enumerate(
            ("sadp.model", "sadp.serial", "sadp.firmware", "http.realm", "wsd.scope", "onvif.hostname", "rtsp.realm"),
            20,
        ):
            ip = f"10.1.0.{last}"
            told = [("sadp.answer", "yes"), (field, f"DS-{HOSTILE}"), ("http.title", HOSTILE)]
            inventory.save_host(scan, ip_address(ip), SITE, [heard(ip, *told, port=37020)])
        inventory.finish_scan(scan, ScanStatus.COMPLETE, 1, True, "", ())
    return folder / "camscan.toml"


def harmless(ran: Ran) -> bool:
    """Whether nothing a device said is obeyed: the only escapes are our own bold and dim."""
    told = ran.out + ran.err
    for own in ("\x1b[1m", "\x1b[2m", "\x1b[0m"):
        told = told.replace(own, "")
    return not any(char in told for char in "\x1b\x07\x9b\u202e")


@pytest.mark.parametrize("command", [("show",), ("show", "--evidence"), ("explain",)])
@pytest.mark.parametrize("host", range(20, 27))
@pytest.mark.parametrize("terminal", [False, True])
def test_a_device_cannot_speak_to_the_terminal(
    hostile: Path, command: tuple[str, ...], host: int, terminal: bool
) -> None:
    arguments = (*command, f"10.1.0.{host}", "--scope", hostile)
    if terminal:
        with columns(80):
            ran = camscan(*arguments)
    else:
        ran = camscan(*arguments)
    assert ran.code == 0
    assert harmless(ran)


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv"])
def test_nor_in_a_list(hostile: Path, form: str) -> None:
    ran = camscan("list", "--all", "--format", form, "--scope", hostile)
    assert ran.code == 0
    assert harmless(ran)


def test_what_is_hidden_in_a_name_is_shown(hostile: Path) -> None:
    assert "DS-\\x1b]0;owned\\x07" in camscan("show", "10.1.0.21", "--scope", hostile).out


def test_show_tells_what_is_known_each_with_its_own_verdict(demo: Demo) -> None:
    ran = demo.ask("show", "127.77.0.7")
    told = dict(line.split("  ", 1) for line in ran.out.splitlines()[1:])
    assert ran.code == 0
    assert "Which lists bind you depends on where and what you are" in ran.err
    assert ran.out.startswith("127.77.0.7")
    assert told["Made by"].strip() == "Hikvision (confirmed)"
    assert told["Sold as"].strip().startswith("Annke (")
    assert told["Model"].strip() == "C800"
    assert told["Site"].strip() == "Laboratory"
    assert "claimed by the device" in told["MAC"]
    assert told["Last seen"].strip().endswith("UTC")


def test_a_recorder_tells_how_many_channels_it_claims(demo: Demo) -> None:
    assert "16, as the device says" in demo.ask("show", "127.77.0.2").out


def test_what_is_not_known_is_a_dash_or_said(demo: Demo) -> None:
    told = demo.ask("show", "127.77.0.25").out
    assert "not known" in told
    assert "Serial number" in told


def test_the_evidence_is_shown_on_request(demo: Demo) -> None:
    short, long = demo.ask("show", "127.77.0.3").out, demo.ask("show", "127.77.0.3", "--evidence").out
    assert long.startswith(short)
    assert "sadp.model" in long
    assert "DS-2CD2142FWD-I" in long
    assert "Heard on " in long


def test_explain_gives_signs_with_strength_place_and_source(demo: Demo) -> None:
    ran = demo.ask("explain", "127.77.0.16")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == "127.77.0.16  probable: made by Dahua, sold as Honeywell H4W2PER3 (camera)"
    assert lines[2].split() == ["Sign", "Points", "to", "Strength", "Heard", "(UTC)"]
    assert any("strong" in line and "tcp 18554" in line for line in lines)
    assert any(line.startswith("Heard on ") for line in lines)
    assert any(line.startswith("Why not confirmed: one strong sign.") for line in lines)
    assert any(line.startswith("  dahua.realm.serial: ") for line in lines)


def test_what_is_confirmed_needs_no_excuse(demo: Demo) -> None:
    told = demo.ask("explain", "127.77.0.3").out
    assert told.startswith("127.77.0.3  confirmed: made by Hikvision")
    assert "Why not" not in told


def test_an_unknown_maker_is_said_and_accuses_nobody(demo: Demo) -> None:
    told = demo.ask("explain", "127.77.0.25").out
    assert told.startswith("127.77.0.25  maker unknown (camera)")
    assert "Why not known" in told
    assert "Hikvision" not in told
    assert "Dahua" not in told


@pytest.mark.parametrize("ip", ["127.77.0.7", "127.77.0.16", "127.77.0.25", "127.77.0.9"])
def test_explanations_fit_eighty_columns(demo: Demo, ip: str) -> None:
    with columns(80):
        told = demo.ask("explain", ip).out
    for own in ("\x1b[1m", "\x1b[2m", "\x1b[0m"):
        told = told.replace(own, "")
    assert all(len(line) <= 80 for line in told.splitlines())


def test_the_days_are_told_since_the_table_has_only_times(tmp_path: Path) -> None:
    said = [
        heard("10.1.0.20", ("sadp.answer", "yes"), port=37020 + day, at=datetime(2026, 11, day, 9, 30, tzinfo=UTC))
        for day in (3, 5)
    ]
    with Inventory.open(tmp_path / "camscan.db") as inventory:
        scan = inventory.begin_scan(start())
        inventory.save_host(scan, ip_address("10.1.0.20"), SITE, said)
        inventory.finish_scan(scan, ScanStatus.COMPLETE, 1, True, "", ())
    ran = camscan("show", "10.1.0.20", "--evidence", "--scope", tmp_path / "camscan.toml")
    assert "Heard between 3 November 2026 and 5 November 2026." in ran.out


def test_explain_a_signature_says_what_it_looks_for_and_on_whose_word() -> None:
    ran = camscan("explain", "hikvision.sadp")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0].startswith("hikvision.sadp (makers/hikvision.toml:")
    assert "  points to maker hikvision, decisive" in lines
    assert any(line.startswith("  needs: sadp.answer ") for line in lines)
    assert any(line.startswith("  source: ") for line in lines)


def test_a_signature_whose_name_begins_with_a_digit_is_no_address() -> None:
    assert camscan("explain", "2n.tls").out.startswith("2n.tls (")


@pytest.mark.parametrize("name", ["hikvision.nonsense", "camera.example.org", "nonsense", "10.1.0.300"])
def test_what_is_neither_is_said(name: str) -> None:
    ran = camscan("explain", name)
    assert (ran.code, ran.out) == (2, "")
    assert f'"{name}" is neither an address nor the name of a signature.' in ran.err


def test_explain_nothing_asks_what(demo: Demo) -> None:
    ran = demo.ask("explain")
    assert ran.code == 2
    assert "--lists" in ran.err


def test_the_official_lists_are_explained() -> None:
    ran = camscan("explain", "--lists")
    assert ran.code == 0
    assert "us-ndaa-889: " in ran.out
