"""camscan signatures test: replays recorded evidence."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from camscan.cli.signing import OwnOption
from camscan.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from camscan.evidence import Evidence, Observation, Outcome, Transport, Via

    Heard = tuple[str, tuple[Observation, ...]]

LIMIT = 64 * 1024 * 1024
"""Bytes of a file of evidence; `camscan list --format json` of ten thousand devices stays below it."""


def replay(
    evidence: Annotated[
        Path,
        typer.Option(
            "--evidence", metavar="FILE", help="JSON or JSON lines as `camscan list` writes them, or field=value lines."
        ),
    ],
    own: OwnOption = None,
) -> None:
    """Replay recorded evidence: which signatures match, and what follows from them.

    FILE is what `camscan list --format json` (or jsonl) wrote, or a text file with one "field = value" on each line,
    and an empty line between devices. Nothing is sent and nothing is stored.
    """
    from rich.text import Text

    from camscan.cli.devices import signatures_in_use
    from camscan.identify import assess, explain
    from camscan.report.screen import out

    signatures = signatures_in_use(own)
    screen = out()
    for name, observations in recorded(evidence):
        told = explain(assess(observations, signatures), signatures)
        screen.print(Text(f"{name}  {told.headline}", style="bold"))
        for row in told.rows:
            screen.tell(f"  {row.strength.value}: {row.signature}: {row.points_to}: {row.sign}")
        for line in (*told.conflicts, told.why):
            if line:
                screen.tell(f"  {line}")


def recorded(path: Path) -> "Iterator[Heard]":
    """(name, observations) of each device in a file of evidence. Raises UsageError with the place that is wrong."""

    try:
        if path.stat().st_size > LIMIT:
            raise UsageError(f"{path}: larger than {LIMIT // 1024 // 1024} MiB. Give it in parts.")
        text = path.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not text in UTF-8.") from None
    if text.lstrip().startswith("{"):
        yield from _from_json(path, text)
    else:
        yield from _from_lines(path, text)


def _from_json(path: Path, text: str) -> "Iterator[Heard]":
    import json

    try:
        whole = json.loads(text)
    except RecursionError:
        raise UsageError(f"{path}: nested too deeply.") from None
    except ValueError:
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                try:
                    one = json.loads(line)
                except (ValueError, RecursionError):
                    raise UsageError(f"{path}, line {number}: this is no JSON.") from None
                yield _device(f"{path}, line {number}", one)
        return
    devices = whole.get("devices", [whole])
    if not isinstance(devices, list):
        raise UsageError(f'{path}: "devices" is no list.')
    for number, one in enumerate(devices, 1):
        yield _device(f"{path}, device {number}", one)


def _device(where: str, one: Any) -> "Heard":
    """One device of the contract's JSON: each source and port is an answer of its own.

    The contract tells how a datagram travelled (``transport``), not whether it answered a question to a group or one
    to the device alone (Via), and neither its source nor its port decides that: SADP, DHIP and WS-Discovery are asked
    both ways. So every datagram counts as an answer to a group, which is believed least.
    """
    from datetime import datetime

    from camscan.evidence import Evidence, Outcome, Transport, Via

    heard: dict[tuple[datetime, int, Transport, str, Outcome], list[Evidence]] = {}
    try:
        ip = str(one["ip"])
        for item in one["evidence"]:
            at = datetime.fromisoformat(item["at"])
            port, transport = int(item.get("port") or 0), Transport(item["transport"])
            key = (at, port, transport, str(item["source"]), Outcome(item.get("outcome", "ok")))
            heard.setdefault(key, []).append(Evidence(item["field"], item["value"]))
        ways = {Transport.TCP: Via.CONVERSATION, Transport.UDP: Via.MULTICAST, Transport.FILE: Via.IMPORTED}
        observations = tuple(
            _observation(ip, at, port, transport, ways.get(transport, Via.UNICAST), source, outcome, said)
            for (at, port, transport, source, outcome), said in heard.items()
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{where}: not a device with its evidence: {error}") from None
    if not observations:
        raise UsageError(f"{where}: it holds no evidence. The forms json and jsonl of `camscan list` do.")
    return ip, observations


def _from_lines(path: Path, text: str) -> "Iterator[Heard]":
    """Devices of ``field = value`` lines: all fields of one source are one answer."""
    from camscan.evidence import Evidence

    said: dict[str, list[Evidence]] = {}
    number = count = 0
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.startswith("#"):
            continue
        if not line.strip():
            if said:
                count += 1
                yield f"device {count}", _answers(said)
                said = {}
            continue
        name, equals, value = line.partition("=")
        try:
            item = Evidence(name.strip(), value.strip())
        except ValueError as error:
            raise UsageError(f"{path}, line {number}: {error}") from None
        if not equals:
            raise UsageError(f'{path}, line {number}: this is no "field = value".')
        said.setdefault(item.source, []).append(item)
    if not count:
        raise UsageError(f"{path}: it holds no evidence.")


_DATAGRAMS = frozenset({"sadp", "dhip", "wsd", "mdns", "ssdp"})


def _answers(said: "dict[str, list[Evidence]]") -> "tuple[Observation, ...]":
    from datetime import UTC, datetime

    from camscan.evidence import Outcome, Transport, Via

    now = datetime.now(UTC)
    found = []
    for source, items in said.items():
        if source in _DATAGRAMS:
            transport, via = Transport.UDP, Via.MULTICAST
        elif source in {"arp", "neighbour"}:
            transport, via = Transport.LINK, Via.UNICAST
        elif source in {"import", "nmap"}:
            transport, via = Transport.FILE, Via.IMPORTED
        else:
            transport, via = Transport.TCP, Via.CONVERSATION
        found.append(_observation("192.0.2.1", now, 0, transport, via, source, Outcome.OK, items))
    return tuple(found)


def _observation(
    ip: str,
    at: "datetime",
    port: int,
    transport: "Transport",
    via: "Via",
    source: str,
    outcome: "Outcome",
    said: "list[Evidence]",
) -> "Observation":
    from ipaddress import ip_address

    from camscan.evidence import Observation

    return Observation(
        at=at, ip=ip_address(ip), port=port, transport=transport, via=via, probe=source, outcome=outcome,
        evidence=tuple(said),
    )  # fmt: skip
