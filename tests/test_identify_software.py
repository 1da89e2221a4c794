"""Programs of camera makers by the names they have in lists."""

from pathlib import Path

import pytest

from camscan.errors import SignatureError
from camscan.identify.loader import load
from camscan.identify.software import SoftwareRole, load_software

CATALOGUE = load_software()


@pytest.mark.parametrize(
    ("name", "product", "role"),
    [
        ("iVMS-4200", "hikvision.ivms-4200", SoftwareRole.CLIENT),
        ("iVMS-4200 Client 3.10.0.6", "hikvision.ivms-4200", SoftwareRole.CLIENT),
        ("ivms4200", "hikvision.ivms-4200", SoftwareRole.CLIENT),
        ("iVMS-8700", "hikvision.ivms-8700", SoftwareRole.SERVER),
        ("HikCentral Professional", "hikvision.hikcentral", SoftwareRole.SERVER),
        ("HikCentral Professional Control Client", "hikvision.hikcentral-client", SoftwareRole.CLIENT),
        ("Hikvision iSecure Center", "hikvision.isecure-center", SoftwareRole.SERVER),
        ("SADP", "hikvision.sadp", SoftwareRole.TOOL),
        ("Hikvision SADP Tool V3.1", "hikvision.sadp", SoftwareRole.TOOL),
        ("SmartPSS", "dahua.smartpss", SoftwareRole.CLIENT),
        ("SmartPSS Lite", "dahua.smartpss", SoftwareRole.CLIENT),
        ("Smart PSS", "dahua.smartpss", SoftwareRole.CLIENT),
        ("DSS Express", "dahua.dss", SoftwareRole.SERVER),
        ("Dahua DSS Pro", "dahua.dss", SoftwareRole.SERVER),
        ("DSS Pro Client", "dahua.dss-client", SoftwareRole.CLIENT),
        ("DSS Client", "dahua.dss-client", SoftwareRole.CLIENT),
    ],
)
def test_a_program_of_a_camera_maker(name: str, product: str, role: SoftwareRole) -> None:
    found = CATALOGUE.find(name)
    assert found is not None
    assert (found.id, found.role) == (product, role)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Microsoft Office",
        "Milestone XProtect Smart Client",
        "AXIS Camera Station",
        "DSS",  # Digital Signature Standard and much else
        "DSSAT",
        "Decision Support System DSS Client",
        "SADPlayer",
        "My iVMS-4200 notes",
        "ICC Profile Inspector",
        "ConfigToolbox",
    ],
)
def test_other_programs(name: str) -> None:
    assert CATALOGUE.find(name) is None


def test_fingerprints_it_names_are_in_the_signatures() -> None:
    known = {item.signature.id for item in load().signatures}
    named = {identifier for product in CATALOGUE.products for identifier in product.fingerprint}
    assert named <= known


def test_every_product_has_a_source() -> None:
    assert all(product.source for product in CATALOGUE.products)


@pytest.mark.parametrize("pattern", ["(?=abcd)", "(?:abcd)?"])
def test_a_wrong_file_is_refused(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "software.toml").write_text(
        'as_of = 2026-11-21\n[[product]]\nid = "a.b"\nname = "bb"\nmaker = "a"\nrole = "tool"\nsource = "cc"\n'
        f'pattern = "{pattern}"\n'
    )
    with pytest.raises(SignatureError, match=r"software\.toml:1"):
        load_software(tmp_path)
