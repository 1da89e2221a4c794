import pytest
from answers import Answer, answers, label, wire

from camscan.errors import NotThisProtocolError, ParseError
from camscan.evidence import Outcome, outcome_of
from camscan.interrogate import onvif
from camscan.safe.xml import parse_device

HOST = "192.168.1.123"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n\r\n"
CAPABILITIES = answers("onvif-GetCapabilities")
TIME = answers("onvif-GetSystemDateAndTime")


def soap(body: str, more: str = "") -> bytes:
    return (
        '<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
        ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema"'
        f"{more}><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def fault(subcode: str, reason: str, namespace: str = "http://www.onvif.org/ver10/error") -> bytes:
    return soap(
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value>"
        f"<s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>"
        f"<s:Reason><s:Text xml:lang='en'>{reason}</s:Text></s:Reason></s:Fault>",
        f' xmlns:ter="{namespace}"',
    )


def read(raw: bytes, host: str = HOST) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in onvif.parse(raw, host=host):
        found.setdefault(item.name, []).append(item.value)
    return found


@pytest.mark.parametrize("row", CAPABILITIES, ids=label)
def test_real_capabilities(row: Answer) -> None:
    found = read(OK + wire(row))
    assert found["onvif.answer"] == ["yes"]
    assert any(address.endswith("/onvif/device_service") for address in found["onvif.xaddr"])
    assert "onvif.namespace" not in found
    own = row["maker"] == "dahua"  # the row whose address was rewritten to HOST
    assert found.get("onvif.xaddr_mismatch", []) == ([] if own else found["onvif.xaddr"])


@pytest.mark.parametrize("row", TIME, ids=label)
def test_real_time(row: Answer) -> None:
    assert read(OK + wire(row)) == {"onvif.answer": ["yes"], "onvif.time": ["2023-05-24T21:25:05Z"]}


def test_real_device_information_given_without_being_asked() -> None:
    row = answers("onvif-GetDeviceInformation")[0]
    found = read(OK + wire(row))
    assert found["onvif.manufacturer"] == ["Bosch"]
    assert found["onvif.model"] == ["FLEXIDOME indoor 5100i IR"]
    assert found["onvif.firmware"] == ["8.71.0066"]
    assert found["onvif.serial"] == ["404754734001050102"]


def test_services() -> None:
    body = "".join(
        f"<tds:Service><tds:Namespace>http://www.onvif.org/{name}/wsdl</tds:Namespace>"
        f"<tds:XAddr>http://{host}/onvif/{name}</tds:XAddr></tds:Service>"
        for name, host in (("ver10/device", HOST), ("ver10/media", "127.0.0.1"), ("ver20/ptz", "camera.local"))
    )
    found = read(OK + soap(f"<tds:GetServicesResponse>{body}</tds:GetServicesResponse>"))
    assert found["onvif.service"][0] == "http://www.onvif.org/ver10/device/wsdl"
    assert len(found["onvif.xaddr"]) == 3
    assert found["onvif.xaddr_mismatch"] == [
        "http://127.0.0.1/onvif/ver10/media",
        "http://camera.local/onvif/ver20/ptz",
    ]


def test_hostname() -> None:
    body = (
        "<tds:GetHostnameResponse><tds:HostnameInformation><tt:FromDHCP>false</tt:FromDHCP>"
        "<tt:Name> ipcam </tt:Name></tds:HostnameInformation></tds:GetHostnameResponse>"
    )
    assert read(OK + soap(body)) == {"onvif.answer": ["yes"], "onvif.hostname": ["ipcam"]}


@pytest.mark.parametrize(
    ("year", "hour"), [("1970", "0"), ("2023", "24"), ("99999", "0"), ("-1", "0"), ("", "0"), ("0", "0"), ("٢٠٢٣", "0")]
)
def test_a_clock_that_lies(year: str, hour: str) -> None:
    body = (
        "<tds:GetSystemDateAndTimeResponse><tt:UTCDateTime>"
        f"<tt:Time><tt:Hour>{hour}</tt:Hour><tt:Minute>0</tt:Minute><tt:Second>1</tt:Second></tt:Time>"
        f"<tt:Date><tt:Year>{year}</tt:Year><tt:Month>1</tt:Month><tt:Day>1</tt:Day></tt:Date>"
        "</tt:UTCDateTime></tds:GetSystemDateAndTimeResponse>"
    )
    found = read(OK + soap(body))
    assert found.get("onvif.time") == (["1970-01-01T00:00:01Z"] if year == "1970" else None)


def test_a_makers_namespace_counts_even_if_unused() -> None:
    more = ' xmlns:tnshik="http://www.hikvision.com/2011/event/topics" xmlns:x="xmlns"'
    found = read(OK + soap("<tds:GetHostnameResponse/>", more))
    assert found["onvif.namespace"] == ["http://www.hikvision.com/2011/event/topics"]


def test_a_refusal_in_onvifs_words() -> None:
    found = onvif.parse(b"HTTP/1.1 400 Bad Request\r\n\r\n" + fault("ter:NotAuthorized", "no"), host=HOST)
    assert outcome_of(found) is Outcome.AUTH_REQUIRED
    assert {(item.name, item.value) for item in found} == {
        ("onvif.answer", "yes"),
        ("onvif.fault", "s:Sender ter:NotAuthorized: no"),
    }


def test_a_fault_of_some_other_soap_service_is_no_onvif_answer() -> None:
    found = read(b"HTTP/1.1 500 Oops\r\n\r\n" + fault("wsman:Denied", "no", "http://printer.example/x"))
    assert "onvif.answer" not in found
    assert found["onvif.fault"] == ["s:Sender wsman:Denied: no"]


def test_an_old_fault() -> None:
    body = "<s:Fault><faultcode>s:Client</faultcode><faultstring>bad action</faultstring></s:Fault>"
    assert read(OK + soap(body))["onvif.fault"] == ["s:Client: bad action"]


def test_a_refusal_in_http_says_nothing_of_onvif() -> None:
    raw = b'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="Login to 4X", nonce="b252aWYtZGlnZXN0"\r\n\r\n<html>'
    found = read(raw)
    assert set(found) == {"http.status", "http.realm", "http.challenge", "http.nonce"}
    assert outcome_of(onvif.parse(raw, host=HOST)) is Outcome.AUTH_REQUIRED


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 404 Not Found\r\n\r\n<html>",
        b"HTTP/1.1 200 OK\r\n\r\n<html>one page for all</html>",
        b"HTTP/1.1 405 Method Not Allowed\r\n\r\n",
        OK + b"<root/>",
        OK + soap("<x:GetSomethingResponse/>", ' xmlns:x="http://printer.example/x"'),
        b"RTSP/1.0 400 Bad Request\r\n\r\n",
    ],
)
def test_something_else_at_this_path(raw: bytes) -> None:
    with pytest.raises(NotThisProtocolError):
        onvif.parse(raw, host=HOST)


