import pytest
from egress_makers import csv_log, pcap, pcapng, visit
from hypothesis import given
from hypothesis import strategies as st
from netflow_makers import ipfix, template
from nfdump_makers import nf_file

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
        (b'{"timestamp":"2026-11-21T10:00:00+0000","event_type":"stats"}\n', "suricata"),
        (
            b"Nov 21 10:00:00 gw kernel: [LAN_IN-1-D]IN=br0 OUT= SRC=10.1.0.20 DST=1.2.3.4 LEN=9 PROTO=TCP\n",
            "netfilter",
        ),
        (b'date=2026-11-21 logid="13" type="traffic" srcip=10.1.0.20 dstip=1.2.3.4\n', "fortigate"),
        (b"Nov 21 2026 10:00:00 asa : %ASA-6-302013: Built outbound TCP connection 9\n", "cisco-asa"),
        (b"1,2026/11/21 10:00:02,012,TRAFFIC,end" + b"," * 40 + b"\n", "palo-alto"),
        (
            b"21/11/2026 10:00:00 0E70 PACKET  00000000033397A0 UDP Rcv 10.1.0.20 5b47   Q [0001] A (1)a(0)\n",
            "windows-dns",
        ),
        (ipfix(template()), "netflow"),
        (nf_file(), "nfcapd"),
        (nf_file(layout=1), "nfcapd"),
        (b"ts,te,td,sa,da,sp,dp,pr\n", "nfdump-csv"),
        (b'[\n{\n\t"type" : "FLOW",\n\t"in_packets" : 1,\n\t"src4_addr" : "10.1.0.20"\n}]\n', "nfdump-json"),
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
