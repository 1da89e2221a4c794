"""Which file systems are on a network, by Linux's own mount table."""

from pathlib import Path

import pytest

from camscan.inventory._linux_mounts import network_file_system

ROOT = "25 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard"


def told(tmp_path: Path, *lines: str) -> str | None:
    table = tmp_path / "mountinfo"
    table.write_text("\n".join([ROOT, *lines]) + "\n")
    folder = tmp_path / "a folder" / "inside"
    folder.mkdir(parents=True, exist_ok=True)
    return network_file_system(folder, table)


def mount(place: Path, kind: str, options: str = "rw", source: str = "server:/export") -> str:
    shown = str(place).replace("\\", "\\134").replace(" ", "\\040")
    return f"30 25 0:40 / {shown} rw,relatime shared:7 - {kind} {source} {options}"


SERVED = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "vboxsf")
SERVED_IN_USER_SPACE = ("fuse.sshfs", "fuse.rclone", "fuse.s3fs", "fuse.gvfsd-fuse", "fuse.somethingnew", "fuse")


@pytest.mark.parametrize("kind", [*SERVED, *SERVED_IN_USER_SPACE])
def test_network_file_systems(tmp_path: Path, kind: str) -> None:
    assert told(tmp_path, mount(tmp_path / "a folder", kind)) == kind


@pytest.mark.parametrize(
    "kind", ["ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "fuseblk", "fuse.gocryptfs", "fuse.fuse-overlayfs"]
)
def test_local_file_systems(tmp_path: Path, kind: str) -> None:
    assert told(tmp_path, mount(tmp_path / "a folder", kind)) is None


@pytest.mark.parametrize(
    ("options", "refused"),
    [
        ("rw,aname=drvfs;path=C:\\134;uid=1000;gid=1000,mmap,access=client,msize=65536,trans=fd,rfd=8,wfd=8", True),
        ("rw,sync,trans=virtio,version=9p2000.L", True),
        ("rw,trans=tcp,port=564", True),
        ("rw,trans=fd,rfdno=4,wfdno=4,aname=/,dfltuid=4294967294", False),  # the root of a gVisor container
    ],
)
def test_plan_9_is_judged_by_its_wire(tmp_path: Path, options: str, *, refused: bool) -> None:
    assert (told(tmp_path, mount(tmp_path / "a folder", "9p", options, "drvfs")) == "9p") is refused


def test_the_mount_that_is_nearest_counts(tmp_path: Path) -> None:
    outer, inner = tmp_path / "a folder", tmp_path / "a folder" / "inside"
    assert told(tmp_path, mount(outer, "nfs4"), mount(inner, "ext4")) is None
    assert told(tmp_path, mount(outer, "ext4"), mount(inner, "nfs4")) == "nfs4"


def test_a_later_mount_covers_an_earlier_one_at_the_same_place(tmp_path: Path) -> None:
    place = tmp_path / "a folder"
    assert told(tmp_path, mount(place, "ext4"), mount(place, "cifs")) == "cifs"


def test_a_neighbour_with_a_similar_name_does_not_count(tmp_path: Path) -> None:
    assert told(tmp_path, mount(tmp_path / "a fold", "nfs4")) is None


def test_lines_that_are_none_are_passed_over(tmp_path: Path) -> None:
    assert told(tmp_path, "", "garbage", " - ", "1 2 3 4 5 - nfs") is None


def test_without_a_table_nothing_is_said(tmp_path: Path) -> None:
    assert network_file_system(tmp_path, tmp_path / "absent") is None
