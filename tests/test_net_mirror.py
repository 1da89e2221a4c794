"""Listening to one end of a cable between two namespaces: what comes is heard, and nothing is said."""

import sys
from typing import Any

import pytest
from namespaces import Namespace, cabled
from test_net_sift import GO, STAY

from camscan.errors import UsageError
from camscan.net.mirror import open_mirror

if sys.platform != "linux":
    pytest.skip("needs network namespaces", allow_module_level=True)

SILENT = ("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
"""So that the kernel itself says nothing on the cable."""

SETUP = """
import ctypes, json, os, socket, subprocess, sys, time
from camscan.errors import UsageError
from camscan.net.mirror import open_mirror
from camscan.net.privileges import drop_privileges, preload
libc = ctypes.CDLL(None)
here, there = os.open("/proc/self/ns/net", os.O_RDONLY), os.open("/run/netns/" + os.environ["FAR"], os.O_RDONLY)

def listened(**how):
    if os.environ["BACKEND"] == "linux":
        return open_mirror("eth7", **how)
    from camscan.net._mirror_pcap import open_mirror as with_pcap
    return with_pcap("eth7", **{"sift": True, "snaplen": 65535, "local": (), **how})

def far():
    assert libc.setns(there, 0) == 0
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    wire.bind(("eth7", 0))
    assert libc.setns(here, 0) == 0
    return wire

def sent():
    with open("/sys/class/net/eth7/statistics/tx_packets") as file:
        return int(file.read())

def until_tick(mirror):
    found = []
    for packet in mirror:
        if packet is None:
            return found
        found.append(packet)

frames = [bytes.fromhex(line) for line in os.environ.get("FRAMES", "").split()]
"""

HEAR = (
    SETUP
    + """
before, wire = sent(), far()
with listened(sift=os.environ["SIFT"] == "yes", snaplen=int(os.environ["SNAPLEN"])) as mirror:
    preload()
    who = drop_privileges()
    began = time.time()
    for frame in frames:
        wire.send(frame)
    found = until_tick(mirror)
    more = until_tick(mirror)
    ended = time.time()
    print(json.dumps({"heard": [packet.data.hex() for packet in found], "lengths": [packet.length for packet in found],
      "links": sorted({packet.link for packet in found}), "timely": all(began - 1 <= p.at <= ended + 1 for p in found),
      "more": len(more), "received": mirror.received, "dropped": mirror.dropped, "present": mirror.present,
      "sent": sent() - before, "uid": who.uid}))
"""
)

STORM = (
    SETUP
    + """
wire = far()
with listened(sift=False) as mirror:
    next(iter(mirror))  # a tick: it is listening
    frame = bytes(12) + b"\\x88\\xb5" + bytes(1400)
    for _ in range(40_000):
        wire.send(frame)
    before = mirror.dropped
    heard = len(until_tick(mirror))
    print(json.dumps([heard, before, mirror.dropped, mirror.received]))
"""
)

AWAY = (
    SETUP
    + """
def ip(*argv):
    subprocess.run(["ip", *argv], check=True)

wire, remake = far(), os.environ["REMAKE"] == "yes"
frame = bytes(12) + b"\\x88\\xb5" + bytes(60)
reading, writing = os.pipe()
with listened(sift=False) as mirror:
    # Another process stands for the person who pulls the cable: this one has given up root by then.
    child = os.fork()
    if not child:
        for order in iter(lambda: os.read(reading, 1), b""):
            if order == b"d":
                ip("link", "delete", "eth7") if remake else ip("link", "set", "eth7", "down")
            elif order == b"u":
                if remake:
                    ip("link", "add", "eth7", "type", "veth", "peer", "name", "eth7", "netns", os.environ["FAR"])
                    ip("-n", os.environ["FAR"], "link", "set", "eth7", "up")
                ip("link", "set", "eth7", "up")
                with far() as again:
                    again.send(frame)
            elif order == b"s":
                with far() as again:
                    again.send(frame)
            else:
                os._exit(0)
    preload()
    drop_privileges()
    wire.send(frame)
    told = [len(until_tick(mirror)), mirror.present]
    os.write(writing, b"d")
    for packet in mirror:
        if not mirror.present:
            break
    told.append("away")
    os.write(writing, b"u")
    for packet in mirror:
        if mirror.present:
            break
    told.append("back")
    os.write(writing, b"s")
    heard = packet
    for packet in mirror:
        heard = heard or packet
        if heard is not None:
            break
    told += [heard.length, mirror.present]
    os.write(writing, b"x")
    os.waitpid(child, 0)
    print(json.dumps(told))
"""
)


@pytest.fixture(params=["linux", "libpcap"])
def backend(request: pytest.FixtureRequest) -> str:
    if request.param == "libpcap":
        import ctypes.util

        if ctypes.util.find_library("pcap") is None:
            pytest.skip("libpcap is not installed")
    return str(request.param)


def untagged(frame: bytes) -> bytes:
    """Linux takes off the outer VLAN tag before anybody hears the frame; libpcap puts it back."""
    return untagged(frame[:12] + frame[16:]) if frame[12:14] in (b"\x81\x00", b"\x88\xa8") else frame


def heard(
    near: Namespace, far: Namespace, frames: list[bytes], backend: str, sift: str, snaplen: int = 65535
) -> dict[str, Any]:
    for end in (near, far):
        end.run(*SILENT)
    text = " ".join(frame.hex() for frame in frames)
    told = near.python(HEAR, FAR=far.name, BACKEND=backend, FRAMES=text, SIFT=sift, SNAPLEN=str(snaplen))
    assert isinstance(told, dict)
    return told


def test_it_hears_what_matters_and_says_nothing(backend: str) -> None:
    frames = [frame.ljust(60, b"\0") for frame in (*STAY.values(), *GO.values())]
    with cabled() as (near, far):
        told = heard(near, far, frames, backend, "yes")
    stay = [untagged(frame) for frame in frames[: len(STAY)]]
    found = [untagged(bytes.fromhex(frame)) for frame in told["heard"]]
    # By chance one of the others may be among them.
    assert [frame for frame in found if frame in stay] == stay
    assert len(found) <= len(stay) + 3
    assert told["lengths"] == [len(frame) // 2 for frame in told["heard"]]
    assert (told["links"], told["timely"], told["more"]) == ([1], True, 0)
    assert told["received"] >= len(stay)
    assert (told["dropped"], told["present"], told["sent"]) == (0, True, 0)
    assert told["uid"] != 0


def test_without_the_sieve_it_hears_everything_cut_to_length(backend: str) -> None:
    frames = [frame for frame in GO.values() if untagged(frame) == frame]
    with cabled() as (near, far):
        told = heard(near, far, frames, backend, "no", 40)
    assert told["heard"] == [frame[:40].hex() for frame in frames]
    assert told["lengths"] == [len(frame) for frame in frames]
    assert told["sent"] == 0


def test_what_there_was_no_room_for_is_counted(backend: str) -> None:
    with cabled() as (near, far):
        for end in (near, far):
            end.run(*SILENT)
        read, before, dropped, received = near.python(STORM, FAR=far.name, BACKEND=backend)
    assert 0 < before <= dropped
    assert read + dropped == 40_000
    assert received in (read, 40_000)  # libpcap counts what it dropped, or does not, by version


@pytest.mark.parametrize("remake", ["no", "yes"])
def test_an_interface_that_goes_and_comes_back_is_heard_again_without_root(remake: str) -> None:
    with cabled() as (near, far):
        for end in (near, far):
            end.run(*SILENT)
        told = near.python(AWAY, FAR=far.name, BACKEND="linux", REMAKE=remake)
    assert told == [1, True, "away", "back", 74, True]


def test_where_it_cannot_listen_it_says_what_to_do() -> None:
    with pytest.raises(UsageError, match=r"no interface eth99 here\. Those of this machine: .*lo, this machine itself"):
        open_mirror("eth99")
    with cabled() as (near, _far):
        near.run("ip", "link", "set", "eth7", "down")
        code = """
import json, os
from camscan.errors import UsageError
from camscan.net import _mirror_linux
from camscan.net.mirror import open_mirror
told = []
for name in ("eth7", "lo"):
    try:
        open_mirror(name).close()
    except UsageError as error:
        told.append(str(error))
    os.setuid(65534)
print(json.dumps(told))
"""
        down, may_not = near.python(code)
    assert down == "eth7 is down. Bring it up first; a mirror port needs no address."
    assert "CAP_NET_RAW" in may_not
    assert "sudo" in may_not


INTERRUPTED = (
    SETUP
    + """
import signal
wire = far()
with listened(sift=False) as mirror:
    for number in range(10):
        wire.send(bytes(12) + b"\\x88\\xb5" + bytes([number]) * 60)
    heard = []
    for packet in mirror:
        heard.append(packet.data[20])
        if len(heard) == 4:
            break
    def stop(*_):
        raise KeyboardInterrupt
    signal.signal(signal.SIGALRM, stop)
    heard += [packet.data[20] for packet in until_tick(mirror)]
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        next(iter(mirror))
    except KeyboardInterrupt:
        heard.append("interrupted")
    wire.send(bytes(12) + b"\\x88\\xb5" + bytes([99]) * 60)
    heard += [packet.data[20] for packet in until_tick(mirror)]
print(json.dumps(heard))
"""
)


def test_after_an_interruption_it_goes_on_where_it_was(backend: str) -> None:
    with cabled() as (near, far):
        for end in (near, far):
            end.run(*SILENT)
        assert near.python(INTERRUPTED, FAR=far.name, BACKEND=backend) == [*range(10), "interrupted", 99]


def test_loopback_is_heard_once() -> None:
    code = """
import json, socket
from camscan.net.mirror import open_mirror
with open_mirror("lo") as mirror, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
    own.bind(("127.0.0.1", 0))
    own.sendto(b"hello", own.getsockname())
    found = []
    for packet in mirror:
        if packet is None:
            break
        found.append(packet.data[42:].decode())
print(json.dumps(found))
"""
    with cabled() as (near, _far):
        assert near.python(code) == ["hello"]
