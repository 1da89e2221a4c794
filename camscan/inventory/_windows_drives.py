"""Network drives on Windows. Not yet tried on Windows."""

import sys
from collections.abc import Callable
from pathlib import PurePath

_DRIVE_REMOTE = 4
"""What GetDriveTypeW says of a network drive (winbase.h)."""


def kind_of_drive(folder: PurePath, drive_type: Callable[[str], int]) -> str | None:
    """What sort of network drive ``folder`` (a Windows path) is on, or None. ``drive_type`` is GetDriveTypeW."""
    drive = folder.drive
    if (drive.startswith("\\\\") and not drive.startswith(("\\\\?\\", "\\\\.\\"))) or drive.startswith("\\\\?\\UNC\\"):
        return f"the share {drive}"
    if drive and drive_type(drive.removeprefix("\\\\?\\") + "\\") == _DRIVE_REMOTE:
        return f"the network drive {drive}"
    return None


def network_file_system(folder: PurePath) -> str | None:
    """As ``kind_of_drive``, asking Windows."""
    if sys.platform != "win32":
        return None
    import ctypes

    return kind_of_drive(folder, ctypes.windll.kernel32.GetDriveTypeW)
