"""Builds signatures/advisories/kev.toml from CISA's catalogue of known exploited vulnerabilities (KEV, JSON).

Entries about makers in vendors.toml are taken, unless another file of that folder has the weakness with its models and
versions already. What was left out is counted on standard error.

    python signatures/tools/build_kev.py known_exploited_vulnerabilities.json > signatures/advisories/kev.toml
"""  # noqa: INP001 - a script beside the data it builds, not a package

import json
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from camscan.identify.advisory_data import from_kev
from camscan.identify.advisory_table import AdvisoryFile, VendorFile
from camscan.identify.kev import KevCatalogue, parse_kev
from camscan.identify.tables import read_table

TOOLS = Path(__file__).parent
FOLDER = TOOLS.parent / "advisories"


def main(source: Path) -> int:
    """Writes the file to standard output and what was left out to standard error."""
    raw = source.read_bytes()
    content = json.loads(raw)
    if "vulnerabilities" not in content and "rows" in content:  # an excerpt under another name
        raw = json.dumps({"catalogVersion": content["catalogVersion"], "vulnerabilities": content["rows"]}).encode()
    catalogue = parse_kev(raw)
    sys.stdout.write(_file(catalogue, Counter()))
    return 0


def _file(catalogue: KevCatalogue, left_out: Counter[str]) -> str:
    vendors = read_table(FOLDER / "vendors.toml", "vendors.toml", VendorFile).vendor
    narrow = {
        row["id"]: row for row in tomllib.loads((TOOLS / "kev_models.toml").read_text(encoding="utf-8"))["product"]
    }
    elsewhere = {
        item.id
        for path in FOLDER.glob("*.toml")
        if path.name not in {"vendors.toml", "kev.toml"}
        for item in read_table(path, path.name, AdvisoryFile).advisory
    }
    lines = [
        "# Weaknesses that CISA lists as exploited. Built by tools/build_kev.py: do not edit.",
        f"as_of = {catalogue.as_of.isoformat()}",
        'source = "CISA Known Exploited Vulnerabilities"',
    ]
    taken = {item.id: item for item in from_kev(catalogue, vendors)}
    for entry in catalogue.entries:
        item = taken.get(entry.id)
        if item is None:
            left_out[f"not a device of a maker of ours: {entry.vendor} {entry.product}"] += 1
        elif item.id in elsewhere:
            left_out[f"in another file with its models already: {item.id}"] += 1
        else:
            row: dict[str, Any] = item.model_dump(mode="json", exclude_defaults=True, exclude={"kev", "as_of"})
            if item.id in narrow:
                del row["unknown"]
            lines += ["", "[[advisory]]", *(f"{key} = {_quoted(value)}" for key, value in row.items())]
            lines.append(f"kev = {entry.added.isoformat()}")
            if item.id in narrow:
                pairs = ((key, value) for key, value in narrow[item.id].items() if key != "id")
                lines.append("affected = [{ " + ", ".join(f"{key} = {_quoted(value)}" for key, value in pairs) + " }]")
    left_out["entry that cannot be read"] += catalogue.rejected
    for reason, count in sorted(left_out.items()):
        if count:
            sys.stderr.write(f"left out: {count} x {reason}\n")
    return "\n".join(lines) + "\n"


def _quoted(value: Any) -> str:
    if isinstance(value, str) and "\\" in value and "'" not in value:
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
