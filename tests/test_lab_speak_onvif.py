"""The ONVIF device service."""

import pytest
from lab_tools import host
from test_lab_speak_auth import token

from camscan.lab.host import Host
from camscan.lab.model import Onvif
from camscan.lab.speak.onvif import OnvifService, SoapAnswer
from camscan.safe.xml import parse_device


def service(device: Host, **changes: object) -> OnvifService:
    spec = next(web.onvif for web in device.device.profile.http if web.onvif)
    scopes = device.device.profile.wsd.scopes if device.device.profile.wsd else ()
    return OnvifService(device, Onvif.model_validate(spec.model_dump() | changes), scopes)


def call(operation: str) -> bytes:
    return (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
        f'<{operation} xmlns="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>'
    ).encode()


def ask(device: Host, body: bytes, **changes: object) -> SoapAnswer:
    return service(device, **changes).answer(body)


@pytest.mark.parametrize("profile", ["hikvision-camera-2017", "dahua-camera-2020", "axis-camera", "uniview-camera"])
def test_the_open_operations_need_no_login(profile: str) -> None:
    device = host(profile)
    when = parse_device(ask(device, call("GetSystemDateAndTime")).body.encode())
    assert int(when.value("Year")) == device.now().year
    services = parse_device(ask(device, call("GetServices")).body.encode())
    assert "http://www.onvif.org/ver10/device/wsdl" in {item.text for item in services.every("Namespace")}
    capabilities = parse_device(ask(device, call("GetCapabilities")).body.encode())
    assert all(str(device.place.ip) in item.text for item in capabilities.every("XAddr"))
    assert ask(device, call("GetHostname")).status == "200 OK"


def test_the_rest_needs_one() -> None:
    device = host("hikvision-camera-2017")
    refused = ask(device, call("GetDeviceInformation"))
    assert refused.status == "400 Bad Request"
    assert "ter:NotAuthorized" in refused.body
    told = parse_device(ask(device, token(device)).body.encode())
    assert told.value("Manufacturer") == "HIKVISION"
    assert told.value("SerialNumber") == device.device.serial


def test_interfaces_and_scopes_are_told_to_the_owner() -> None:
    device = host("hikvision-camera-2017")
    network = token(device).replace(b"GetDeviceInformation", b"GetNetworkInterfaces")
    assert parse_device(ask(device, network).body.encode()).value("HwAddress") == device.device.mac
    scopes = token(device).replace(b"GetDeviceInformation", b"GetScopes")
    assert len(parse_device(ask(device, scopes).body.encode()).every("ScopeItem")) == 7


def test_blind_attempts_count_on_some_devices() -> None:
    for profile, failures in (("dahua-camera-2020", 2), ("hikvision-camera-2017", 0)):
        device = host(profile)
        ask(device, call("GetDeviceInformation"))
        ask(device, call("GetDeviceInformation"))
        assert device.state.failed_logins == failures


def test_one_maker_tells_everybody() -> None:
    told = ask(host("xiongmai-camera"), call("GetDeviceInformation"))
    assert parse_device(told.body.encode()).value("Manufacturer") == "H264"


def test_the_service_may_name_another_host() -> None:
    device = host("hikvision-camera-2017")
    answer = ask(device, call("GetCapabilities"), base="http://${elsewhere}")
    found = parse_device(answer.body.encode()).every("XAddr")
    assert found
    assert all(item.text.startswith("http://127.88.0.1/onvif/") for item in found)


def test_changes_are_noted_and_refused() -> None:
    device = host("hikvision-camera-2017")
    body = token(device).replace(b"GetDeviceInformation", b"CreateUsers")
    assert "ActionNotSupported" in ask(device, body).body
    assert device.state.unsafe == ["ONVIF CreateUsers"]


def test_faults_have_no_operations_of_their_name() -> None:
    device = host("hikvision-camera-2017")
    assert ask(device, call("NotAuthorized")).status == "400 Bad Request"


def test_what_is_no_soap_is_told_so() -> None:
    answer = ask(host("hikvision-camera-2017"), b"hello")
    assert answer.status == "400 Bad Request"
    assert "WellFormed" in answer.body
