"""From the rows of tests/data/answers.jsonl to observations, as a scan would make them.

Whole answers go through the real parsers. Rows that a source shows only in part (``key=value`` lines, the names of a
certificate) are put into the form that the parser expects, or straight into evidence where there is no such form.
"""

import re
from datetime import UTC, datetime
from ipaddress import ip_address

from answers import Answer, wire

from camscan.discover import description, dhip, mdns, sadp, ssdp, wsdiscovery
from camscan.evidence import Evidence, IPAddress, Observation, Outcome, Transport, Via
from camscan.interrogate import http, isapi, onvif, rtsp
from camscan.owner import dahua_cgi
from camscan.owner import isapi as owner_isapi

WHEN = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
IP = ip_address("192.0.2.20")

DATAGRAMS = {
    "sadp": sadp.parse,
    "dhip": dhip.parse,
    "ws-discovery": wsdiscovery.parse,
    "ssdp": ssdp.parse,
    "mdns": mdns.parse,
}

JUDGED = frozenset({*DATAGRAMS, "ssdp-description", "tls-subject", "http", "rtsp"})
"""Protocols whose every row has an expected verdict."""


def evidence_of(row: Answer) -> tuple[Evidence, ...]:
    """What a scan would have noted of one row."""
    protocol, raw = row["protocol"], row["raw"]
    if protocol == "sadp" and row["fidelity"] == "fields":
        return _sadp_fields(raw)
    if protocol == "rtsp" and raw.startswith("v="):
        return rtsp.description_evidence(wire(row))
    if protocol == "tls-subject":
        return _certificate_names(raw)
    if protocol.startswith("onvif-"):
        return _onvif(raw)
    return WHOLE[protocol](wire(row))


def _sadp_fields(raw: str) -> tuple[Evidence, ...]:
    fields = {key: quoted or plain for key, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|(\S+))', raw)}
    return (
        Evidence("sadp.answer", "yes"),
        Evidence("sadp.model", fields["DeviceDescription"]),
        Evidence("sadp.device_type", fields["DeviceType"]),
        Evidence("sadp.firmware", fields["SoftwareVersion"]),
    )


def _certificate_names(raw: str) -> tuple[Evidence, ...]:
    names = dict(re.findall(r"(subject|issuer):? ([^;\n]+(?:; [^;\n]+)*)", raw)) if raw.startswith("subject") else {}
    if not names:
        subject, _, issuer = raw.partition(" ; issuer ")
        names = {"subject": subject, "issuer": issuer}
    return tuple(Evidence(f"tls.{name}", text.replace("; ", ",")) for name, text in names.items() if text)


def _http(raw: bytes) -> tuple[Evidence, ...]:
    if raw.startswith(b"Server:"):
        raw = b"HTTP/1.1 401 Unauthorized\r\n" + raw.replace(b"\n", b"\r\n") + b"\r\n\r\n"
    elif not raw.startswith(b"HTTP/"):
        status = b"401 Unauthorized" if b"userCheck" in raw else b"200 OK"
        raw = b"HTTP/1.1 " + status + b"\r\n\r\n" + raw
    page = http.parse_page(raw, path="/")
    # Two rows answer a path of ISAPI.
    return (*page, *isapi.parse(raw)) if b"userCheck" in raw else page


def _onvif(raw: str) -> tuple[Evidence, ...]:
    if not raw.startswith("<"):
        return tuple(
            Evidence(f"onvif.{name}", text)
            for name, pattern in (("manufacturer", r"Manufacturer=(\S+)"), ("model", r"Model=(\S+)"))
            if (text := "".join(re.findall(pattern, raw)))
        )
    if "Envelope" not in raw:
        raw = (
            '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
            ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl">'
            f"<s:Body>{raw}</s:Body></s:Envelope>"
        )
    return onvif.message_evidence(raw.encode(), host="192.168.1.201")


WHOLE = {**DATAGRAMS, "ssdp-description": description.parse, "http": _http, "rtsp": rtsp.parse}


OWNERS = {"isapi-deviceInfo": owner_isapi.parse, "dahua-cgi": dahua_cgi.parse}
"""Answers that a device gives to its owner's credentials, and what reads them."""


def told_to_owner(row: Answer, *, ip: IPAddress | str = IP) -> Observation:
    """One row of OWNERS as a visit with the owner's credentials notes it."""
    pairs = [(item.name, item.value) for item in OWNERS[row["protocol"]](wire(row))]
    return observation(
        *pairs, ip=ip, port=row["port"], probe="owner.isapi" if "isapi" in row["protocol"] else "owner.dahua"
    )


def observation(
    *pairs: tuple[str, str],
    via: Via = Via.CONVERSATION,
    ip: IPAddress | str = IP,
    port: int = 80,
    probe: str = "test",
    outcome: Outcome = Outcome.OK,
    transport: Transport | None = None,
    at: datetime = WHEN,
) -> Observation:
    """An observation with the evidence ``pairs``; datagrams and conversations by ``via``."""
    carried = Transport.TCP if via is Via.CONVERSATION else Transport.UDP
    return Observation(
        at=at,
        ip=ip_address(str(ip)),
        port=port,
        transport=transport or carried,
        via=via,
        probe=probe,
        outcome=outcome,
        evidence=tuple(Evidence(name, value) for name, value in pairs),
    )


def arp(mac: str, *, ip: IPAddress | str = IP, at: datetime = WHEN) -> Observation:
    """An ARP answer."""
    pair = ("arp.mac", mac)
    return observation(pair, via=Via.UNICAST, ip=ip, port=0, probe="arp", transport=Transport.LINK, at=at)


def heard_from(row: Answer, *, ip: IPAddress | str = IP) -> Observation:
    """One row as heard first: discovery by multicast, everything else in a conversation."""
    via = Via.MULTICAST if row["protocol"] in DATAGRAMS else Via.CONVERSATION
    pairs = [(item.name, item.value) for item in evidence_of(row)]
    return observation(*pairs, via=via, ip=ip, port=row["port"], probe=row["protocol"])
