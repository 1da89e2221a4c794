import struct

import pytest
from egress_makers import CAMERA, CLOUD, MAC, OTHER, START, device, packed
from hypothesis import given
from hypothesis import strategies as st
from netflow_makers import BASIC, a_set, basic, decoded, fields, ipfix, options, template, v5, v5_record, v9

from camscan.egress.clock import IMPOSSIBLE_TIME
from camscan.egress.flow import Binding
from camscan.egress.known import Known
from camscan.egress.netflow import decoder as module
from camscan.egress.netflow.decoder import BAD_TEMPLATE, CUT, DOMAINS, NO_TEMPLATE, Decoder
from camscan.egress.netflow.exported import Exported
from camscan.egress.netflow.framing import extent
from camscan.egress.source import Tally

KNOWN = Known([device()])

V5_MESSAGE = bytes.fromhex(
    "0005 0002 00001388 6a600220 00000000 00000007 00 01 0000"
    "0a010014 cb007109 00000000 0000 0000 00000003 000001f4 000003e8 00000bb8"
    "9c40 01bb 00 1b 06 00 0000 0000 00 00 0000"
    "0a020063 cb007109 00000000 0000 0000 00000001 00000028 000003e8 000003e8"
    "9c41 0050 00 02 06 00 0000 0000 00 00 0000"
)
"""Version, records, uptime 5 s, 2026-07-21 23:34:56 UTC, sequence, engine; then each address, next hop, interfaces,
packets, bytes, first at 1 s, last at 3 s, ports, padding, flags, protocol, type of service, networks, masks."""


def test_version_5_by_hand() -> None:
    (one,) = decoded(KNOWN, V5_MESSAGE)
    at = 0x6A600220 - 5
    assert one == Exported(
        exporter="10.1.0.1", record=1, source=CAMERA, target=CLOUD, protocol=6, source_port=40_000, target_port=443,
        first=at + 1, last=at + 3, octets=500, flags=0x1B,
    )  # fmt: skip


def test_the_fields_of_a_template() -> None:
    (one,) = decoded(KNOWN, ipfix(template(), a_set(256, basic() + basic(OTHER))))
    assert (one.source, one.target, one.source_port, one.target_port) == (CAMERA, CLOUD, 40_000, 443)
    assert (one.first, one.last, one.octets, one.flags, one.record) == (START, START + 2, 500, 0x1B, 1)


def test_version_9_reckons_from_uptime() -> None:
    layout = ((8, 4), (12, 4), (22, 4), (21, 4), (1, 4))
    body = packed(CAMERA) + packed(CLOUD) + struct.pack(">III", 96_000, 98_000, 7)
    (one,) = decoded(KNOWN, v9(template(layout, version=9), a_set(256, body)))
    assert (one.first, one.last) == (START + 6, START + 8)


def test_ipfix_reckons_from_when_the_exporter_started() -> None:
    layout = ((8, 4), (12, 4), (22, 4), (21, 4))
    body = packed(CAMERA) + packed(CLOUD) + struct.pack(">II", 1_000, 2_000)
    started = options(((143, 4), (160, 8))) + a_set(300, struct.pack(">IQ", 0, int(START * 1000)))
    (one,) = decoded(KNOWN, ipfix(started, template(layout), a_set(256, body)))
    assert (one.first, one.last) == (START + 1, START + 2)


def test_records_wait_for_their_template() -> None:
    tally = Tally()
    found = decoded(KNOWN, ipfix(a_set(256, basic())), ipfix(a_set(257, basic())), ipfix(template()), tally=tally)
    assert [one.source for one in found] == [CAMERA]
    assert tally.skipped == {NO_TEMPLATE: 1}


def test_only_so_much_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING", 3)
    tally = Tally()
    messages = [ipfix(a_set(256, basic()))] * 5
    assert len(decoded(KNOWN, *messages, ipfix(template()), tally=tally)) == 3
    assert tally.skipped == {NO_TEMPLATE: 2}
    monkeypatch.setattr(module, "WAITING_BYTES", 10)
    assert decoded(KNOWN, *messages, ipfix(template())) == []


def test_templates_are_those_of_one_exporter_and_domain() -> None:
    decoder = Decoder(KNOWN, Tally())
    list(decoder.message("10.1.0.1", ipfix(template(), domain=1)))
    data = a_set(256, basic())
    assert len(list(decoder.message("10.1.0.1", ipfix(data, domain=1)))) == 1
    assert list(decoder.message("10.1.0.1", ipfix(data, domain=2))) == []
    assert list(decoder.message("10.1.0.2", ipfix(data, domain=1))) == []
    assert list(decoder.message("10.1.0.1", v9(data, domain=1))) == []


