"""nmap beside us: what it is given, what is taken from it, and that it never outlives us."""

import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from ipaddress import ip_address
from pathlib import Path

import pytest
from fake_nmap import HEAD, TAIL, FakeNmap
from inventory_makers import address

from camscan.errors import UsageError
from camscan.evidence import IPAddress
from camscan.exchange import nmap_run
from camscan.exchange.imported import Imported
from camscan.exchange.nmap_run import Nmap, available

if sys.platform == "win32":
    pytest.skip("the fake nmap is a script that Windows does not start", allow_module_level=True)


def run(addresses: Sequence[IPAddress], ports: Sequence[int], rate: int, timeout_s: float) -> Imported:
    with Nmap() as nmap:
        return nmap.run(addresses, ports, rate, timeout_s)


@pytest.fixture
def nmap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeNmap:
    monkeypatch.setenv("PATH", str(tmp_path))
    return FakeNmap(tmp_path)


def test_addresses_go_to_nmap_by_family_and_in_batches(nmap: FakeNmap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nmap_run, "BATCH", 2)
    wanted = [address(text) for text in ("127.0.0.1", "::1", "127.0.0.2", "127.0.0.3", "127.0.0.2")]
    found = run(wanted, [80], 40, 60)
    assert [call[2 : call.index("-p")] for call in nmap.calls()] == [["127.0.0.1", "127.0.0.2"], ["127.0.0.3"], ["::1"]]
    assert {ip for ip, _ in found.hosts} == set(wanted)
    assert found.skipped == ()
    assert {one.values("port.open") for _, some in found.hosts for one in some} == {("tcp/80",)}


def test_nothing_to_do_starts_nothing(nmap: FakeNmap) -> None:
    assert run([], [80], 40, 60).hosts == ()
    assert nmap.calls() == []


@pytest.mark.parametrize("trap", ["127.0.0.1", "127.0.0.1 --script=x", 2130706433, None, "fe80::1%eth0"])
def test_text_is_refused_before_any_process(nmap: FakeNmap, trap: object) -> None:
    with pytest.raises(ValueError, match="plain addresses only"):
        run([address("127.0.0.1"), trap], [80], 40, 60)  # type: ignore[list-item]  # that is the point
    assert nmap.calls() == []


def test_an_address_with_an_interface_is_refused_too(nmap: FakeNmap) -> None:
    with pytest.raises(ValueError, match="plain addresses only"):
        run([ip_address("fe80::1% --script=x")], [80], 40, 60)
    assert nmap.calls() == []


def test_hosts_that_were_not_asked_about_are_left_out(nmap: FakeNmap) -> None:
    port = '<ports><port protocol="tcp" portid="80"><state state="open"/></port></ports>'
    other = f'<host><status state="up" reason="x"/><address addr="127.0.0.9" addrtype="ipv4"/>{port}</host>'
    nmap.answer(HEAD + other + TAIL)
    found = run([address("127.0.0.1")], [80], 40, 60)
    assert found.hosts == ()
    assert found.skipped == ("nmap told of 127.0.0.9, which it was not asked about",)


def test_a_failure_is_told_and_the_other_batches_go_on(nmap: FakeNmap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nmap_run, "BATCH", 1)
    nmap.answer("Segmentation fault \x1b[2J")
    found = run([address("127.0.0.1"), address("127.0.0.2")], [80], 40, 60)
    assert len(nmap.calls()) == 2
    assert found.hosts == ()
    assert [one.partition(" (")[0] for one in found.skipped] == [
        "nmap failed: 1 addresses from 127.0.0.1 on were not looked at",
        "nmap failed: 1 addresses from 127.0.0.2 on were not looked at",
    ]
    assert all(one.isprintable() for one in found.skipped)


def test_time_that_is_up_is_told(nmap: FakeNmap) -> None:
    nmap.answer("hang")
    found = run([address("127.0.0.1")], [80], 40, 1.5)
    assert found.skipped == ("nmap's time was up: 1 addresses from 127.0.0.1 on were not looked at",)
    assert nmap.is_gone()
    assert len(nmap.calls()) == 1


def test_batches_that_were_looked_at_count_when_the_time_is_up(nmap: FakeNmap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nmap_run, "BATCH", 1)
    nmap.answer("hang after 127.0.0.1")
    found = run([address(f"127.0.0.{last}") for last in (1, 2, 3)], [80], 40, 3)
    assert [ip for ip, _ in found.hosts] == [address("127.0.0.1")]
    assert [one.partition(":")[0] for one in found.skipped] == ["nmap's time was up"] * 2


def test_a_worker_that_hangs_is_ended_with_its_nmap(nmap: FakeNmap, monkeypatch: pytest.MonkeyPatch) -> None:
    nmap.answer("hang")
    monkeypatch.setattr(nmap_run, "GRACE_SECONDS", -598)
    found = run([address("127.0.0.1")], [80], 40, 600)
    assert found.skipped == ("nmap's time was up: 1 addresses from 127.0.0.1 on were not looked at",)
    assert nmap.is_gone()


def test_an_interruption_ends_nmap(nmap: FakeNmap, monkeypatch: pytest.MonkeyPatch) -> None:
    nmap.answer("hang")

    def interrupted(process: "subprocess.Popen[bytes]", *_: object, **__: object) -> None:
        assert process.stdin is not None
        process.stdin.write(b'{"batches": [["127.0.0.1"]], "ports": [80], "rate": 40, "timeout": 600}')
        process.stdin.close()
        while not nmap.runs():
            threading.Event().wait(0.01)
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess.Popen, "communicate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run([address("127.0.0.1")], [80], 40, 600)
    assert nmap.is_gone()


def test_without_nmap_a_sentence_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nmap_run, "_WORKER", "no_nmap_here")
    (tmp_path / "no_nmap_here.py").write_text("raise SystemExit(3)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(UsageError, match=r"nmap is not installed.*apt install nmap"):
        run([address("127.0.0.1")], [80], 40, 60)


def test_a_python_that_cannot_be_started_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(UsageError, match="cannot be started: No such file"):
        run([address("127.0.0.1")], [80], 40, 60)


def test_it_is_told_whether_there_is_an_nmap(nmap: FakeNmap, monkeypatch: pytest.MonkeyPatch) -> None:
    assert available()
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert not available()
    assert nmap.calls() == []


@contextmanager
def listening() -> Iterator[int]:
    """A port of the loopback address that accepts connections."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port: int = server.getsockname()[1]
        yield port


@pytest.mark.skipif(shutil.which("nmap") is None, reason="nmap is not installed (Debian: apt install nmap)")
def test_the_real_nmap_finds_what_is_open() -> None:
    with listening() as port, listening() as other:
        found = run([address("127.0.0.1")], [port, other, 9], 200, 60)
    ((ip, observations),) = found.hosts
    assert ip == address("127.0.0.1")
    assert {one.port for one in observations} == {port, other}
    assert found.skipped == ()
