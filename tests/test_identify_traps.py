"""The twelve traps that published fingerprint lists fall into, and their kin: the right maker, or none."""

from functools import cache

import pytest
from answer_evidence import arp, heard_from, observation
from answers import answers

from camscan.device import Device, Kind, Verdict
from camscan.evidence import Observation, Via
from camscan.identify import SignatureSet, assess, load
from camscan.interrogate import rtsp as rtsp_answers


@cache
def shipped() -> SignatureSet:
    return load()


def judge(*observations: Observation) -> Device:
    return assess(observations, shipped())


def page(*pairs: tuple[str, str]) -> Observation:
    return observation(("http.status", "200"), *pairs)


def rtsp(*pairs: tuple[str, str]) -> Observation:
    return observation(*pairs, port=554, probe="rtsp")


def wsd(*pairs: tuple[str, str]) -> Observation:
    return observation(*pairs, via=Via.MULTICAST, port=3702, probe="wsdiscovery")


def test_1_dnvrs_webs_is_hikvisions_and_not_dahuas() -> None:
    device = judge(page(("http.server", "DNVRS-Webs")))
    assert (device.maker, device.verdict) == ("hikvision", Verdict.SUSPECTED)


def test_2_rtsp_server_2_with_live555_is_reolink() -> None:
    device = judge(rtsp(("rtsp.server", "Rtsp Server/2.0"), ("rtsp.realm", "LIVE555 Streaming Media")))
    assert device.maker == "reolink"
    servers = (("rtsp.server", "Rtsp Server/2.0"), ("rtsp.server", "Rtsp Server/3.0"))
    for alone in (*servers, ("rtsp.realm", "LIVE555 Streaming Media")):
        assert judge(rtsp(alone)).maker is None


@pytest.mark.parametrize(
    "realm",
    [
        "Login to Cacti",
        "Login to ND011811000000",
        "Login to C6473WD",
        "Login to router",
        "Login to",
        "Login to 4M0747EPAA1D2845",
    ],
)
def test_3_login_to_something_is_not_always_dahua_nor_lorex(realm: str) -> None:
    for source in ("http.realm", "rtsp.realm"):
        device = judge(observation((source, realm)))
        assert (device.maker, device.brand) == (None, None)


def test_4_far_too_broad_fingerprints() -> None:
    methods = "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, PAUSE"
    assert judge(rtsp(("rtsp.status", "200"), ("rtsp.public", methods))).maker is None
    annke = judge(page(("http.server", "MWS 0.01")))
    assert (annke.maker, annke.brand) == (None, None)


def test_5_the_rtsp_server_of_sony_sits_in_other_makers_door_stations() -> None:
    assert judge(rtsp(("rtsp.server", "Linux/2.6.35.14_nl-xarina+ Ze-PRO"))).maker is None


@pytest.mark.parametrize(
    "server",
    ["GoAhead-Webs", "GoAhead-http", "Boa/0.94.13", "lighttpd/1.4.35", "uc-httpd 1.0.0", "thttpd/2.25b", "nginx"],
)
def test_6_web_servers_that_anybody_uses_are_no_makers(server: str) -> None:
    assert judge(page(("http.server", server))).maker is None
    assert judge(rtsp(("rtsp.server", "Hipcam RealServer/V1.0"))).maker is None
    assert judge(rtsp(("rtsp.server", "GStreamer RTSP server"))).maker is None


def test_7_doorbird_announces_the_service_of_axis() -> None:
    service = ("mdns.service", "_axis-video._tcp")
    bird = observation(
        service,
        ("mdns.instance", "Doorstation - 1CCAE371B48E"),
        ("mdns.mac", "1c:ca:e3:71:b4:8e"),
        via=Via.MULTICAST,
    )
    assert (judge(bird).maker, judge(bird).kind) == ("doorbird", Kind.INTERCOM)
    assert judge(observation(service, via=Via.MULTICAST)).maker is None


