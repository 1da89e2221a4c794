from pathlib import Path

from inventory_makers import start

from camscan.inventory import Inventory, NotSeen, ScanStatus, SiteCoverage


def test_coverage_comes_out_as_it_went_in(tmp_path: Path) -> None:
    told = SiteCoverage("Town Hall", 1, 2, 3, (NotSeen("a", "b", "c"),))
    with Inventory.open(tmp_path / "camscan.db") as inventory:
        scan_id = inventory.begin_scan(start())
        inventory.finish_scan(scan_id, ScanStatus.PARTIAL, 4, True, "head", [told])
        assert inventory.scans()[0].coverage == (told,)
