import pytest

from camscan.egress.addresses import Place, canonical_text, place_of


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("8.8.8.8", Place.INTERNET),
        ("203.0.113.9", Place.INTERNET),  # a documentation range leads off the site as any other number does
        ("2001:db8::1", Place.INTERNET),
        ("10.0.0.1", Place.LOCAL),
        ("172.31.255.255", Place.LOCAL),
        ("172.32.0.1", Place.INTERNET),
        ("192.168.1.1", Place.LOCAL),
        ("169.254.1.1", Place.LOCAL),
        ("127.0.0.1", Place.LOCAL),
        ("fd00::1", Place.LOCAL),
        ("fe80::1", Place.LOCAL),
        ("100.64.0.1", Place.CARRIER),
        ("100.128.0.1", Place.INTERNET),
        ("239.255.255.250", Place.GROUP),
        ("255.255.255.255", Place.GROUP),
        ("0.0.0.0", Place.GROUP),
        ("ff02::1", Place.GROUP),
    ],
)
def test_each_address_has_its_place(address: str, place: Place) -> None:
    assert place_of(address) is place


def test_one_address_has_one_spelling() -> None:
    assert canonical_text("2001:DB8:0::1") == "2001:db8::1"
    assert canonical_text("::ffff:10.1.0.20") == "10.1.0.20"
    assert canonical_text("fe80::1%eth0") == "fe80::1"
    assert canonical_text("example.com") == ""
    assert canonical_text("10.1.0.300") == ""