def test_8_hangzhou_is_a_city() -> None:
    scopes = ("location/city/hangzhou", "name/ONVIF", "hardware/IPC")
    hangzhou = (("wsd.camera", "yes"), *(("wsd.scope", scope) for scope in scopes))
    assert judge(wsd(*hangzhou, ("wsd.xaddr", "http://172.16.10.6:8000/onvif/device_service"))).maker is None
    assert judge(page(("http.body", "location/city/hangzhou"))).maker is None


@pytest.mark.parametrize(
    ("mac", "who"),
    [
        ("34:bd:20:00:00:01", "Hikrobot, machine vision"),
        ("30:2f:ac:00:00:01", "HuaRay, machine vision"),
        ("40:2c:76:10:00:01", "Shanghai Dahua Scale Factory"),
        ("8c:1f:64:f4:b0:01", "Jorex Lorex India"),
        ("00:1a:3f:00:00:01", "Intelbras: mostly routers"),
        ("00:40:84:00:00:01", "Honeywell"),
        ("50:c7:bf:00:00:01", "TP-Link: mostly routers"),
        ("02:00:00:44:19:b6", "locally administered"),
    ],
)
def test_9_registrants_that_accuse_nobody(mac: str, who: str) -> None:
    device = judge(arp(mac))
    assert device.maker is None, who
    assert device.brand_verdict in {Verdict.UNKNOWN, Verdict.SUSPECTED}


def test_9_a_drive_of_hikstorage_is_no_camera() -> None:
    rows = [row for row in shipped().oui.rows() if "hikstorage" in row.name.lower()]
    assert len(rows) == 2
    for row in rows:
        assert judge(arp(f"{row.prefix:0<12}")).maker is None


def test_9_the_registry_alone_is_never_more_than_suspected() -> None:
    several = [arp("44:19:b6:00:00:01"), arp("58:50:ed:00:00:02"), rtsp(("rtsp.realm", "b4a38201a73f"))]
    device = judge(*several)
    assert (device.maker, device.verdict) == ("hikvision", Verdict.SUSPECTED)


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("DS-KH6210-L", Kind.INTERCOM),
        ("DS-KV8113-WME1", Kind.INTERCOM),
        ("DS-K1T671M", Kind.ACCESS_CONTROL),
        ("DS-3E0510P-E", Kind.SWITCH),
        ("DS-7616NI-K2", Kind.RECORDER),
        ("DS-2CD2385G1-I", Kind.CAMERA),
    ],
)
def test_10_hikvisions_other_equipment_is_hikvisions_and_no_camera(model: str, kind: Kind) -> None:
    device = judge(observation(("sadp.answer", "yes"), ("sadp.model", model), via=Via.MULTICAST))
    assert (device.maker, device.kind) == ("hikvision", kind)


def test_11_a_honeypot_that_imitates_both_is_called_neither() -> None:
    methods = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, SET_PARAMETER, GET_PARAMETER, ANNOUNCE"
    device = judge(
        page(("http.server", "App-webs/")), rtsp(("rtsp.server", "Rtsp Server/3.0"), ("rtsp.public", methods))
    )
    assert (device.maker, device.verdict) == (None, Verdict.UNKNOWN)
    assert [conflict.axis for conflict in device.conflicts] == ["maker"]
    assert set(device.conflicts[0].values) == {"hikvision", "dahua"}


def test_12_what_no_device_says_matches_nothing() -> None:
    assert judge(rtsp(("rtsp.realm", "C6473WD"))).maker is None
    assert judge(arp("11:22:33:44:55:66")).maker is None


# --- Their kin: corrections to the published lists -----------------------------------------------------------------


def test_a_bare_mac_as_realm_names_its_registrant_and_no_habit() -> None:
    assert judge(rtsp(("rtsp.realm", "c4790503a344"))).maker == "uniview"
    assert judge(rtsp(("rtsp.realm", "48ea6362afe8"))).maker == "uniview"
    assert judge(rtsp(("rtsp.realm", "b4a38201a73f"))).maker == "hikvision"
    assert judge(rtsp(("rtsp.realm", "001122334455"))).maker is None


