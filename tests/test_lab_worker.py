"""The serving process: its plan, its commands, its end."""

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from lab_tools import DHIP_QUESTION, device_info, fresh_network, udp

from camscan.lab.estate import Estate
from camscan.lab.place import Layout, loopback_layout
from camscan.lab.plan import write
from camscan.lab.workers import module_argv, module_environment

ESTATE = Estate.only("dahua-camera-2020", "wiki")


@contextmanager
def started() -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        module_argv("camscan.lab.worker"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=module_environment(),
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()


def tell(process: "subprocess.Popen[str]", line: str) -> dict[str, object]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()
    answer: dict[str, object] = json.loads(process.stdout.readline())
    return answer


@pytest.fixture
def layout() -> Layout:
    return loopback_layout(ESTATE.devices, fresh_network())


def test_it_serves_and_answers_commands(layout: Layout) -> None:
    first = layout.places[0]
    with started() as process, udp() as asker:
        assert tell(process, write(ESTATE, layout.places))["ready"] is True
        asker.sendto(DHIP_QUESTION, (str(first.ip), 37810))
        assert device_info(asker.recv(65535))["SerialNo"] == first.device.serial
        counted = tell(process, "stats")["devices"]
        assert isinstance(counted, dict)
        assert counted[str(first.ip)]["asked"] == {"UDP dhip": 1}
        assert tell(process, "hello") == {"hello": 1}
        assert "no such command" in str(tell(process, "sing")["error"])


def test_it_ends_with_its_standard_input(layout: Layout) -> None:
    with started() as process:
        tell(process, write(ESTATE, layout.places))
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(20) == 0


def test_it_ends_at_sigterm_but_not_at_ctrl_c(layout: Layout) -> None:
    with started() as process:
        tell(process, write(ESTATE, layout.places))
        process.send_signal(signal.SIGINT)
        assert "devices" in tell(process, "stats")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_a_port_that_is_taken_is_told(layout: Layout) -> None:
    wiki = layout.places[1]
    with socket.socket() as taken, started() as process:
        taken.bind((str(wiki.ip), wiki.port(80)))
        taken.listen()
        assert "in use" in str(tell(process, write(ESTATE, layout.places))["error"])
        assert process.wait(20) == 2
