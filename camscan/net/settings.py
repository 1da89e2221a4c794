"""Settings of the system that decide how much a scan hears: buffers, tables, limits, firewalls, the clock."""

import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SystemSettings:
    """What the system allows; None where it does not say (another system, or a namespace without that setting)."""

    receive_buffer: int | None = None
    """Bytes that a socket of an ordinary user may buffer (net.core.rmem_max)."""
    neighbour_table: int | None = None
    """Entries that the IPv4 neighbour table holds at most (gc_thresh3)."""
    open_files: int | None = None
    """Files and sockets that this process may have open once it has raised its own limit."""
    clock_synchronised: bool | None = None
    """Whether the system says that something keeps its clock right."""


@dataclass(frozen=True, slots=True)
class Firewall:
    """A firewall found on this machine. ``blocks`` says whether it drops what was not asked for; None: cannot tell."""

    name: str
    blocks: bool | None


def settings() -> SystemSettings:
    """The settings of this system."""
    if sys.platform == "linux":
        from camscan.net import _linux_settings

        return SystemSettings(
            receive_buffer=_linux_settings.receive_buffer(),
            neighbour_table=_linux_settings.neighbour_table(),
            open_files=open_file_limit(),
            clock_synchronised=_linux_settings.clock_synchronised(),
        )
    return SystemSettings(open_files=open_file_limit())


def firewalls() -> tuple[Firewall, ...]:
    """The firewalls of this machine, as far as they can be seen without changing anything."""
    if sys.platform == "linux":
        from camscan.net import _linux_settings

        return _linux_settings.firewalls()
    if sys.platform == "win32":
        from camscan.net import _windows

        return _windows.firewalls()
    from camscan.net import _darwin

    return _darwin.firewalls()


def open_file_limit() -> int | None:
    """How many files and sockets this process may raise its own limit to; None on Windows, which has no such limit."""
    if sys.platform == "win32":
        return None
    import resource

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return sys.maxsize if hard == resource.RLIM_INFINITY else hard


def raise_open_files(wanted: int = 8_192) -> int | None:
    """Raises this process's limit of open files to ``wanted``, or as near as it may, and returns what it is then.

    The usual limit (1,024 on Linux, 256 on macOS) is for programs that do not talk to a whole network at once.
    """
    if sys.platform == "win32":
        return None
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    target = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft == resource.RLIM_INFINITY or soft >= target:
        return soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (target, hard))
    except (OSError, ValueError):
        # macOS refuses more than kern.maxfilesperproc whatever the hard limit says.
        return soft
    return target
