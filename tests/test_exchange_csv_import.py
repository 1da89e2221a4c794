"""Lists of devices as CSV: our own export, Excel's, and broken ones."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inventory_makers import address

from camscan.device import Device, Kind
from camscan.errors import UsageError
from camscan.evidence import Outcome, Transport, Via
from camscan.exchange.contract import to_csv
from camscan.exchange.csv_import import LINE_LIMIT, first_line, header, read
from camscan.exchange.imported import Imported


def told(tmp_path: Path, content: bytes | str) -> Imported:
    path = tmp_path / "list.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(path)


def values(found: Imported, number: int = 0) -> dict[str, str]:
    (observation,) = found.hosts[number][1]
    return {item.name: item.value for item in observation.evidence}


def test_our_own_export_comes_back(tmp_path: Path) -> None:
    seen = datetime(2025, 11, 21, 10, 0, tzinfo=UTC)
    device = Device(
        address("10.1.0.20"), mac="44:19:b6:00:00:01", kind=Kind.CAMERA, maker="hikvision", hostname="=1+1",
        model="-C800", serial="DS-1", firmware="V5", last_seen=seen,
    )  # fmt: skip
    stream = io.StringIO()
    to_csv([("Town Hall", device)], stream)
    found = told(tmp_path, stream.getvalue())
    ((ip, (observation,)),) = found.hosts
    assert ip == device.ip
    assert values(found) == {
        "import.mac": "44:19:b6:00:00:01",
        "import.hostname": "=1+1",
        "import.kind": "camera",
        "import.maker": "hikvision",
        "import.model": "-C800",
        "import.serial": "DS-1",
    }
    assert (observation.at, observation.via, observation.transport) == (seen, Via.IMPORTED, Transport.FILE)
    assert (observation.outcome, observation.detail) == (Outcome.OK, "imported from list.csv, line 2")
    assert found.skipped == ()
    assert found.notes == (
        "columns not taken: site, kind_verdict, verdict, brand, brand_verdict, firmware, firmware_date, first_seen",
    )


@pytest.mark.parametrize(
    "content",
    [
        b"ip,maker\n10.1.0.20,Caf\xc3\xa9\n",
        b"\xef\xbb\xbfip;maker\r\n10.1.0.20;Caf\xc3\xa9\r\n",
        "ip\tmaker\r\n10.1.0.20\tCafé\r\n".encode("utf-16"),
        b"\xfe\xff" + "ip,maker\n10.1.0.20,Café".encode("utf-16-be"),
        b"sep=;\r\nIP ; Maker\r\n10.1.0.20;Caf\xe9\r\n",  # Windows-1252
        b'\n\n"ip","maker"\n\n"10.1.0.20","Caf\xc3\xa9"',
        b"maker,ip,notes\nCaf\xc3\xa9,  10.1.0.20 ,",
    ],
)
def test_every_way_in_which_programs_write_a_table(tmp_path: Path, content: bytes) -> None:
    found = told(tmp_path, content)
    assert [str(ip) for ip, _ in found.hosts] == ["10.1.0.20"]
    assert values(found) == {"import.maker": "Café"}
    assert found.skipped == ()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("10.1.0.999,x", "line 2: '10.1.0.999' is no device's address"),
        (",x", "line 2: '' is no device's address"),
        ("fe80::1%eth0,x", "line 2: 'fe80::1%eth0' is no device's address"),
        ("224.0.0.1,x", "line 2: '224.0.0.1' is no device's address"),
        ("10.1.0.8,x,y", "line 2: its cells do not fit the 2 columns"),
        ('10.1.0.8,"x', "line 2: its cells do not fit the 2 columns"),
        ('10.1.0.8,"x"y', "line 2: its cells do not fit the 2 columns"),
        ("x" * (LINE_LIMIT + 5), "line 2: longer than 65,536 characters"),
        ("\x1b]0;pwned\x07,x", "line 2: '\\x1b]0;pwned\\x07' is no device's address"),
    ],
)
def test_a_bad_line_is_counted_and_the_others_are_taken(tmp_path: Path, line: str, reason: str) -> None:
    found = told(tmp_path, f"ip,maker\n{line}\n10.1.0.20,axis\n")
    assert [str(ip) for ip, _ in found.hosts] == ["10.1.0.20"]
    assert found.skipped == (reason,)
    assert found.skipped[0].isprintable()


def test_a_bad_mac_does_not_spoil_its_line(tmp_path: Path) -> None:
    found = told(tmp_path, "ip,mac,maker\n10.1.0.20,garbage,axis\n10.1.0.21,44-19-B6-00-00-01,\n")
    assert values(found, 0) == {"import.maker": "axis"}
    assert values(found, 1) == {"import.mac": "44:19:b6:00:00:01"}
    assert found.skipped == ("line 2: 'garbage' is no MAC address; the rest of the line was taken",)


def test_lines_may_be_shorter_than_the_header_and_empty_ones_are_nothing(tmp_path: Path) -> None:
    found = told(tmp_path, "ip,maker,model\n10.1.0.20\n,,\n   \n10.1.0.21,axis\n")
    assert [str(ip) for ip, _ in found.hosts] == ["10.1.0.20", "10.1.0.21"]
    assert found.skipped == ()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2025-03-01T12:30:00Z", datetime(2025, 3, 1, 12, 30, tzinfo=UTC)),
        ("2025-03-01", datetime(2025, 3, 1, tzinfo=UTC)),
        ("2999-01-01", None),
        ("0001-01-01T00:00:00+23:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_row_is_as_old_as_its_last_sighting(tmp_path: Path, text: str, kept: datetime | None) -> None:
    before = datetime.now(UTC)
    found = told(tmp_path, f"ip,last_seen\n10.1.0.20,{text}\n")
    at = found.hosts[0][1][0].at
    assert at == kept if kept else at >= before


@pytest.mark.parametrize("content", ["", "\n\n", "name,address\nx,10.1.0.20\n", "\x00\x01\x02", "ip" * 40_000])
def test_a_file_without_an_ip_column_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(UsageError, match=r'list\.csv: the first line must name the columns, one of them "ip"'):
        told(tmp_path, content)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read(tmp_path / "absent.csv")


def test_the_header_is_found_by_its_delimiter() -> None:
    assert header("IP;mac") == (";", ("ip", "mac"))
    assert header('"ip"') == (",", ("ip",))
    assert header("zip,mac") is None
    assert header('"ip') is None


def test_the_first_line_skips_what_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("\n\r\nip,mac\n")
    assert first_line(path) == "ip,mac"


@given(st.binary(max_size=300))
def test_random_bytes_are_never_a_crash(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "random.csv"
    path.write_bytes(b"ip,mac,last_seen\n" + content)
    assert all(reason.isprintable() for reason in read(path).skipped)
    path.write_bytes(content)
    try:
        read(path)
    except UsageError:
        return


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_what_we_write_we_can_read(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    stream = io.StringIO()
    to_csv([("", Device(address(f"10.1.0.{n}"), hostname=name)) for n, name in enumerate(names, start=1)], stream)
    path = tmp_path_factory.getbasetemp() / "ours.csv"
    path.write_text(stream.getvalue(), encoding="utf-8", newline="")
    found = read(path)
    assert len(found.hosts) == len(names)
    assert found.skipped == ()
