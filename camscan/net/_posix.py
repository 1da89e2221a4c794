"""Giving up root on Linux, macOS and the BSDs. See camscan.net.privileges for what it promises."""

import sys

if sys.platform == "win32":
    raise ImportError("POSIX only")

import contextlib
import ctypes
import os
import pwd
import stat
from functools import partial
from pathlib import Path

from camscan.errors import UsageError
from camscan.net.privileges import Identity

# linux/prctl.h, linux/capability.h
_PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4
_CAPABILITY_VERSION_3 = 0x20080522

_ADVICE = "Start camscan as an ordinary user instead; it then does without ARP and says so."


def is_root() -> bool:
    """Whether any of the process's user ids is root's."""
    if sys.platform == "linux":
        return 0 in os.getresuid()
    return 0 in (os.getuid(), os.geteuid())


def drop(hand_over: tuple[Path, ...]) -> Identity:
    """See camscan.net.privileges.drop_privileges."""
    if not is_root():
        _drop_capabilities()
        return Identity(user=_name(os.getuid()), uid=os.getuid(), gid=os.getgid(), dropped=False)
    invoker = _invoker(os.environ.get("SUDO_UID"), os.environ.get("SUDO_GID"))
    uid, gid = invoker or _nobody()
    kept = _hand_over(hand_over, uid, gid) if invoker else tuple((path, "nobody called sudo") for path in hand_over)
    try:
        if os.geteuid() != 0:
            os.seteuid(0)
        os.setgroups([])
        if sys.platform == "linux":
            os.setresgid(gid, gid, gid)
            os.setresuid(uid, uid, uid)
        else:
            os.setgid(gid)
            os.setuid(uid)
    except OSError as error:
        raise UsageError(
            f"Root could not be given up ({error.strerror}), so nothing was scanned.\n  {_ADVICE}"
        ) from None
    _drop_capabilities()
    _require_gone(uid, gid)
    _follow_home(uid)
    return Identity(user=_name(uid), uid=uid, gid=gid, dropped=True, kept=kept)


def _invoker(uid: str | None, gid: str | None) -> tuple[int, int] | None:
    """User and group that called sudo; None where that was root, or what sudo left us is no number."""
    if not (uid and uid.isascii() and uid.isdigit() and gid and gid.isascii() and gid.isdigit()):
        return None
    numbers = int(uid), int(gid)
    return numbers if 0 not in numbers and max(numbers) < 2**32 - 1 else None


def _nobody() -> tuple[int, int]:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        # The overflow ids of Linux, which every system keeps for nobody.
        return 65_534, 65_534
    return entry.pw_uid, entry.pw_gid


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _hand_over(paths: tuple[Path, ...], uid: int, gid: int) -> tuple[tuple[Path, str], ...]:
    kept: list[tuple[Path, str]] = []
    for path in paths:
        try:
            reason = _hand_over_one(path, uid, gid)
        except OSError as error:
            reason = error.strerror or str(error)
        if reason:
            kept.append((path, reason))
    return tuple(kept)


def _hand_over_one(path: Path, uid: int, gid: int) -> str:
    """Empty where the file is the user's now, else why not.

    Whoever may run only this program with sudo must not gain /etc/shadow by a link that bears our file's name:
    directory and file are held open while they are judged, and links are not followed.
    """
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if os.fstat(directory).st_uid != uid:
            return "its directory is not the user's"
        file = os.open(path.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=directory)
        try:
            found = os.fstat(file)
            if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
                return "it is no plain file"
            if found.st_uid not in (0, uid):
                return "it is somebody else's"
            os.fchown(file, uid, gid)
        finally:
            os.close(file)
    finally:
        os.close(directory)
    return ""


def _drop_capabilities() -> None:
    """Clears what capabilities are left (``setcap`` on the interpreter gives them to ordinary users too)."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    libc.capset(ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)()))


def _require_gone(uid: int, gid: int) -> None:
    """Raises UsageError unless root is out of reach, of every thread."""
    attempts = [partial(os.setuid, 0), partial(os.seteuid, 0), partial(os.setgid, 0), partial(os.setegid, 0)]
    attempts.append(partial(os.setgroups, [0]))
    if sys.platform == "linux":
        attempts += [partial(os.setresuid, 0, 0, 0), partial(os.setresgid, 0, 0, 0)]
    for attempt in attempts:
        with contextlib.suppress(OSError):
            attempt()
            raise UsageError(f"Root could be regained after it was given up, so nothing was scanned.\n  {_ADVICE}")
    same = os.getuid() == os.geteuid() == uid and os.getgid() == os.getegid() == gid
    if sys.platform == "linux":
        same = same and all(_thread_is(task, uid) for task in Path("/proc/self/task").iterdir())
    if not same or is_root():
        raise UsageError(f"Root was not given up wholly, so nothing was scanned.\n  {_ADVICE}")


def _thread_is(task: Path, uid: int) -> bool:
    """Whether a thread has only ``uid`` and no capability (proc(5), status)."""
    try:
        text = (task / "status").read_text()
    except FileNotFoundError:
        return True
    fields = {name: value.split() for name, _, value in (line.partition(":") for line in text.splitlines())}
    capabilities = [int(fields[name][0], 16) for name in ("CapPrm", "CapEff", "CapAmb") if name in fields]
    return fields["Uid"] == [str(uid)] * 4 and not any(capabilities)


def _follow_home(uid: int) -> None:
    """Lets the environment name the home of who we are now, so that no library looks into root's."""
    try:
        entry = pwd.getpwuid(uid)
        home, name = entry.pw_dir, entry.pw_name
    except KeyError:
        home, name = "/nonexistent", str(uid)
    os.environ.update(HOME=home, USER=name, LOGNAME=name)
    for variable in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        os.environ.pop(variable, None)
