"""The estate on loopback addresses, whole: what `camscan demo` starts."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest
from lab_tools import DHIP_QUESTION, DN, SADP_QUESTION, ask, fresh_network, get, probe, udp

from camscan.errors import UsageError
from camscan.lab import Estate, LoopbackEstate
from camscan.lab.place import Place
from camscan.lab.workers import Workers


@pytest.fixture(scope="module")
def demo() -> Iterator[LoopbackEstate]:
    with LoopbackEstate(Estate.demo(), fresh_network()) as running:
        yield running


def at(running: LoopbackEstate, host: int) -> Place:
    return next(place for place in running.layout.places if place.device.host == host)


def answers(question: bytes, to: tuple[str, int], expected: set[str]) -> dict[str, bytes]:
    """Answers by sender, until all of ``expected`` have answered."""
    found: dict[str, bytes] = {}
    with udp() as asker:
        asker.sendto(question, to)
        while not expected <= found.keys():
            data, sender = asker.recvfrom(65535)
            found[sender[0]] = data
    return found


def speaking(running: LoopbackEstate, protocol: str) -> set[str]:
    return {
        str(place.ip)
        for place in running.layout.places
        if place.device.speaks(protocol) and not place.device.awkward.udp_drop
    }


def test_a_probe_reaches_every_camera_that_likes_it(demo: LoopbackEstate) -> None:
    expected = {
        str(place.ip)
        for place in demo.layout.places
        if place.device.profile.wsd and "dn" in place.device.profile.wsd.answers and place.device.speaks("wsd")
    }
    assert len(expected) > 8
    answers(probe(DN, "uuid:1"), ("239.255.255.250", 3702), expected)


def test_every_device_of_the_family_answers_dhip(demo: LoopbackEstate) -> None:
    answers(DHIP_QUESTION, ("239.255.255.251", 37810), speaking(demo, "dhip"))


def test_sadp_by_unicast(demo: LoopbackEstate) -> None:
    device = at(demo, 4)
    found = answers(SADP_QUESTION, (str(device.ip), 37020), {str(device.ip)})
    assert device.device.serial.encode() in found[str(device.ip)]


def test_web_pages(demo: LoopbackEstate) -> None:
    for host in (2, 3, 4, 9, 10, 18, 29):
        place = at(demo, host)
        assert asyncio.run(ask(place, 80, get("/"))).startswith(b"HTTP/1.1 ")


def test_truth_and_counters_have_the_same_addresses(demo: LoopbackEstate) -> None:
    assert {str(ip) for ip in demo.truth} == set(demo.stats().devices)
    assert demo.stats().elsewhere == 0


def test_what_should_not_be_sent_is_told_with_the_address(demo: LoopbackEstate) -> None:
    device = at(demo, 10)
    asyncio.run(ask(device, 37777, b"\xa0\x00", limit=0))
    while not any(str(device.ip) in line for line in demo.stats().unsafe):
        pass
    assert f"{device.ip}: login on port 37777" in demo.stats().unsafe
    assert demo.stats().total("connections") >= 1


def test_hello(demo: LoopbackEstate) -> None:
    assert demo.multicast
    assert demo.hello() > 10


def test_an_estate_that_does_not_run_says_so() -> None:
    idle = LoopbackEstate(Estate.only("wiki"))
    assert not idle.multicast
    with pytest.raises(UsageError, match="not running"):
        idle.stats()


def test_two_estates_cannot_have_the_same_addresses(demo: LoopbackEstate) -> None:
    with pytest.raises(UsageError, match="could not start"), LoopbackEstate(Estate.demo(), demo.network):
        pass


def test_missing_addresses_are_told_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camscan.lab.loopback.missing_addresses", lambda _: "run this command")
    monkeypatch.setattr(Workers, "__init__", lambda *_: pytest.fail("started"))
    with pytest.raises(UsageError, match="run this command"), LoopbackEstate(Estate.only("wiki")):
        pass


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="becoming an ordinary user needs root, Linux and setpriv",
)
def test_an_ordinary_user_can_run_it() -> None:
    # The one capability that is kept lets it read this copy of the project wherever it lies; it opens no port.
    kept = "-all,+dac_read_search"
    ordinary = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    ordinary += [f"--inh-caps={kept}", f"--ambient-caps={kept}", f"--bounding-set={kept}"]
    code = (
        "import socket\n"
        "from ipaddress import IPv4Network\n"
        "from camscan.lab import Estate, LoopbackEstate\n"
        "try: socket.socket().bind(('127.0.0.1', 80))\n"
        "except PermissionError: print('ordinary')\n"
        f"with LoopbackEstate(Estate.demo(), IPv4Network('{fresh_network()}')) as running:\n"
        "    print(len(running.stats().devices), running.multicast)\n"
    )
    done = subprocess.run([*ordinary, sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["ordinary", "29", "True"], done.stderr