@pytest.mark.parametrize(
    "pair",
    [
        ("ssdp.device_type", "urn:schemas-upnp-org:device:EmbeddedNetDevice:1"),
        ("ssdp.location", "http://192.168.1.20:49152/upnpdevicedesc.xml"),
        ("rtsp.sdp_marker", "a=Media_header:MEDIAINFO=494D4B48010100000400010000000000"),
        ("http.server", "webserver"),
        ("http.server", "Webs"),
        ("http.server", "web"),
        ("isapi.status", "401"),
        ("wsd.epr", "uuid:3fa1fe68-b915-4053-a3e1-c006c3afec0e"),
        ("onvif.namespace", "http://www.eventextension.com/2011/event/topics"),
        ("http.title", "How we replaced our Hikvision and Dahua cameras"),
        ("http.body", "<p>Our Hikvision DS-2CD2385G1-I says DNVRS-Webs, the Dahua says Login to 4M0747EPAA1D284</p>"),
        ("tls.subject", "CN=hikvision-wiki.example.org,O=Example Borough Council"),
        ("import.maker", "hikvision"),
        ("nmap.product", "Hikvision DVR"),
        ("mdns.service", "_psia._tcp"),
        ("mdns.service", "_CGI._tcp"),
    ],
)
def test_what_is_no_proof_alone(pair: tuple[str, str]) -> None:
    device = judge(observation(pair))
    assert device.maker is None
    assert not any(axis == "maker" for sign in device.signs for axis, _ in sign.points_to)


def test_a_brands_own_mac_does_not_disturb_the_makers_protocol() -> None:
    """A Lorex recorder carries FLIR's MAC and answers as Dahua: no conflict, for a brand's block names no maker."""
    dhip = observation(("dhip.answer", "yes"), ("dhip.class", "NVR"), via=Via.UNICAST, port=37810)
    device = judge(dhip, arp("00:40:7f:00:00:01"), page())
    assert (device.maker, device.verdict, device.brand) == ("dahua", Verdict.CONFIRMED, "flir")
    assert device.conflicts == ()


def test_another_cameras_makers_mac_beside_the_protocol_is_a_conflict() -> None:
    dhip = observation(("dhip.answer", "yes"), via=Via.UNICAST, port=37810)
    device = judge(dhip, arp("00:40:8c:00:00:01"), page())
    assert (device.maker, device.verdict) == ("dahua", Verdict.PROBABLE)
    assert device.conflicts[0].values == ("dahua", "axis")


def test_a_copied_scope_layout_is_no_more_than_suspected() -> None:
    row = next(row for row in answers("ws-discovery") if row["brand"] == "Amcrest")
    device = judge(heard_from(row), page())
    assert (device.maker, device.verdict, device.brand) == ("dahua", Verdict.SUSPECTED, "amcrest")


def test_xiongmai_under_another_companys_mac_is_xiongmai() -> None:
    row = next(row for row in answers("ws-discovery") if row["maker"] == "xiongmai")
    assert judge(heard_from(row), arp("00:12:31:4a:e6:5b")).maker == "xiongmai"


def test_a_brand_alone_never_names_a_maker() -> None:
    for name in ("Lorex", "Swann", "Honeywell", "Annke", "Amcrest", "LTS", "Alibi"):
        device = judge(wsd(("wsd.camera", "yes"), ("wsd.scope", f"name/{name}")))
        assert device.maker is None
        assert device.brand == name.lower()


# --- Stream descriptions and challenges that borrow ----------------------------------------------------------------

HEAD = ["v=0", "o=- 1 1 IN IP4 192.0.2.20", "t=0 0", "a=control:*"]
GOKE = ["a=tool:LIVE555 Streaming Media v2009.09.28", "a=x-dimensions: 1920, 1080", "a=control:trackID=1"]
MARK = "a=Media_header:MEDIAINFO=494D4B48{}0000040001000000000000000000000000000000000000000000000000000000;"


