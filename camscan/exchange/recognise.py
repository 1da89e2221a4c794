"""Tells by its content what an input file is, and reads it."""

from pathlib import Path

from camscan.exchange import csv_import, nmap_xml
from camscan.exchange.imported import Imported, unreadable

_HEAD = 4096

_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"# Nmap ", "this is nmap's output for people. Run nmap again with -oX FILE, and import that file."),
    (b"Starting Nmap ", "this is nmap's output for people. Run nmap again with -oX FILE, and import that file."),
    (b"PK\x03\x04", "this is a zip or an Excel workbook. Save the sheet as CSV, and import that file."),
    (b"\xd0\xcf\x11\xe0", "this is an old Excel workbook. Save the sheet as CSV, and import that file."),
    (b"\x1f\x8b", "this file is compressed. Unpack it first (gunzip)."),
    (b"%PDF", "this is a PDF. camscan imports nmap's XML and CSV."),
    (b"SQLite format 3\x00", "this is a database. An inventory is opened with --inventory, not imported."),
)
"""How files begin that people try, and what to do instead."""

_CAPTURES = (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x0a\x0d\x0d\x0a")
"""libpcap (both byte orders, microseconds and nanoseconds) and pcapng."""


def read(path: Path) -> Imported:
    """Reads nmap's XML or a CSV with an ``ip`` column. Raises UsageError for anything else, saying what it is."""
    try:
        with path.open("rb") as source:
            head = source.read(_HEAD)
        if _is_nmap_xml(head):
            return nmap_xml.read(path)
        refusal = _refusal(head)
        if refusal is None and csv_import.header(csv_import.first_line(path)) is not None:
            return csv_import.read(path)
    except IsADirectoryError:
        raise unreadable(str(path), "this is a folder. Name the files in it.") from None
    except OSError as error:
        raise unreadable(str(path), f"the file cannot be read: {error.strerror}.") from None
    raise unreadable(path.name, refusal or "this is neither nmap's XML (nmap -oX FILE) nor a CSV with an ip column.")


def _is_nmap_xml(head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith(b"<") and (b"<nmaprun" in head or b"<!DOCTYPE nmaprun" in head)


def _refusal(head: bytes) -> str | None:
    if not head.strip(b"\x00 \t\r\n"):
        return "the file is empty."
    if head.startswith(_CAPTURES):
        return "this is a packet capture, which says what devices talk to, not what they are."
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return "this is XML or HTML, but not nmap's."
    return next((advice for start, advice in _OTHERS if head.startswith(start)), None)
