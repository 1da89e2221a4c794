"""SSDP as devices do it."""

import pytest
from lab_tools import host

from camscan.lab.speak.shape import Datagram
from camscan.lab.speak.ssdp import GROUP, PORT, SsdpSpeaker

ASKER = ("127.0.0.1", 40000)
EMBEDDED = "urn:schemas-upnp-org:device:EmbeddedNetDevice:1"


def speaker(profile: str) -> SsdpSpeaker:
    device = host(profile)
    assert device.device.profile.ssdp is not None
    return SsdpSpeaker(device, device.device.profile.ssdp)


def search(target: str) -> bytes:
    lines = ("M-SEARCH * HTTP/1.1", f"HOST: {GROUP}:{PORT}", 'MAN: "ssdp:discover"', "MX: 1", f"ST: {target}", "", "")
    return "\r\n".join(lines).encode()


def fields(data: bytes) -> dict[str, str]:
    first, *lines = data.decode().rstrip().split("\r\n")
    return {"": first} | {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


@pytest.mark.parametrize(
    ("target", "count"), [("ssdp:all", 2), ("upnp:rootdevice", 1), (EMBEDDED, 1), ("urn:x:device:Printer:1", 0)]
)
def test_it_answers_what_it_is(target: str, count: int) -> None:
    replies = speaker("lamp-gateway").answer(Datagram(search(target), ASKER, group=True))
    assert len(replies) == count
    assert all(reply.to == ASKER for reply in replies)


def test_the_answer_names_server_and_description() -> None:
    device = host("dahua-recorder")
    assert device.device.profile.ssdp is not None
    first, *_ = SsdpSpeaker(device, device.device.profile.ssdp).answer(Datagram(search("ssdp:all"), ASKER, group=True))
    found = fields(first.data)
    assert found[""] == "HTTP/1.1 200 OK"
    assert found["LOCATION"] == f"http://{device.place.ip}:49152/upnp_device_desc.xml"
    assert "Dahua" in found["SERVER"]
    assert found["USN"].startswith("uuid:")


@pytest.mark.parametrize(
    "data",
    [
        b"NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\n\r\n",
        b"M-SEARCH * HTTP/1.1\r\nST: ssdp:all\r\n\r\n",
        b'M-SEARCH * HTTP/1.1\r\nMAN: "ssdp:discover"\r\n\r\n',
        b"HTTP/1.1 200 OK\r\nST: ssdp:all\r\n\r\n",
    ],
)
def test_what_is_no_search_gets_no_answer(data: bytes) -> None:
    assert list(speaker("lamp-gateway").answer(Datagram(data, ASKER, group=True))) == []


def test_it_notifies_the_group_at_start() -> None:
    replies = speaker("axis-camera").hello()
    assert [reply.to for reply in replies] == [(GROUP, PORT)] * 2
    found = fields(replies[0].data)
    assert (found[""], found["NTS"], found["NT"]) == ("NOTIFY * HTTP/1.1", "ssdp:alive", "upnp:rootdevice")
