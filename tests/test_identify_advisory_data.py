"""The shipped advisories, and newer files on top of them."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from judged import device
from test_identify_cve_record import product, record
from test_identify_kev import ROW, catalogue

from camscan.errors import SignatureError
from camscan.identify.advisories import Advisories, Status, status
from camscan.identify.advisory_data import INSTALLED_CVE, INSTALLED_KEV, load_advisories, vendor_of
from camscan.identify.advisory_table import Vendor
from camscan.identify.loader import shipped


def _newer(folder: Path, *records: dict[str, Any], kev: bytes | None = None) -> Advisories:
    (folder / INSTALLED_CVE).mkdir()
    for item in records:
        (folder / INSTALLED_CVE / f"{item['cveMetadata']['cveId']}.json").write_text(json.dumps(item))
    if kev is not None:
        (folder / INSTALLED_KEV).write_bytes(kev)
    return load_advisories(newer=folder)


def test_the_shipped_advisories_say_their_days() -> None:
    found = load_advisories()
    assert found.as_of == date(2026, 11, 21)
    assert found.kev_as_of == date(2025, 8, 25)
    assert all(item.source and item.as_of for item in found.items)
    assert any("kev.toml: shipped, as of 2025-08-25" in source for source in found.sources)
    assert {"hikvision", "dahua", "geovision", "reolink", "nuuo"} <= {item.maker for item in found.items}


def test_a_folder_that_does_not_exist_changes_nothing(tmp_path: Path) -> None:
    assert load_advisories(newer=tmp_path / "none") == load_advisories()


def test_a_new_listing_by_cisa_is_taken(tmp_path: Path) -> None:
    rows = [{**ROW, "cveID": "CVE-2025-66177", "dateAdded": "2026-12-01"}, {**ROW, "cveID": "CVE-2027-1234"}]
    found = _newer(tmp_path, kev=catalogue(rows, dateReleased="2026-12-02T00:00:00Z"))
    assert found.kev_as_of == found.as_of == date(2026, 12, 2)
    known = next(item for item in found.items if item.id == "CVE-2025-66177")
    assert known.kev == date(2026, 12, 1)
    assert known.affected, "what was known of its models stays"
    (told,) = (item for item in status(device("hikvision", model="DS-2CD1"), found) if item.id == "CVE-2027-1234")
    assert told.status is Status.CANNOT_TELL
    assert "no versions" in told.why


def test_an_older_catalogue_is_not(tmp_path: Path) -> None:
    found = _newer(tmp_path, kev=catalogue([{**ROW, "cveID": "CVE-2027-1234"}], dateReleased="2024-01-01"))
    assert found.kev_as_of == date(2025, 8, 25)
    assert "CVE-2027-1234" not in {item.id for item in found.items}


def test_others_weaknesses_are_left_out(tmp_path: Path) -> None:
    row = {**ROW, "cveID": "CVE-2027-1234", "vendorProject": "Juniper", "product": "Junos OS"}
    found = _newer(tmp_path, kev=catalogue([row], dateReleased="2027-01-01"))
    assert "CVE-2027-1234" not in {item.id for item in found.items}


def test_a_new_record_becomes_an_advisory(tmp_path: Path) -> None:
    item = record(product("DS-2CD9xxx", "Build date before 270101"), cveId="CVE-2027-1234", dateUpdated="2027-02-01")
    found = _newer(tmp_path, item)
    told = status(device("hikvision", model="DS-2CD9123", firmware="V5", firmware_date="2026-06-01"), found)
    assert [(one.id, one.status, one.as_of) for one in told if one.status is Status.AFFECTED] == [
        ("CVE-2027-1234", Status.AFFECTED, date(2027, 2, 1))
    ]


def test_a_newer_record_replaces_what_it_names_itself(tmp_path: Path) -> None:
    item = record(product("DS-2CD9xxx", "Build date before 270101"), dateUpdated="2027-02-01")
    known = next(one for one in _newer(tmp_path, item).items if one.id == "CVE-2025-66177")
    assert [row.models for row in known.affected] == [("DS-2CD9xxx",)]
    assert known.title == "Recorders and cameras: stack overflow in search and discovery"


def test_a_newer_record_without_models_keeps_what_was_known(tmp_path: Path) -> None:
    item = record(product("Hikvision Cameras", "Hikvision Cameras"), cveId="CVE-2017-7921", dateUpdated="2027-02-01")
    known = next(one for one in _newer(tmp_path, item).items if one.id == "CVE-2017-7921")
    assert len(known.affected) == 7
    assert known.as_of == date(2027, 2, 1)


def test_an_older_record_changes_nothing(tmp_path: Path) -> None:
    found = _newer(tmp_path, record(product("DS-2CD9xxx", "Build date before 270101")))  # of January 2026
    known = next(one for one in found.items if one.id == "CVE-2025-66177")
    assert len(known.affected) > 1


@pytest.mark.parametrize("name", [INSTALLED_KEV, f"{INSTALLED_CVE}/CVE-2027-1234.json"])
def test_a_damaged_file_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / INSTALLED_CVE).mkdir()
    (tmp_path / name).write_bytes(b"{")
    with pytest.raises(SignatureError, match="Delete it") as caught:
        load_advisories(newer=tmp_path)
    assert str(tmp_path / name) in str(caught.value)


def test_an_advisory_given_twice_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "advisories"
    folder.mkdir()
    source = Path(str(shipped())) / "advisories"
    for path in source.glob("*.toml"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "more.toml").write_bytes((source / "dahua.toml").read_bytes())
    with pytest.raises(SignatureError, match="in another file already"):
        load_advisories(tmp_path)


def test_a_vendor_of_many_things_counts_for_its_cameras_only() -> None:
    vendors = (Vendor(name="qnap", maker="qnap", products=("viostor",)), Vendor(name="dahua", maker="dahua"))
    assert vendor_of("QNAP", "VioStor NVR", vendors) is vendors[0]
    assert vendor_of("QNAP", "Photo Station", vendors) is None
    assert vendor_of("Dahua", "IP Camera Firmware", vendors) is vendors[1]
    assert vendor_of("Dahua Scale", "IP Camera Firmware", vendors) is None
