from datetime import timedelta

import pytest
from answer_evidence import WHEN, arp, observation

from camscan.device import Conflict, Kind, Strength
from camscan.evidence import Observation, Via
from camscan.identify.attributes import Attributes, read_attributes, split_firmware
from camscan.identify.heard import hear
from camscan.identify.signs import Capture


def read(*observations: Observation, captures: tuple[Capture, ...] = (), maker: str | None = None,
         kind: Kind = Kind.UNKNOWN) -> Attributes:  # fmt: skip
    return read_attributes(hear(observations), captures, maker, kind)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("V5.6.2build 190701", ("V5.6.2", "2019-07-01")),
        ("V5.7.17 build 240606", ("V5.7.17", "2024-06-06")),
        ("V1.0, build 180613", ("V1.0", "2018-06-13")),
        ("2.800.0000000.13.R", ("2.800.0000000.13.R", None)),
        ("2.800.0000000.13.R,build:2020-11-17", ("2.800.0000000.13.R", "2020-11-17")),
        ("1.3.14 Build 240513 Rel.43631n(5553)", ("1.3.14 Build 240513 Rel.43631n(5553)", "2024-05-13")),
        ("V5.5.0", ("V5.5.0", None)),
        ("V5.5.0 build 999999", ("V5.5.0 build 999999", None)),
        ("rebuilding 190701", ("rebuilding 190701", None)),
        ("", ("", None)),
    ],
)
def test_version_and_build_date(text: str, expected: tuple[str, str | None]) -> None:
    assert split_firmware(text) == expected


def test_what_the_owner_was_told_comes_first() -> None:
    wsd = observation(("wsd.scope", "hardware/SCOPE-1"), via=Via.MULTICAST)
    sadp = observation(("sadp.model", "SADP-1"), via=Via.MULTICAST, at=WHEN + timedelta(hours=2))
    owner = observation(("owner.model", "OWNER-1"))
    listed = observation(("import.model", "LIST-1"), via=Via.IMPORTED)
    assert read(listed).model == "LIST-1"
    assert read(listed, wsd).model == "SCOPE-1"
    assert read(listed, wsd, sadp).model == "SADP-1"
    assert read(listed, wsd, sadp, owner).model == "OWNER-1"


def test_the_newest_statement_of_one_source_wins() -> None:
    old = observation(("sadp.firmware", "V5.5.0 build 180101"), via=Via.MULTICAST)
    new = observation(("sadp.firmware", "V5.7.0 build 230101"), via=Via.MULTICAST, at=WHEN + timedelta(days=300))
    found = read(new, old)
    assert (found.firmware, found.firmware_date) == ("V5.7.0", "2023-01-01")


def test_placeholders_are_passed_over() -> None:
    said = observation(("onvif.model", "IPC"), ("onvif.serial", "N/A"), ("wsd.scope", "hardware/REAL-1"))
    assert (read(said).model, read(said).serial) == ("REAL-1", None)


def test_a_date_told_to_the_owner_is_taken() -> None:
    said = observation(("owner.firmware", "V5.7.1"), ("owner.firmware_date", "2021-06-28"))
    assert (read(said).firmware, read(said).firmware_date) == ("V5.7.1", "2021-06-28")
    nonsense = observation(("owner.firmware", "V5.7.1"), ("owner.firmware_date", "yesterday"))
    assert read(nonsense).firmware_date is None


def test_captures_count_only_for_the_maker_that_was_decided() -> None:
    said = observation(("http.title", "x"))
    capture = Capture("model", "C-1", 1, "acme.title", Strength.STRONG, "acme")
    assert read(said, captures=(capture,), maker="acme").model == "C-1"
    assert read(said, captures=(capture,), maker="other").model is None
    assert read(said, captures=(capture,)).model is None


def test_a_mac_that_was_heard_beats_one_that_is_claimed() -> None:
    claim = observation(("sadp.mac", "44:19:b6:00:00:01"), via=Via.MULTICAST)
    assert (read(claim).mac, read(claim).mac_heard) == ("44:19:b6:00:00:01", False)
    both = read(claim, arp("44:19:b6:00:00:02"))
    assert (both.mac, both.mac_heard) == ("44:19:b6:00:00:02", True)
    assert read(arp("junk")).mac is None


def test_the_host_name_loses_its_suffix() -> None:
    assert read(observation(("mdns.host", "axis-b8a44f631339.local."))).hostname == "axis-b8a44f631339"
    assert read(observation(("mdns.host", ".local"))).hostname is None


@pytest.mark.parametrize(
    ("pairs", "channels"),
    [
        ([("sadp.channels_digital", "16"), ("sadp.channels_analog", "4")], 20),
        ([("dhip.channels_remote", "8"), ("dhip.channels", "1")], 8),
        ([("dhip.channels", "1")], 1),
        ([("sadp.channels_digital", "0")], None),
        ([("sadp.channels_digital", "many")], None),
        ([("sadp.channels_digital", "99999")], None),
        ([("sadp.channels_digital", "-4")], None),
        ([("sadp.channels_digital", "\u0661\u0662")], None),
    ],
)
def test_channels(pairs: list[tuple[str, str]], channels: int | None) -> None:
    assert read(observation(*pairs), kind=Kind.RECORDER).channels == channels


def test_a_switch_has_no_channels() -> None:
    assert read(observation(("sadp.channels_digital", "8")), kind=Kind.SWITCH).channels is None


def test_different_serial_numbers_are_a_conflict() -> None:
    said = observation(("sadp.serial", "DS-1AAWR111"), ("onvif.serial", "AAWR222"))
    assert read(said).conflicts == (Conflict("serial", ("DS-1AAWR111", "AAWR222")),)


def test_the_short_form_of_a_serial_number_is_no_conflict() -> None:
    said = observation(("sadp.serial", "DS-1AAWR111"), ("onvif.serial", "AAWR111"), ("owner.serial", "N/A"))
    assert read(said).conflicts == ()
    assert read(said).serial == "DS-1AAWR111"


def test_the_endpoint_is_the_newest() -> None:
    old = observation(("wsd.epr", "urn:uuid:1"))
    new = observation(("wsd.epr", "urn:uuid:2"), at=WHEN + timedelta(days=1))
    assert read(old, new).endpoint == "urn:uuid:2"
    assert read(observation()).endpoint is None
