import pytest
from signature_files import OUI, small_set

from camscan.errors import SignatureError
from camscan.identify import load
from camscan.identify.oui import OuiTable, Registrant, Role, parse_oui


def row(prefix: str, name: str = "Someone", role: Role = Role.MAKER) -> Registrant:
    return Registrant(prefix, role, "acme", None, name)


TABLE = OuiTable([row("8C1F64", "24"), row("8C1F64F", "28"), row("8C1F64F4B", "36")])


@pytest.mark.parametrize(
    ("mac", "block"),
    [
        ("8c:1f:64:00:00:01", "24"),
        ("8c:1f:64:f0:00:01", "28"),
        ("8C-1F-64-F4-B0-01", "36"),
        ("8c1f64f4b001", "36"),
    ],
)
def test_the_longest_block_wins(mac: str, block: str) -> None:
    found = TABLE.find(mac)
    assert found is not None
    assert found.name == block


@pytest.mark.parametrize(
    "mac", ["", "8c:1f", "not a mac", "00:00:00:00:00:00", "8d:1f:64:00:00:01", "zz:1f:64:00:00:01"]
)
def test_what_is_no_address_of_a_device_belongs_to_nobody(mac: str) -> None:
    assert TABLE.find(mac) is None


def test_a_locally_administered_address_belongs_to_nobody() -> None:
    table = OuiTable([row("8E1F64")])
    assert table.find("8e:1f:64:00:00:01") is None


@pytest.mark.parametrize(
    "line",
    [
        "A0B0C0\t28\tmaker\tacme\t\tx",
        "A0B0C0\t24\tking\tacme\t\tx",
        "A0B0C0\t24\tmaker",
        "xyz000\t24\tmaker\ta\t\tx",
        "a0b0c0\t24\tmaker\ta\t\tx",
    ],
)
def test_a_wrong_row_is_refused_with_file_and_line(line: str) -> None:
    with pytest.raises(SignatureError) as caught:
        parse_oui("oui_cameras.tsv", OUI + line)
    assert caught.value.where == "oui_cameras.tsv:3"


def test_a_small_table_is_read() -> None:
    assert [found.name for found in parse_oui("x", OUI)] == ["Acme Ltd"]


def shipped(mac: str) -> tuple[str, str | None, str | None] | None:
    found = load().oui.find(mac)
    return (found.role.value, found.maker, found.brand) if found else None


@pytest.mark.parametrize(
    ("mac", "expected"),
    [
        ("58:50:ed:1f:e3:85", ("maker", "hikvision", None)),
        ("08:ed:ed:87:42:7a", ("maker", "dahua", None)),
        ("c4:79:05:03:a3:44", ("maker", "uniview", None)),
        ("38:c4:e8:02:74:da", ("brand", None, "bcs")),
        ("34:bd:20:00:00:01", ("sister", "hikvision", None)),  # Hikrobot: machine vision
        ("30:2f:ac:00:00:01", ("sister", "dahua", None)),  # HuaRay: machine vision
        ("40:2c:76:10:00:01", None),  # Shanghai Dahua Scale Factory
        ("8c:1f:64:f4:b0:01", None),  # Jorex Lorex India
        ("24:b1:05:00:00:01", ("maker", "hikvision", "prama")),
        ("00:12:43:1b:d7:d5", None),  # Cisco's, as XiongMai cameras write it
    ],
)
def test_the_shipped_table(mac: str, expected: tuple[str, str | None, str | None] | None) -> None:
    assert shipped(mac) == expected


def test_a_small_set_carries_its_table(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert len(small_set(tmp_path_factory.mktemp("set")).oui) == 1
