"""docs/probes-discovery.md says exactly what is sent."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from camscan.discover import PROBES
from camscan.discover.mdns import SERVICES
from camscan.discover.shape import DatagramProbe

PAGE = (Path(__file__).parent.parent / "docs" / "probes-discovery.md").read_text(encoding="utf-8")
EVERY = pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)


def blocks() -> Iterator[tuple[str, str, bytes]]:
    """Probe, style and bytes of each request on the page."""
    for part in PAGE.split("\n```")[1:]:
        head, _, content = part.partition("\n")
        if not head:
            continue
        form, probe, style, _number = head.split()
        if form == "hex":
            yield probe, style, bytes.fromhex(content)
        elif probe == "ssdp":
            yield probe, style, content.replace("\n", "\r\n").encode("ascii") + b"\r\n\r\n"
        else:
            yield probe, style, content.encode("ascii")


@EVERY
def test_every_request_stands_there_byte_for_byte(probe: DatagramProbe) -> None:
    told = [raw for name, style, raw in blocks() if (name, style) == (probe.name, "requests")]
    assert tuple(told) == probe.requests(0)
    told_again = [raw for name, style, raw in blocks() if (name, style) == (probe.name, "again")]
    assert tuple(told_again) == (probe.again(0) if probe.again else ())


def test_nothing_stands_there_that_is_not_sent() -> None:
    assert {name for name, _style, _raw in blocks()} == {probe.name for probe in PROBES}


@EVERY
def test_the_table_tells_where_it_goes(probe: DatagramProbe) -> None:
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| {probe.name} |")]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells == [
        probe.name,
        str(probe.port),
        ", ".join(str(group) for group in probe.groups),
        "yes" if probe.broadcast else "no",
        str(probe.bind_port or "the sending port"),
        f"yes, on {probe.port}" if probe.passive else "no",
    ]


def test_every_service_that_is_asked_for_is_named() -> None:
    assert all(f"`{service}`" in PAGE for service in SERVICES)
