"""ONVIF with a login: one message, one digest, one address, and no library that does more than it is asked."""

import base64
import hashlib
import logging
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from answers import answers
from device_server import Device, Talk, reply, says
from gates import gate_over
from hypothesis import given
from hypothesis import strategies as st
from visits import CANARY, visit_device

from camscan.errors import CredentialError, ParseError
from camscan.evidence import Outcome
from camscan.net.gate import Gate
from camscan.owner import onvif
from camscan.owner.visit import Reading
from camscan.safe.xml import parse_device

DEVICE = "http://www.onvif.org/ver10/device/wsdl"
INFORMATION = (
    "<tds:GetDeviceInformationResponse><tds:Manufacturer>Axis</tds:Manufacturer><tds:Model>P3265-V</tds:Model>"
    "<tds:FirmwareVersion>10.12.114</tds:FirmwareVersion><tds:SerialNumber>B8A44F000001</tds:SerialNumber>"
    "<tds:HardwareId>9A5</tds:HardwareId></tds:GetDeviceInformationResponse>"
)
INTERFACES = (
    '<tds:GetNetworkInterfacesResponse><tds:NetworkInterfaces token="eth0"><tt:Enabled>true</tt:Enabled><tt:Info>'
    "<tt:Name>eth0</tt:Name><tt:HwAddress>B8:A4:4F:00:00:01</tt:HwAddress></tt:Info></tds:NetworkInterfaces>"
    "</tds:GetNetworkInterfacesResponse>"
)
DENIED = (
    "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode></s:Code>"
    '<s:Reason><s:Text xml:lang="en">Sender not Authorized</s:Text></s:Reason></s:Fault>'
)


def envelope(content: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        f'xmlns:tds="{DEVICE}" xmlns:tt="http://www.onvif.org/ver10/schema" '
        f'xmlns:ter="http://www.onvif.org/ver10/error"><s:Body>{content}</s:Body></s:Envelope>'
    ).encode()


def clock(now: datetime) -> str:
    return (
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:UTCDateTime><tt:Time>"
        f"<tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute><tt:Second>{now.second}</tt:Second></tt:Time>"
        f"<tt:Date><tt:Year>{now.year}</tt:Year><tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day></tt:Date>"
        "</tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
    )


@dataclass
class Service:
    """A device service whose clock may be wrong, and which takes a token only within five minutes of it."""

    password: str = CANARY
    ahead: timedelta = timedelta()
    answers: dict[str, str] = field(
        default_factory=lambda: {"GetDeviceInformation": INFORMATION, "GetNetworkInterfaces": INTERFACES}
    )
    denied: bytes = reply("400 Bad Request", envelope(DENIED))
    asked: list[str] = field(default_factory=list)
    tokens: list[tuple[str, str]] = field(default_factory=list)
    failures: int = 0

    def __call__(self, conn: socket.socket, request: bytes) -> None:
        root = parse_device(request.partition(b"\r\n\r\n")[2])
        body = root.first("Body")
        assert body is not None
        operation = body.children[0].tag
        self.asked.append(operation)
        token = root.first("UsernameToken")
        now = datetime.now(UTC) + self.ahead
        if operation == "GetSystemDateAndTime":
            assert token is None
            conn.sendall(reply(body=envelope(clock(now))))
            return
        assert token is not None
        nonce, created = base64.b64decode(token.value("Nonce")), token.value("Created")
        self.tokens.append((token.value("Nonce"), created))
        digest = hashlib.sha1(nonce + created.encode() + self.password.encode()).digest()  # noqa: S324 - WS-Security's
        fresh = abs(datetime.fromisoformat(created) - now) < timedelta(minutes=5)
        right = fresh and token.value("Password") == base64.b64encode(digest).decode()
        self.failures += not right
        conn.sendall(reply(body=envelope(self.answers[operation])) if right else self.denied)


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with gate_over(tmp_path, "127.0.0.0/24", "::1") as made:
        yield made


def visit(gate: Gate, device: Device, deadline: float = 10, path: str = "") -> tuple[Reading, int]:
    return visit_device(gate, device, "onvif", onvif.visit, deadline=deadline, path=path)


def outcomes(reading: Reading) -> list[str]:
    return [item.outcome.value for item in reading.observations]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_reads_what_the_list_allows(gate: Gate, host: str) -> None:
    service = Service()
    with Device(service, host=host) as device:
        reading, accepted = visit(gate, device)
    assert service.asked == list(onvif.OPERATIONS)
    assert outcomes(reading) == ["ok"] * 3
    told = [(item.name, item.value) for heard in reading.observations[1:] for item in heard.evidence]
    assert told == [
        ("owner.door", "onvif"),
        ("owner.manufacturer", "Axis"),
        ("owner.model", "P3265-V"),
        ("owner.firmware", "10.12.114"),
        ("owner.serial", "B8A44F000001"),
        ("owner.door", "onvif"),
        ("owner.mac", "b8:a4:4f:00:00:01"),
    ]
    assert (accepted, reading.rejected, service.failures) == (1, False, 0)
    assert all(request.startswith(b"POST /onvif/device_service HTTP/1.1\r\n") for request in device.received)
    assert b"User-Agent: camscan/" in device.heard
    assert CANARY.encode() not in device.heard


