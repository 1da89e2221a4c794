import pytest
from answers import Answer, answers, wire

from camscan.errors import NotThisProtocolError, ParseError
from camscan.evidence import Outcome, outcome_of
from camscan.interrogate import rtsp

ROWS = answers("rtsp")
FRAMED = [row for row in ROWS if not row["raw"].startswith("v=")]
DESCRIPTIONS = [row for row in ROWS if row["raw"].startswith("v=")]
OK = b"RTSP/1.0 200 OK\r\nCSeq: 2\r\n"


def read(raw: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in rtsp.parse(raw):
        found.setdefault(item.name, []).append(item.value)
    return found


def described(sdp: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in rtsp.description_evidence(sdp):
        found.setdefault(item.name, []).append(item.value)
    return found


def line(row: Answer, header: str) -> list[str]:
    lines = (line.partition(": ") for line in row["raw"].split("\r\n"))
    return [value for name, _, value in lines if name.lower() == header]


@pytest.mark.parametrize("row", FRAMED, ids=lambda row: f"{row['maker']}-{row['model']}")
def test_real_answers(row: Answer) -> None:
    found = read(wire(row))
    assert found["rtsp.status"] == [row["raw"].split(" ")[1]]
    assert found.get("rtsp.server", []) == line(row, "server")
    assert found.get("rtsp.public", []) == line(row, "public")
    assert found.get("rtsp.challenge", []) == line(row, "www-authenticate")
    assert ("rtsp.realm" in found) == ("realm=" in row["raw"])
    expected = Outcome.AUTH_REQUIRED if " 401 " in row["raw"] else Outcome.OK
    assert outcome_of(rtsp.parse(wire(row))) is expected


def test_realms() -> None:
    realms = {realm for row in FRAMED for realm in read(wire(row)).get("rtsp.realm", [])}
    assert {"IP Camera(J2914)", "Login to 4M0747EPAA1D284", "b4a38201a73f", "c4790503a344", "HTMS"} <= realms


@pytest.mark.parametrize("row", DESCRIPTIONS, ids=lambda row: f"{row['maker']}-{row['model']}")
def test_real_descriptions(row: Answer) -> None:
    found = described(wire(row))
    assert len(found["rtsp.sdp_session"]) == 1
    assert f"s={found['rtsp.sdp_session'][0]}" in row["raw"]


def test_the_markers_of_a_description() -> None:
    by_session = {found["rtsp.sdp_session"][0]: found for found in (described(wire(row)) for row in DESCRIPTIONS)}
    hikvision = by_session["Media Presentation"]["rtsp.sdp_marker"]
    assert {"e=NONE", "a=appversion:1.0", "a=x-dimensions:3200,1800"} <= set(hikvision)
    assert any("MEDIAINFO=494D4B48" in marker for marker in hikvision)
    uniview = by_session["VCP IPC Realtime stream"]["rtsp.sdp_marker"]
    assert uniview == ["a=fmtp:107 DecoderTag=h3c-v3 RTCP=0"]
    assert by_session['Session streamed by "preview"']["rtsp.sdp_tool"] == ["BC Streaming Media v202210012022.10.01"]


def test_the_marks_of_dahua_axis_and_foscam() -> None:
    marks = {
        "a=packetization-supported:DH",
        "a=rtppayload-supported:DH",
        "a=rtpmap:107 isapi.metadata/90000",
        "a=x-qt-text-inf:videoMain",
        "a=control:rtsp://192.0.2.5/axis-media/media.amp?video=1",
    }
    sdp = "\r\n".join(["v=0", "s=x", "a=control:*", *marks, "a=rtpmap:8 PCMA/8000", "a=recvonly", ""])
    assert set(described(sdp.encode())["rtsp.sdp_marker"]) == marks


def test_the_names_of_the_headers_in_their_order() -> None:
    raw = b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nx-Accept-Dynamic-Rate: 1\r\nCSEQ: 3\r\n\r\n"
    assert read(raw)["rtsp.header_names"] == ["CSeq,x-Accept-Dynamic-Rate,CSEQ"]
    assert "rtsp.header_names" not in read(raw[:-2]), "a head that was cut may lack some"
    assert "rtsp.header_names" not in read(b"RTSP/1.0 404 Not Found\r\n\r\n")


@pytest.mark.parametrize("at", range(0, 200, 7))
def test_an_answer_that_ends_anywhere(at: int) -> None:
    sdp = b"v=0\r\ns=Media Server\r\na=packetization-supported:DH\r\na=rtppayload-supported:DH\r\n"
    raw = OK + b"Content-Base: x\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n" % len(sdp) + sdp
    whole = {(item.name, item.value) for item in rtsp.parse(raw)}
    try:
        found = {(item.name, item.value) for item in rtsp.parse(raw[:at])}
    except ParseError:
        return
    assert {pair for pair in found if pair[0].startswith("rtsp.sdp")} <= whole


def test_a_description_within_an_answer() -> None:
    sdp = b"v=0\r\ns=Media Presentation\r\na=tool:x"
    framed = OK + b"Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n" % len(sdp) + sdp
    assert read(framed)["rtsp.sdp_tool"] == ["x"]
    assert "rtsp.sdp_tool" not in read(framed[:-1]), "a line that was cut is not as sent"
    assert "rtsp.sdp_tool" not in read(OK + b"\r\n" + sdp)


def test_a_flood_of_markers_is_bounded() -> None:
    assert sum(map(len, described(b"".join(b"a=tool:%d\n" % number for number in range(999))).values())) == 20


@pytest.mark.parametrize(
    ("buffer", "done"),
    [
        (b"", False),
        (b"RTSP/1.0 401", False),
        (b"RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n\r\n", True),
        (OK + b"Content-Length: 5\r\n\r\nv=0", False),
        (OK + b"Content-Length: 5\r\n\r\nv=0\r\n", True),
        (OK + b"Content-Type: application/sdp\r\n\r\nv=0\r\n", False),
        (b"HTTP/1.1 400 Bad Request\r\n", True),
        (b"RTSP/1.0 xxx\r\n\r\n", True),
        (b"A: b\r\n" * 5_000, True),
    ],
)
def test_when_an_answer_is_complete(buffer: bytes, *, done: bool) -> None:
    assert rtsp.complete(buffer) is done


@pytest.mark.parametrize(
    ("raw", "whole"),
    [
        (OK + b"\r\n", True),
        (OK, False),
        (OK + b"Content-Length: 5\r\n\r\nv=0", False),
        (OK + b"Content-Length: 5\r\n\r\nv=0\r\n", True),
        (OK + b"Content-Type: application/sdp\r\n\r\nv=0\r\n", True),
        (b"HTTP/1.1 200 OK\r\n\r\n", False),
    ],
)
def test_whether_an_answer_was_cut(raw: bytes, *, whole: bool) -> None:
    assert rtsp.whole(raw) is whole


def test_other_answers() -> None:
    with pytest.raises(NotThisProtocolError):
        rtsp.parse(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with pytest.raises(ParseError):
        rtsp.parse(b"RTSP/1.0 2")


def test_both_questions_on_one_connection() -> None:
    conversation = rtsp.conversation("2001:db8::1", 8554, "ict@example.gov.uk")
    options, describe = conversation.questions
    assert (options.probe, describe.probe) == ("rtsp.options", "rtsp.describe")
    assert options.send.startswith(b"OPTIONS rtsp://[2001:db8::1]:8554/ RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: camscan/")
    assert describe.send.startswith(b"DESCRIBE rtsp://[2001:db8::1]:8554/ RTSP/1.0\r\nCSeq: 2\r\n")
    assert describe.send.endswith(b"Accept: application/sdp\r\n\r\n")
    assert b"uthorization" not in options.send + describe.send
