"""The real answers of tests/data/answers.jsonl, and the bytes of each as they came over the wire."""

import json
from functools import cache
from pathlib import Path
from typing import TypedDict

UNSTATED = frozenset({"(not stated)", "(multiple)"})
"""What stands for a model that the source does not name."""


class Answer(TypedDict):
    """One row. ``raw`` is what the source shows: often the whole answer, sometimes only its fields."""

    protocol: str
    port: int
    raw: str
    raw_hex: str | None
    maker: str
    brand: str
    model: str
    kind: str
    source: str
    fidelity: str
    note: str | None


@cache
def answers(protocol: str = "") -> tuple[Answer, ...]:
    """The rows of one protocol, or all 127."""
    return tuple(row for row in _rows("answers.jsonl") if protocol in ("", row["protocol"]))


@cache
def blind() -> tuple[Answer, ...]:
    """Answers gathered after the signatures had been written; tests/blind.py says what may be done with them."""
    return _rows("blind.jsonl")


def _rows(name: str) -> tuple[Answer, ...]:
    path = Path(__file__).parent / "data" / name
    return tuple(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())


def label(row: Answer) -> str:
    """A short name of a row, for the test's name."""
    return f"{row['maker']}-{row['model']}"


def wire(row: Answer) -> bytes:
    """The answer as bytes: framed where the source kept the frame, a fragment put back into its envelope."""
    if row["raw_hex"]:
        return bytes.fromhex(row["raw_hex"])
    if row["protocol"] == "ws-discovery" and row["raw"].startswith("<d:ProbeMatch"):
        return envelope(f"<d:ProbeMatches>{row['raw']}</d:ProbeMatches>")
    if row["protocol"] == "mdns":
        return _axis_announcement()
    return row["raw"].encode("utf-8")


def envelope(body: str) -> bytes:
    """A SOAP envelope around ``body``, with the prefixes that the fragments use."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
        ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
        ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
        ' xmlns:dn="http://www.onvif.org/ver10/network/wsdl">'
        f"<s:Header/><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def dns_name(*labels: str) -> bytes:
    """A domain name without compression (RFC 1035 3.1)."""
    encoded = [text.encode("utf-8") for text in labels]
    return b"".join(bytes([len(text)]) + text for text in encoded) + b"\x00"


def dns_record(name: bytes, kind: int, data: bytes) -> bytes:
    """One resource record of class IN that lives ten seconds."""
    return name + kind.to_bytes(2) + b"\x00\x01" + (10).to_bytes(4) + len(data).to_bytes(2) + data


def dns_message(*records: bytes, question: bytes = b"") -> bytes:
    """A response whose records all stand in the answer section."""
    counts = (1 if question else 0, len(records), 0, 0)
    return b"\x00\x00\x84\x00" + b"".join(count.to_bytes(2) for count in counts) + question + b"".join(records)


def _axis_announcement() -> bytes:
    """The one mDNS row: its source names every record of the answer, and this puts them into bytes."""
    service = ("_axis-video", "_tcp", "local")
    instance = dns_name("AXIS P3265-V - B8A44F631339", *service)
    host = dns_name("axis-b8a44f631339", "local")
    text = b"macaddress=B8A44F631339"
    return dns_message(
        dns_record(dns_name(*service), 12, instance),
        dns_record(instance, 33, bytes(4) + (80).to_bytes(2) + host),
        dns_record(instance, 16, bytes([len(text)]) + text),
        dns_record(host, 1, bytes([10, 0, 0, 48])),
        question=dns_name(*service) + b"\x00\x0c\x00\x01",
    )
