from collections.abc import Callable
from ipaddress import ip_address
from random import Random

import pytest
from certificates import certificate
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import NotThisProtocolError, ParseError
from camscan.evidence import Evidence, Observation, Outcome, Transport, Via, observe, outcome_of
from camscan.interrogate import tls
from camscan.interrogate.plan import (
    CAMERA_PORTS,
    DATAGRAM_CONVERSATIONS,
    FIRST_LIMIT,
    KNOCK_ONLY,
    MAX_CONVERSATIONS,
    first,
    follow_up,
)
from camscan.interrogate.shape import Conversation, Question

HOST = "192.0.2.10"
CONTACT = "ict@example.gov.uk"
CLOSED = b""
ALERT = b"\x15\x03\x01\x00\x02\x02\x0a"
UNAUTHORIZED = b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="x"\r\n\r\n'
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\n\r\n"
PAGE = b"HTTP/1.1 200 OK\r\n\r\n<title>x</title>"
RTSP = b"RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n\r\n"
SDK = bytes.fromhex("000000100000000d0000000d00000000")
CERTIFICATE = tls.pack((certificate("CN=x"),), "TLSv1.2")

Device = Callable[[Conversation, Question], bytes]
"""What a device answers; nothing at all stands for a closed connection."""


def soap(body: str) -> bytes:
    message = (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl">'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    )
    return b"HTTP/1.1 200 OK\r\n\r\n" + message.encode()


TIME = soap("<tds:GetSystemDateAndTimeResponse/>")
HOSTNAME = soap("<tds:GetHostnameResponse/>")
SERVICES = soap(
    "<tds:GetServicesResponse><tds:Service><tds:Namespace>http://www.onvif.org/ver10/device/wsdl</tds:Namespace>"
    "</tds:Service></tds:GetServicesResponse>"
)


def note(port: int, probe: str, outcome: Outcome, raw: bytes = b"", *evidence: Evidence) -> Observation:
    return observe(ip_address(HOST), port, Transport.TCP, Via.CONVERSATION, probe, outcome, raw=raw, evidence=evidence)


def hold(device: Device, conversation: Conversation) -> list[Observation]:
    """A conversation as net.tcp holds it, without a network."""
    heard: list[Observation] = []
    for question in conversation.questions:
        raw = device(conversation, question)
        opened: tuple[Evidence, ...] = (Evidence("port.open", f"tcp/{conversation.port}"),) if not heard else ()
        outcome, evidence = Outcome.CLOSED, opened
        if raw:
            try:
                evidence = opened + question.parse(raw)
                outcome = outcome_of(evidence)
            except NotThisProtocolError:
                outcome = Outcome.NOT_THIS_PROTOCOL
            except ParseError:
                outcome = Outcome.MALFORMED
        heard.append(note(conversation.port, question.probe, outcome, raw, *evidence))
        if outcome not in (Outcome.OK, Outcome.AUTH_REQUIRED):
            break
    return heard


def interview(
    device: Device, ports: tuple[int, ...], *before: Observation, datagrams: int = DATAGRAM_CONVERSATIONS
) -> list[Conversation]:
    """Everything a device is asked, in order."""
    heard = [*before, *(note(port, "knock", Outcome.OK, b"", Evidence("port.open", f"tcp/{port}")) for port in ports)]
    asked: list[Conversation] = []
    coming = first(HOST, ports, CONTACT)
    while True:
        asked.extend(coming)
        for conversation in coming:
            heard.extend(hold(device, conversation))
        coming = follow_up(HOST, tuple(asked), tuple(heard), CONTACT, datagrams=datagrams)
        if not coming:
            return asked


def shown(asked: list[Conversation]) -> list[tuple[str, int]]:
    return [(conversation.name, conversation.port) for conversation in asked]


def path(conversation: Conversation) -> str:
    return conversation.questions[0].send.split(b" ")[1].decode()


def hikvision(_conversation: Conversation, question: Question) -> bytes:
    answers = {
        "http": b"HTTP/1.1 200 OK\r\n\r\n<script>window.location.href='/doc/page/login.asp'</script>",
        "http.redirect": b"HTTP/1.1 200 OK\r\n\r\n<link rel='icon' href='/doc/favicon.ico'>",
        "tls": CERTIFICATE,
        "https": PAGE,
        "isapi": UNAUTHORIZED,
        "hikvision_sdk": SDK,
        "rtsp.options": RTSP,
        "rtsp.describe": RTSP,
        "onvif.time": TIME,
        "onvif.services": SERVICES,
        "onvif.hostname": HOSTNAME,
        "http.favicon": b"HTTP/1.1 200 OK\r\n\r\n\x89PNG",
    }
    return answers[question.probe]


def test_a_camera_with_everything() -> None:
    asked = interview(hikvision, (80, 443, 554, 8000, 37777))
    assert shown(asked) == [
        ("http", 80),
        ("https", 443),
        ("rtsp", 554),
        ("hikvision_sdk", 8000),
        ("isapi", 80),
        ("http.redirect", 80),
        ("onvif", 80),
        ("http.favicon", 80),
    ]
    assert path(asked[5]) == "/doc/page/login.asp"
    assert path(asked[7]) == "/doc/favicon.ico"


def test_a_device_that_closes_after_each_answer_is_asked_the_rest() -> None:
    def closing(conversation: Conversation, question: Question) -> bytes:
        if conversation.name == "onvif" and question is not conversation.questions[0]:
            return CLOSED
        return hikvision(conversation, question)

    asked = [conversation for conversation in interview(closing, (80,)) if conversation.name == "onvif"]
    assert [[question.probe for question in conversation.questions] for conversation in asked] == [
        ["onvif.time", "onvif.services", "onvif.hostname"],
        ["onvif.services", "onvif.hostname"],
        ["onvif.hostname"],
    ]


def test_capabilities_only_where_services_failed() -> None:
    def old(conversation: Conversation, question: Question) -> bytes:
        failed = "<s:Fault><faultcode>s:Client</faultcode><faultstring>no such action</faultstring></s:Fault>"
        if question.probe == "onvif.services":
            return soap(failed)
        return SERVICES if question.probe == "onvif.capabilities" else hikvision(conversation, question)

    probes = [question.probe for conversation in interview(old, (80,)) for question in conversation.questions]
    assert probes.count("onvif.capabilities") == 1
    assert "onvif.capabilities" not in [q.probe for c in interview(hikvision, (80,)) for q in c.questions]


def test_something_without_onvif_is_asked_for_it_once() -> None:
    def printer(_conversation: Conversation, question: Question) -> bytes:
        return PAGE if question.probe == "http" else NOT_FOUND

    assert shown(interview(printer, (80,))) == [("http", 80), ("isapi", 80), ("onvif", 80), ("http.favicon", 80)]


def test_an_unknown_port_that_speaks_tls() -> None:
    def device(conversation: Conversation, question: Question) -> bytes:
        if conversation.tls:
            return CERTIFICATE if question.probe == "tls" else PAGE
        return ALERT

    asked = interview(device, (7443, 9123, 9124))
    assert [(c.name, c.port, c.tls) for c in asked[:5]] == [
        ("https", 7443, True),
        ("http", 9123, False),
        ("http", 9124, False),
        ("https", 9123, True),
        ("https", 9124, True),
    ]
    assert {(c.name, c.port, c.tls) for c in asked[5:]} == {
        ("isapi", 7443, True),
        ("onvif", 7443, True),
        ("http.favicon", 7443, True),
    }


@pytest.mark.parametrize(
    ("raw", "follows"),
    [
        (b"RTSP/1.0 400 Bad Request\r\n\r\n", "rtsp"),
        (SDK, "hikvision_sdk"),
        (CLOSED, "https"),
        (ALERT, "https"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\nThe plain HTTP request was sent to HTTPS port", "https"),
        (b"HTTP/1.1 503 Service Unavailable\r\nServer: GStreamer RTSP server\r\n\r\n", "rtsp"),
        (b"SSH-2.0-dropbear\r\n", None),
        (b"220 ready\r\n", None),
    ],
)
def test_what_an_answer_to_http_calls_for(raw: bytes, follows: str | None) -> None:
    def device(_conversation: Conversation, question: Question) -> bytes:
        return raw if question.probe == "http" else CLOSED

    names = [name for name, _ in shown(interview(device, (12345,)))][1:]
    assert (follows in names) if follows else names == []


@pytest.mark.parametrize("port", [8000, 554, 10554])
def test_a_well_known_port_that_speaks_http(port: int) -> None:
    def device(_conversation: Conversation, question: Question) -> bytes:
        asked_in_http = question.send.startswith((b"GET", b"POST"))
        return PAGE if asked_in_http else b"HTTP/1.1 400 Bad Request\r\n\r\n"

    assert ("http", port) in shown(interview(device, (port,)))


def test_a_tls_port_that_speaks_plain_http() -> None:
    heard = note(443, "tls", Outcome.NOT_THIS_PROTOCOL, b"", Evidence("port.open", "tcp/443"))
    asked = first(HOST, (443,), CONTACT)
    assert shown(list(follow_up(HOST, asked, (heard,), CONTACT))) == [("http", 443)]


def test_a_device_left_alone_by_the_gate_is_not_asked_in_another_way() -> None:
    heard = note(80, "http", Outcome.CLOSED)
    assert follow_up(HOST, first(HOST, (80,), CONTACT), (heard,), CONTACT) == ()


@pytest.mark.parametrize("port", sorted(KNOCK_ONLY))
def test_no_byte_goes_to_a_makers_own_login_port(port: int) -> None:
    assert interview(hikvision, (port,)) == []


def test_the_deeper_questions_go_where_the_real_page_is() -> None:
    def device(conversation: Conversation, question: Question) -> bytes:
        if conversation.tls:
            return CERTIFICATE if question.probe == "tls" else PAGE
        return b"HTTP/1.1 301 Moved\r\nLocation: https://192.0.2.10/\r\n\r\n"

    asked = interview(device, (80, 443))
    assert {(c.port, c.tls) for c in asked if c.name in ("isapi", "onvif", "http.favicon")} == {(443, True)}
    assert not any("redirect" in c.name for c in asked)


def wsd(*addresses: str) -> Observation:
    evidence = tuple(Evidence("wsd.xaddr", address) for address in addresses)
    return observe(ip_address(HOST), 3702, Transport.UDP, Via.UNICAST, "ws-discovery", Outcome.OK, evidence=evidence)


def test_onvif_where_ws_discovery_says_it_is() -> None:
    named = wsd(
        "http://169.254.10.1/onvif/device_service",
        "https://192.0.2.10/onvif/device_service",
        "http://192.0.2.10:8899/onvif/service",
        "http://192.0.2.10:8899/onvif/service",
        "http://192.0.2.10:1/third",
    )
    places = [(c.port, path(c), c.tls) for c in interview(hikvision, (80,), named) if c.name == "onvif"]
    assert places == [(8899, "/onvif/service", False), (1, "/third", False)]


@pytest.mark.parametrize(
    "address",
    [
        "http://192.0.2.11/onvif/device_service",
        "http://192.0.2.10:70000/onvif",
        "http://192.0.2.10:0/onvif",
        "ftp://192.0.2.10/onvif",
        "http://192.0.2.10/a b",
        "http://camera.local/onvif/device_service",
        "http://[::1",
        "garbage",
    ],
)
def test_an_address_of_somebody_else_leads_nowhere(address: str) -> None:
    assert interview(hikvision, (), wsd(address)) == []


@pytest.mark.parametrize("port", [2020, 8899])
def test_a_port_where_only_onvif_is_spoken(port: int) -> None:
    assert shown(interview(hikvision, (port,))) == [("onvif", port)]


def test_a_device_with_every_port_open_stays_within_the_budget() -> None:
    asked = interview(hikvision, (*CAMERA_PORTS, *range(20000, 20050)))
    assert len(asked) == MAX_CONVERSATIONS - DATAGRAM_CONVERSATIONS
    assert len(first(HOST, CAMERA_PORTS, CONTACT)) == FIRST_LIMIT
    assert [name for name, _ in shown(asked)][FIRST_LIMIT:][:3] == ["isapi", "http.redirect", "onvif"]


def test_where_no_datagram_was_sent_there_is_more_room() -> None:
    assert len(interview(hikvision, tuple(range(20000, 20050)), datagrams=0)) == MAX_CONVERSATIONS


def test_a_page_whose_bytes_were_not_kept_leads_nowhere() -> None:
    heard = note(80, "http", Outcome.OK, b"", Evidence("http.status", "200"), Evidence("port.open", "tcp/80"))
    assert follow_up(HOST, first(HOST, (80,), CONTACT), (heard,), CONTACT) == ()


ANSWERS = (
    CLOSED,
    ALERT,
    UNAUTHORIZED,
    NOT_FOUND,
    PAGE,
    RTSP,
    SDK,
    CERTIFICATE,
    TIME,
    SERVICES,
    HOSTNAME,
    b"garbage\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: /a\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.99/a\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n\r\n<link rel=icon href=//192.0.2.99/x.ico><meta http-equiv=refresh content='0;url=/b'>",
)


@given(
    ports=st.lists(st.sampled_from((*CAMERA_PORTS, 9123, 7443)), max_size=19, unique=True),
    seed=st.randoms(use_true_random=False),
    datagrams=st.integers(0, DATAGRAM_CONVERSATIONS),
)
def test_whatever_a_device_answers(ports: list[int], seed: Random, datagrams: int) -> None:
    pick = seed.choice
    named = wsd("http://192.0.2.10:8000/onvif/device_service", "http://192.0.2.99/onvif/device_service")
    asked = interview(lambda _conversation, _question: bytes(pick(ANSWERS)), tuple(ports), named, datagrams=datagrams)
    assert len(asked) <= MAX_CONVERSATIONS - datagrams
    keys = [(c.port, c.tls, tuple(q.send for q in c.questions)) for c in asked]
    assert len(keys) == len(set(keys)), "a conversation was repeated"
    for conversation in asked:
        assert conversation.port not in KNOCK_ONLY
        for question in conversation.questions:
            assert b"192.0.2.99" not in question.send
            assert b"uthorization:" not in question.send
            assert not question.send.startswith((b"GET", b"POST")) or b"\r\nHost: 192.0.2.10" in question.send
