"""Other packages' own records fit where the inventory asks for their shape."""

from dataclasses import dataclass, fields
from pathlib import Path

from inventory_makers import start

from camscan.inventory import Inventory, NotSeen, ScanStatus, SiteCoverage
from camscan.scan import coverage


@dataclass(frozen=True)
class Gap:
    what: str
    why: str
    what_to_do: str


@dataclass(frozen=True)
class Covered:
    site: str
    answered: int
    out_of_scope_answers: int
    kernel_drops: int
    not_seen: list[Gap]


def test_anything_of_the_shape_of_a_coverage_is_taken(tmp_path: Path) -> None:
    with Inventory.open(tmp_path / "camscan.db") as inventory:
        scan_id = inventory.begin_scan(start())
        told = Covered("Town Hall", 1, 2, 3, [Gap("a", "b", "c")])
        inventory.finish_scan(scan_id, ScanStatus.PARTIAL, 4, True, "head", [told])
        assert inventory.scans()[0].coverage == (SiteCoverage("Town Hall", 1, 2, 3, (NotSeen("a", "b", "c"),)),)


def test_the_scans_own_coverage_has_that_shape() -> None:
    for theirs, ours in ((coverage.SiteCoverage, SiteCoverage), (coverage.NotSeen, NotSeen)):
        assert {one.name for one in fields(theirs)} >= {one.name for one in fields(ours)}
