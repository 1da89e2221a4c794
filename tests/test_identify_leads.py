"""Leads from a brand: questions, never verdicts, and overridden by what the device says."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judged import device, sign

from camscan.device import Kind, Strength, Verdict
from camscan.errors import SignatureError
from camscan.identify.leads import Lead, leads, load_leads

TABLE = load_leads()


def _makers(brand: str, model: str | None = None, kind: Kind = Kind.CAMERA) -> list[str]:
    return [lead.maker for lead in leads(device(None, brand=brand, model=model, kind=kind), TABLE)]


def _one(brand: str, model: str | None = None, kind: Kind = Kind.CAMERA) -> Lead:
    (lead,) = leads(device(None, brand=brand, model=model, kind=kind), TABLE)
    return lead


def test_a_brand_raises_a_question() -> None:
    lead = _one("lorex")
    assert lead.maker == "dahua"
    assert lead.sentence == "Devices sold as Lorex may be made by Dahua; decide by hand whether this is one."
    assert lead.source
    assert lead.as_of == TABLE.as_of


@pytest.mark.parametrize(
    ("brand", "model", "kind", "expected"),
    [
        ("lts", "CMIP1122-28", Kind.CAMERA, ["hikvision"]),
        ("lts", "VSIP3552FWM", Kind.CAMERA, []),
        ("lts", None, Kind.CAMERA, ["hikvision", "hikvision"]),  # two lines, which one is not known
        ("gss", "NC344", Kind.CAMERA, ["hikvision"]),
        ("gss", "IPC-224", Kind.CAMERA, ["dahua"]),
        ("advidia", "M-46-FW", Kind.CAMERA, ["uniview"]),
        ("advidia", "A-37W", Kind.CAMERA, ["hikvision"]),
        ("lorex", "LNB2153", Kind.CAMERA, []),  # said to be of another maker
        ("honeywell", "H4W2PER2", Kind.CAMERA, ["dahua"]),
        ("honeywell", "HC30W45R2", Kind.CAMERA, []),  # denied
        ("bosch", "NBE-3502-AL", Kind.CAMERA, []),  # denied
        ("bosch", None, Kind.RECORDER, ["dahua"]),  # DIVAR
        ("kenik", None, Kind.RECORDER, ["xiongmai"]),
        ("kenik", None, Kind.CAMERA, []),
        ("sannce", "N98PBM", Kind.RECORDER, []),
    ],
)
def test_a_line_limits_the_question(brand: str, model: str | None, kind: Kind, expected: list[str]) -> None:
    assert _makers(brand, model, kind) == expected


@pytest.mark.parametrize(
    "brand",
    ["axis", "hanwha", "wisenet", "tiandy", "reolink", "vigi", "panasonic", "indigovision", "comelit", "genie",
     "360-vision", "redvision", "matrix", "revo", "milestone", "altoros", "netcamcenter"],
)  # fmt: skip
def test_a_denied_brand_raises_none(brand: str) -> None:
    for kind in Kind:
        assert _makers(brand, None, kind) == []


@pytest.mark.parametrize(
    "brand", ["safire", "spro", "provision-isr", "gw-security", "concept-pro", "haikon", "trendnet"]
)
def test_a_row_without_a_source_or_of_low_confidence_is_not_there(brand: str) -> None:
    assert _makers(brand) == []


def test_rows_that_contradict_each_other_show_it() -> None:
    found = leads(device(None, brand="alibi", kind=Kind.CAMERA), TABLE)
    assert {lead.maker for lead in found} == {"hikvision", "uniview"}
    assert all(lead.conflict for lead in found)


def test_what_a_source_contradicts_is_shown() -> None:
    assert _one("swann").conflict == "official manuals show another path"


def test_a_line_that_no_model_name_tells_is_shown_as_an_exception() -> None:
    assert _one("speco", None, Kind.RECORDER).exceptions == ("Speco Blue and ONSIP: not the Dahua lines",)


def test_a_family_of_recorders_is_not_said_to_be_one_makers() -> None:
    assert "may be of the XiongMai type of recorder" in _one("qvis", None, Kind.RECORDER).sentence


@pytest.mark.parametrize("verdict", [Verdict.PROBABLE, Verdict.CONFIRMED])
@pytest.mark.parametrize("maker", ["dahua", "hikvision", "axis"])
def test_a_known_maker_needs_no_lead(maker: str, verdict: Verdict) -> None:
    assert leads(device(maker, verdict, brand="lorex", kind=Kind.CAMERA), TABLE) == ()


def test_a_suspicion_of_another_maker_takes_the_lead_away() -> None:
    assert leads(device("hanwha", Verdict.SUSPECTED, brand="lorex", kind=Kind.CAMERA), TABLE) == ()


def test_a_suspicion_of_the_same_maker_agrees() -> None:
    suspected = device(
        "dahua", Verdict.SUSPECTED, brand="lorex", kind=Kind.CAMERA, signs=(sign("maker", "dahua", "oui"),)
    )
    (lead,) = leads(suspected, TABLE)
    assert lead.agrees
    assert not _one("lorex").agrees


def test_no_brand_no_question() -> None:
    assert leads(device(None, kind=Kind.CAMERA), TABLE) == ()
    assert leads(device(None, brand="lorex", brand_verdict=Verdict.UNKNOWN, kind=Kind.CAMERA), TABLE) == ()


def test_a_mac_block_alone_makes_no_camera_of_a_thermostat() -> None:
    block = sign("brand", "honeywell", "oui")
    assert leads(device(None, brand="honeywell", signs=(block,)), TABLE) == ()
    page = sign("brand", "honeywell", "http", Strength.MEDIUM)
    assert leads(device(None, brand="honeywell", signs=(block, page)), TABLE) != ()
    assert leads(device(None, brand="honeywell", signs=(page,), kind=Kind.SWITCH), TABLE) == ()


def test_no_row_is_of_low_confidence_or_without_a_source() -> None:
    assert {row.confidence for row in TABLE.rows} == {"high", "medium"}
    assert all(row.source and row.lines for row in TABLE.rows)
    assert all(row.why and row.source for row in TABLE.denied)


def test_a_wrong_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "brands.toml").write_text(
        'as_of = 2026-11-21\n[[deny]]\nbrands = ["a"]\nmodels = "(?=x)"\nwhy = "b"\nsource = "c"\n[[lead]]\n'
    )
    with pytest.raises(SignatureError, match=r"brands\.toml:1"):
        load_leads(tmp_path)


@given(st.text(max_size=100))
def test_any_model_name_is_answered(model: str) -> None:
    for brand in ("honeywell", "lts", "gss", "amcrest", "bosch"):
        assert set(_makers(brand, model)) <= {"hikvision", "dahua"}
