"""Is a folder on a network drive? SQLite's write-ahead log needs all its users on one machine
(sqlite.org/wal.html), and file locks over a network have damaged many a database."""

import sys
from pathlib import Path


def network_drive(folder: Path) -> str | None:
    """The kind of network file system that ``folder`` is on, or None: it is local, or this system does not tell."""
    if sys.platform == "linux":
        from camscan.inventory._linux_mounts import network_file_system

        return network_file_system(folder)
    return None
