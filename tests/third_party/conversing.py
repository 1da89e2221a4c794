"""Holds camscan's conversations with a server on loopback, through the gate."""

import asyncio
from ipaddress import IPv4Address
from pathlib import Path

from camscan.audit import AuditLog
from camscan.evidence import Observation
from camscan.interrogate import plan
from camscan.net.gate import Gate
from camscan.net.tcp import converse
from camscan.scope import parse

LOOPBACK = IPv4Address("127.0.0.1")

SCOPE = b"""
[authorisation]
organisation = "Tests"
authorised_by = "Tests"
expires = 9999-12-31
[[site]]
name = "This machine"
networks = ["127.0.0.1"]
"""


def interrogated(port: int, folder: Path) -> tuple[Observation, ...]:
    """Everything a scan would ask and hear at one port of 127.0.0.1: the first round, and what follows from it."""

    async def run() -> tuple[Observation, ...]:
        with AuditLog.open(folder / "audit.jsonl") as audit:
            gate = Gate(parse(SCOPE, Path("camscan.toml")), audit)
            todo = plan.first(str(LOOPBACK), (port,), "tests")
            asked, heard = list(todo), list[Observation]()
            while todo:
                for conversation in todo:
                    heard += await converse(gate, LOOPBACK, conversation)
                todo = plan.follow_up(str(LOOPBACK), tuple(asked), tuple(heard), "tests")
                asked += todo
            return tuple(heard)

    return asyncio.run(run())


def values(heard: tuple[Observation, ...], name: str) -> list[str]:
    """All values of one evidence field, in the order they were heard."""
    return [value for observation in heard for value in observation.values(name)]
