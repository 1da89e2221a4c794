"""nmap's XML as evidence: its own, other people's, and hostile."""

import io
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inventory_makers import address

from camscan.errors import UsageError
from camscan.evidence import Observation, Outcome, Transport, Via
from camscan.exchange.imported import Imported
from camscan.exchange.nmap_xml import read, read_stream

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nmaprun>
<?xml-stylesheet href="file:///usr/bin/../share/nmap/nmap.xsl" type="text/xsl"?>
<!-- Nmap 7.93 scan initiated as: nmap -sV -oX - 10.1.0.0/24 -->
<nmaprun scanner="nmap" args="nmap -sV" start="1600000000" version="7.93" xmloutputversion="1.05">
<scaninfo type="connect" protocol="tcp" numservices="3" services="80,554,8000"/>
<hosthint><status state="up" reason="arp-response"/><address addr="10.1.0.20" addrtype="ipv4"/></hosthint>
"""
CAMERA = """<host starttime="1600000000" endtime="1600000060"><status state="up" reason="arp-response" reason_ttl="0"/>
<address addr="10.1.0.20" addrtype="ipv4"/><address addr="44:19:B6:00:00:01" addrtype="mac" vendor="Hikvision"/>
<hostnames><hostname name="cam-20.example" type="PTR"/></hostnames>
<ports><extraports state="closed" count="1"/>
<port protocol="tcp" portid="80"><state state="open" reason="syn-ack" reason_ttl="64"/>
<service name="http" product="Hikvision Network Video Recorder http admin" version="1.0" method="probed" conf="10"/>
<script id="http-title" output="index"><elem key="title">index</elem></script></port>
<port protocol="tcp" portid="554"><state state="open"/><service name="rtsp" method="table" conf="3"/></port>
<port protocol="tcp" portid="8000"><state state="closed"/></port>
<port protocol="udp" portid="37020"><state state="open|filtered"/></port>
<port protocol="udp" portid="3702"><state state="open"/></port>
</ports><times srtt="300" rttvar="40" to="100000"/></host>
"""
TAIL = '<runstats><finished time="1600000070"/><hosts up="1" down="0" total="1"/></runstats></nmaprun>\n'


def told(*hosts: str, tail: str = TAIL) -> Imported:
    return read_stream(io.BytesIO((HEAD + "".join(hosts) + tail).encode()), "scan.xml")


def pairs(observations: tuple[Observation, ...]) -> list[tuple[int, str, str]]:
    return [(one.port, item.name, item.value) for one in observations for item in one.evidence]


def host(
    ip: str = "10.1.0.9", status: str = 'state="up" reason="syn-ack"', ports: str = "", attributes: str = ""
) -> str:
    return f'<host {attributes}><status {status}/><address addr="{ip}" addrtype="ipv4"/><ports>{ports}</ports></host>'


def test_a_camera_as_nmap_tells_it() -> None:
    found = told(CAMERA)
    ((ip, observations),) = found.hosts
    assert ip == address("10.1.0.20")
    assert pairs(observations) == [
        (0, "nmap.mac", "44:19:b6:00:00:01"),
        (0, "nmap.hostname", "cam-20.example"),
        (80, "port.open", "tcp/80"),
        (80, "nmap.port", "tcp/80 open http"),
        (80, "nmap.product", "Hikvision Network Video Recorder http admin 1.0"),
        (554, "port.open", "tcp/554"),
        (554, "nmap.port", "tcp/554 open rtsp"),
        (3702, "port.open", "udp/3702"),
        (3702, "nmap.port", "udp/3702 open"),
    ]
    assert {(one.via, one.transport, one.outcome, one.probe) for one in observations} == {
        (Via.IMPORTED, Transport.FILE, Outcome.OK, "nmap")
    }
    assert {one.at for one in observations} == {datetime.fromtimestamp(1600000060, UTC)}
    assert {one.detail for one in observations} == {"imported from scan.xml"}
    assert (found.skipped, found.form) == ((), "nmap XML")


def test_hosts_that_are_down_or_that_nmap_only_supposes_up_are_no_devices() -> None:
    down = host(status='state="down" reason="no-response"')
    supposed = host(status='state="up" reason="user-set"')
    assert told(down, supposed).hosts == ()
    (only,) = told(host()).hosts  # it answered, though no port is open
    assert pairs(only[1]) == []


def test_ipv6_hosts_and_hosts_with_both() -> None:
    six = '<host><status state="up" reason="nd-response"/><address addr="fd00::20" addrtype="ipv6"/></host>'
    both = (
        '<host><status state="up" reason="x"/><address addr="fd00::21" addrtype="ipv6"/>'
        '<address addr="10.1.0.21" addrtype="ipv4"/></host>'
    )
    assert [ip for ip, _ in told(six, both).hosts] == [address("fd00::20"), address("10.1.0.21")]


@pytest.mark.parametrize(
    "bad",
    [
        '<host><status state="up"/></host>',
        '<host><status state="up"/><address addr="44:19:B6:00:00:01" addrtype="mac"/></host>',
        host("10.1.0.999"),
        host("10.1.0.0/24"),
        host("-iL /etc/passwd"),
        host("224.0.0.1"),
        host("0.0.0.0"),
        host("fe80::1%eth0"),
        host("fe80::1%--script=x"),
        host("\u0661.1.1.1"),
        host(""),
    ],
)
def test_a_host_that_cannot_be_is_counted_and_the_others_are_taken(bad: str) -> None:
    found = told(bad, CAMERA, bad)
    assert [str(ip) for ip, _ in found.hosts] == ["10.1.0.20"]
    assert len(found.skipped) == 2
    assert found.skipped[0].startswith("host 1: ")
    assert found.skipped[1].startswith("host 3: ")


@pytest.mark.parametrize("number", ["0", "65536", "-1", "80 -iL x", "eighty", "", "\u0668\u0660", "9" * 5000])
def test_a_port_that_cannot_be_is_counted_and_the_others_are_taken(number: str) -> None:
    bad = f'<port protocol="tcp" portid="{number}"><state state="open"/></port>'
    good = '<port protocol="tcp" portid="80"><state state="open"/></port>'
    found = told(host(ports=bad + good))
    ((_, observations),) = found.hosts
    assert pairs(observations) == [(80, "port.open", "tcp/80"), (80, "nmap.port", "tcp/80 open")]
    assert len(found.skipped) == 1
    assert len(found.skipped[0]) <= 200


def test_reasons_are_safe_to_print() -> None:
    (reason,) = told(host("\u202e&#x9b;2J")).skipped
    assert reason.isprintable()


@pytest.mark.parametrize(
    ("attributes", "at"),
    [
        ('endtime="1600000000"', datetime.fromtimestamp(1600000000, UTC)),
        ('starttime="1600000000"', datetime.fromtimestamp(1600000000, UTC)),
        ('endtime="99999999999"', None),  # the year 5138
        ('endtime="999999999999999"', None),
        ('endtime="soon"', None),
        ("", None),
    ],
)
def test_the_time_is_nmaps_unless_it_cannot_be(attributes: str, at: datetime | None) -> None:
    before = datetime.now(UTC)
    ((_, observations),) = told(host(attributes=attributes)).hosts
    found = observations[0].at
    assert found == at if at else before <= found <= datetime.now(UTC)


def test_a_file_that_ends_early_gives_what_came_before() -> None:
    found = told(CAMERA, host()[:50], tail="")
    assert [str(ip) for ip, _ in found.hosts] == ["10.1.0.20"]
    assert len(found.skipped) == 1
    assert "ends early" in found.skipped[0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not XML at all",
        "<html><body>404</body></html",
        '<!DOCTYPE nmaprun SYSTEM "http://10.0.0.1/evil.dtd"><nmaprun/>',
        '<!DOCTYPE nmaprun [<!ENTITY a "aaaa">]><nmaprun><host>&a;</host></nmaprun>',
        "<!DOCTYPE lolz><nmaprun/>",
        "<nmaprun>" * 100_000,
    ],
)
def test_what_is_not_nmaps_xml_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"scan\.xml: this cannot be read as nmap's XML .*Nothing was imported"):
        read_stream(io.BytesIO(text.encode()), "scan.xml")


def test_truncation_anywhere_is_never_a_crash() -> None:
    whole = (HEAD + CAMERA + host() + TAIL).encode()
    for end in range(0, len(whole), 3):
        try:
            found = read_stream(io.BytesIO(whole[:end]), "scan.xml")
        except UsageError:
            continue
        assert 1 <= len(found.hosts) <= 2


@given(st.lists(st.tuples(st.integers(0, 3000), st.binary(min_size=1, max_size=4)), min_size=1, max_size=8))
def test_damage_anywhere_is_never_a_crash(damages: list[tuple[int, bytes]]) -> None:
    whole = bytearray((HEAD + CAMERA + TAIL).encode())
    for place, damage in damages:
        whole[place : place + len(damage)] = damage
    try:
        found = read_stream(io.BytesIO(bytes(whole)), "scan.xml")
    except UsageError:
        return
    assert isinstance(found, Imported)


def test_many_hosts_are_read_as_they_stream() -> None:
    class Endless(io.RawIOBase):
        """Three thousand hosts, made as they are read."""

        def __init__(self) -> None:
            self._parts = iter(
                [HEAD.encode(), *(host(f"10.2.{n // 250}.{n % 250}").encode() for n in range(3000)), TAIL.encode()]
            )

        def read(self, _size: int = -1) -> bytes:
            return next(self._parts, b"")

    assert len(read_stream(Endless(), "scan.xml").hosts) == 3000  # type: ignore[arg-type]  # all that is read is read()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read(tmp_path / "absent.xml")


@pytest.mark.skipif(shutil.which("nmap") is None, reason="nmap is not installed (Debian: apt install nmap)")
def test_what_nmap_really_writes(tmp_path: Path) -> None:
    path = tmp_path / "scan.xml"
    subprocess.run(
        ["nmap", "-n", "-sT", "-p", "9", "-oX", str(path), "127.0.0.1"], check=True, stdout=subprocess.DEVNULL
    )
    found = read(path)
    assert [str(ip) for ip, _ in found.hosts] == ["127.0.0.1"]
    assert found.skipped == ()
