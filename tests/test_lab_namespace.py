"""The estate in network namespaces: real MAC addresses, ARP, multicast, a router, and nothing left behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lab_tools import DHIP_QUESTION, DN, SADP_QUESTION, probe

from camscan.errors import UsageError
from camscan.lab import Estate, NamespaceEstate
from camscan.lab import namespace as module
from camscan.lab.namespace import Counters, unavailable
from camscan.lab.workers import module_argv, module_environment

WHY_NOT = unavailable()
here = [pytest.mark.namespace, pytest.mark.skipif(WHY_NOT is not None, reason=WHY_NOT or "")]


def namespaces(own: str = f"camscan-{os.getpid()}-") -> set[str]:
    """Namespaces that exist and were made by this process, or have another beginning."""
    shown = subprocess.run(["ip", "-j", "netns", "list"], capture_output=True, text=True, check=True).stdout
    return {item["name"] for item in json.loads(shown or "[]") if item["name"].startswith(own)}


def scanner(running: NamespaceEstate, code: str, *given: bytes) -> Any:
    """Runs code where the scanner stands; it prints one JSON value. ``given`` are its arguments, as bytes."""
    whole = "import json, socket, struct, sys\ngiven = [bytes.fromhex(item) for item in sys.argv[1:]]\n"
    whole += textwrap.dedent(code)
    argv = running.scanner_argv([sys.executable, "-c", whole, *(item.hex() for item in given)])
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


ASK_ALL = """
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("10.203.3.254"))
    sock.settimeout(5)
    found = set()
    sock.sendto(given[0], (given[1].decode(), int(given[2])))
    while len(found) < int(given[3]):
        found.add(sock.recvfrom(65535)[1][0])
    print(json.dumps(sorted(found)))
