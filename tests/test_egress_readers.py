import pytest
from egress_makers import csv_log, pcap, pcapng, visit
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress.readers import READERS, reader_of


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (pcap(visit()), "pcap"),
        (pcapng(visit()), "pcapng"),
        (csv_log(), "csv"),
        (b"#separator \\x09\n", "zeek"),
        (b'{"ts":1,"id.orig_h":"10.1.0.20"}\n', "zeek-json"),
        (b"Nov 21 10:00:00 gw dnsmasq[1]: query[A] a.example.com from 10.1.0.20\n", "dnsmasq"),
        (b"", None),
        (b"MZ\x90\x00", None),
        (b"Nov 21 10:00:00 host sshd[1]: hello\n", None),
        (b"name,colour\nred,blue\n", None),
    ],
)
def test_a_format_is_told_by_content(head: bytes, name: str | None) -> None:
    found = reader_of(head)
    assert (found.name if found else None) == name


@given(st.binary(max_size=500))
def test_any_bytes_are_recognised_or_not(head: bytes) -> None:
    reader_of(head)


def test_each_reader_has_a_name_of_its_own() -> None:
    assert len({reader.name for reader in READERS}) == len(READERS)
