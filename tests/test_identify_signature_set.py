from pathlib import Path

import pytest
from signature_files import HEADER, SIGNATURE, small_set

from camscan.evidence import FIELDS
from camscan.identify.signature_set import protocol, structure


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("http.realm", "http"),
        ("isapi.body", "http"),
        ("arp.mac", "link"),
        ("neighbour.mac", "link"),
        ("rtsp.realm", "rtsp"),
        ("tls.subject", "tls"),
        ("hikvision_sdk.header", "hikvision_sdk"),
    ],
)
def test_the_protocol_of_a_field(field: str, expected: str) -> None:
    assert protocol(field) == expected


def test_every_field_has_a_protocol() -> None:
    assert all(protocol(field) for field in FIELDS)


def test_a_set_that_is_clear(tmp_path: Path) -> None:
    one = small_set(tmp_path)
    assert structure(one.signatures, one.makers, one.brands) == []


def test_an_id_given_twice_and_slugs_that_nobody_declares(tmp_path: Path) -> None:
    text = HEADER + SIGNATURE + SIGNATURE.replace('maker = "acme"', 'maker = "nobody", brand = "nothing"')
    one = small_set(tmp_path, text)
    problems = structure(one.signatures, one.makers, one.brands)
    first, second = (item.where for item in one.signatures)
    assert [(problem.where, problem.signature) for problem in problems] == [(second, "acme.realm")] * 3
    assert problems[0].reason == f"this id is taken: {first}"
    assert "'nobody'" in problems[1].reason
    assert "'nothing'" in problems[2].reason


def test_a_makers_own_name_is_a_brand(tmp_path: Path) -> None:
    one = small_set(tmp_path, HEADER + SIGNATURE.replace('maker = "acme"', 'brand = "acme"'))
    assert structure(one.signatures, one.makers, one.brands) == []