@pytest.mark.parametrize("raw", [OK + soap("<tds:GetHostnameResponse/>")[:-9], b"", b"HTTP/1.1 2"])
def test_a_broken_answer(raw: bytes) -> None:
    with pytest.raises(ParseError) as caught:
        onvif.parse(raw, host=HOST)
    assert not isinstance(caught.value, NotThisProtocolError)


def test_addresses_are_bounded_and_free_of_credentials() -> None:
    many = "".join(f"<tt:XAddr>http://a:b@10.0.0.{number}/</tt:XAddr>" for number in range(200))
    found = read(OK + soap(f"<tds:GetCapabilitiesResponse>{many}</tds:GetCapabilitiesResponse>"))
    assert len(found["onvif.xaddr"]) == 40
    assert found["onvif.xaddr_mismatch"][0] == "http://[removed]@10.0.0.0/"


@pytest.mark.parametrize("probe", onvif.QUESTIONS)
def test_messages_are_well_formed_and_hold_no_credentials(probe: str) -> None:
    message = onvif.envelope(probe)
    operation = onvif.QUESTIONS[probe][0]
    assert operation.startswith("Get")
    assert parse_device(message).first(operation) is not None
    assert b"Security" not in message


def test_the_conversation() -> None:
    conversation = onvif.conversation("192.0.2.10", 2020, "x", path="/onvif/service")
    assert [question.probe for question in conversation.questions] == list(onvif.FIRST)
    *before, last = (question.send for question in conversation.questions)
    assert all(b"\r\nConnection: keep-alive\r\n" in send for send in before)
    assert b"\r\nConnection: close\r\n" in last
    assert before[0].startswith(b"POST /onvif/service HTTP/1.1\r\nHost: 192.0.2.10:2020\r\n")
    assert b'Content-Type: application/soap+xml; charset=utf-8; action="http://www.onvif.org/ver10' in before[0]
    assert not any(b"uthorization" in send or b"GetDeviceInformation" in send for send in [*before, last])


def test_whose_address_it_is() -> None:
    assert onvif.is_own("http://192.0.2.10:8000/onvif", "192.0.2.10")
    assert onvif.is_own("http://[2001:db8:0::1]/", "2001:db8::1")
    assert not onvif.is_own("http://[::1", "2001:db8::1")
    assert not onvif.is_own("http://192.0.2.10.example.net/", "192.0.2.10")