"""


def ask_all(running: NamespaceEstate, question: bytes, to: str, port: int, count: int) -> set[str]:
    return set(scanner(running, ASK_ALL, question, to.encode(), b"%d" % port, b"%d" % count))


@pytest.fixture(scope="module")
def town() -> Iterator[NamespaceEstate]:
    if WHY_NOT:
        pytest.skip(WHY_NOT)
    profiles = (
        "hikvision-camera-2013", "hikvision-recorder", "dahua-camera-2020", "amcrest-camera", "axis-camera", "wiki",
        "dahua-recorder", "hikvision-camera-2017",
    )  # fmt: skip
    with NamespaceEstate(Estate.only(*profiles), routed=2) as running:
        yield running


def speaking(running: NamespaceEstate, protocol: str) -> set[str]:
    near = [place for place in running.layout.places if place.network == running.network]
    return {str(place.ip) for place in near if place.device.speaks(protocol)}


class TestTown:
    """One estate of eight devices, two of them behind a router."""

    pytestmark = here

    @pytest.mark.parametrize("to", ["239.255.255.251", "255.255.255.255", "10.203.3.255"])
    def test_multicast_and_broadcast_reach_the_devices(self, town: NamespaceEstate, to: str) -> None:
        expected = speaking(town, "dhip")
        if to == "255.255.255.255":
            to = "10.203.3.255"  # a broadcast to all networks follows the default route, which leads away
        assert ask_all(town, DHIP_QUESTION, to, 37810, len(expected)) == expected

    def test_ws_discovery(self, town: NamespaceEstate) -> None:
        expected = speaking(town, "wsd")
        assert ask_all(town, probe(DN), "239.255.255.250", 3702, len(expected)) == expected

    def test_unicast_is_told_from_multicast(self, town: NamespaceEstate) -> None:
        recorder = next(p for p in town.layout.places if p.device.profile.name == "hikvision-recorder")
        code = """
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.settimeout(5)
            sock.sendto(given[0], (given[1].decode(), 3702))
            print(json.dumps(sock.recv(65535).decode()))
        """
        assert "MatchingRuleNotSupported" in scanner(town, code, probe(DN), str(recorder.ip).encode())

    def test_old_firmware_multicasts_its_sadp_answer(self, town: NamespaceEstate) -> None:
        old = next(p for p in town.layout.places if p.device.profile.name == "hikvision-camera-2013")
        code = """
            near, group = socket.inet_aton("10.203.3.254"), socket.inet_aton("239.255.255.250")
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.bind(("", 37020))
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group + near)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, near)
            sock.settimeout(5)
            sock.sendto(given[0], ("239.255.255.250", 37020))
            while (answer := sock.recvfrom(65535))[1][0] != given[1].decode(): pass
            print(json.dumps(answer[0].decode()))
        """
        assert old.device.serial in scanner(town, code, SADP_QUESTION, str(old.ip).encode())

    def test_every_device_has_its_own_mac_in_the_neighbour_table(self, town: NamespaceEstate) -> None:
        near = [place for place in town.layout.places if place.network == town.network]
        code = """
            import subprocess
            for item in given:
                sock = socket.socket()
                sock.settimeout(5)
                sock.connect_ex((item.decode(), 9))
                sock.close()
            shown = subprocess.run(["ip", "-j", "neigh"], capture_output=True, text=True, check=True).stdout
            print(json.dumps({row["dst"]: row.get("lladdr") for row in json.loads(shown)}))
        """
        table = scanner(town, code, *(str(place.ip).encode() for place in near))
        assert {str(place.ip): place.device.mac for place in near}.items() <= table.items()

    def test_ports_are_those_of_real_devices(self, town: NamespaceEstate) -> None:
        axis = next(p for p in town.layout.places if p.device.profile.name == "axis-camera")
        code = """
            sock = socket.create_connection((given[0].decode(), 554), 5)
            sock.sendall(b"OPTIONS * RTSP/1.0\\r\\nCSeq: 1\\r\\n\\r\\n")
            print(json.dumps(sock.recv(4096).decode()))
        """
        assert "GStreamer" in scanner(town, code, str(axis.ip).encode())

    def test_the_routed_network_is_reached_through_the_router(self, town: NamespaceEstate) -> None:
        far = [place for place in town.layout.places if place.network == town.routed_network]
        assert len(far) == 2
        code = """
            found = {}
            for item in given:
                ip = item.decode()
                found[ip] = []
                for port in (80, 9):
                    sock = socket.socket()
                    sock.settimeout(5)
                    found[ip].append(sock.connect_ex((ip, port)))
                    sock.close()
            print(json.dumps(found))
        """
        found = scanner(town, code, *(str(place.ip).encode() for place in far))
        assert found == {str(place.ip): [0, 111] for place in far}, "80 accepts, 9 refuses"

    def test_the_routed_network_answers_unicast_but_hears_no_multicast(self, town: NamespaceEstate) -> None:
        far = next(place for place in town.layout.places if place.device.profile.name == "dahua-recorder")
        assert ask_all(town, DHIP_QUESTION, str(far.ip), 37810, 1) == {str(far.ip)}
        before = town.stats().devices[str(far.ip)]["asked"].get("UDP dhip")
        near = speaking(town, "dhip")
        ask_all(town, DHIP_QUESTION, "239.255.255.251", 37810, len(near))
        assert town.stats().devices[str(far.ip)]["asked"].get("UDP dhip") == before

    def test_packets_are_counted_and_what_leads_away_apart(self, town: NamespaceEstate) -> None:
        code = """
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            for ip, count in (("10.203.0.1", 7), ("198.51.100.77", 3)):
                for _ in range(count):
                    sock.sendto(b"x", (ip, 9))
            print(json.dumps(None))
        """
        scanner(town, code)  # so that the neighbour is known
        before = town.counters()
        scanner(town, code)
        after = town.counters()
        assert after.sent - before.sent >= 7
        assert after.beyond - before.beyond == 3

    def test_devices_announce_themselves(self, town: NamespaceEstate) -> None:
        before = town.counters()
        sent = town.hello()
        assert sent > 5
        while town.counters().received - before.received < sent - 4:  # four came from behind the router
            pass

    def test_nothing_leads_to_this_machine_s_own_network(self, town: NamespaceEstate) -> None:
        shown = scanner(
            town,
            """
            import subprocess
            print(subprocess.run(["ip", "-j", "link"], capture_output=True, text=True, check=True).stdout)
            """,
        )
        assert {link["ifname"] for link in shown} == {"lo", "scan0", "beyond0"}


class TestLife:
    """Starting and ending."""

    pytestmark = here

    def test_nothing_is_left_behind(self) -> None:
        before = namespaces()
        with NamespaceEstate(Estate.only("wiki", "nas"), routed=1) as running:
            assert len(namespaces() - before) == 5
            assert running.counters() == Counters(0, running.counters().received, 0)
        assert namespaces() == before

    def test_nothing_is_left_behind_after_an_exception(self) -> None:
        before = namespaces()
        with pytest.raises(ZeroDivisionError), NamespaceEstate(Estate.only("wiki")):
            _ = 1 / 0
        assert namespaces() == before

    def test_nothing_is_left_behind_where_it_cannot_start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = namespaces()
        monkeypatch.setattr(module, "_interfaces", lambda *_: ["link add nonsense"])
        with pytest.raises(UsageError, match="failed"), NamespaceEstate(Estate.only("wiki")):
            pass
        assert namespaces() == before

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
    def test_nothing_is_left_behind_after_a_signal(self, number: signal.Signals, tmp_path: Path) -> None:
        process = subprocess.Popen(
            [*module_argv("camscan.lab"), "2", "--mode", "namespace", "--out", str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=module_environment(),
        )
        assert process.stdout is not None
        assert process.stdin is not None
        ready = json.loads(process.stdout.readline())
        own = ready["scanner"][3].removesuffix("-scan")
        assert len(namespaces(own)) == 3
        process.send_signal(number)
        process.wait(30)
        while namespaces(own):
            pass  # the janitor is at work; the test's own time limit ends an endless wait
        process.stdin.close()
        process.stdout.close()

    def test_two_estates_do_not_disturb_each_other(self) -> None:
        with NamespaceEstate(Estate.only("wiki")) as first, NamespaceEstate(Estate.only("wiki")) as second:
            assert first.name != second.name
            assert first.truth == second.truth


def test_without_root_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform != "linux":
        assert "only on Linux" in str(unavailable())
        return
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "need root" in str(unavailable())
    with pytest.raises(UsageError, match="need root"), NamespaceEstate(Estate.only("wiki")):
        pass


def test_without_the_command_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux has the command")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert "iproute2" in str(unavailable())
