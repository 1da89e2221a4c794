"""Giving up root: sockets are opened first, then this, and only then is anything from a device read.

Order for a scan that was started as root (with sudo, say):

1. open the sockets (``open_arp``, the discovery sockets), the inventory, the audit log, and read every file that
   is needed (scope, signatures, credentials, WSDLs);
2. ``preload(...)``, since a Python that lives under /root cannot be read afterwards;
3. ``drop_privileges(hand_over=...)``, before threads are started;
4. then parse.

Files that are open stay open. A database that is open goes on working, its journal included, wherever it lies.
What cannot be done any more: starting a program under /root, opening files there, opening raw sockets.
"""

import importlib
import os
import pkgutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PRELOADED: tuple[str, ...] = (
    # A device may declare any encoding, and Python loads each when it is first named.
    "encodings.*",
    # Loaded by the standard library behind functions we call after the drop.
    "_strptime",
    "asyncio.*",
    "calendar",
    "concurrent.futures.thread",
    "email.*",
    "getpass",
    "gzip",
    "html.entities",
    "html.parser",
    "http.client",
    "http.cookiejar",
    "ipaddress",
    "json",
    "linecache",
    "locale",
    "multiprocessing.resource_tracker",
    "pyexpat",
    "sqlite3",
    "sqlite3.dbapi2",
    "ssl",
    "stringprep",
    "tempfile",
    "tokenize",
    "traceback",
    "unicodedata",
    "uuid",
    "xml.etree.ElementTree",
    "xml.parsers.expat",
    "xml.sax.expatreader",
    "xml.sax.handler",
    "zlib",
    "zoneinfo",
    # Certificates: the Rust core imports the Python side of what it finds in one.
    "cryptography.x509",
    "cryptography.x509.oid",
    "cryptography.hazmat.primitives.hashes",
    "cryptography.hazmat.primitives.serialization",
    "cryptography.hazmat.primitives.asymmetric.*",
    "cryptography.hazmat.backends.openssl.backend",
    # The other libraries of a scan.
    "mmh3",
    "re2",
    "scapy.layers.l2",
    "zeroconf",
    "rich._emoji_codes",
    "rich._unicode_data.*",
    "rich.live",
    "rich.progress",
    "rich.table",
    "sqlalchemy",
    "sqlalchemy.dialects.sqlite",
    # This package's own lazy imports.
    "camscan.net.*",
    "camscan.safe.*",
    "camscan.discover.*",
    "camscan.interrogate.*",
)
"""What must be in memory before the drop. ``package.*`` means the package with all its modules (not deeper)."""

_NOT_HERE = {"asyncio.__main__", "asyncio.windows_events", "asyncio.windows_utils", "encodings.mbcs", "encodings.oem"}
"""Modules that start a program, or that only Windows (where nothing is dropped) can load."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the process is now. ``dropped`` says that it was root before. ``kept`` are files that were to be handed
    over but stay root's, each with the reason."""

    user: str
    uid: int
    gid: int
    dropped: bool
    kept: tuple[tuple[Path, str], ...] = ()


def preload(extra: Iterable[str] = ()) -> tuple[str, ...]:
    """Imports PRELOADED and ``extra`` (the caller's own layers, in the same notation).

    Returns the names that are not installed or cannot be loaded here. PostgreSQL's driver is not among them: an
    inventory that is open has loaded it.
    """
    return load((*PRELOADED, *extra))


def load(patterns: Iterable[str]) -> tuple[str, ...]:
    """As ``preload``, of nothing but ``patterns``."""
    missing: list[str] = []
    for pattern in patterns:
        for name in _expanded(pattern):
            try:
                importlib.import_module(name)
            except (ImportError, OSError, AttributeError):
                missing.append(name)
    return tuple(missing)


def _expanded(pattern: str) -> tuple[str, ...]:
    package, star, _ = pattern.partition(".*")
    if not star:
        return (pattern,)
    try:
        places = list(importlib.import_module(package).__path__)
    except ImportError:
        return (package,)
    inside = (f"{package}.{module.name}" for module in pkgutil.iter_modules(places))
    return (package, *(name for name in inside if name not in _NOT_HERE))


def drop_privileges(hand_over: Iterable[Path] = ()) -> Identity:
    """Becomes an ordinary user for good, if this process is root: the one who called sudo, else nobody.

    ``hand_over`` are files that root has just made for this scan; they become the sudo user's. Only a regular
    file of root's own in a directory of that user is handed over, never through a link. All groups and
    capabilities go, no program that this thread or a later one starts can gain any, and that root is out of reach
    of every thread is tried, not assumed.
    Raises UsageError where root could not be given up: then nothing may be parsed. On Windows it does nothing.
    """
    if sys.platform == "win32":
        return Identity(user=os.environ.get("USERNAME", ""), uid=-1, gid=-1, dropped=False)
    from camscan.net import _posix

    return _posix.drop(tuple(hand_over))


def is_root() -> bool:
    """Whether this process is root, or could become it again. False on Windows."""
    if sys.platform == "win32":
        return False
    from camscan.net import _posix

    return _posix.is_root()


def can_open_raw() -> bool:
    """Whether this process may open the raw sockets that ARP needs. Tried, not guessed; nothing is sent."""
    if sys.platform != "linux":
        return False
    import socket

    try:
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0):
            return True
    except OSError:
        return False
