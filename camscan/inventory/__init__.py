"""What was found, kept over the years: evidence, devices' identity over scans, coverage."""

from camscan.gaps import NotSeen, SiteCoverage
from camscan.inventory.forgetting import Forgotten, Gone, Selection
from camscan.inventory.holdings import Holding
from camscan.inventory.records import (
    HostRecord,
    Input,
    Merge,
    Rejection,
    ScanKind,
    ScanRecord,
    ScanStart,
    ScanStatus,
)
from camscan.inventory.store import Inventory

__all__ = [
    "Forgotten",
    "Gone",
    "Holding",
    "HostRecord",
    "Input",
    "Inventory",
    "Merge",
    "NotSeen",
    "Rejection",
    "ScanKind",
    "ScanRecord",
    "ScanStart",
    "ScanStatus",
    "Selection",
    "SiteCoverage",
]
