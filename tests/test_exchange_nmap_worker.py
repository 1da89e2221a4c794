"""Our process for nmap: nothing but our own addresses and fixed arguments reach nmap's command line."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest
from fake_nmap import HEAD, TAIL, FakeNmap
from hypothesis import given
from hypothesis import strategies as st

if sys.platform == "win32":
    pytest.skip("the fake nmap is a script that Windows does not start", allow_module_level=True)

REQUEST = {"batches": [["127.0.0.1"]], "ports": [80, 554], "rate": 40, "timeout": 60}

CHECK = """
import json, sys
from camscan.exchange.nmap_worker import checked
for line in sys.stdin:
    try:
        checked(json.loads(line))
        print("taken")
    except ValueError as error:
        print("refused:", str(error).encode("ascii", "backslashreplace").decode())
"""


@pytest.fixture
def nmap(tmp_path: Path) -> FakeNmap:
    return FakeNmap(tmp_path)


def worker(nmap: FakeNmap | None, request: object, raw: bytes | None = None) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-P", "-m", "camscan.exchange.nmap_worker"],
        input=json.dumps(request).encode() if raw is None else raw,
        capture_output=True,
        check=False,
        env={"PATH": str(nmap.folder) if nmap else "/nonexistent"},
        timeout=60,
    )


def test_exactly_these_arguments(nmap: FakeNmap) -> None:
    done = worker(nmap, REQUEST | {"batches": [["127.0.0.1", "127.0.0.2"]]})
    assert done.returncode == 0, done.stderr
    told = "-oX - 127.0.0.1 127.0.0.2 -p 80,554 -n -Pn -sT --max-rate 40 --max-retries 1"
    assert nmap.calls() == [told.split()]
    head, _, xml = done.stdout.partition(b"\n")
    assert json.loads(head) == {"bytes": len(xml), "code": 0, "reason": ""}
    assert xml.startswith(HEAD.encode())


def test_ipv6_has_its_switch(nmap: FakeNmap) -> None:
    assert worker(nmap, REQUEST | {"batches": [["::1"]]}).returncode == 0
    told = "-oX - ::1 -p 80,554 -6 -n -Pn -sT --max-rate 40 --max-retries 1"
    assert nmap.calls() == [told.split()]


TRAPS = [
    "127.0.0.1 --script=http-fetch -iL /etc/hosts",
    "127.0.0.1 -oN /tmp/file",
    "-iL",
    "--script=x",
    "127.0.0.1-9",
    "127.0.0.0/24",
    "127.0.0.1,2",
    "127.0.0.1\n127.0.0.2",
    "fe80::1%eth0",
    "fe80::1% --script=http-fetch",
    "fe80::1%'",
    "localhost",
    "224.0.0.1",
    "0.0.0.0",
    "",
]


@pytest.mark.parametrize("trap", TRAPS)
def test_a_host_that_holds_options_is_refused_before_nmap(nmap: FakeNmap, trap: str) -> None:
    done = worker(nmap, REQUEST | {"batches": [["127.0.0.1", trap]]})
    assert done.returncode == 2
    assert b"not a request: addresses" in done.stderr
    assert nmap.calls() == []


BAD_REQUESTS: list[object] = [
    [],
    "127.0.0.1",
    {},
    REQUEST | {"batches": []},
    REQUEST | {"batches": [[]]},
    REQUEST | {"batches": "127.0.0.1"},
    REQUEST | {"batches": ["127.0.0.1"]},
    REQUEST | {"batches": [[2130706433]]},
    REQUEST | {"batches": [["127.0.0.1", "::1"]]},
    REQUEST | {"batches": [["127.0.0.1"] * 1025]},
    REQUEST | {"batches": [["127.0.0.1"]] * 1025},
    REQUEST | {"ports": []},
    REQUEST | {"ports": ["80"]},
    REQUEST | {"ports": ["80 --script=x"]},
    REQUEST | {"ports": [0]},
    REQUEST | {"ports": [65536]},
    REQUEST | {"ports": [True]},
    REQUEST | {"ports": list(range(1, 66))},
    REQUEST | {"rate": 0},
    REQUEST | {"rate": "40 -sV"},
    REQUEST | {"rate": 1.5},
    REQUEST | {"rate": 10_001},
    REQUEST | {"timeout": 0},
    REQUEST | {"timeout": None},
]


def test_every_bad_request_is_refused() -> None:
    lines = "".join(json.dumps(one) + "\n" for one in [*BAD_REQUESTS, REQUEST])
    done = subprocess.run([sys.executable, "-c", CHECK], input=lines, capture_output=True, text=True, check=True)
    answers = done.stdout.splitlines()
    assert answers[-1] == "taken"
    assert [one for one in answers[:-1] if not one.startswith("refused: ")] == []
    assert len(answers) == len(BAD_REQUESTS) + 1


@pytest.mark.parametrize("raw", [b"", b"not json", b"\xff\xfe", b"[" * 5000, b'{"batches": [' + b'"1",' * 400_000])
def test_what_is_no_json_is_refused(nmap: FakeNmap, raw: bytes) -> None:
    done = worker(nmap, None, raw)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert nmap.calls() == []


@given(st.lists(st.text(max_size=20), min_size=1, max_size=20))
def test_no_text_but_an_address_is_taken(texts: list[str]) -> None:
    from ipaddress import ip_address

    lines = "".join(json.dumps(REQUEST | {"batches": [[one]]}) + "\n" for one in texts)
    done = subprocess.run([sys.executable, "-c", CHECK], input=lines, capture_output=True, text=True, check=True)
    for text, answer in zip(texts, done.stdout.splitlines(), strict=True):
        if answer == "taken":
            assert "%" not in str(ip_address(text.strip()))


def test_without_nmap() -> None:
    done = worker(None, REQUEST)
    # python-nmap also looks in fixed places, where this machine may have one.
    assert done.returncode in (0, 3)
    if done.returncode == 3:
        assert done.stderr == b"nmap is not installed\n"


def test_an_nmap_that_hangs_is_ended(nmap: FakeNmap) -> None:
    nmap.answer("hang")
    done = worker(nmap, REQUEST | {"timeout": 1})
    assert done.returncode == 0
    assert json.loads(done.stdout) == {"bytes": 0, "code": 4, "reason": "nmap took longer than 1 s"}
    assert nmap.is_gone()


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "Segmentation fault",
        HEAD,
        HEAD + "</nmaprun>",  # well-formed, but without what python-nmap looks for
        HEAD + "<host/>" + TAIL,
        '<!DOCTYPE nmaprun [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><nmaprun>&b;</nmaprun>',
        '<!DOCTYPE nmaprun SYSTEM "file:///etc/passwd"><nmaprun/>',
        HEAD + "<host>" * 100_000,
    ],
)
def test_an_answer_that_cannot_be_read_is_a_failure(nmap: FakeNmap, answer: str) -> None:
    nmap.answer(answer)
    done = worker(nmap, REQUEST)
    assert (done.returncode, done.stderr) == (0, b"")
    told = json.loads(done.stdout)
    assert (told["bytes"], told["code"]) == (0, 5)
    assert told["reason"].startswith("nmap's answer cannot be read")


def test_it_never_meets_scapy_nor_a_socket_of_ours() -> None:
    code = (
        "import sys, camscan.exchange.nmap_worker as worker\n"
        "worker.load(worker._NEEDED)\n"
        "print(*sorted(name for name in sys.modules if name.startswith(('scapy', 'camscan.net', 'requests', 'zeep'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["camscan.net", "camscan.net.privileges"]


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs root, to see that it is given up")
def test_it_gives_up_root_before_it_reads_anything(nmap: FakeNmap) -> None:
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "camscan.exchange.nmap_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PATH": str(nmap.folder)},
    ) as process:
        while psutil.Process(process.pid).uids().real == 0:
            threading.Event().wait(0.02)
        out, _ = process.communicate(json.dumps(REQUEST).encode())
    assert json.loads(out.partition(b"\n")[0])["code"] == 0
    assert (nmap.folder / "calls").stat().st_uid != 0


def test_a_file_in_the_current_folder_is_not_python_nmap(nmap: FakeNmap, tmp_path: Path) -> None:
    trap = tmp_path / "here"
    trap.mkdir()
    (trap / "nmap.py").write_text("raise SystemExit('taken in')")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "camscan.exchange.nmap_worker"],
        input=json.dumps(REQUEST).encode(),
        capture_output=True,
        check=False,
        cwd=trap,
        env={"PATH": str(nmap.folder)},
    )
    assert done.returncode == 0, done.stderr