def test_a_template_may_be_replaced_and_withdrawn() -> None:
    short = ((8, 4), (12, 4))
    ends = packed(CAMERA) + packed(OTHER)
    found = decoded(KNOWN, ipfix(template()), ipfix(template(short)), ipfix(a_set(256, ends)))
    assert [one.target for one in found] == [OTHER]
    tally = Tally()
    for number in (256, 2):
        gone = a_set(2, struct.pack(">HH", number, 0))
        assert decoded(KNOWN, ipfix(template()), ipfix(gone), ipfix(a_set(256, basic())), tally=tally) == []
    assert tally.skipped == {NO_TEMPLATE: 2}


@pytest.mark.parametrize("version", [9, 10])
def test_sampling_is_said_and_reckoned_with(version: int) -> None:
    message = v9 if version == 9 else ipfix
    rate = options(((1, 4), (34, 4)), version=version) + a_set(300, struct.pack(">II", 0, 100))
    tally = Tally()
    (one,) = decoded(KNOWN, message(rate, template(version=version), a_set(256, basic())), tally=tally)
    assert (one.octets, one.sampled) == (50_000, 100)
    assert tally.notes == [module.SAMPLED.format(rate=100)]


def test_sampling_in_the_head_of_version_5() -> None:
    tally = Tally()
    (one,) = decoded(KNOWN, v5([v5_record()], sampling=0x4000 | 10), tally=tally)
    assert (one.octets, one.sampled, len(tally.notes)) == (5_000, 10, 1)
    (one,) = decoded(KNOWN, v5([v5_record()], sampling=0x4001), tally=tally)
    assert (one.octets, one.sampled) == (500, 1)


def test_addresses_of_version_6() -> None:
    layout = ((27, 16), (28, 16), (8, 4), (12, 4), (4, 1))
    camera, cloud = "2001:db8:1::20", "2001:db8:9::9"
    body = packed(camera) + packed(cloud) + bytes(8) + b"\x06"
    body += bytes(32) + packed(CAMERA) + packed(CLOUD) + b"\x06"
    found = decoded(Known([device(), device(camera)]), ipfix(template(layout), a_set(256, body)))
    assert [(one.source, one.target) for one in found] == [(camera, cloud), (CAMERA, CLOUD)]


def test_a_known_mac_at_a_new_address_has_moved() -> None:
    layout = (*BASIC, (56, 6), (58, 2))
    moved = basic("10.1.0.99") + bytes.fromhex(MAC.replace(":", "")) + b"\x00\x05"
    decoder = Decoder(Known([device(mac=MAC)]), Tally())
    found = list(decoder.message("x", ipfix(template(layout), a_set(256, moved))))
    assert found[0] == Binding("10.1.0.99", MAC, START)
    assert [one.source for one in found if isinstance(one, Exported)] == ["10.1.0.99"]


def test_the_mac_of_a_router_takes_no_address_away() -> None:
    layout = (*BASIC, (56, 6))
    routed = basic() + bytes.fromhex("0200000000fe")
    decoder = Decoder(Known([device(mac=MAC)]), Tally())
    (one,) = decoder.message("x", ipfix(template(layout), a_set(256, routed)))
    assert isinstance(one, Exported)


def test_what_translation_brings_in_is_the_devices() -> None:
    layout = (*BASIC, (226, 4))
    bodies = [
        basic(CLOUD, "198.51.100.1", (443, 40_000)) + packed(CAMERA),
        basic(CAMERA, CLOUD) + packed("198.51.100.99"),
        basic(CAMERA, CLOUD) + bytes(4),
    ]
    found = decoded(KNOWN, ipfix(template(layout), a_set(256, b"".join(bodies))))
    assert [(one.source, one.target) for one in found] == [(CLOUD, CAMERA), (CAMERA, CLOUD), (CAMERA, CLOUD)]


def test_the_port_behind_translation_joins_both_directions() -> None:
    layout = (*BASIC, (226, 4), (228, 2))
    body = basic(CLOUD, "198.51.100.1", (443, 9_999)) + packed(CAMERA) + struct.pack(">H", 40_000)
    (one,) = decoded(KNOWN, ipfix(template(layout), a_set(256, body)))
    assert (one.source_port, one.target_port) == (443, 40_000)


