"""Where a device's doors are, judged by what was heard."""

from ipaddress import ip_address

from hypothesis import given
from hypothesis import strategies as st

from camscan.evidence import Evidence, Observation, Outcome, Transport, Via, observe
from camscan.owner.hints import DoorHint, hints

IP = ip_address("10.1.0.20")


def heard(port: int, *pairs: tuple[str, str], transport: Transport = Transport.TCP) -> Observation:
    evidence = tuple(Evidence(name, value) for name, value in pairs)
    return observe(IP, port, transport, Via.CONVERSATION, "test", Outcome.OK, evidence=evidence)


def test_nothing_heard_is_no_hint() -> None:
    assert hints(()) == ()
    assert hints((heard(554, ("rtsp.server", "x")), heard(23, ("port.open", "tcp/23")))) == ()


def test_the_makers_own_answer_counts_most_and_tls_more_than_a_low_port() -> None:
    found = hints(
        (
            heard(80, ("http.status", "200"), ("isapi.realm", "DS-2CD")),
            heard(443, ("tls.version", "TLSv1.2"), ("http.status", "200")),
            heard(443, ("isapi.realm", "DS-2CD")),
            heard(8080, ("http.status", "401")),
        )
    )
    assert [hint for hint in found if hint.door == "isapi"] == [
        DoorHint("isapi", 443, tls=True),
        DoorHint("isapi", 80),
        DoorHint("isapi", 8080),
    ]
    assert [hint for hint in found if hint.door == "dahua-cgi"] == [
        DoorHint("dahua-cgi", 443, tls=True),
        DoorHint("dahua-cgi", 80),
        DoorHint("dahua-cgi", 8080),
    ]
    assert [hint for hint in found if hint.door == "onvif"] == []


def test_onvif_is_where_it_answered_on_the_path_that_names_the_device_itself() -> None:
    service = heard(8899, ("onvif.answer", "yes"))
    xaddrs = [
        "http://10.1.0.99:8899/onvif/elsewhere",
        "http://[::",
        "http://10.1.0.20:8899/onvif/devices",
        "http://10.1.0.20:8899/onvif/later",
    ]
    named = heard(3702, *(("wsd.xaddr", address) for address in xaddrs), transport=Transport.UDP)
    assert hints((service,)) == (DoorHint("onvif", 8899),)
    assert hints((service, named)) == (DoorHint("onvif", 8899, path="/onvif/devices"),)
    assert hints((heard(80, ("onvif.answer", "yes")), named)) == (DoorHint("onvif", 80),)


def test_the_usual_path_is_not_repeated() -> None:
    named = heard(3702, ("wsd.xaddr", "http://10.1.0.20/onvif/device_service"), transport=Transport.UDP)
    assert hints((heard(80, ("onvif.answer", "yes")), named)) == (DoorHint("onvif", 80),)


@given(st.text())
def test_any_address_leads_to_the_device_itself_or_nowhere(address: str) -> None:
    named = heard(3702, ("wsd.xaddr", address), ("wsd.xaddr", f"http://{address}/x"), transport=Transport.UDP)
    (hint,) = hints((heard(80, ("onvif.answer", "yes")), named))
    assert hint.port == 80
    assert hint.path == "" or hint.path.startswith("/")
