import json
from array import array
from datetime import date, timedelta
from pathlib import Path

import pytest
import zstandard

from camscan.egress.places import Places, Whereabouts, read_places, shipped_places
from camscan.errors import SignatureError


def table() -> bytes:
    head = {"date": "2026-06-17", "attribution": "Somebody, CC BY 4.0", "counts": [3, 1], "countries": ["DE", "IE"]}
    four = (
        array("I", [0x08000000, 0x08080800, 0x08080900]).tobytes() + bytes([1, 2, 0]) + array("I", [0, 1, 0]).tobytes()
    )
    six = array("Q", [0x2A00000000000000]).tobytes() + bytes([1]) + array("I", [2]).tobytes()
    return json.dumps(head).encode() + b"\n" + four + six + b"64500\tExample\x1b[2J Ltd\n64501\tOther"


def test_an_address_is_found_in_its_range() -> None:
    places = Places(table())
    assert places.of("8.8.8.9") == Whereabouts("IE", 64500, "Example\\x1b[2J Ltd")
    assert places.of("8.8.9.9") == Whereabouts()
    assert places.of("8.1.0.1") == Whereabouts("DE", None, None)
    assert places.of("203.0.113.9") == Whereabouts()
    assert places.of("2a00::1") == Whereabouts("DE", 64501, "Other")
    assert places.of("2001:db8::1") == Whereabouts()


def test_the_note_has_the_attribution_and_says_when_the_table_is_old() -> None:
    places = Places(table())
    assert "Somebody, CC BY 4.0" in places.note(places.date)
    assert "older" not in places.note(places.date + timedelta(days=180))
    assert "older than 180 days" in places.note(places.date + timedelta(days=181))


def test_the_shipped_table_knows_well_known_networks() -> None:
    places = shipped_places()
    assert places is not None
    assert places.date > date(2026, 1, 1)
    assert "DB-IP" in places.attribution
    assert places.of("8.8.8.8").asn == 15169
    assert places.of("2001:4860:4860::8888").asn == 15169
    assert places.of("193.0.6.139").country == "NL"


@pytest.mark.parametrize("content", [b"", b"junk", zstandard.compress(b"{}"), zstandard.compress(table()[:-40])])
def test_a_damaged_table_is_told(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "places.zst"
    path.write_bytes(content)
    with pytest.raises(SignatureError, match="damaged"):
        read_places(path)
