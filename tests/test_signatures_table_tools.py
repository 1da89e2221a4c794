"""The scripts that build the tables beside the signatures: what they take, and what they leave out and count."""

import importlib.util
import json
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
from test_identify_kev import ROW, catalogue

from camscan.identify.advisory_table import AdvisoryFile
from camscan.identify.analytics import load_analytics
from camscan.identify.registrants import unpack
from camscan.identify.tables import parse_table

TOOLS = Path(__file__).resolve().parent.parent / "signatures" / "tools"


def _tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_lists_are_placed_by_rule_and_the_rest_is_counted() -> None:
    cover = {"match": "named", "entity": "Hikvision, Nobody We Know", "applies_since": "2022-01"}
    entry = {
        "id": "a-list",
        "jurisdiction": "UK",
        "name": "A list",
        "kind": "a kind",
        "status": "in force",
        "applies_to": "some",
        "covers": [cover, {"match": "debarment_list"}, {"match": "class", "entity": None, "text": "many"}],
        "sources": [{"url": "003_abc.txt", "date": "n.d.", "quality": "press", "source_read": True, "note": "A brief"}],
    }
    rules = {
        "list": [{"id": "a-list", "places": ["uk"], "binds": "nobody"}, {"id": "left", "why": "not of makers"}],
        "entity": [{"name": "Hikvision", "maker": "hikvision"}],
    }
    left_out: Counter[str] = Counter()
    collection = {"as_of": "2026-11-21", "lists": [entry, {**entry, "id": "left"}, {**entry, "id": "new"}]}
    (made,) = tomllib.loads("\n".join(_tool("build_lists").convert(collection, rules, left_out)))["list"]
    assert [item.get("maker") for item in made["covers"]] == ["hikvision", None]
    assert made["source"] == [{"citation": "A brief", "date": "n.d.", "quality": "press", "read": True}]
    assert left_out == {
        "entity without a rule: Nobody We Know": 1,
        "entry of kind 'debarment_list', which names nobody": 1,
        "list left: not of makers": 1,
        "list without a rule: new": 1,
        "name of a source that is no citation (its note is kept as one)": 1,
    }


def test_brands_of_low_confidence_and_without_a_rule_for_denial_are_counted() -> None:
    entry = {
        "brand": "Some Brand / Other (UK)",
        "maker": "Dahua",
        "relation": "former_subsidiary",
        "status": "partial",
        "lines": "some",
        "confidence": "high",
        "evidence": "press",
        "note": "",
        "source": "a source",
        "source_date": "n.d.",
    }
    collection = {
        "as_of": "2026-11-21",
        "entries": [entry, {**entry, "confidence": "unverified"}, {**entry, "maker": "unknown"}],
        "deny": [{"brand": "Nobody", "why": "no reason", "source": "a source"}],
        "asked_but_no_source": ["A", "B"],
    }
    left_out: Counter[str] = Counter()
    made = tomllib.loads("\n".join(_tool("build_brands").convert(collection, {"row": [], "deny": []}, left_out)))
    assert [row["brands"] for row in made["lead"]] == [["some-brand", "other"]]
    assert made["lead"][0]["relation"] == "former-subsidiary"
    assert left_out == {
        "row of confidence unverified": 1,
        "Some Brand / Other (UK): no maker of ours": 1,
        "deny row without a rule: Nobody": 1,
        "name that was asked for and has no source": 2,
    }


def test_series_without_verification_are_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = {
        "series_regex": "^DS-2CD9",
        "maker": "Hikvision (line)",
        "series": "a series",
        "analytics": ["face_recognition"],
        "source": "a source",
        "confidence": "medium",
    }
    (tmp_path / "series.json").write_text(
        json.dumps(
            {"as_of": "2026-11-21", "entries": [row, {**row, "confidence": "unverified"}, {**row, "maker": "X"}]}
        )
    )
    assert _tool("build_analytics").main(tmp_path / "series.json") == 0
    out = capsys.readouterr()
    (tmp_path / "analytics.toml").write_text(out.out)
    assert [rule.features for rule in load_analytics(tmp_path).series] == [("face-recognition",)]
    assert "1 x row of confidence unverified" in out.err
    assert "1 x row of no maker of ours: X" in out.err


def test_the_catalogue_of_exploited_weaknesses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        ROW,
        {**ROW, "cveID": "CVE-2021-40407", "vendorProject": "Reolink", "product": "RLC-410W IP Camera"},
        {**ROW, "cveID": "CVE-2020-1631", "vendorProject": "Juniper", "product": "Junos OS"},
    ]
    (tmp_path / "kev.json").write_bytes(catalogue(rows))
    assert _tool("build_kev").main(tmp_path / "kev.json") == 0
    out = capsys.readouterr()
    (item,) = parse_table(out.out.encode(), "kev.toml", AdvisoryFile).advisory
    assert (item.maker, item.affected[0].models) == ("reolink", ("RLC-410W*",))
    assert "in another file with its models already: CVE-2021-36260" in out.err
    assert "not a device of a maker of ours: Juniper Junos OS" in out.err


def test_the_registry_keeps_blocks_and_names_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "# a comment\n00:00:00\t00:00:00\tOfficially Xerox, but 0:0:0:0:0:0 is more common\n"
        "44:19:B6\tHangzhouHikv\tHangzhou Hikvision\n40:2C:76:10:00:00/28\tScale\tShanghai Dahua Scale Factory\n"
        "70:B3:D5:7A:B0:00/36\tMicrogate\tMicrogate Srl\n01:00:5E\tIPv4mcast\tA group\n02:07:01\tLocal\tLocal\n"
        "00:00:5E:00:53:00/40\tOther\tAnother width\n"
    )
    tool = _tool("build_registrants")
    (tmp_path / "tools").mkdir()
    (tmp_path / "manuf").write_text(text)
    monkeypatch.setattr(tool, "__file__", str(tmp_path / "tools" / "build_registrants.py"))
    assert tool.main(tmp_path / "manuf", date(2026, 10, 24)) == 0
    lines, day = unpack((tmp_path / "registrants.tsv.gz").read_bytes(), "x")
    assert day == date(2026, 10, 24)
    assert [line.decode() for line in lines] == [
        "402C761\tShanghai Dahua Scale Factory",
        "4419B6\tHangzhou Hikvision",
        "70B3D57AB\tMicrogate Srl",
    ]
