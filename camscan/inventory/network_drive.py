"""Is a folder on a network drive? SQLite's write-ahead log needs all its users on one machine
(sqlite.org/wal.html), and file locks over a network have damaged many a database."""

import sys
from pathlib import Path


def network_drive(folder: Path) -> str | None:
    """The kind of network file system that ``folder`` is on, or None: it is local, or this system does not tell."""
    if sys.platform == "linux":
        from camscan.inventory import _linux_mounts

        return _linux_mounts.network_file_system(folder)
    if sys.platform == "win32":
        from camscan.inventory import _windows_drives

        return _windows_drives.network_file_system(folder.resolve())
    return None
