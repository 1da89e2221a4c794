"""What only Linux has: /proc/sys, adjtimex(2), and its firewalls' files and listings. Nothing is changed."""

import ctypes
from pathlib import Path

from camscan.net._command import output_of
from camscan.net.privileges import is_root
from camscan.net.settings import Firewall

_TIME_ERROR = 5
"""Return value of adjtimex(2) that says: the clock is not synchronised."""
_TIMEX_BYTES = 256
"""More than struct timex takes (208 bytes on 64-bit systems); zeros ask to read and set nothing."""


def receive_buffer() -> int | None:
    """net.core.rmem_max, in bytes."""
    return _number(Path("/proc/sys/net/core/rmem_max"))


def neighbour_table() -> int | None:
    """net.ipv4.neigh.default.gc_thresh3; only the machine's first network namespace shows it."""
    return _number(Path("/proc/sys/net/ipv4/neigh/default/gc_thresh3"))


def clock_synchronised() -> bool | None:
    """What the kernel says of its clock, or None where it may not be asked."""
    try:
        answer = int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES)))
    except (OSError, AttributeError):
        return None
    return None if answer < 0 else answer != _TIME_ERROR


def firewalls(root: Path = Path("/")) -> tuple[Firewall, ...]:
    """ufw and firewalld by their files; nftables and iptables by their listings, which only root gets.

    A part of the kernel that is not loaded holds no rules, and asking would load it: then it is not asked.
    """
    found: list[Firewall] = []
    ufw = _read(root / "etc/ufw/ufw.conf")
    if ufw is not None:
        found.append(Firewall("ufw", parse_ufw(ufw)))
    if (root / "sys/fs/cgroup/system.slice/firewalld.service").exists():
        found.append(Firewall("firewalld", blocks=True))
    modules = _read(root / "proc/modules")
    loaded = None if modules is None else {line.partition(" ")[0] for line in modules.splitlines()}
    for name, module, tool, words, parse in (
        ("nftables", "nf_tables", "nft", ("list", "ruleset"), parse_nft),
        ("iptables", "iptable_filter", "iptables-legacy", ("-S", "INPUT"), parse_iptables),
    ):
        if loaded is None or module in loaded:
            tools = _tools(root, tool) if is_root() else []
            if tools or loaded is not None:
                listing = output_of([str(tools[0]), *words]) if tools else None
                found.append(Firewall(name, None if listing is None else parse(listing)))
    return tuple(found)


def parse_ufw(text: str) -> bool | None:
    """Whether ufw.conf enables it."""
    for line in text.splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "ENABLED":
            return value.strip().strip('"').lower() == "yes"
    return None


def parse_nft(text: str) -> bool:
    """Whether a chain at the input hook of ``nft list ruleset`` drops or rejects anything.

    Chains that it jumps to are counted with it, since following them would mean to understand all of nftables.
    """
    at_input = "hook input" in text
    words = {word.strip(";") for line in text.splitlines() for word in line.partition("#")[0].split()}
    return at_input and not words.isdisjoint({"drop", "reject"})


def parse_iptables(text: str) -> bool:
    """Whether the policy or a rule of ``iptables -S INPUT`` drops or rejects anything."""
    return any(
        line.split()[-1:] == ["DROP"] or " -j DROP" in line or " -j REJECT" in line for line in text.splitlines()
    )


def _tools(root: Path, name: str) -> list[Path]:
    return [place for folder in ("usr/sbin", "sbin", "usr/bin") if (place := root / folder / name).is_file()][:1]


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return None


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None
