"""WS-Discovery as wsdd speaks it: a file server that Windows should find. It is no camera."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from namespaces import Namespace, cabled
from servers import program, running

LISTENING = Path(__file__).with_name("listening.py")


@contextmanager
def serving(far: Namespace, folder: Path) -> Iterator[None]:
    """Runs wsdd at one end of a cable."""
    argv = [program("wsdd", "wsdd"), "-vv", "-4", "-i", "eth7", "-n", "NASBOX", "-w", "OFFICE"]
    with running(["ip", "netns", "exec", far.name, *argv], folder / "log", lambda: ":3702" in far.run("ss", "-lun")):
        yield


@pytest.fixture(scope="module")
def near(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Namespace]:
    """The scanner's end of a cable, with wsdd at the other."""
    with cabled() as (near, far), serving(far, tmp_path_factory.mktemp("wsdd")):
        yield near


WINDOWS_PROBE = b"""<?xml version="1.0" encoding="utf-8"?><soap:Envelope
xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing"
xmlns:wsd="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:wsdp="http://schemas.xmlsoap.org/ws/2006/02/devprof">
<soap:Header><wsa:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</wsa:To>
<wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</wsa:Action>
<wsa:MessageID>urn:uuid:7f2f6f1e-0b8c-4f52-9d38-3a2c0e6d2a01</wsa:MessageID></soap:Header>
<soap:Body><wsd:Probe><wsd:Types>wsdp:Device</wsd:Types></wsd:Probe></soap:Body></soap:Envelope>"""
"""What Windows asks with. wsdd answers nothing else, and camscan does not ask for computers."""


def _hear(near: Namespace, *extra: str) -> tuple[set[str], set[tuple[str, str]]]:
    argv = (str(LISTENING), "3702", "wsd.types", "1", "10.77.0.1", "10.77.0.2", *extra)
    heard = json.loads(near.run(sys.executable, *argv))
    pairs = {(name, value) for answer in heard for name, value in answer["evidence"]}
    return {answer["ip"] for answer in heard}, pairs


@pytest.mark.namespace
def test_the_answer_of_a_file_server_is_understood_and_is_no_camera(near: Namespace) -> None:
    senders, pairs = _hear(near, WINDOWS_PROBE.hex())
    assert senders == {"10.77.0.2"}
    assert ("wsd.types", "Device Computer") in pairs
    assert any(name == "wsd.epr" and value.startswith("urn:uuid:") for name, value in pairs)
    assert "wsd.camera" not in {name for name, _ in pairs}
