import pytest
from answers import Answer, answers, envelope, label, wire

from camscan.discover import wsdiscovery
from camscan.errors import ParseError
from camscan.evidence import Evidence
from camscan.safe.xml import parse_device

# The one row whose model is our own note rather than a text in the answer.
NOT_LITERAL = {"TP-IPC (MODEL)"}


def values(evidence: tuple[Evidence, ...], name: str) -> list[str]:
    return [item.value for item in evidence if item.name == name]


def match(content: str, kind: str = "ProbeMatch") -> tuple[Evidence, ...]:
    return wsdiscovery.parse(envelope(f"<d:{kind}>{content}</d:{kind}>"))


@pytest.mark.parametrize("row", answers("ws-discovery"), ids=label)
def test_real_answers(row: Answer) -> None:
    found = wsdiscovery.parse(wire(row))
    scopes = values(found, "wsd.scope")
    assert values(found, "wsd.camera") == ["yes"]
    assert len(values(found, "wsd.xaddr")) >= 1
    assert values(found, "wsd.layout") == [",".join(scope.partition("/")[0] for scope in scopes)]
    if row["model"] not in NOT_LITERAL:
        assert any(scope.endswith("/" + row["model"]) for scope in scopes)


def test_every_field_of_a_hikvision_answer() -> None:
    assert wsdiscovery.parse(wire(answers("ws-discovery")[0])) == tuple(
        Evidence(name, value)
        for name, value in [
            ("wsd.types", "NetworkVideoTransmitter Device"),
            ("wsd.scope", "type/video_encoder"),
            ("wsd.scope", "Profile/Streaming"),
            ("wsd.scope", "Profile/G"),
            ("wsd.scope", "Profile/T"),
            ("wsd.scope", "MAC/58:50:ed:1f:e3:85"),
            ("wsd.scope", "hardware/DS-2CD2385G1-I"),
            ("wsd.scope", "name/HIKVISION DS-2CD2385G1-I"),
            ("wsd.scope", "location/city/hangzhou"),
            ("wsd.layout", "type,Profile,Profile,Profile,MAC,hardware,name,location"),
            ("wsd.epr", "urn:uuid:aa85c000-6324-11b3-819e-5850ed1fe385"),
            ("wsd.epr_form", "urn:uuid:hhhhhhhh-hhhh-hhhh-hhhh-mac"),
            ("wsd.mac", "58:50:ed:1f:e3:85"),
            ("wsd.xaddr", "http://192.168.124.40/onvif/device_service"),
            ("wsd.xaddr", "http://[fe80::5a50:edff:fe1f:e385]/onvif/device_service"),
            ("wsd.metadata_version", "10"),
            ("wsd.camera", "yes"),
        ]
    )


@pytest.mark.parametrize(
    ("model", "macs"),
    [
        ("DS-2CD2385G1-I", ["58:50:ed:1f:e3:85"]),
        ("TP-IPC (MODEL)", ["c0:06:c3:af:ec:0e"]),
        ("IPC-HFW2228M-I1-V2", []),
        ("M2036-LE", []),
        ("C1", ["c4:d6:55:3f:df:ab"]),
        ("IP2M-841B", []),
        ("BB-SC384B", ["bc:c3:42:17:e2:92"]),
        ("HIC5421S-C", ["48:ea:63:1b:ae:10"]),
        ("IPC", []),
    ],
)
def test_macs_of_real_answers(model: str, macs: list[str]) -> None:
    (row,) = [row for row in answers("ws-discovery") if row["model"] == model]
    assert values(wsdiscovery.parse(wire(row)), "wsd.mac") == macs


def test_three_probes_with_fixed_prefixes() -> None:
    texts = [request.decode("ascii") for request in wsdiscovery.requests(0)]
    assert ["dn:NetworkVideoTransmitter" in text for text in texts] == [True, False, False]
    assert ["tds:Device" in text for text in texts] == [False, True, False]
    for text in texts:
        assert 'xmlns:dn="http://www.onvif.org/ver10/network/wsdl"' in text
        assert 'xmlns:tds="http://www.onvif.org/ver10/device/wsdl"' in text
        assert "Scopes" not in text