@pytest.mark.parametrize(
    ("lines", "who"),
    [
        (["s=go2rtc/1.9.4", "a=tool:go2rtc"], "a server at home"),
        (["s=Stream", "a=recvonly"], "mediamtx"),
        (["s=No Name", "a=tool:libavformat 60.3.100"], "ffmpeg"),
        (["s=ZoneMinder", "a=tool:LIVE555 Streaming Media v2018.01.29"], "ZoneMinder"),
        (["s=Session", "a=packetization-supported:DH"], "an archive server that hands one line on"),
        (["a=packetization-supported:DH", "a=rtppayload-supported:DH"], "firmware that writes both on request"),
        (["s=Media Server"], "any server of media"),
        (["s=RTSP Server", "e=NONE", "a=x-dimensions:1920,1080", MARK.format("0101"), "a=appversion:1.0"], "a copy"),
        (["s=HTMS", "e=NONE", "a=tool:HTMS", MARK.format("0101")], "Vatilon"),
        (
            ["s=Media Presentation", "e=NONE", *GOKE, MARK.format("0101"), "a=appversion:1.0"],
            "Goke's kit",
        ),
        (["s=Media Presentation", "e=NONE", "a=mpeg4-esid:201"], "Y-cam"),
        (["s=Media Presentation", "i=samsung", "a=control:rtsp://192.0.2.20/profile5/media.smp/trackID=v"], "Hanwha"),
        (["s=IP Camera Video"], "any IP camera"),
    ],
)
def test_descriptions_that_borrow_a_line_name_no_maker(lines: list[str], who: str) -> None:
    sdp = "\r\n".join([*HEAD[:2], *lines, *HEAD[2:], "m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000", ""]).encode()
    pairs = [(item.name, item.value) for item in rtsp_answers.description_evidence(sdp)]
    assert judge(rtsp(*pairs)).maker is None, who


def test_the_old_description_of_axis_is_not_hikvisions() -> None:
    path = "rtsp://192.0.2.20:554/axis-media/media.amp"
    sdp = [*HEAD, "s=Media Presentation", "e=NONE", f"a=control:{path}/trackID=1?videocodec=h264", ""]
    pairs = [(item.name, item.value) for item in rtsp_answers.description_evidence("\r\n".join(sdp).encode())]
    device = judge(rtsp(*pairs))
    assert (device.maker, device.verdict, device.conflicts) == ("axis", Verdict.SUSPECTED, ())


@pytest.mark.parametrize(
    "head",
    [
        "CSeq: 1|Public: OPTIONS, DESCRIBE, SETUP, TEARDOWN, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER|Date: x",
        "CSeq: 1|Public: OPTIONS, DESCRIBE, PLAY, PAUSE, SETUP, TEARDOWN, SET_PARAMETER, GET_PARAMETER|Server: EN673",
        "CSeq: 1|Server: EN673|Public: OPTIONS, DESCRIBE, PLAY, PAUSE, SETUP, TEARDOWN, SET_PARAMETER, GET_PARAMETER",
        "Server: DSS/5.5|Cseq: 1|Content-Type: application/sdp|x-Accept-Retransmit: x|x-Accept-Dynamic-Rate: 1",
        "CSeq: 1|x-Accept-Dynamic-Rate: 1|Content-Base: rtsp://192.0.2.20/|Content-Type: application/sdp",
    ],
)
def test_rtsp_headers_of_others_name_no_maker(head: str) -> None:
    raw = "RTSP/1.0 200 OK|" + head + "||"
    pairs = [(item.name, item.value) for item in rtsp_answers.parse(raw.replace("|", "\r\n").encode())]
    assert judge(rtsp(*pairs)).maker is None


