"""Tables fit the screen, name nobody who was not named, and let no device speak to the terminal."""

import io
import unicodedata
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.table import Table

from camscan.device import Conflict, Device, Kind, Verdict
from camscan.report.tables import device_table, grid, reasons_table, summary_table

NAMES = {"hikvision": "Hikvision", "hanwha": "Hanwha Vision", "annke": "Annke", "dahua": "Dahua"}


def name(slug: str | None) -> str:
    return "-" if slug is None else NAMES.get(slug, slug)


def device(last: int, **facts: object) -> Device:
    return Device(ip_address(f"10.1.0.{last}"), **facts)  # type: ignore[arg-type]  # any fields of Device


def drawn(table: Table, width: int) -> list[str]:
    stream = io.StringIO()
    Console(file=stream, width=width, markup=False).print(table)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


CAMERA = device(
    20,
    maker="hikvision",
    verdict=Verdict.CONFIRMED,
    brand="annke",
    model="DS-2CD2347G2-LSU/SL",
    kind=Kind.CAMERA,
)


def test_a_device_is_one_line_of_what_is_known() -> None:
    heading, row = drawn(device_table([CAMERA], name, 80), 80)
    assert heading.split("  ")[0] == "Address"
    assert row.split() == ["10.1.0.20", "Hikvision", "Annke", "DS-2CD2347G2-LSU/SL", "camera", "confirmed"]


def test_what_is_not_known_is_said_so() -> None:
    _heading, row = drawn(device_table([device(21)], name, 80), 80)
    assert row.replace("  ", "|").replace("||", "|").split("|")[:2] == ["10.1.0.21", "not known"]
    assert row.endswith("unknown")


def test_a_conflict_takes_the_place_of_the_verdict() -> None:
    disputed = device(22, maker="dahua", verdict=Verdict.PROBABLE, conflicts=(Conflict("maker", ("dahua", "axis")),))
    assert drawn(device_table([disputed], name, 80), 80)[1].endswith("conflict")


@pytest.mark.parametrize("width", [72, 80, 100, 160])
def test_no_line_is_wider_than_the_screen_and_models_stay_whole(width: int) -> None:
    long = device(
        200,
        maker="hanwha",
        brand="hanwha",
        model="DHI-NVR4216-16P-4KS2",
        kind=Kind.ACCESS_CONTROL,
        verdict=Verdict.SUSPECTED,
    )
    lines = drawn(device_table([CAMERA, long], name, width), width)
    assert all(len(line) <= width for line in lines)
    if width >= 80:
        assert any("DHI-NVR4216-16P-4KS2" in line for line in lines)
    assert any("10.1.0.200" in line for line in lines)


def test_an_ipv6_address_stays_whole() -> None:
    far = Device(ip_address("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff"), model="X" * 32)
    assert "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff" in "\n".join(drawn(device_table([far], name, 80), 200))


def test_a_table_of_nothing_has_its_heading() -> None:
    assert len(drawn(device_table([], name, 80), 80)) == 1


@given(st.text(max_size=60), st.integers(20, 200))
def test_whatever_a_device_calls_itself_cannot_leave_its_cell(model: str, width: int) -> None:
    stream = io.StringIO()
    Console(file=stream, width=200, markup=False).print(device_table([device(5, model=model)], name, width))
    told = stream.getvalue().replace("\n", "")
    assert not any(unicodedata.category(char).startswith("C") for char in told)


def test_the_summary_counts_by_maker_kind_and_verdict() -> None:
    recorder = device(5, maker="hikvision", verdict=Verdict.PROBABLE, kind=Kind.RECORDER)
    intercom = device(6, maker="dahua", verdict=Verdict.SUSPECTED, kind=Kind.INTERCOM)
    lines = drawn(summary_table([device(7), intercom, CAMERA, recorder], name), 80)
    assert [line.split() for line in lines[1:]] == [
        ["Hikvision", "1", "1", "-", "1", "1", "-"],
        ["Dahua", "-", "-", "1", "-", "-", "1"],
        ["not", "known", "-", "-", "1", "-", "-", "-"],
    ]


ROWS = (
    ('asks for a login to "Login to 4K0...", a serial number of Dahua\'s form', "Dahua", "strong", "10:02:14 tcp 554"),
    ("MAC 00:40:84 is registered to Honeywell", "Honeywell (brand)", "weak", "10:02:09 udp 3702, by multicast"),
)


def test_reasons_take_one_line_each_where_there_is_room() -> None:
    lines = drawn(reasons_table(ROWS, 160), 160)
    assert len(lines) == 3
    assert lines[2].endswith("10:02:09 udp 3702, by multicast")


def test_reasons_fit_eighty_columns_and_hang() -> None:
    lines = drawn(reasons_table(ROWS, 80), 80)
    assert all(len(line) <= 80 for line in lines)
    assert lines[1].startswith("asks for a login to")
    assert lines[2].startswith("  ")
    assert [line[-12:].strip() for line in lines if line.endswith(("10:02:09", "udp 3702", "by multicast"))] == [
        "10:02:09",
        "udp 3702",
        "by multicast",
    ]


def test_a_grid_is_empty_and_has_its_columns() -> None:
    table = grid(("One", "Two"))
    table.add_row("a", "b")
    assert drawn(table, 80)[0].split() == ["One", "Two"]