def test_message_identifiers_are_fresh_and_of_two_styles() -> None:
    def identifiers(requests: tuple[bytes, ...]) -> list[str]:
        return [parse_device(request).value("MessageID") for request in requests]

    first, second = identifiers(wsdiscovery.requests(1)), identifiers(wsdiscovery.requests(2))
    other = identifiers(wsdiscovery.again(1))
    assert all(text.startswith("urn:uuid:") for text in first + second)
    assert all(text.startswith("uuid:") for text in other)
    assert len({text.rpartition(":")[2] for text in first + second + other}) == 9
    assert wsdiscovery.requests(1) == wsdiscovery.requests(1)


@pytest.mark.parametrize("request_", wsdiscovery.requests(0) + wsdiscovery.again(0), ids=range(6))
def test_our_own_requests_are_no_answers(request_: bytes) -> None:
    with pytest.raises(ParseError):
        wsdiscovery.parse(request_)


def test_an_announcement_is_read_like_an_answer() -> None:
    assert values(match("<d:Types>dn:NetworkVideoTransmitter</d:Types>", "Hello"), "wsd.camera") == ["yes"]


def test_several_matches_in_one_envelope() -> None:
    one = "<d:ProbeMatch><d:XAddrs>http://10.0.0.1/</d:XAddrs></d:ProbeMatch>"
    two = "<d:ProbeMatch><d:XAddrs>http://10.0.0.2/</d:XAddrs></d:ProbeMatch>"
    found = wsdiscovery.parse(envelope(f"<d:ProbeMatches>{one}{two}</d:ProbeMatches>"))
    assert values(found, "wsd.xaddr") == ["http://10.0.0.1/", "http://10.0.0.2/"]


def test_any_prefix_and_none() -> None:
    raw = (
        b'<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Body>'
        b'<x:ProbeMatches xmlns:x="http://schemas.xmlsoap.org/ws/2005/04/discovery"><x:ProbeMatch>'
        b"<x:Types>y:NetworkVideoTransmitter</x:Types></x:ProbeMatch></x:ProbeMatches></Body></Envelope>"
    )
    assert values(wsdiscovery.parse(raw), "wsd.types") == ["NetworkVideoTransmitter"]


def test_scopes_with_odd_space_case_and_escapes() -> None:
    found = match(
        "<d:Scopes>\n  onvif://www.onvif.org/name/A%20B%E5%A4%A7\t\r\n ONVIF://www.onvif.org/Hardware/X%zz"
        "  onvif://www.onvif.org/  odm:other:scope onvif://www.onvif.org/location/ </d:Scopes>"
    )
    assert values(found, "wsd.scope") == ["name/A B大", "Hardware/X%zz", "odm:other:scope", "location/"]
    assert values(found, "wsd.camera") == ["yes"]


@pytest.mark.parametrize(
    "scope",
    [
        "MAC/44:19:B6:00:00:01",
        "mac/44%3A19%3Ab6%3A00%3A00%3A01",
        "macaddr/4419b6000001",
        "MacAddress/44-19-b6-00-00-01",
    ],
)
def test_scopes_that_state_the_mac(scope: str) -> None:
    found = match(f"<d:Scopes>onvif://www.onvif.org/{scope}</d:Scopes>")
    assert values(found, "wsd.mac") == ["44:19:b6:00:00:01"]


def test_scope_and_endpoint_of_one_mac_count_once() -> None:
    found = match(
        "<a:EndpointReference><a:Address>uuid:503b687a-b9d7-474f-a2d0-4419B6000001</a:Address></a:EndpointReference>"
        "<d:Scopes>onvif://www.onvif.org/MAC/4419b6000001</d:Scopes>"
    )
    assert values(found, "wsd.mac") == ["44:19:b6:00:00:01"]
    assert values(found, "wsd.epr_form") == ["uuid:hhhhhhhh-hhhh-hhhh-hhhh-mac"]


