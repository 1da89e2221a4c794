"""From packets to what is kept of a device, and how far each of it is believed."""

from contextlib import suppress

import pytest
from answers import answers, wire
from dhcp_makers import message, option
from egress_makers import START, ethernet, ip_packet, udp
from hypothesis import given
from hypothesis import strategies as st
from listen_makers import (
    ASKER,
    CAMERA,
    GROUP,
    MAC,
    OTHER,
    OTHER_MAC,
    PLAIN,
    SADP,
    STRANGER,
    Heard,
    Talk,
    a_scope,
    arp,
    datagram,
    fragments,
    heard,
    hello,
    page,
    signatures,
)

from camscan.device import Verdict
from camscan.discover import PROBES, sadp
from camscan.discover.dhcp import Kind
from camscan.discover.shape import DatagramProbe
from camscan.egress.clock import IMPOSSIBLE_TIME
from camscan.egress.link import LINKS
from camscan.egress.packets import CUT, TUNNEL
from camscan.egress.source import Tally
from camscan.errors import ParseError
from camscan.evidence import Via
from camscan.identify import assess
from camscan.listen.listening import SHORTENED, Where

INQUIRY = sadp.requests(7)[0]


def verdict(found: Heard, address: str = CAMERA) -> Verdict:
    return assess(found.of(address), signatures()).verdict


def ways(found: Heard, probe: str, address: str = CAMERA) -> set[Via]:
    return {one.via for one in found.of(address) if one.probe == probe}


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_every_discovery_protocol_is_heard(probe: DatagramProbe) -> None:
    told = 0
    for row in answers(probe.name):
        with suppress(ParseError):
            evidence = probe.parse(wire(row))
            found = heard(datagram(CAMERA, GROUP, (probe.port, probe.port), wire(row)), everyone=True)
            (one,) = [one for one in found.of(CAMERA) if one.probe == probe.name]
            assert (one.port, one.via, one.evidence) == (probe.port, Via.PASSIVE, evidence)
            told += 1
    assert told


def test_an_announcement_is_a_claim() -> None:
    found = heard(arp(CAMERA), hello())
    assert (verdict(found), ways(found, "sadp")) == (Verdict.PROBABLE, {Via.PASSIVE})


def test_a_unicast_answer_from_the_mac_of_the_address_is_more() -> None:
    asked = datagram(ASKER, GROUP, (37020, 37020), INQUIRY)
    answer = datagram(CAMERA, ASKER, (37020, 37020), SADP)
    found = heard(asked, arp(CAMERA), answer)
    assert (verdict(found), ways(found, "sadp")) == (Verdict.CONFIRMED, {Via.UNICAST})


def test_an_answer_that_nobody_asked_for_is_a_claim() -> None:
    answer = datagram(CAMERA, ASKER, (37020, 37020), SADP)
    assert ways(heard(arp(CAMERA), answer), "sadp") == {Via.PASSIVE}


def test_an_answer_without_the_senders_arp_is_a_claim() -> None:
    asked = datagram(ASKER, GROUP, (37020, 37020), INQUIRY)
    answer = datagram(CAMERA, ASKER, (37020, 37020), SADP)
    assert verdict(heard(asked, answer)) is Verdict.PROBABLE


def test_an_answer_to_the_port_that_asked_is_known_whatever_ports_it_has() -> None:
    question = next(probe for probe in PROBES if probe.name == "ws-discovery").requests(1)[0]
    row = next(row for row in answers("ws-discovery") if row["fidelity"] != "fields")
    frames = [
        datagram(ASKER, GROUP, (50_123, 3702), question),
        arp(CAMERA),
        datagram(CAMERA, ASKER, (40_000, 50_123), wire(row)),
    ]
    assert ways(Heard(everyone=True).frames(frames), "ws-discovery") == {Via.UNICAST}
    assert not ways(Heard(everyone=True).frames(frames, step=60), "ws-discovery")


def test_a_conversation_proves_what_was_announced() -> None:
    talk = Talk(port=8000).opened().asks(b"\0\0\0\x10").answers(b"\0\0\0\x10")
    assert verdict(heard(hello(), *talk.frames)) is Verdict.CONFIRMED
    assert heard(hello(), *talk.frames).values("port.open") == ["tcp/8000"]


def test_one_side_of_a_conversation_proves_nothing() -> None:
    both = Talk().opened().asks(PLAIN).answers(page()).frames
    own = [frame for frame in both if frame[26:30] == bytes([10, 1, 0, 20])]
    found = heard(hello(), *own)
    assert verdict(found) is Verdict.PROBABLE
    assert ways(found, "http") == {Via.PASSIVE}


