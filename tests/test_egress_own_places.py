from datetime import date
from pathlib import Path

import pytest
from egress_makers import csv_log, judged, only, row
from hypothesis import given, settings
from hypothesis import strategies as st
from mmdb_maker import mmdb
from test_egress_places import table

from camscan.egress.own_places import OwnPlaces
from camscan.egress.places import Places, Whereabouts
from camscan.errors import UsageError

TODAY = date(2026, 11, 22)
COUNTRIES = {"8.8.8.0/24": {"country": {"iso_code": "FR"}}, "2a00::/16": {"registered_country": {"iso_code": "es"}}}
NETWORKS = {
    "8.8.8.0/24": {"autonomous_system_number": 64511, "autonomous_system_organization": "Own\x1b[2J Ltd"},
    "2a00::/16": {"autonomous_system_number": 64512, "autonomous_system_organization": "Six"},
}


def opened(tmp_path: Path, *contents: bytes, shipped: Places | None = None) -> OwnPlaces:
    paths = []
    for number, content in enumerate(contents):
        paths.append(tmp_path / f"{number}.mmdb")
        paths[-1].write_bytes(content)
    return OwnPlaces(paths, shipped)


@pytest.mark.parametrize("bits", [24, 28, 32])
def test_two_files_tell_country_and_network_of_both_ip_versions(bits: int, tmp_path: Path) -> None:
    places = opened(tmp_path, mmdb(COUNTRIES, bits=bits), mmdb(NETWORKS, kind="GeoLite2-ASN", bits=bits))
    assert places.of("8.8.8.8") == Whereabouts("FR", 64511, "Own\\x1b[2J Ltd")
    assert places.of("2a00::1") == Whereabouts("ES", 64512, "Six")
    assert places.of("8.8.9.8") == Whereabouts()
    assert places.of("10.1.0.20") == Whereabouts()
    note = places.note(TODAY)
    assert "0.mmdb (GeoLite2-Country, built 2026-11-04)" in note
    assert "1.mmdb (GeoLite2-ASN, built 2026-11-04)" in note
    assert "older" not in note


def test_the_shipped_table_answers_only_what_no_file_has(tmp_path: Path) -> None:
    places = opened(tmp_path, mmdb(COUNTRIES), shipped=Places(table()))
    assert places.of("8.8.8.9") == Whereabouts("FR", 64500, "Example\\x1b[2J Ltd")
    assert "For the rest: Countries and network owners as of 2026-06-17" in places.note(TODAY)
    places = opened(tmp_path, mmdb(COUNTRIES), mmdb(NETWORKS), shipped=Places(table()))
    assert places.of("8.8.8.9").asn == 64511
    assert "Somebody, CC BY" not in places.note(TODAY)


def test_a_network_s_number_and_name_come_from_one_place(tmp_path: Path) -> None:
    places = opened(tmp_path, mmdb({"8.8.8.0/24": {"asn": "AS64499"}}), shipped=Places(table()))
    assert places.of("8.8.8.9") == Whereabouts("IE", 64499, None)


def test_a_file_that_is_overwritten_meanwhile_goes_on_as_it_was(tmp_path: Path) -> None:
    places = opened(tmp_path, mmdb(COUNTRIES))
    (tmp_path / "0.mmdb").write_bytes(b"")
    assert places.of("8.8.8.8").country == "FR"


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ({"country_code": "gb"}, Whereabouts("GB")),
        ({"country": "DE", "asn": "AS64500", "as_name": "Example"}, Whereabouts("DE", 64500, "Example")),
        ({"country": "Germany", "country_code": "DE"}, Whereabouts("DE")),
        ({"asn": True, "country": {"iso_code": 7}}, Whereabouts()),
        ({"asn": 1 << 40, "as_name": "  "}, Whereabouts()),
        ({"asn": "AS99999999999", "country": ["DE"]}, Whereabouts()),
        ("DE", Whereabouts()),
        (["DE"], Whereabouts()),
    ],
)
def test_other_publishers_names_are_read_and_nonsense_is_not(record: object, told: Whereabouts, tmp_path: Path) -> None:
    assert opened(tmp_path, mmdb({"8.8.8.0/24": record})).of("8.8.8.8") == told


def test_a_file_of_ipv4_leaves_ipv6_to_the_shipped_table(tmp_path: Path) -> None:
    places = opened(tmp_path, mmdb({"8.8.8.0/24": {"country_code": "FR"}}, version=4), shipped=Places(table()))
    assert places.of("8.8.8.8").country == "FR"
    assert places.of("2a00::1").country == "DE"


def test_an_old_file_and_one_that_tells_nothing_are_said(tmp_path: Path) -> None:
    places = opened(tmp_path, mmdb(COUNTRIES, built=1_700_000_000), mmdb({"8.8.8.0/24": {"is_anonymous": True}}))
    places.of("8.8.8.8")
    note = places.note(TODAY)
    assert "0.mmdb (GeoLite2-Country, built 2023-11-14). It is older than 180 days." in note
    assert "1.mmdb (GeoLite2-Country, built 2026-11-04) named no country" in note


def test_every_truncation_is_refused_with_the_file_s_name(tmp_path: Path) -> None:
    whole = mmdb(COUNTRIES)
    # In the last field, which describes the file in words, nothing is lost.
    for end in range(0, whole.rindex(b"description"), 7):
        with pytest.raises(UsageError, match=r"0\.mmdb is no \.mmdb file"):
            opened(tmp_path, whole[:end])


def test_what_cannot_be_read_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        OwnPlaces([tmp_path / "absent.mmdb"], None)
    with pytest.raises(UsageError, match="directory"):
        OwnPlaces([tmp_path], None)
    with pytest.raises(UsageError, match="it is empty"):
        opened(tmp_path, b"")


def test_damage_that_is_met_on_the_way_ends_its_use_and_is_told(tmp_path: Path) -> None:
    # The record of 2a00::/16 names a type that does not exist.
    whole = mmdb(COUNTRIES)
    broken = whole.replace(b"\xe1\x52registered_country", b"\x00\xffregistered_country")
    assert broken != whole
    places = opened(tmp_path, broken, shipped=Places(table()))
    assert places.of("2a00::1").country == "DE"
    assert "0.mmdb (GeoLite2-Country, built 2026-11-04) is damaged" in places.note(TODAY)


def test_any_damage_is_refused_or_survived(tmp_path: Path) -> None:
    whole = mmdb(COUNTRIES | {"8.8.9.0/24": {"asn": 7, "as_name": "x" * 40}})

    @settings(max_examples=300, deadline=None)
    @given(st.integers(0, len(whole) - 1), st.binary(min_size=1, max_size=8))
    def check(at: int, junk: bytes) -> None:
        try:
            places = opened(tmp_path, whole[:at] + junk + whole[at + len(junk) :])
        except UsageError:
            return
        for address in ("8.8.8.8", "8.8.9.9", "2a00::1", "2001:4860::1"):
            places.of(address)
        places.note(TODAY)

    check()


def test_a_report_names_the_owner_s_file(tmp_path: Path) -> None:
    places = opened(tmp_path, mmdb({"8.8.4.0/24": {"country_code": "FR"}}, kind="Own-Country"))
    report = judged(tmp_path, csv_log(row(destination="8.8.4.4")), places=places)
    assert only(report).destination.country == "FR"
    assert any("Own-Country, built 2026-11-04" in note for note in report.notes)
