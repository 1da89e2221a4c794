"""File system types on Linux, from the mount table of this process (proc_pid_mountinfo(5))."""

from pathlib import Path

MOUNTINFO = Path("/proc/self/mountinfo")

_SERVED = frozenset({"nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "ncp", "ncpfs", "afs", "coda", "davfs"})
_CLUSTER = frozenset({"ceph", "lustre", "gpfs", "beegfs", "pvfs2", "orangefs", "glusterfs", "gfs", "gfs2", "ocfs2"})
_VIRTUAL_MACHINE = frozenset({"vboxsf", "vmhgfs", "prl_fs"})

_LOCAL_FUSE = frozenset(
    {f"fuse.{name}" for name in ("ntfs-3g", "exfat", "ext2", "mergerfs", "fuse-overlayfs", "unionfs", "bindfs")}
    | {f"fuse.{name}" for name in ("gocryptfs", "encfs", "cryfs", "securefs", "zfs", "btrfs")}
    | {"fuseblk", "fusectl"}
)
"""User-space file systems over a disk of this machine. Any other (sshfs, rclone, s3fs, gvfsd-fuse) counts as remote."""


def network_file_system(folder: Path, mountinfo: Path = MOUNTINFO) -> str | None:
    """The network file system that ``folder`` (which must exist) is on, or None for a local one.

    None, too, where the table cannot be read: then SQLite's own errors have the last word.
    """
    try:
        lines = mountinfo.read_text("utf-8", "surrogateescape").split("\n")
    except OSError:
        return None
    place = folder.resolve()
    best, kind = -1, None
    for line in lines:
        before, separator, after = line.partition(" - ")
        fields, rest = before.split(" "), after.split(" ")
        if not separator or len(fields) < 5 or len(rest) < 3:
            continue
        mount = Path(_unescaped(fields[4]))
        if place.is_relative_to(mount) and len(mount.parts) >= best:  # a later mount covers an earlier one
            best, kind = len(mount.parts), _remote_kind(rest[0], rest[-1].split(","))
    return kind


def _remote_kind(kind: str, options: list[str]) -> str | None:
    if kind in _SERVED | _CLUSTER | _VIRTUAL_MACHINE:
        return kind
    if kind == "9p":
        # Over a virtual wire to another kernel (WSL's Windows drives, QEMU): its locks do not reach ours. The
        # same protocol is the root of gVisor's containers, where nobody else has the file.
        shared = any(option.startswith("aname=drvfs") for option in options)
        return kind if shared or not {"trans=virtio", "trans=tcp", "trans=rdma"}.isdisjoint(options) else None
    return kind if kind.startswith("fuse") and kind not in _LOCAL_FUSE else None


def _unescaped(text: str) -> str:
    for code, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, char)
    return text
