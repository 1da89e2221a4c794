"""The formats that are read, in the order in which they are tried.

Adding one: a file that makes a ``Reader``, and its name in READERS.
"""

from camscan.egress.readers.bind import BIND
from camscan.egress.readers.cisco_asa import CISCO_ASA
from camscan.egress.readers.dnsmasq import DNSMASQ
from camscan.egress.readers.filterlog import FILTERLOG
from camscan.egress.readers.fortigate import FORTIGATE
from camscan.egress.readers.generic_csv import GENERIC_CSV
from camscan.egress.readers.netfilter import NETFILTER
from camscan.egress.readers.netflow import NETFLOW
from camscan.egress.readers.nfcapd import NFCAPD
from camscan.egress.readers.nfdump_csv import NFDUMP_CSV
from camscan.egress.readers.nfdump_json import NFDUMP_JSON
from camscan.egress.readers.palo_alto import PALO_ALTO
from camscan.egress.readers.pcap import PCAP
from camscan.egress.readers.pcapng import PCAPNG
from camscan.egress.readers.shape import Reader
from camscan.egress.readers.suricata import SURICATA
from camscan.egress.readers.windows_dns import WINDOWS_DNS
from camscan.egress.readers.zeek_json import ZEEK_JSON
from camscan.egress.readers.zeek_tsv import ZEEK_TSV

READERS: tuple[Reader, ...] = (
    PCAP,
    PCAPNG,
    NETFLOW,
    NFCAPD,
    NFDUMP_CSV,
    NFDUMP_JSON,
    ZEEK_TSV,
    ZEEK_JSON,
    SURICATA,
    GENERIC_CSV,
    FILTERLOG,
    DNSMASQ,
    BIND,
    NETFILTER,
    FORTIGATE,
    CISCO_ASA,
    PALO_ALTO,
    WINDOWS_DNS,
)


def reader_of(head: bytes) -> Reader | None:
    """The reader that recognises the first bytes of an input, or None."""
    return next((reader for reader in READERS if reader.recognises(head)), None)
