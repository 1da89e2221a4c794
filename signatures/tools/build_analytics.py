"""Builds the series part of signatures/analytics.toml from a list of series rules.

The list is JSON: ``as_of`` and ``entries`` (series_regex, maker, series, analytics, source, confidence, note). Rows of
confidence high and medium are taken, the others are counted on standard error. What a device says itself stands in
analytics_heard.toml beside this script and is copied before it.

    python signatures/tools/build_analytics.py SERIES.json > signatures/analytics.toml
"""  # noqa: INP001 - a script beside the data it builds, not a package

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

MAKERS = {
    "Hikvision": "hikvision",
    "Dahua": "dahua",
    "Uniview": "uniview",
    "Tiandy": "tiandy",
    "Jovision": "jovision",
}
CONFIDENCES = frozenset({"high", "medium"})


def main(source: Path) -> int:
    """Writes the table to standard output and what was left out to standard error."""
    collection = json.loads(source.read_text(encoding="utf-8"))
    heard = Path(__file__).with_name("analytics_heard.toml").read_text(encoding="utf-8")
    left_out: Counter[str] = Counter()
    sys.stdout.write("# What a device can analyse. Built by tools/build_analytics.py: do not edit.\n")
    sys.stdout.write(f"as_of = {collection['as_of']}\n\n{heard.rstrip()}\n")
    sys.stdout.write("\n".join(convert(collection, left_out)) + "\n")
    for reason, count in sorted(left_out.items()):
        sys.stderr.write(f"left out: {count} x {reason}\n")
    return 0


def convert(collection: Mapping[str, Any], left_out: Counter[str]) -> Iterator[str]:
    """The lines of the series part. ``left_out`` counts what does not get into it, by reason."""
    for entry in collection["entries"]:
        maker = MAKERS.get(entry["maker"].partition(" (")[0])
        if entry["confidence"] not in CONFIDENCES:
            left_out[f"row of confidence {entry['confidence']}"] += 1
        elif maker is None:
            left_out[f"row of no maker of ours: {entry['maker']}"] += 1
        else:
            row = {
                "maker": maker,
                "pattern": entry["series_regex"],
                "series": entry["series"],
                "features": [name.replace("_", "-") for name in entry["analytics"]],
                "confidence": entry["confidence"],
                "note": entry.get("note"),
                "source": entry["source"],
            }
            yield ""
            yield "[[series]]"
            yield from (f"{key} = {_quoted(value)}" for key, value in row.items() if value)


def _quoted(value: Any) -> str:
    if isinstance(value, str) and "\\" in value and "'" not in value:
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
