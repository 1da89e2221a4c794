import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from socket import AF_INET, SOCK_DGRAM, socket

import pytest
from test_scan_reach import scope_of

from camscan.audit import AuditLog
from camscan.discover import PROBES, wsdiscovery
from camscan.evidence import Observation
from camscan.interrogate.plan import MAX_CONVERSATIONS
from camscan.net.ears import Ears
from camscan.net.gate import Gate
from camscan.net.udp import Datagrams
from camscan.scan import asking
from camscan.scan.asking import Asking
from camscan.scan.state import Host

ADDRESS = "127.95.1.1"
PORT = 18080


class Page(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        type(self).asked.append(f"{self.path} {self.headers['User-Agent']}")
        body = b"<html><head><title>Camera</title></head></html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def web() -> Iterator[list[str]]:
    Page.asked = []
    server = ThreadingHTTPServer((ADDRESS, PORT), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Page.asked
    server.shutdown()
    thread.join()
    server.server_close()


def ask(folder: Path, *, identified: bool) -> tuple[Host, list[bytes]]:
    """Asks the host; returns it and the WS-Discovery datagrams it got."""
    scope = scope_of(f'networks = ["{ADDRESS}/32"]\n[limits]\nextra_ports = [{PORT}]')
    host = Host(ip_address(ADDRESS))

    def knows(_heard: Sequence[Observation]) -> bool:
        return identified

    async def run(gate: Gate, datagrams: Datagrams) -> None:
        await Asking(gate, PROBES, datagrams, knows, 5).ask(host)

    with AuditLog.open(folder / "audit.jsonl") as audit, closing(Ears()) as ears, socket(AF_INET, SOCK_DGRAM) as device:
        device.bind((ADDRESS, wsdiscovery.PROBE.port))
        device.settimeout(0)
        gate = Gate(scope, audit)
        datagrams = Datagrams(gate, ears)
        datagrams.open_direct(PROBES)
        asyncio.run(run(gate, datagrams))
        got = []
        while True:
            try:
                got.append(device.recv(65535))
            except BlockingIOError:
                return host, got


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ANSWER_SECONDS", 0.05)


def test_an_open_port_is_asked_in_http_and_says_who_asks(tmp_path: Path) -> None:
    with web() as asked:
        host, _ = ask(tmp_path, identified=True)
    assert any("http.title" in {e.name for e in o.evidence} for o in host.observations)
    assert asked[0].startswith("/ camscan/")
    assert len([o for o in host.observations if o.probe != "knock"]) <= MAX_CONVERSATIONS


def test_closed_ports_leave_no_trace_in_the_evidence(tmp_path: Path) -> None:
    host, _ = ask(tmp_path, identified=True)
    assert host.observations == []


def test_the_second_style_goes_only_to_what_is_not_identified(tmp_path: Path) -> None:
    _, known = ask(tmp_path, identified=True)
    _, unknown = ask(tmp_path, identified=False)
    assert len(known) == len(wsdiscovery.requests(5))
    assert unknown == [*known, *wsdiscovery.again(5)]