def test_a_client_took_part_too() -> None:
    talk = Talk(server=OTHER, client=CAMERA).opened().asks(PLAIN).answers(page())
    assert verdict(heard(hello(), *talk.frames)) is Verdict.CONFIRMED


def test_forged_announcements_under_another_mac_are_left_out() -> None:
    forged = hello(mac="02:00:00:00:06:66")
    talk = Talk().opened().asks(PLAIN).answers(page())
    for frames in ([arp(CAMERA), forged, *talk.frames], [forged, arp(CAMERA), *talk.frames]):
        found = Heard(everyone=True).frames(frames)
        assert not found.values("sadp.answer")
        assert found.listening.hosts.foreign == 1


def test_who_names_anothers_mac_is_not_believed() -> None:
    found = heard(arp(CAMERA), hello(), arp(CAMERA, OTHER_MAC, sender="02:00:00:00:06:66"))
    assert found.values("arp.mac") == [MAC]
    assert found.listening.hosts.foreign == 1


def test_an_address_that_changed_hands_is_two_devices() -> None:
    second = next(wire(row) for row in answers("dhip") if row["fidelity"] != "fields")
    frames = [
        arp(CAMERA),
        hello(),
        arp(CAMERA, OTHER_MAC),
        datagram(CAMERA, "239.255.255.251", (37810, 37810), second, OTHER_MAC),
    ]
    found = Heard().frames(frames)
    assert {one.probe for one in found.of(CAMERA, 0)} == {"presence", "arp", "sadp"}
    assert {one.probe for one in found.of(CAMERA, 1)} == {"presence", "arp", "dhip"}
    assert assess(found.of(CAMERA, 1), signatures()).maker == "dahua"
    assert {str(ip) for ip in found.listening.hosts.handed_on} == {CAMERA}


def test_a_device_that_changed_its_address_is_one_after_the_other() -> None:
    frames = [arp(CAMERA), hello(), arp("10.1.0.30", MAC), hello("10.1.0.30", mac=MAC)]
    assert set(Heard().frames(frames).over()) == {(CAMERA, 0), ("10.1.0.30", 1)}


def test_a_device_with_two_addresses_at_once_has_them_at_one_time() -> None:
    frames = [arp(CAMERA), hello(), arp("10.1.0.30", MAC), hello("10.1.0.30", mac=MAC), arp(CAMERA)]
    assert set(Heard().frames(frames).over()) == {(CAMERA, 0), ("10.1.0.30", 0)}


def test_when_a_device_was_there_is_told_by_its_packets() -> None:
    found = Heard().frames([hello()], at=START).frames([hello()] * 5, at=START + 3600, step=60)
    times = [one.at.timestamp() for one in found.of(CAMERA)]
    assert (min(times), max(times)) == (START, START + 3600 + 4 * 60)
    assert sum(one.probe == "sadp" for one in found.of(CAMERA)) == 1


def test_what_is_outside_the_scope_is_dropped_and_counted() -> None:
    found = heard(hello(STRANGER), datagram("10.9.0.1", GROUP, (37020, 37020), SADP), arp("10.9.0.2", MAC))
    assert found.over() == {}
    assert len(found.listening.hosts.outside) == 3


def test_who_gives_no_sign_of_being_a_camera_is_counted() -> None:
    talk = Talk(server=OTHER).opened().asks(PLAIN).answers(page("Mrs Smith's wiki").replace(b"App-webs/", b"nginx"))
    found = heard(arp(OTHER, "8c:16:45:00:00:01"), *talk.frames)
    assert found.over() == {}
    assert found.listening.hosts.met["Town Hall"][False] == 2


def test_the_mac_of_a_camera_is_sign_enough() -> None:
    assert heard(arp(CAMERA)).values("arp.mac") == [MAC]


def test_dhcp_tells_who_has_an_address_and_what_it_says_of_itself() -> None:
    wanted = option(50, bytes([10, 1, 0, 20]))
    request = message(Kind.REQUEST, wanted, option(12, b"IPC"), option(55, b"\1\3"), option(60, b"udhcp 1.15"))
    answer = message(Kind.ACKNOWLEDGE, given=CAMERA)
    found = heard(
        datagram("0.0.0.0", "255.255.255.255", (68, 67), request, MAC),
        datagram("10.1.0.1", "255.255.255.255", (67, 68), answer),
    )
    assert found.values("dhcp.hostname") == ["IPC"]
    assert found.values("dhcp.parameters") == ["1,3"]
    assert found.values("dhcp.vendor_class") == ["udhcp 1.15"]
    assert found.values("dhcp.mac") == [MAC]