def test_each_message_has_a_token_of_its_own(gate: Gate) -> None:
    service = Service()
    with Device(service) as device:
        visit(gate, device)
    assert len({nonce for nonce, _ in service.tokens}) == 2
    assert all(created.endswith("Z") for _, created in service.tokens)


@pytest.mark.parametrize("ahead", [timedelta(days=-20_000), timedelta(hours=-9), timedelta(days=300)])
def test_a_wrong_clock_is_followed(gate: Gate, ahead: timedelta) -> None:
    service = Service(ahead=ahead)
    with Device(service) as device:
        reading, _ = visit(gate, device)
    assert outcomes(reading) == ["ok"] * 3


def test_another_path_where_one_was_heard(gate: Gate) -> None:
    with Device(Service()) as device:
        visit(gate, device, path="/onvif/other?x=1")
    assert all(request.startswith(b"POST /onvif/other?x=1 HTTP/1.1\r\n") for request in device.received)


@pytest.mark.parametrize(
    "denied",
    [
        reply("400 Bad Request", envelope(DENIED)),
        reply("200 OK", envelope(DENIED)),
        reply("500 Internal Server Error", envelope(DENIED.replace("NotAuthorized", "FailedAuthentication"))),
        reply("401 Unauthorized", b"", 'WWW-Authenticate: Digest realm="a", nonce="b"'),
        reply("403 Forbidden"),
        reply("200 OK", b"<userCheck><lockStatus>unlock</lockStatus></userCheck>"),
    ],
)
def test_a_refusal_ends_it(gate: Gate, denied: bytes) -> None:
    service = Service(password="another", denied=denied)
    with Device(service) as device:
        reading, accepted = visit(gate, device)
    assert reading.rejected
    assert outcomes(reading) == ["ok", "auth-required"]
    assert reading.observations[1].values("owner.rejected") == ("onvif",)
    assert (service.failures, accepted, device.connections) == (1, 0, 2)
    assert b"Authorization" not in device.heard


def test_no_right_to_the_second_question_is_no_refusal(gate: Gate) -> None:
    service = Service()
    service.answers["GetNetworkInterfaces"] = DENIED
    with Device(service) as device:
        reading, accepted = visit(gate, device)
    assert outcomes(reading) == ["ok", "ok", "auth-required"]
    assert (reading.rejected, accepted) == (False, 1)
    assert reading.observations[2].values("owner.rejected") == ()


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (reply("404 Not Found"), "not-this-protocol"),
        (reply("302 Found", b"", "Location: http://127.0.0.2/"), "not-this-protocol"),
        (reply("200 OK", b"<html><body>wiki</body></html>"), "not-this-protocol"),
        (reply("200 OK", b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + envelope("&a;")), "not-this-protocol"),
        (reply("200 OK", b"<a>" * 80_000), "not-this-protocol"),
        (reply("200 OK", b"<a>" * 200_000), "truncated"),
        (b"", "closed"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 20 + reply("200 OK"), "malformed"),
        (b"RTSP/1.0 200 OK\r\n\r\n", "not-this-protocol"),
    ],
)
def test_where_no_onvif_answers_no_login_is_sent(gate: Gate, answer: bytes, outcome: str) -> None:
    with Device(says(answer)) as device:
        reading, _ = visit(gate, device)
    assert outcomes(reading) == [outcome]
    assert device.connections == 1
    assert b"Security" not in device.heard


def test_a_device_that_wants_a_login_for_its_clock_gets_one_by_our_own_clock(gate: Gate) -> None:
    service = Service()

    def talk(conn: socket.socket, request: bytes) -> None:
        if b"GetSystemDateAndTime" in request:
            conn.sendall(reply("400 Bad Request", envelope(DENIED)))
        else:
            service(conn, request)

    with Device(talk) as device:
        reading, _ = visit(gate, device)
    assert outcomes(reading) == ["auth-required", "ok", "ok"]
    assert not reading.rejected


def test_addresses_a_device_names_are_never_asked(gate: Gate) -> None:
    service = Service()
    with Device(says(reply()), host="127.0.0.2") as other:
        service.answers["GetDeviceInformation"] = INFORMATION.replace("9A5", f"{other.url}/onvif/device_service")

        def talk(conn: socket.socket, request: bytes) -> None:
            if b"GetSystemDateAndTime" in request:
                address = f"<tds:XAddr>{other.url}/onvif/device_service</tds:XAddr>"
                conn.sendall(reply(body=envelope(clock(datetime.now(UTC)) + address)))
            else:
                service(conn, request)

        with Device(talk) as device:
            reading, _ = visit(gate, device)
        assert other.heard == b""
    assert other.connections == 0
    assert outcomes(reading) == ["ok"] * 3


