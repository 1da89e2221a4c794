"""A gate over loopback for tests: its scope, its audit log, and an event loop that worker threads may ask."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from camscan.audit import AuditLog
from camscan.net.gate import Gate
from camscan.scope import parse

_T = TypeVar("_T")

LOOPBACK = ("127.0.0.1", "::1")


@contextmanager
def gate_over(folder: Path, *networks: str, limits: str = 'profile = "fast"', exclude: str = "[]") -> Iterator[Gate]:
    """A gate whose scope is ``networks`` (127.0.0.1 and ::1 where none is given)."""
    listed = ", ".join(f'"{network}"' for network in networks or LOOPBACK)
    text = (
        '[authorisation]\norganisation = "Example"\nauthorised_by = "Head of ICT"\nexpires = 2099-12-31\n'
        'contact = "ict@example.gov.uk"\n'
        f'[[site]]\nname = "Lab"\nnetworks = [{listed}]\nexclude = {exclude}\n[limits]\n{limits}\n'
    )
    with AuditLog.open(folder / "audit.jsonl") as log:
        yield Gate(parse(text.encode(), folder / "camscan.toml"), log)


def in_thread(gate: Gate, work: Callable[[], _T]) -> _T:
    """Runs ``work`` in a worker thread while the gate's event loop runs in this one."""

    async def run() -> _T:
        await gate.bind()
        return await asyncio.to_thread(work)

    return asyncio.run(run())


def audited(gate: Gate, event: str) -> list[dict[str, object]]:
    """Lines of the audit log with this event."""
    lines = [json.loads(line) for line in gate.audit.path.read_text().splitlines()]
    return [line for line in lines if line["event"] == event]