def test_an_address_with_blanks_is_no_endpoint() -> None:
    found = match(
        "<a:EndpointReference><a:Address>(not shown)</a:Address></a:EndpointReference><d:XAddrs>http://10.0.0.1/</d:XAddrs>"
    )
    assert values(found, "wsd.epr") == []


def test_a_printer_is_not_called_a_camera() -> None:
    found = match("<d:Types>wsdp:Device wprt:PrintDeviceType</d:Types><d:XAddrs>http://10.0.0.9:5357/x</d:XAddrs>")
    assert values(found, "wsd.types") == ["Device PrintDeviceType"]
    assert values(found, "wsd.camera") == []


def test_namespaces_that_are_not_standard() -> None:
    raw = envelope("<d:ProbeMatch><d:Types>dn:NetworkVideoTransmitter</d:Types></d:ProbeMatch>")
    raw = raw.replace(
        b"<s:Envelope ",
        b'<s:Envelope xmlns:h="http://www.hikvision.com/2011/event/topics"'
        b' xmlns:t="http://www.onvif.org/ver10/topics" xmlns:p="http://schemas.xmlsoap.org/ws/2006/02/devprof" ',
    )
    assert values(wsdiscovery.parse(raw), "wsd.namespace") == ["http://www.hikvision.com/2011/event/topics"]


def test_much_of_everything_is_bounded() -> None:
    scopes = " ".join(f"onvif://www.onvif.org/s{at}/x" for at in range(2000))
    xaddrs = " ".join(f"http://10.0.0.1/{at}" for at in range(2000))
    one = f"<d:ProbeMatch><d:Scopes>{scopes}</d:Scopes><d:XAddrs>{xaddrs}</d:XAddrs></d:ProbeMatch>"
    found = wsdiscovery.parse(
        envelope(one + "<d:ProbeMatch><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch>" * 99)
    )
    assert len(values(found, "wsd.scope")) == wsdiscovery.SCOPES
    assert len(values(found, "wsd.xaddr")) == wsdiscovery.XADDRS
    assert len(found) < 100


@pytest.mark.parametrize("outer", ["ProbeMatches", "ResolveMatches", "Body"])
def test_matches_in_every_usual_place(outer: str) -> None:
    one = "<d:ResolveMatch>" if outer == "ResolveMatches" else "<d:ProbeMatch>"
    content = f"{one}<d:MetadataVersion>1</d:MetadataVersion>{one.replace('<', '</')}"
    body = content if outer == "Body" else f"<d:{outer}>{content}</d:{outer}>"
    assert values(wsdiscovery.parse(envelope(body)), "wsd.metadata_version") == ["1"]


def test_a_match_within_a_match_is_not_read_again() -> None:
    inner = "<d:ProbeMatch><d:XAddrs>http://10.0.0.2/</d:XAddrs></d:ProbeMatch>"
    found = match(f"<d:XAddrs>http://10.0.0.1/</d:XAddrs>{inner}")
    assert values(found, "wsd.xaddr") == ["http://10.0.0.1/"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<d:ProbeMatches/>",
        "<d:ProbeMatches><d:ProbeMatch/></d:ProbeMatches>",
        "<d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe>",
        "<d:Bye><a:EndpointReference><a:Address>urn:uuid:x</a:Address></a:EndpointReference></d:Bye>",
        "<s:Fault><s:Reason><s:Text>the xml format error</s:Text></s:Reason></s:Fault>",
    ],
    ids=["empty", "no match", "empty match", "probe", "bye", "fault"],
)
def test_what_announces_no_device(body: str) -> None:
    with pytest.raises(ParseError):
        wsdiscovery.parse(envelope(body))


@pytest.mark.parametrize("raw", [b"", b"x", b"<ProbeMatch><MAC>44-19-b6-00-00-01</MAC></ProbeMatch>", b"<Body/>"])
def test_what_is_no_envelope(raw: bytes) -> None:
    with pytest.raises(ParseError):
        wsdiscovery.parse(raw)
