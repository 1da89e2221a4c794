"""Who is who over scans: the pure rules."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inventory_makers import EPR_A, MAC_A, MAC_B, SERIAL_A, SERIAL_B, SITE, heard

from camscan.evidence import Outcome, Via
from camscan.inventory import ScanKind
from camscan.inventory.identity import (
    IMPORT_AGE,
    HeardKey,
    Key,
    KeyKind,
    Known,
    Sighting,
    addresses_of,
    answers_for_several,
    choose,
    components,
    consistent,
    continues,
    keys_of,
    latest,
    may_join,
    proves_life,
    proves_presence,
    serials_differ,
    shares_key,
    speaking,
    usable_endpoint,
    usable_mac,
    usable_serial,
)

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def serial(value: str, field: str = "sadp.serial") -> HeardKey:
    return HeardKey(Key(KeyKind.SERIAL, "", value), field)


def mac(value: str, site: str = SITE) -> HeardKey:
    return HeardKey(Key(KeyKind.MAC, site, value), "arp.mac")


def endpoint(value: str) -> HeardKey:
    return HeardKey(Key(KeyKind.ENDPOINT, "", value), "wsd.epr")


def keys(*some: HeardKey) -> frozenset[HeardKey]:
    return frozenset(some)


def sighting(number: int, ip: str = "10.1.0.20", *keys: HeardKey, kind: ScanKind = ScanKind.SCAN, heard: bool = True,
             seen: datetime | None = NOON) -> Sighting:  # fmt: skip
    return Sighting(number, number, ip_address(ip), heard, kind, seen, frozenset(one.key for one in keys))


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        ("44-19-B6-00-00-01", "44:19:b6:00:00:01"),
        ("02:42:ac:11:00:02", None),  # locally administered: a container, a phone's random address
        ("01:00:5e:00:00:01", None),  # a group
        ("00:00:00:00:00:00", None),
        ("ff:ff:ff:ff:ff:ff", None),
        ("00:00:5e:00:01:0a", None),  # VRRP
        ("00:00:0c:07:ac:01", None),  # HSRP
        ("garbage", None),
        ("", None),
    ],
)
def test_macs_that_identify(text: str, usable: str | None) -> None:
    assert usable_mac(text) == usable


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        (" ds-2cd2385g1-i20200101aawre12345678 ", SERIAL_A),
        ("4K03C4DPAZ00001", "4K03C4DPAZ00001"),
        ("", None),
        ("00000000", None),
        ("1234567890", None),
        ("0987654321", None),
        ("N/A", None),
        ("unknown", None),
        ("12345", None),
        ("------AB------", None),
        ("A1B2C3" * 40, None),
        ("-" * 200 + "A1B2C3D4", None),
    ],
)
def test_serials_that_identify(text: str, usable: str | None) -> None:
    assert usable_serial(text) == usable


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        (EPR_A.upper(), EPR_A),
        ("uuid:1419d68a-1dd2-11b2-a105-000000000000", "uuid:1419d68a-1dd2-11b2-a105-000000000000"),
        ("urn:uuid:00000000-0000-0000-0000-000000000000", None),
        ("urn:uuid:11111111-2222-1111-2222-111111111111", None),
        ("http://10.1.0.20/onvif/device_service", None),
        ("", None),
        (EPR_A + "x" * 300, None),
    ],
)
def test_endpoints_that_identify(text: str, usable: str | None) -> None:
    assert usable_endpoint(text) == usable


def test_keys_of_a_host_leave_out_what_imports_and_the_device_itself_say_of_its_mac() -> None:
    found = keys_of(
        SITE,
        [
            heard("10.1.0.20", ("arp.mac", MAC_A), ("neighbour.mac", MAC_A), ("wsd.epr", EPR_A)),
            heard("10.1.0.20", ("sadp.serial", SERIAL_A), ("sadp.mac", MAC_B)),
            heard("10.1.0.20", ("nmap.mac", MAC_B), ("owner.serial", SERIAL_B), via=Via.IMPORTED),
        ],
    )
    assert {(one.key.kind, one.key.value) for one in found} == {
        (KeyKind.MAC, MAC_A),
        (KeyKind.SERIAL, SERIAL_A),
        (KeyKind.ENDPOINT, EPR_A),
    }
    assert {one.key.site for one in found if one.key.kind is KeyKind.MAC} == {SITE}


def test_two_macs_or_two_serials_at_one_address_are_no_identity() -> None:
    found = consistent(keys(mac(MAC_A), mac(MAC_B), serial(SERIAL_A), serial(SERIAL_B), endpoint(EPR_A)))
    assert found == keys(endpoint(EPR_A))
    two_doors = keys(serial(SERIAL_A), serial("RE12345678", "owner.serial"))
    assert consistent(two_doors) == two_doors


def test_serials_differ_only_within_one_field_and_a_tail_is_the_same_serial() -> None:
    assert serials_differ(keys(serial(SERIAL_A)), keys(serial(SERIAL_B)))
    assert not serials_differ(keys(serial(SERIAL_A)), keys(serial("AAWRE12345678")))
    assert not serials_differ(keys(serial(SERIAL_A)), keys(serial("XYZ98765", "ssdp.serial")))
    assert not serials_differ(keys(serial(SERIAL_A)), keys(mac(MAC_A)))


def test_different_serials_never_join_not_even_between_fields() -> None:
    assert not may_join(keys(serial(SERIAL_A), mac(MAC_A)), keys(serial(SERIAL_B), mac(MAC_A)))
    assert not may_join(keys(serial(SERIAL_A), mac(MAC_A)), keys(serial("XYZ98765", "ssdp.serial"), mac(MAC_A)))
    assert may_join(keys(serial(SERIAL_A)), keys(mac(MAC_A)))
    assert may_join(keys(serial(SERIAL_A)), keys(serial("AAWRE12345678", "owner.serial")))


def test_one_agreeing_door_does_not_hide_another_that_differs() -> None:
    mine = keys(serial(SERIAL_A), serial("SAME-123-XY", "ssdp.serial"))
    theirs = keys(serial(SERIAL_B), serial("SAME-123-XY", "ssdp.serial"))
    assert not may_join(mine, theirs)
    assert not continues(mine, theirs)


@pytest.mark.parametrize(
    ("known", "seen", "same"),
    [
        (keys(), keys(), True),
        (keys(mac(MAC_A)), keys(), True),
        (keys(mac(MAC_A)), keys(mac(MAC_B)), False),
        (keys(mac(MAC_A), serial(SERIAL_A)), keys(mac(MAC_B), serial(SERIAL_A)), True),  # a new network board
        (keys(mac(MAC_A), serial(SERIAL_A)), keys(mac(MAC_A), serial(SERIAL_B)), False),
        (keys(endpoint(EPR_A)), keys(endpoint(EPR_A[:-1] + "2")), True),  # a new one at every start
        (keys(serial(SERIAL_A)), keys(serial("XYZ98765", "ssdp.serial")), True),  # two doors, nothing to compare
    ],
)
def test_what_is_heard_at_an_address_continues_what_was(
    known: frozenset[HeardKey], seen: frozenset[HeardKey], same: bool
) -> None:
    assert continues(known, seen) is same


def test_an_address_goes_to_the_newest_device_there_unless_a_key_says_another_is_back() -> None:
    newest, former = Known(2, False, keys(serial(SERIAL_B))), Known(1, False, keys(serial(SERIAL_A)))
    assert choose([newest, former], keys()) == 2
    assert choose([newest, former], keys(serial(SERIAL_A))) == 1
    assert choose([newest, former], keys(serial("SOMETHING-ELSE-9"))) is None
    assert choose([], keys(serial(SERIAL_A))) is None


def test_a_device_that_moved_away_is_not_what_answers_at_its_old_address_without_a_key() -> None:
    gone = Known(1, True, keys(mac(MAC_A)))
    assert choose([gone], keys()) is None
    assert choose([gone], keys(mac(MAC_A))) == 1


@pytest.mark.parametrize(
    ("addresses", "several"),
    [
        (["10.1.0.20"], False),
        (["10.1.0.20", "169.254.7.8", "fe80::1", "fd00::1", "2001:db8::1"], False),
        (["10.1.0.20", "10.1.0.21"], True),
        ([f"fd00::{n}" for n in range(1, 10)], True),
        ([], False),
    ],
)
def test_a_key_at_several_addresses_at_once(addresses: list[str], several: bool) -> None:
    assert answers_for_several([ip_address(one) for one in addresses]) is several


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), max_size=20))
def test_components_have_their_lowest_member_as_root(merges: list[tuple[int, int]]) -> None:
    found = components(range(1, 13), merges)
    assert all(found[one] <= one and found[found[one]] == found[one] for one in found)
    assert all(found[one] == found[two] for one, two in merges)
    lonely = set(range(1, 13)) - {one for pair in merges for one in pair}
    assert all(found[one] == one for one in lonely)


def test_merges_with_devices_that_are_not_asked_about_are_passed_over() -> None:
    assert components([3, 5], [(3, 9), (9, 5)]) == {3: 3, 5: 5}


def test_silence_and_lists_are_no_presence() -> None:
    assert not proves_life(heard("10.1.0.20", outcome=Outcome.TIMED_OUT))
    assert not proves_life(heard("10.1.0.20", outcome=Outcome.OUT_OF_SCOPE))
    assert proves_presence(heard("10.1.0.20", outcome=Outcome.REFUSED))
    assert proves_presence(heard("10.1.0.20", ("nmap.port", "tcp/80 open http"), via=Via.IMPORTED))
    listed = heard("10.1.0.20", ("import.maker", "hikvision"), via=Via.IMPORTED)
    assert proves_life(listed)
    assert not proves_presence(listed)


def test_only_the_newest_scan_speaks_where_no_key_ties_the_older_ones_to_it() -> None:
    replaced = [sighting(1, "10.1.0.20", serial(SERIAL_A)), sighting(2, "10.1.0.20")]
    assert [one.id for one in speaking(replaced)] == [2]


def test_older_scans_with_a_key_of_the_newest_speak_too() -> None:
    found = [sighting(1, "10.1.0.20", mac(MAC_A)), sighting(2, "10.1.0.20"), sighting(3, "10.1.0.20", mac(MAC_A))]
    assert [one.id for one in speaking(found)] == [3, 1]


def test_imports_speak_beside_the_newest_scan_unless_they_are_old() -> None:
    scanned = sighting(5, "10.1.0.20")
    fresh = sighting(6, kind=ScanKind.IMPORT, seen=NOON - IMPORT_AGE)
    stale = sighting(7, kind=ScanKind.IMPORT, seen=NOON - IMPORT_AGE - timedelta(seconds=1))
    listed = sighting(8, kind=ScanKind.IMPORT, seen=None)
    assert [one.id for one in speaking([scanned, fresh, stale, listed])] == [8, 6, 5]
    assert latest([scanned, fresh]) == (scanned,)
    assert [one.id for one in speaking([stale])] == [7]


def test_a_listening_takes_nothing_away_from_the_scan_before_it() -> None:
    older, scanned, listened = sighting(1), sighting(2), sighting(3, kind=ScanKind.LISTEN)
    assert [one.id for one in speaking([older, scanned, listened])] == [3, 2]
    assert latest([scanned, listened]) == (listened,)
    elsewhere = sighting(4, "10.1.0.35", kind=ScanKind.LISTEN)
    assert [one.id for one in speaking([scanned, elsewhere])] == [4]
    newer = sighting(5)
    assert [one.id for one in speaking([scanned, listened, newer])] == [5]


def test_silence_of_a_whole_scan_leaves_the_last_answer_in_place() -> None:
    found = [sighting(1, "10.1.0.20"), sighting(2, "10.1.0.20", heard=False)]
    assert latest(found) == (found[0],)
    assert latest([found[1]]) == ()
    assert addresses_of([found[1]]) == ()


def test_addresses_are_those_of_the_newest_scan_ipv4_first() -> None:
    now = [
        Sighting(number, 9, ip_address(ip), heard=True, kind=ScanKind.SCAN, seen=NOON, keys=frozenset())
        for number, ip in enumerate(["fe80::1", "fd00::1", "169.254.1.1", "10.1.0.35"])
    ]
    assert list(map(str, addresses_of([sighting(1, "10.1.0.20"), *now]))) == [
        "10.1.0.35",
        "169.254.1.1",
        "fd00::1",
        "fe80::1",
    ]


def test_keys_are_shared_by_value_whatever_field_told_them() -> None:
    assert shares_key(keys(serial(SERIAL_A)), keys(serial(SERIAL_A, "owner.serial")))
    assert not shares_key(keys(mac(MAC_A)), keys(mac(MAC_A, "Library")))
