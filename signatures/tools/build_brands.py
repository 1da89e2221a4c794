"""Builds signatures/brands.toml, the leads from brands to makers, from a collection of brands and brand_rules.toml.

The collection is JSON: ``as_of``, ``entries`` (brand, maker, relation, status, lines, confidence, evidence, note,
source, source_date, conflict) and ``deny`` (brand, why, source). Only rows of confidence high and medium are taken;
what is left out is counted on standard error.

    python signatures/tools/build_brands.py BRANDS.json > signatures/brands.toml
"""  # noqa: INP001 - a script beside the data it builds, not a package

import json
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

MAKERS = {
    "Hikvision": "hikvision",
    "Dahua": "dahua",
    "Uniview": "uniview",
    "TVT": "tvt",
    "XiongMai": "xiongmai",
    "XiongMai-type HiSilicon DVR": "xiongmai",
}
PLATFORM = "XiongMai-type HiSilicon DVR"
"""A family of recorders of one design rather than one maker: older recorders only."""

CONFIDENCES = frozenset({"high", "medium"})
LIMITS = ("models", "except", "kinds")


def main(source: Path) -> int:
    """Writes the table to standard output and what was left out to standard error. 1 where a deny row has no rule."""
    rules = tomllib.loads(Path(__file__).with_name("brand_rules.toml").read_text(encoding="utf-8"))
    collection = json.loads(source.read_text(encoding="utf-8"))
    left_out: Counter[str] = Counter()
    sys.stdout.write("\n".join(convert(collection, rules, left_out)) + "\n")
    for reason, count in sorted(left_out.items()):
        sys.stderr.write(f"left out: {count} x {reason}\n")
    return 1 if any(reason.startswith("deny row without a rule") for reason in left_out) else 0


def convert(collection: Mapping[str, Any], rules: Mapping[str, Any], left_out: Counter[str]) -> Iterator[str]:
    """The lines of the table. ``left_out`` counts what does not get into it, by reason."""
    rows = {rule["name"]: rule for rule in rules["row"]}
    denied = {rule["name"]: rule for rule in rules["deny"]}
    yield "# Which maker a brand may have its devices from: questions, never verdicts. Built by tools/build_brands.py."
    yield f"as_of = {collection['as_of']}"
    for entry in collection["entries"]:
        yield from _lead(entry, rows.get(entry["brand"], {}), left_out)
    for entry in collection["deny"]:
        if entry["brand"] not in denied:
            left_out[f"deny row without a rule: {entry['brand']}"] += 1
            continue
        rule = denied[entry["brand"]]
        row = {key: rule.get(key) for key in ("brands", "words", "models", "kinds")}
        yield from _table("deny", row | {"why": entry["why"], "source": entry["source"]})
    left_out["name that was asked for and has no source"] += len(collection.get("asked_but_no_source", ()))


def _lead(entry: Mapping[str, Any], rule: Mapping[str, Any], left_out: Counter[str]) -> Iterator[str]:
    if entry["confidence"] not in CONFIDENCES:
        left_out[f"row of confidence {entry['confidence']}"] += 1
        return
    if "why" in rule or entry["maker"] not in MAKERS:
        left_out[f"{entry['brand']}: {rule.get('why', 'no maker of ours')}"] += 1
        return
    is_platform = entry["maker"] == PLATFORM
    row = {
        "name": entry["brand"],
        "brands": rule.get("brands", _slugs(entry["brand"])),
        "maker": MAKERS[entry["maker"]],
        "maker_name": "XiongMai" if is_platform else entry["maker"],
        "platform": is_platform or None,
        "relation": entry["relation"].replace("_", "-"),
        "status": entry["status"],
        "lines": entry["lines"],
        **{key: rule.get(key) for key in LIMITS},
        "confidence": entry["confidence"],
        "evidence": entry["evidence"].replace("_", "-"),
        "note": entry["note"],
        "conflict": entry.get("conflict", "").removesuffix(", see next row"),
        "source": entry["source"],
        "source_date": entry["source_date"],
    }
    if is_platform and "kinds" not in rule:
        row["kinds"] = ["recorder"]
    yield from _table("lead", row)


def _slugs(name: str) -> list[str]:
    parts = (part.partition(" (")[0].strip().lower() for part in name.split(" / "))
    return ["".join(char if char.isalnum() else "-" for char in part) for part in parts]


def _table(name: str, row: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield f"[[{name}]]"
    for key, value in row.items():
        if value not in (None, "", "n.d."):
            yield f"{key} = {_quoted(value)}"


def _quoted(value: Any) -> str:
    if isinstance(value, str) and "\\" in value and "'" not in value:
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
