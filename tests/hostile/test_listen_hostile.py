"""What is overheard may be a secret, or a trap. Secrets never reach what is stored; traps cost little."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from certificates import certificate
from cli_tools import camscan, scope_of
from dhcp_makers import message, option
from egress_makers import START, ethernet, ip_packet, pcap, udp
from listen_makers import (
    CAMERA,
    GROUP,
    MAC,
    OTHER,
    OTHER_MAC,
    PLAIN,
    SADP,
    STRANGER,
    Heard,
    Talk,
    a_scope,
    arp,
    datagram,
    hello,
    page,
    signatures,
)
from test_listen_flight import chain, records
from test_listen_flight import hello as server_hello

from camscan.device import Verdict
from camscan.discover.dhcp import Kind
from camscan.identify import assess

CANARY = "Canary7Secret"
PERSON = "Mrs-Canary-Smith"
BASIC = base64.b64encode(f"admin:{CANARY}".encode()).decode()
STAFF_MAC = "8c:16:45:00:00:01"


def described(name: str, manufacturer: str = "D-Link") -> bytes:
    content = (
        f'<root xmlns="urn:schemas-upnp-org:device-1-0"><device><friendlyName>{name}</friendlyName>'
        f"<manufacturer>{manufacturer}</manufacturer><modelName>DCS-935L</modelName></device></root>"
    )
    return f"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {len(content)}\r\n\r\n{content}".encode()


def secrets() -> Iterator[bytes]:
    """A camera with a login, its operator at work, and staff about their business: every frame holds a canary."""
    yield arp(CAMERA)
    yield hello()
    logins = [
        f"GET / HTTP/1.1\r\nAuthorization: Basic {BASIC}\r\n\r\n",
        f"GET / HTTP/1.1\r\nCookie: WebSession={CANARY}\r\n\r\n",
        f"GET /cgi-bin/main.cgi?user=admin&pwd={CANARY} HTTP/1.1\r\n\r\n",
        f"POST /ISAPI/Security/users HTTP/1.1\r\nContent-Type: text/xml\r\n\r\n<password>{CANARY}</password>",
        f"GET / HTTP/1.1\r\nHost: {PERSON}\r\nReferer: http://admin:{CANARY}@10.1.0.20/\r\n\r\n",
        f"PUT /x HTTP/1.1\r\nX-Auth-Token: {CANARY}\r\n\r\n",
    ]
    for number, login in enumerate(logins):
        answer = page(
            f"Cameras of {PERSON}",
            f"Set-Cookie: WebSession={CANARY}",
            f"X-Session: {CANARY}",
            f"Content-Disposition: attachment; filename={PERSON}.mp4",
            f"Location: http://admin:{CANARY}@10.1.0.20/x?token={CANARY}&who={PERSON}",
            body=f"<input name=password value={CANARY}> {PERSON}",
        )
        yield from Talk(own=40_000 + number).opened().asks(login.encode()).answers(answer).frames
    plain = page("Camera", f"Set-Cookie: s={CANARY}", f"X-Owner: {PERSON}", body=f"{PERSON} {CANARY}")
    yield from Talk(own=41_000).opened().asks(PLAIN).answers(plain).frames
    rtsp = f'SETUP rtsp://admin:{CANARY}@10.1.0.20/1 RTSP/1.0\r\nAuthorization: Digest username="{PERSON}"\r\n\r\n'
    told = (
        f"v=0\r\ns=Media Presentation\r\na=control:rtsp://admin:{CANARY}@10.1.0.20/trackID=1\r\n"
        f"a=control:rtsp://10.1.0.20/user=admin_password={CANARY}_channel=1/trackID=2\r\n"
    )
    described_stream = (
        f"RTSP/1.0 200 OK\r\nServer: x\r\nContent-Base: rtsp://admin:{CANARY}@10.1.0.20/\r\nSession: {CANARY}\r\n"
        f"Content-Type: application/sdp\r\nContent-Length: {len(told)}\r\n\r\n{told}"
    )
    yield from Talk(port=554).opened().asks(rtsp.encode()).answers(described_stream.encode()).frames
    # Staff: a computer with a name, a page, a telephone, a lease, a certificate, a printer.
    yield arp(OTHER, STAFF_MAC)
    staff = page(f"Intranet of {PERSON}").replace(b"App-webs/", b"nginx")
    for frame in Talk(server=OTHER, own=42_001).opened().asks(PLAIN).answers(staff).frames:
        yield frame.replace(bytes.fromhex(OTHER_MAC.replace(":", "")), bytes.fromhex(STAFF_MAC.replace(":", "")))
    lease = message(Kind.REQUEST, option(12, PERSON.encode()), mac=STAFF_MAC, held=OTHER)
    yield datagram(OTHER, "10.1.0.1", (68, 67), lease, STAFF_MAC)
    own = certificate(f"CN={PERSON}")
    flight = records(server_hello() + chain(own))
    for frame in Talk(server=OTHER, port=443, own=42_002).opened().asks(b"\x16\x03\x01").answers(flight).frames:
        yield frame.replace(bytes.fromhex(OTHER_MAC.replace(":", "")), bytes.fromhex(STAFF_MAC.replace(":", "")))
    notify = (
        f"NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nNTS: ssdp:alive\r\nUSN: uuid:{PERSON}\r\nSERVER: Windows\r\n\r\n"
    )
    yield datagram(OTHER, GROUP, (1900, 1900), notify.encode(), STAFF_MAC)
    # Outside the scope: the same camera, and a name.
    yield hello(STRANGER, SADP.replace(b"DS-2CD2385G1-I", PERSON.encode()[:14]))


def everything(folder: Path) -> bytes:
    """Every byte of every file that was left behind, but the recording."""
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.suffix != ".pcap")


def test_no_secret_and_no_person_is_ever_stored_or_shown(tmp_path: Path) -> None:
    scope = scope_of(tmp_path)
    recording = tmp_path / "mirror.pcap"
    recording.write_bytes(pcap(secrets(), step=0.01))
    shown = []
    for form in ("table", "json", "jsonl", "csv"):
        ran = camscan("listen", recording, "--scope", scope, "-f", form)
        assert ran.code == 0, ran.err
        shown += [ran.out, ran.err]
    for command in (("show", CAMERA, "--evidence"), ("explain", CAMERA), ("list", "--all"), ("rematch",)):
        ran = camscan(*command, "--scope", scope)
        assert ran.code == 0, ran.err
        shown += [ran.out, ran.err]
    told = "\n".join(shown)
    assert json.loads(shown[2])["devices"][0]["model"] == "DS-2CD2385G1-I"
    assert [device["ip"] for device in json.loads(shown[2])["devices"]] == [CAMERA]
    left = everything(tmp_path)
    for canary in (CANARY, PERSON, BASIC, "Canary", "Smith"):
        assert canary not in told
        assert canary.encode() not in left
        assert canary.encode("utf-16-le") not in left
    assert STAFF_MAC not in told
    assert STRANGER not in told


def verdict(found: Heard) -> tuple[str | None, Verdict]:
    device = assess(found.of(CAMERA), signatures())
    return device.maker, device.verdict


def test_a_forged_announcement_never_confirms_a_maker() -> None:
    axis = Talk().opened().asks(PLAIN).answers(page("AXIS").replace(b"App-webs/", b"Apache")).frames
    mac = bytes.fromhex(MAC.replace(":", ""))
    theirs = [frame.replace(mac, bytes.fromhex("accc8e000001")) for frame in axis]
    forged = hello(mac="02:00:00:00:06:66")
    for order in ([forged, *theirs], [*theirs, forged], [*theirs, forged, *theirs]):
        found = Heard().frames([arp(CAMERA, "ac:cc:8e:00:00:01"), *order])
        assert verdict(found)[0] != "hikvision"
    # Without any ARP nobody can tell whose word it is; a claim it stays unless its sender conversed.
    assert verdict(Heard().frames([forged])) == ("hikvision", Verdict.PROBABLE)


def test_an_attacker_who_takes_an_address_by_arp_does_not_speak_for_the_device() -> None:
    evil = "02:00:00:00:06:66"
    found = Heard().frames([arp(CAMERA, "ac:cc:8e:00:00:01"), arp(CAMERA, evil), hello(mac=evil)])
    assert {name for one in found.of(CAMERA, 0) for name in (item.name for item in one.evidence)} == {"arp.mac"}
    assert assess(found.of(CAMERA, 0), signatures()).maker == "axis"
    assert assess(found.of(CAMERA, 1), signatures()).verdict is Verdict.PROBABLE


def flood(count: int, addresses: int) -> Iterator[bytes]:
    for number in range(count):
        forged = SADP.replace(b"33842150", b"%08d" % number)
        yield hello(f"10.1.{number % addresses // 256}.{number % addresses % 256}", forged, "02:00:00:00:06:66")


FLOOD = """
import resource, sys
sys.path[:0] = sys.argv[1:]
from listen_makers import Heard
from test_listen_hostile import flood
found = Heard()
found.frames(flood(1_000, 250))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found.frames(flood(100_000, 250))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, len(found.listening.hosts.cut))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the module resource is Unix's own")
@pytest.mark.timeout(300)
def test_a_hundred_thousand_forged_hellos_cost_bounded_memory() -> None:
    """Each time another device. Sixteen claims of each address are believed, and nothing more is kept."""
    folder = Path(__file__).parent
    command = [sys.executable, "-c", FLOOD, str(folder), str(folder.parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder.parent.parent)
    kibibytes, cut = map(int, done.stdout.split())
    assert kibibytes < 60 * 1024
    assert cut == 250


def test_names_with_escapes_reach_no_terminal(tmp_path: Path) -> None:
    scope = scope_of(tmp_path)
    recording = tmp_path / "mirror.pcap"
    evil = "\x1b]0;owned\x07\x1b[2J\u202e\r\n"
    lease = message(Kind.REQUEST, option(12, evil.encode()), held=CAMERA)
    frames = [
        arp(CAMERA),
        datagram(CAMERA, "10.1.0.1", (68, 67), lease),
        *Talk().opened().asks(PLAIN).answers(page(evil)).frames,
        *Talk(own=51_000).opened().asks(PLAIN).answers(described(evil)).frames,
    ]
    recording.write_bytes(pcap(frames))
    ran = camscan("listen", recording, "--scope", scope)
    for told in (
        ran,
        camscan("show", CAMERA, "--evidence", "--scope", scope),
        camscan("explain", CAMERA, "--scope", scope),
    ):
        assert told.code == 0
        for bad in ("\x1b", "\x07", "\u202e"):
            assert bad not in told.out + told.err


def test_a_file_name_with_escapes_reaches_no_terminal(tmp_path: Path) -> None:
    scope = scope_of(tmp_path)
    recording = tmp_path / "\x1b[2Jmirror.pcap"
    recording.write_bytes(b"hello")
    ran = camscan("listen", recording, "--scope", scope)
    assert ran.code == 2
    assert "\x1b" not in ran.err


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such file names")
def test_a_file_name_that_is_no_text(tmp_path: Path) -> None:
    scope = scope_of(tmp_path)
    recording = Path(os.fsdecode(bytes(tmp_path) + b"/\xff\xfe.pcap"))
    recording.write_bytes(pcap([arp(CAMERA), hello()]))
    assert camscan("listen", tmp_path / recording.name, "--scope", scope).code == 0
    (scan,) = json.loads(camscan("list", "-f", "json", "--scope", scope).out)["scans"]
    assert scan["inputs"][0]["packets"] == 2


def test_one_device_that_claims_to_be_many_is_cut_short_and_named(tmp_path: Path) -> None:
    scope = scope_of(tmp_path)
    recording = tmp_path / "mirror.pcap"
    recording.write_bytes(pcap(flood(200, 1)))
    ran = camscan("listen", recording, "--scope", scope)
    assert "some of what 10.1.0.0 claimed" in " ".join(ran.err.split()).lower()


def test_lengths_that_lie_are_survived() -> None:
    frames = [hello(), *Talk().opened().asks(PLAIN).answers(page()).frames, arp(CAMERA)]
    for frame in frames:
        for place in range(12, min(len(frame), 64)):
            for value in (0, 1, 0x7F, 0xFF):
                Heard().frames([frame[:place] + bytes([value]) + frame[place + 1 :]]).over()


def test_a_datagram_that_says_it_is_longer_than_it_is() -> None:
    body = bytearray(udp(37020, 37020, SADP))
    body[4:6] = b"\xff\xff"
    found = Heard().frames([ethernet(ip_packet(CAMERA, GROUP, 17, bytes(body)), source=MAC)])
    assert found.over() == {}


def test_a_scope_that_is_as_wide_as_allowed_is_not_walked_through() -> None:
    found = Heard(a_scope("10.1.0.0/16")).frames([arp(CAMERA), hello()], at=START)
    assert list(found.over()) == [(CAMERA, 0)]