@pytest.mark.parametrize(
    "challenge",
    [
        'Digest qop="auth", realm="shellypro4pm-f008d1d8b8b8", nonce="60dc59c6", algorithm=SHA-256',
        'Digest qop="auth", realm="x", nonce="1523430383"',
        'Digest realm="Login to Cacti", qop="auth", nonce="60dc59c6", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
        'Digest qop="auth", realm="x", nonce="d41d8cd98f00b204e9800998ecf8427ed41d8cd98f00b204", stale="FALSE"',
        f'Digest realm="x", domain="/", qop="auth", nonce="{"d4" * 16}", opaque="", algorithm="MD5", stale="FALSE"',
        f'Digest realm="x", domain="::", qop="auth", nonce="{"d4" * 16}", opaque="", algorithm="MD5", stale="FALSE"',
    ],
)
def test_challenges_of_other_servers_name_no_maker(challenge: str) -> None:
    for field in ("http.challenge", "isapi.challenge"):
        assert judge(observation((field, challenge))).maker is None


def test_hikvisions_challenge_names_it_under_any_realm() -> None:
    challenge = 'Digest qop="auth", realm="b4a38201a73f", nonce="4e445244524446424d5463365a445930596a5978597a453d", '
    device = judge(observation(("isapi.status", "401"), ("isapi.challenge", challenge + 'stale="FALSE"')))
    assert (device.maker, device.verdict) == ("hikvision", Verdict.PROBABLE)


def test_dahuas_challenge_names_it_under_another_brands_serial_number() -> None:
    challenge = f'Digest realm="Login to ND021811000000",qop="auth",nonce="211955164",opaque="{"9a" * 20}"'
    device = judge(observation(("http.status", "401"), ("http.challenge", challenge)))
    assert (device.maker, device.verdict) == ("dahua", Verdict.PROBABLE)


def test_services_that_borrow_hikvisions_names_are_not_its() -> None:
    """VIGI names its recordings so; HBGK's and Anjvision's firmware borrow the namespaces, and some of the names."""
    spaces = [("onvif.namespace", "http://www.hikvision.com/2011/event/topics")]
    spaces += [("onvif.namespace", "http://www.onvifext.com/onvif/ext/ver10/wsdl")]
    for names in (
        ["imaging", "media", "deviceIO", "telecom_service", "hbgk_ext"],
        ["Imaging", "Media", "DeviceIO", "Ptz", "plus", "hik_ext"],
    ):
        told = [("onvif.xaddr", f"http://192.0.2.20/onvif/{name}") for name in names]
        assert judge(observation(*spaces, *told)).maker is None
    names = ["service", "Recording", "SearchRecording", "Replay", "Imaging", "DeviceIO"]
    assert judge(observation(*(("onvif.xaddr", f"http://192.0.2.20/onvif/{name}") for name in names))).maker is None


@pytest.mark.parametrize(
    ("address", "who"),
    [
        ("urn:uuid:13814000-1dd2-11b2-8080-00408cbeeae1", "a device without a clock, on 1 January 1970"),
        ("urn:uuid:6b8f3c00-7f2a-11e9-8f9e-001122334455", "a device with a clock"),
        ("urn:uuid:812b12f7-45a0-11b5-8404-c056e3a2e020", "the sample of an ONVIF kit"),
        ("urn:uuid:cea94000-fb96-11b3-8260-686dbc5cb15d", "Hikvision's firmware"),
    ],
)
def test_an_endpoint_of_the_early_seventies_is_hikvisions(address: str, who: str) -> None:
    """The registry, which knows the last two MACs, is left out: the form must tell by itself."""
    form = ("wsd.epr_form", "urn:uuid:hhhhhhhh-hhhh-hhhh-hhhh-mac")
    device = judge(wsd(("wsd.camera", "yes"), ("wsd.epr", address), form))
    assert (device.maker == "hikvision") == (who == "Hikvision's firmware")


def test_the_realm_of_a_terminal_is_no_model() -> None:
    device = judge(observation(("isapi.status", "401"), ("isapi.realm", "DS-7712AB34")))
    assert (device.maker, device.verdict, device.model, device.kind) == (
        "hikvision",
        Verdict.SUSPECTED,
        None,
        Kind.UNKNOWN,
    )
