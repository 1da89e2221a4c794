import struct

from egress_makers import CAMERA, CLOUD, packed
from netflow_makers import BASIC, basic, fields

from camscan.egress.netflow.template import V5, Field, Template, fields_of


def made(layout: tuple[tuple[int, ...], ...], *, ipfix: bool = True) -> Template:
    read = fields_of(fields(layout), 0, len(layout), ipfix=ipfix)
    assert read is not None
    return Template(read[0])


def test_records_of_one_length_and_their_padding() -> None:
    one = made(BASIC)
    rows = list(one.rows(basic() + basic(octets=7) + bytes(3)))
    assert [one.values(row)["octets"] for row in rows] == [500, 7]
    assert one.raw(rows[0], "source") == packed(CAMERA)
    assert one.raw(rows[0], "mac") == b""
    assert [rows[0][place] for place in one.ends] == [packed(CAMERA), packed(CLOUD)]


def test_fields_of_variable_length() -> None:
    one = made(((8, 4), (371, 65_535), (12, 4), (371, 65_535), (1, 3)))
    short = packed(CAMERA) + b"\x03abc" + packed(CLOUD) + b"\x00" + b"\x00\x01\x00"
    long = packed(CAMERA) + b"\xff" + struct.pack(">H", 300) + bytes(300) + packed(CLOUD) + b"\x01x" + b"\x00\x00\x05"
    rows = list(one.rows(short + long))
    assert [one.values(row)["octets"] for row in rows] == [256, 5]
    assert [one.raw(row, "target") for row in rows] == [packed(CLOUD)] * 2
    assert one.least == 13


def test_a_variable_length_that_lies_ends_the_set() -> None:
    one = made(((8, 4), (371, 65_535)))
    assert list(one.rows(packed(CAMERA) + b"\xff\xff\xff" + bytes(20))) == []
    assert list(one.rows(packed(CAMERA) + b"\xff")) == []


def test_numbers_of_reduced_and_odd_length() -> None:
    one = made(((1, 3), (4, 1), (6, 2)))
    (row,) = one.rows(b"\x01\x00\x00" + b"\x06" + b"\x00\x12")
    assert one.values(row) == {"octets": 65_536, "protocol": 6, "flags": 0x12}


def test_fields_of_other_makers_are_passed_over() -> None:
    one = made(((1, 4, 9), (8, 4), (1, 4, 29305), (12, 6)))
    assert one.names == ("source", "back_octets")
    assert one.least == 18


def test_the_first_of_two_fields_of_one_kind_counts() -> None:
    one = made(((8, 4), (8, 4)))
    (row,) = one.rows(packed(CAMERA) + packed(CLOUD))
    assert one.raw(row, "source") == packed(CAMERA)


def test_a_template_that_is_cut_off_is_none() -> None:
    layout = fields(((8, 4), (1, 4, 29305)))
    for end in range(len(layout)):
        assert fields_of(layout[:end], 0, 2, ipfix=True) is None
    assert fields_of(fields(((371, 65_535),)), 0, 1, ipfix=False) is None


def test_the_records_of_version_5_have_48_bytes() -> None:
    assert V5.least == 48


def test_a_template_without_addresses_has_no_ends() -> None:
    assert Template([Field("octets", 4)]).ends == ()
