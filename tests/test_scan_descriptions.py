from ipaddress import ip_address

import pytest
from answers import answers

from camscan.errors import ParseError
from camscan.evidence import Evidence, Observation, Outcome, Transport, Via, observe
from camscan.scan.descriptions import descriptions

IP = ip_address("10.1.0.20")


def told(*locations: str) -> Observation:
    evidence = tuple(Evidence("ssdp.location", location) for location in locations)
    return observe(IP, 1900, Transport.UDP, Via.MULTICAST, "ssdp", Outcome.OK, evidence=evidence)


def test_the_first_location_on_the_device_itself_is_fetched_once() -> None:
    heard = [told("http://10.1.0.99/a.xml", "http://10.1.0.20:49152/upnpdevicedesc.xml", "http://10.1.0.20/b.xml")]
    (conversation,) = descriptions(IP, heard, "ict@example.org")
    assert (conversation.name, conversation.port) == ("ssdp.description", 49152)
    assert conversation.questions[0].send.startswith(b"GET /upnpdevicedesc.xml HTTP/1.1\r\nHost: 10.1.0.20:49152\r\n")


@pytest.mark.parametrize("location", ["http://10.1.0.99/a.xml", "https://10.1.0.20/a.xml", "file:///etc/passwd", ""])
def test_no_location_leads_elsewhere(location: str) -> None:
    assert descriptions(IP, [told(location)], "") == ()


def test_the_document_becomes_evidence_and_an_error_page_does_not() -> None:
    (conversation,) = descriptions(IP, [told("http://10.1.0.20/d.xml")], "")
    parse = conversation.questions[0].parse
    body = answers("ssdp-description")[0]["raw"].encode()
    evidence = parse(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n" + body)
    assert Evidence("ssdp.model", "AXIS M1014") in evidence
    with pytest.raises(ParseError):
        parse(b"HTTP/1.1 404 Not Found\r\n\r\n" + body)
