"""What was found, kept over the years: evidence, devices' identity over scans, coverage."""

from camscan.inventory.records import (
    HostRecord,
    Merge,
    NotSeen,
    Rejection,
    ScanKind,
    ScanRecord,
    ScanStart,
    ScanStatus,
    SiteCoverage,
)
from camscan.inventory.store import Inventory

__all__ = [
    "HostRecord",
    "Inventory",
    "Merge",
    "NotSeen",
    "Rejection",
    "ScanKind",
    "ScanRecord",
    "ScanStart",
    "ScanStatus",
    "SiteCoverage",
]
