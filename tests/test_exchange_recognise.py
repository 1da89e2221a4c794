"""What a file is shows by its content, whatever its name."""

import gzip
from pathlib import Path

import pytest
from test_exchange_nmap_xml import CAMERA, HEAD, TAIL

from camscan.errors import UsageError
from camscan.exchange.recognise import read


def test_nmaps_xml_under_any_name(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    for prefix in ("", "\ufeff", "\n  "):
        head = HEAD.removeprefix('<?xml version="1.0" encoding="UTF-8"?>\n') if prefix.strip(" \n") == "" else HEAD
        path.write_text(prefix + head + CAMERA + TAIL, encoding="utf-8")
        found = read(path)
        assert (found.form, len(found.hosts)) == ("nmap XML", 1)


def test_a_csv_under_any_name(tmp_path: Path) -> None:
    path = tmp_path / "scan.xml"
    path.write_text("ip,maker\n10.1.0.20,axis\n")
    found = read(path)
    assert (found.form, len(found.hosts)) == ("CSV", 1)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"\n \n", "the file is empty"),
        (b"# Nmap 7.93 scan initiated Sat Nov 21 as: nmap 10.1.0.20\n", "with -oX FILE"),
        (b"Starting Nmap 7.93 ( https://nmap.org )\n", "with -oX FILE"),
        (b"PK\x03\x04 a workbook", "Save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0 an old one", "Save the sheet as CSV"),
        (gzip.compress(b"ip,mac\n"), "Unpack it first"),
        (b"%PDF-1.7", "PDF"),
        (b"SQLite format 3\x00", "opened with --inventory"),
        (b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00", "packet capture"),
        (b"\x0a\x0d\x0d\x0a\x1c\x00\x00\x00", "packet capture"),
        (b"<!DOCTYPE html><html></html>", "not nmap's"),
        (b'<?xml version="1.0"?><inventory/>', "not nmap's"),
        (b"hostname,mac\nx,y\n", "neither nmap's XML"),
        (b"\x00\x01\x02\x03", "neither nmap's XML"),
        (bytes(range(256)) * 100, "neither nmap's XML"),
    ],
)
def test_anything_else_is_refused_with_advice(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "some file"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=rf"some file: .*{words}.* Nothing was imported\."):
        read(path)


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a folder"):
        read(tmp_path)
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read(tmp_path / "absent")