def test_an_export_from_outside_translation_names_nobody_inside() -> None:
    tally = Tally()
    assert decoded(KNOWN, ipfix(template(), a_set(256, basic(OTHER, CLOUD))), tally=tally) == []
    assert not tally.inside
    decoded(KNOWN, ipfix(template(), a_set(256, basic("10.1.0.99", CLOUD))), tally=tally)
    assert tally.inside


def test_records_without_addresses_are_counted() -> None:
    tally = Tally()
    assert decoded(KNOWN, ipfix(template(((10, 4), (1, 4))), a_set(256, bytes(16))), tally=tally) == []
    assert (tally.other, tally.notes) == (2, [module.NO_ADDRESSES])


def test_an_impossible_time_is_skipped() -> None:
    tally = Tally()
    assert decoded(KNOWN, ipfix(template(), a_set(256, basic(first=9e12, last=9e12))), tally=tally) == []
    assert tally.skipped == {IMPOSSIBLE_TIME: 1}


@pytest.mark.parametrize(
    ("sets", "reason"),
    [
        (a_set(2, struct.pack(">HH", 255, 1) + fields(((8, 4),))), BAD_TEMPLATE),
        (a_set(2, struct.pack(">HH", 256, 0xFFFF) + fields(((8, 4),))), BAD_TEMPLATE),
        (a_set(2, struct.pack(">HH", 256, 2) + fields(((8, 0), (12, 0)))), BAD_TEMPLATE),
        (a_set(2, struct.pack(">HH", 256, 2) + fields(((1, 65_000), (2, 65_000)))), BAD_TEMPLATE),
        (a_set(3, struct.pack(">HHH", 300, 1, 1)), BAD_TEMPLATE),
        (b"\x00\x02\x00\x03", CUT),
        (b"\x01\x00\xff\xff" + bytes(8), CUT),
    ],
)
def test_what_is_damaged_is_counted(sets: bytes, reason: str) -> None:
    tally = Tally()
    decoded(KNOWN, ipfix(sets), tally=tally)
    assert tally.skipped[reason] == 1


def test_a_datagram_cut_off_by_the_capture_gives_the_records_that_are_whole() -> None:
    tally = Tally()
    assert len(decoded(KNOWN, v5([v5_record()] * 3)[:-10], tally=tally)) == 2
    assert len(decoded(KNOWN, ipfix(template(), a_set(256, basic() * 3))[:-10], tally=tally)) == 2
    assert tally.skipped == {CUT: 2}


def test_what_did_not_arrive_is_said() -> None:
    tally = Tally()
    numbered = [bytearray(v5([v5_record()] * 2)) for _ in range(3)]
    for message, number in zip(numbered, (100, 102, 110), strict=True):
        message[16:20] = struct.pack(">I", number)
    decoded(KNOWN, *map(bytes, numbered), tally=tally)
    assert tally.notes == [module.LOST.format(lost=6, unit="flow records")]
    tally = Tally()
    numbered = [bytearray(v9(template(version=9))) for _ in range(2)]
    numbered[1][12:16] = struct.pack(">I", 3)
    decoded(KNOWN, *map(bytes, numbered), tally=tally)
    assert tally.notes == [module.LOST.format(lost=2, unit="messages")]


def test_exporters_without_number_are_forgotten() -> None:
    decoder = Decoder(KNOWN, Tally())
    for number in range(DOMAINS + 5):
        list(decoder.message(str(number), ipfix(template())))
    assert list(decoder.message("0", ipfix(a_set(256, basic())))) == []
    assert len(list(decoder.message(str(DOMAINS), ipfix(a_set(256, basic()))))) == 1


MESSAGES = [
    v5([v5_record()] * 2),
    ipfix(template(), options(((143, 4), (160, 8))), a_set(256, basic()), a_set(300, bytes(12))),
    v9(template(version=9), options(((1, 4), (34, 4)), version=9), a_set(256, basic())),
    ipfix(template(((8, 4), (371, 65_535), (12, 4))), a_set(256, packed(CAMERA) + b"\x02ab" + packed(CLOUD))),
]


@given(st.sampled_from(MESSAGES), st.binary(min_size=1, max_size=12), st.integers(0, 200))
def test_any_bytes_in_a_message_are_survived(message: bytes, junk: bytes, place: int) -> None:
    data = message[:place] + junk + message[place + len(junk) :]
    if extent(data, 0, final=True) > 0:
        decoded(KNOWN, data, MESSAGES[1])


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_may_be_cut_anywhere(message: bytes) -> None:
    for end in range(24, len(message)):
        decoded(KNOWN, message[:end])