def test_a_drip_ends_at_the_deadline(gate: Gate) -> None:
    def talk(conn: socket.socket, _request: bytes) -> None:
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n<")
        conn.recv(1)

    with Device(talk) as device:
        reading, _ = visit(gate, device, deadline=0.3)
    assert outcomes(reading) == ["truncated"]


def test_nothing_shows_the_password_or_the_token(
    gate: Gate, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)

    def talk(conn: socket.socket, request: bytes) -> None:
        said = request.partition(b"\r\n\r\n")[2]
        if b"GetSystemDateAndTime" in request:
            conn.sendall(reply(body=envelope(clock(datetime.now(UTC)))))
        else:  # says back the whole message, and the token's parts where a model belongs
            root = parse_device(said)
            parts = " ".join(root.value(tag) for tag in ("Password", "Nonce")) + CANARY
            conn.sendall(reply(body=envelope(INFORMATION.replace("P3265-V", parts)) + said))

    with Device(talk) as device:
        reading, _ = visit(gate, device)
    root = parse_device(device.received[1].partition(b"\r\n\r\n")[2])
    kept = caplog.text + "".join(capfd.readouterr()) + repr(reading)
    kept += b"".join(item.raw for item in reading.observations).decode()
    for secret in (CANARY, root.value("Password"), root.value("Nonce")):
        assert len(secret) >= 10
        assert secret not in kept
    assert "P3265" not in kept
    assert "[removed]" in kept


@pytest.mark.parametrize("operation", ["SystemReboot", "SetUser", "GetUsers", "CreatePullPointSubscription"])
def test_other_operations_are_never_sent(operation: str) -> None:
    with pytest.raises(ValueError, match="not on the list"):
        onvif.require_listed(envelope(f"<tds:{operation}/>"))
    with pytest.raises(ValueError, match="not on the list"):
        onvif.require_listed(envelope(f"<tds:GetDeviceInformation/><tds:{operation}/>"))
    with pytest.raises(ValueError, match="not on the list"):
        onvif.require_listed(b"<x/>")


def test_no_login_goes_out_with_the_clocks_question() -> None:
    message = envelope("<tds:GetSystemDateAndTime/>").replace(b"<s:Body>", b"<s:Header><Security/></s:Header><s:Body>")
    with pytest.raises(ValueError, match="not needed"):
        onvif.require_listed(message)


def test_real_answers() -> None:
    raw = answers("onvif-GetDeviceInformation")[0]["raw"].encode()
    assert [item.value for item in onvif.parse(raw)] == [
        "Bosch",
        "FLEXIDOME indoor 5100i IR",
        "8.71.0066",
        "404754734001050102",
    ]
    (told,) = onvif.parse(answers("onvif-GetSystemDateAndTime")[0]["raw"].encode())
    assert (told.name, told.value) == ("onvif.time", "2023-05-24T21:25:05Z")


@given(st.binary(max_size=300))
def test_any_bytes(raw: bytes) -> None:
    for body in (raw, envelope("<tds:GetDeviceInformationResponse/>")[:-20] + raw):
        try:
            onvif.parse(body)
        except ParseError:
            continue


def test_cut_at_every_byte() -> None:
    raw = envelope(INFORMATION)
    for end in range(len(raw)):
        with pytest.raises(ParseError):
            onvif.parse(raw[:end])


def test_the_wsdl_files_are_those_of_onvif_zeep() -> None:
    folder = onvif.wsdl_folder()
    assert (folder / "devicemgmt.wsdl").is_file()
    assert (folder / "onvif.xsd").is_file()


def test_missing_wsdl_files_are_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nothing:
        files = None

    monkeypatch.setattr(onvif, "distribution", lambda _name: Nothing)
    with pytest.raises(CredentialError, match="Reinstall camscan"):
        onvif.wsdl_folder()


def test_zeep_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    outside = tmp_path / "x.xsd"
    outside.write_text("<x/>")
    shelf = onvif._Shelf(onvif.wsdl_folder())
    for url in (str(outside), "http://127.0.0.1/x", "file:///etc/hostname", f"{onvif.wsdl_folder()}/../x"):
        with pytest.raises(CredentialError):
            shelf.load(url)


def test_zeep_leaves_no_cache_behind(gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    onvif._document.cache_clear()
    talk: Talk = Service()
    with Device(talk) as device:
        reading, _ = visit(gate, device)
    assert reading.observations[-1].outcome is Outcome.OK
    assert not (tmp_path / "home").exists()
    assert not (tmp_path / "cache").exists()
