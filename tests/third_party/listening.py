"""Run inside a namespace: asks its cable by multicast and unicast until a probe has heard what it waits for.

Arguments: the probe's port, the evidence field to wait for, how many values of it, the addresses of both ends, and
optionally one further datagram, as hex, that is sent beside the probe's own.
Prints one JSON object: every datagram that was understood, as its sender, how it came, and (field, value) pairs.
"""

import asyncio
import json
import sys
import tempfile
from ipaddress import IPv4Address, IPv4Network, ip_address
from pathlib import Path

from camscan.audit import AuditLog
from camscan.discover import PROBES
from camscan.discover.shape import DatagramProbe
from camscan.errors import ParseError
from camscan.net.ears import Ears
from camscan.net.gate import Gate
from camscan.net.udp import Datagrams
from camscan.scope import Scope, parse

SECONDS = 20


def _scope(network: IPv4Network) -> Scope:
    text = f"""
    [authorisation]
    organisation = "Tests"
    authorised_by = "Tests"
    expires = 9999-12-31
    [[site]]
    name = "Cable"
    networks = ["{network}"]
    """
    return parse(text.encode(), Path("camscan.toml"))


async def _listen(
    probe: DatagramProbe, wanted: str, count: int, near: IPv4Address, far: IPv4Address, extra: tuple[bytes, ...]
) -> list[object]:
    network = IPv4Network(f"{near}/24", strict=False)
    with tempfile.TemporaryDirectory() as folder, AuditLog.open(Path(folder) / "audit.jsonl") as audit:
        gate, ears = Gate(_scope(network), audit), Ears()
        datagrams = Datagrams(gate, ears)
        datagrams.open_interface("eth7", near, [probe])
        datagrams.open_direct([probe])
        ears.start()
        heard: list[object] = []
        values: set[str] = set()
        try:
            for seed in range(SECONDS):
                for payload in (*probe.requests(seed), *extra):
                    await datagrams.ask_group("eth7", network, probe, payload, allowed=False)
                    await datagrams.ask(probe, far, payload)
                for _ in range(10):
                    await asyncio.sleep(0.1)
                    for datagram in ears.drain():
                        if datagram.ip == ip_address(near):
                            continue
                        try:
                            evidence = probe.parse(datagram.data)
                        except ParseError:
                            continue
                        pairs = [(item.name, item.value) for item in evidence]
                        values.update(value for name, value in pairs if name == wanted)
                        heard.append({"ip": str(datagram.ip), "via": datagram.via.value, "evidence": pairs})
                    if len(values) >= count:
                        return heard
            return heard
        finally:
            ears.close()


def main() -> None:
    """Runs with the arguments of the command line."""
    port, wanted, count, near, far, *extra = sys.argv[1:]
    further = tuple(bytes.fromhex(text) for text in extra)
    probe = next(probe for probe in PROBES if probe.port == int(port))
    heard = asyncio.run(_listen(probe, wanted, int(count), IPv4Address(near), IPv4Address(far), further))
    sys.stdout.write(json.dumps(heard) + "\n")


if __name__ == "__main__":
    main()