def test_an_address_that_dhcp_refuses_is_nobodys() -> None:
    request = message(Kind.REQUEST, option(50, bytes([10, 1, 0, 20])), option(12, b"IPC"))
    found = heard(
        datagram("0.0.0.0", "255.255.255.255", (68, 67), request, MAC),
        datagram("10.1.0.1", "255.255.255.255", (67, 68), message(Kind.REFUSE)),
    )
    assert found.over() == {}


def test_a_neighbour_of_ipv6_has_a_mac() -> None:
    six = "2001:db8:1::20"
    body = bytes([136, 0]) + bytes(6) + bytes.fromhex("20010db8000100000000000000000020")
    body += bytes([2, 1]) + bytes.fromhex(MAC.replace(":", ""))
    packet = bytearray(ip_packet(six, "2001:db8:1::1", 58, body))
    packet[7] = 255
    found = heard(ethernet(bytes(packet), 0x86DD, MAC))
    assert found.values("neighbour.mac", six) == [MAC]


def test_a_datagram_in_several_packets_is_put_together() -> None:
    frames = fragments(CAMERA, GROUP, (37020, 37020), SADP)
    assert len(frames) > 2
    assert heard(*frames).values("sadp.model") == ["DS-2CD2385G1-I"]
    assert not heard(*frames[:-1]).over()


def test_a_message_that_the_capture_cut_short_is_counted() -> None:
    found = heard(hello()[:100])
    assert found.over() == {}
    assert found.listening.tally.skipped == {SHORTENED: 1}


@pytest.mark.parametrize("at", [START + 2e6, -1.0])
def test_a_packet_from_the_future_has_a_damaged_time(at: float) -> None:
    found = Heard().frames([hello()], at=at)
    assert found.over() == {}
    assert found.listening.tally.skipped == {IMPOSSIBLE_TIME: 1}


def test_tunnels_are_noted() -> None:
    vxlan = datagram(CAMERA, OTHER, (40_000, 4789), bytes(60))
    gre = ethernet(ip_packet(CAMERA, OTHER, 47, bytes(8)), source=MAC)
    assert heard(vxlan).listening.tally.notes == [TUNNEL]
    assert heard(gre).listening.tally.notes == [TUNNEL]


def test_media_is_passed_over() -> None:
    found = Heard()
    listening = found.listening
    frame = datagram(CAMERA, OTHER, (40_000, 40_001), bytes(1000))
    listening.packet(START, frame, *LINKS[1](frame), 1)
    assert listening.dull
    frame = hello()
    listening.packet(START, frame, *LINKS[1](frame), 2)
    assert not listening.dull


def test_streams_are_looked_at_again_when_an_address_changes_hands() -> None:
    found = heard(arp(CAMERA))
    assert found.listening.addresses_changed()
    assert not found.listening.addresses_changed()
    assert not found.frames([arp(CAMERA)]).listening.addresses_changed()
    assert found.frames([arp(CAMERA, OTHER_MAC)]).listening.addresses_changed()


def test_where_it_was_heard_stands_with_it() -> None:
    found = Heard()
    found.listening.begin(Tally(), Where("mirror.pcap"))
    found.frames([arp(CAMERA), hello()])
    (one,) = [one for one in found.of(CAMERA) if one.probe == "sadp"]
    assert one.detail == "packet 2 of mirror.pcap"


def test_every_truncation_of_every_frame_is_survived() -> None:
    request = message(Kind.REQUEST, option(50, bytes([10, 1, 0, 20])), option(12, b"IPC"))
    whole = [
        hello(),
        arp(CAMERA),
        datagram("0.0.0.0", "255.255.255.255", (68, 67), request, MAC),
        *Talk().opened().asks(PLAIN).answers(page()).frames,
    ]
    for frame in whole:
        for end in range(len(frame)):
            found = heard(frame[:end])
            found.over()
            assert set(found.listening.tally.skipped) <= {CUT, SHORTENED}


@given(st.lists(st.binary(max_size=120), max_size=6), st.sampled_from(sorted(LINKS)))
def test_any_frames_are_survived(frames: list[bytes], link: int) -> None:
    found = Heard()
    found.frames([frame.ljust(60, b"\0") for frame in frames], link=link)
    bodies = [ethernet(ip_packet(CAMERA, ASKER, 6, frame + bytes(20))) for frame in frames]
    bodies += [ethernet(ip_packet(CAMERA, ASKER, 17, udp(37810, 37810, frame))) for frame in frames]
    found.frames(bodies).over()


def test_only_the_scope_decides_what_is_inside() -> None:
    excluded = a_scope("10.2.0.0/22")
    assert Heard(excluded).frames([arp(CAMERA), hello()]).over() == {}
