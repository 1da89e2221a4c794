"""CVE records of format 5: the forms that makers write their versions in."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import ParseError
from camscan.identify.cve_record import CVE_LIMIT, AffectedRow, parse_cve, read_cve


def record(*affected: dict[str, Any], **meta: Any) -> dict[str, Any]:
    """A record with these affected products, in the form of Hikvision's of January 2026."""
    return {
        "dataType": "CVE_RECORD",
        "dataVersion": "5.2",
        "cveMetadata": {
            "cveId": "CVE-2025-66177",
            "state": "PUBLISHED",
            "assignerShortName": "hikvision",
            "datePublished": "2026-01-13T01:47:54.031Z",
            "dateUpdated": "2026-01-13T01:47:54.031Z",
            **meta,
        },
        "containers": {
            "cna": {
                "descriptions": [{"lang": "en", "value": "A stack overflow\nin search and discovery."}],
                "affected": list(affected),
                "references": [{"url": "javascript:alert(1)"}, {"url": "https://www.hikvision.com/notice/"}],
            }
        },
    }


def product(name: str, version: str, vendor: str = "Hikvision", **more: str) -> dict[str, Any]:
    return {"vendor": vendor, "product": name, "versions": [{"version": version, "status": "affected", **more}]}


def _row(item: dict[str, Any]) -> AffectedRow:
    (row,) = parse_cve(json.dumps(record(item)).encode()).rows
    return row


def test_a_record_is_read() -> None:
    found = read_cve(record(product("DS-76xxNI-Mx", "Build date before 250807")))
    assert found.id == "CVE-2025-66177"
    assert found.vendors == {"hikvision"}
    assert found.description == "A stack overflow in search and discovery."
    assert found.url == "https://www.hikvision.com/notice/"
    assert found.updated.isoformat() == "2026-01-13"
    assert found.kev_added is None


@pytest.mark.parametrize(
    ("name", "version", "more", "expected"),
    [
        ("DS-76xxNI-Mx", "Build date before 250807", {}, (("DS-76xxNI-Mx",), None, None, "build 250807")),
        (
            "DS-71XXHGH-M(C)",
            "Build date before 230821(Version  before  V4.1.60  are not affected)",
            {},
            (("DS-71XXHGH-M(C)",), "V4.1.60", None, "build 230821"),
        ),
        (
            "DS-2CD1xxxG2",
            "Versions below V5.7.13_230822 (including V5.7.13_230822)",
            {},
            (("DS-2CD1xxxG2",), None, "V5.7.13_230822", None),
        ),
        (
            "DS-2XE6xxxG0",
            "Versions below V5.7.7build241203 (including V5.7.7build241203)",
            {},
            (("DS-2XE6xxxG0",), None, "V5.7.7build241203", None),
        ),
        ("DS-K1T331", "Versions below V3.7.80", {}, (("DS-K1T331",), None, None, "V3.7.80")),
        (
            "DS-K1T804AXX",
            "V1.4.0_build221212",
            {"lessThan": "V1.4.0_build221212"},
            (("DS-K1T804AXX",), None, None, "V1.4.0_build221212"),
        ),
        (
            "DS-A80624S,DS-A81016S",
            "V2.X",
            {"lessThanOrEqual": "V2.3.8-8"},
            (("DS-A80624S", "DS-A81016S"), None, "V2.3.8-8", None),
        ),
        (
            "DS-76xxNI-Qx(/xP)   including(D)\u3001(E)",
            "Build date before 250807",
            {},
            (("DS-76xxNI-Qx(/xP)",), None, None, "build 250807"),
        ),
        (
            "IPC-HDW1X2X,IPC-HFW1X2X",
            "Versions which Build time before August 18 2019",
            {},
            (("IPC-HDW1X2X", "IPC-HFW1X2X"), None, None, "build 2019-08-18"),
        ),
        ("DS-KH63 Series,DS-KH85 Series", "n/a", {}, (("DS-KH63", "DS-KH85"), None, None, None)),
        ("DS-K1T341A/K1T341B", "Versions below V3.7.80", {}, ((), None, None, "V3.7.80")),
        ("DS-A71024/48/72R", "n/a", {}, ((), None, None, None)),
        ("Some Dahua IP Camera", "Buildtime before June, 2021.", {}, ((), None, None, "build 2021-06-01")),
        ("Hikvision Cameras", "Hikvision Cameras", {}, ((), None, None, None)),
    ],
)
def test_the_forms_of_versions(
    name: str, version: str, more: dict[str, str], expected: tuple[tuple[str, ...], str | None, str | None, str | None]
) -> None:
    row = _row(product(name, version, **more))
    assert (row.models, row.first, row.last, row.before) == expected


def test_certain_models_of_a_series_are_marked() -> None:
    text = "Affected products include certain models from the IPC-1XXX series, which build time before April 16, 2025."
    row = _row(product("IPC", text))
    assert row.some
    assert row.before == "build 2025-04-16"


def test_what_is_not_affected_is_no_row() -> None:
    item = product("DS-76xxNI-Mx", "V5")
    item["versions"][0]["status"] = "unaffected"
    assert read_cve(record(item)).rows == ()


def test_who_wrote_it_is_the_vendor_where_it_names_none() -> None:
    found = read_cve(record(product("IPC-A1", "n/a", vendor="n/a"), assignerShortName="dahua"))
    assert found.vendors == {"dahua"}


def test_the_day_of_cisas_listing_is_taken() -> None:
    content = record()
    listed = {"metrics": [{"other": {"type": "kev", "content": {"dateAdded": "2024-08-21"}}}]}
    content["containers"]["adp"] = [{"metrics": [{"other": {"type": "ssvc"}}]}, "?", listed]
    added = read_cve(content).kev_added
    assert added is not None
    assert added.isoformat() == "2024-08-21"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ([], "not a CVE record"),
        ({"dataType": "CVE_RECORD"}, "not a CVE record"),
        (record() | {"dataVersion": "4.0"}, "not a CVE record of format 5"),
        (record(state="REJECTED"), "withdrawn"),
        (record(cveId="CVE-1"), "not a CVE number"),
        (record(dateUpdated=None, datePublished="soon"), "of which day"),
    ],
)
def test_what_is_no_record_is_refused(content: object, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        read_cve(content)


@pytest.mark.parametrize("raw", [b"", b"{", b"[" * 50_000, b" " * (CVE_LIMIT + 1)])
def test_bytes_that_are_no_record_are_refused(raw: bytes) -> None:
    with pytest.raises(ParseError):
        parse_cve(raw)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "vendor",
                    "product",
                    "versions",
                    "version",
                    "status",
                    "lessThan",
                    "lessThanOrEqual",
                    "url",
                    "metrics",
                    "other",
                    "type",
                    "content",
                    "dateAdded",
                    "lang",
                    "value",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


@given(json_values, json_values, json_values, json_values)
def test_any_content_is_a_record_or_refused(affected: Any, references: Any, descriptions: Any, adp: Any) -> None:
    content = record()
    content["containers"]["cna"] |= {"affected": affected, "references": references, "descriptions": descriptions}
    content["containers"]["adp"] = adp
    try:
        read_cve(content)
    except ParseError:
        return


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_words_of_product_and_version_are_read(name: str, version: str) -> None:
    _row(product(name, version))
