"""Which Windows paths are on a network, with Windows' own answer given."""

from pathlib import PurePath, PureWindowsPath

import pytest

from camscan.inventory._windows_drives import kind_of_drive, network_file_system

FIXED, REMOTE = 3, 4


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (r"C:\Users\it\camscan", None),
        (r"H:\camscan", "the network drive H:"),
        (r"\\fileserver\home\it", r"the share \\fileserver\home"),
        (r"\\?\UNC\fileserver\home\it", r"the share \\?\UNC\fileserver\home"),
        (r"\\?\C:\Users", None),
        (r"\\?\H:\Users", r"the network drive \\?\H:"),
        ("relative", None),
    ],
)
def test_kinds_of_drives(path: str, kind: str | None) -> None:
    def drive_type(root: str) -> int:
        return {"C:\\": FIXED, "H:\\": REMOTE}[root]

    assert kind_of_drive(PureWindowsPath(path), drive_type) == kind


def test_other_systems_have_no_drives() -> None:
    assert network_file_system(PurePath("/home")) is None
