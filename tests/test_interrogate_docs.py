"""docs/probes-conversations.md says exactly what is sent."""

from collections.abc import Iterator
from pathlib import Path

from camscan import __version__
from camscan.interrogate import favicon, hikvision_sdk, http, isapi, onvif, rtsp, tls
from camscan.interrogate.plan import DATAGRAM_CONVERSATIONS, FIRST_LIMIT, MAX_CONVERSATIONS, first
from camscan.interrogate.ports import KNOCK_ONLY, REASONS, SIGN_OF_LIFE_PORTS

PAGE = (Path(__file__).parent.parent / "docs" / "probes-conversations.md").read_text(encoding="utf-8")
HOST, CONTACT = "192.0.2.10", "ict-security@example.gov.uk"
LOGIN = "/doc/page/login.asp"

CONVERSATIONS = (
    http.conversation(HOST, 80, CONTACT),
    http.conversation(HOST, 80, CONTACT, path=LOGIN),
    http.conversation(HOST, 443, CONTACT, path=LOGIN, tls=True),
    tls.conversation(HOST, 443, CONTACT),
    favicon.conversation(HOST, 80, favicon.DEFAULT_PATH, CONTACT),
    isapi.conversation(HOST, 80, CONTACT),
    rtsp.conversation(HOST, 554, CONTACT),
    onvif.conversation(HOST, 80, CONTACT),
    onvif.conversation(HOST, 80, CONTACT, probes=("onvif.capabilities",)),
    hikvision_sdk.conversation(),
)
"""One of every kind that there is."""


def blocks() -> Iterator[tuple[str, bytes]]:
    """Probe and bytes of each request on the page."""
    for part in PAGE.split("\n```")[1:]:
        title, _, content = part.partition("\n")
        if not title:
            continue
        form, probe = title.split()
        if form == "hex":
            yield probe, bytes.fromhex(content)
            continue
        head, _, body = content.replace("VERSION", __version__).partition("\n\n")
        yield probe, head.replace("\n", "\r\n").encode("ascii") + b"\r\n\r\n" + body.encode("ascii")


def test_every_request_stands_there_byte_for_byte() -> None:
    sent = [(question.probe, question.send) for talk in CONVERSATIONS for question in talk.questions if question.send]
    assert sorted(blocks()) == sorted(sent)


def test_no_kind_of_conversation_is_missing() -> None:
    modules = (favicon, hikvision_sdk, http, isapi, onvif, rtsp, tls)
    assert {talk.questions[-1].parse for talk in CONVERSATIONS if talk.name == "hikvision_sdk"} == {hikvision_sdk.parse}
    assert {question.probe.split(".")[0] for talk in CONVERSATIONS for question in talk.questions} == {
        "http",
        "https",
        "tls",
        "isapi",
        "rtsp",
        "onvif",
        "hikvision_sdk",
    }
    assert all(hasattr(module, "conversation") for module in modules)
    assert set(onvif.QUESTIONS) <= {probe for probe, _ in blocks()}


def test_the_table_tells_every_port() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| ")
    ]
    told = {int(cells[0]): cells[1:] for cells in rows if cells[0].isdigit()}
    assert list(told) == list(REASONS)
    for port, (life, asked, reason) in told.items():
        assert reason == REASONS[port]
        assert life == ("yes" if port in SIGN_OF_LIFE_PORTS else "no")
        opening = [question.probe for talk in first(HOST, (port,), CONTACT) for question in talk.questions]
        if port in KNOCK_ONLY:
            assert (asked, opening) == ("nothing", [])
        elif opening:
            assert asked in (", ".join(opening), opening[0].partition(".")[0])
        else:
            assert asked == "onvif"


def test_the_limits_are_those_of_the_plan() -> None:
    text = " ".join(PAGE.split())
    assert f"at most {MAX_CONVERSATIONS} conversations in all" in text
    assert f"Up to {DATAGRAM_CONVERSATIONS} of these are discovery's" in text
    assert f"at least {MAX_CONVERSATIONS - DATAGRAM_CONVERSATIONS} are left for TCP" in text
    assert f"at most {FIRST_LIMIT} conversations, on the best known open ports" in text
    for port in KNOCK_ONLY:
        assert str(port) in text.partition("## knock")[2].partition("## ")[0]
