"""Builds signatures/places.zst: country and network owner of every address, from two open tables.

The tables are CSV files of the npm packages @ip-location-db/geo-whois-asn-country (CC0-1.0; NRO statistics, CC-BY-4.0)
and @ip-location-db/asn (CC-BY-4.0: RouteViews, DB-IP, NRO), unpacked. camscan/egress/places.py tells the form.

    python signatures/tools/build_places.py COUNTRY_FOLDER ASN_FOLDER DATE signatures/places.zst
"""  # noqa: INP001 - a script beside the data it builds, not a package

import csv
import json
import sys
from array import array
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import zstandard

ATTRIBUTION = "IP to network data: RouteViews and DB-IP (https://db-ip.com), CC BY 4.0; countries: NRO, CC BY 4.0"

Row = tuple[int, int, str]
Range = tuple[int, int, int]
"""First and last address (of IPv6 the upper 64 bits), and the number of the entry."""


def rows(path: Path, version: int) -> Iterator[tuple[int, int, list[str]]]:
    """First, last and the rest of each row."""
    shift = 0 if version == 4 else 64
    with path.open(encoding="utf-8", newline="") as stream:
        for start, end, *rest in csv.reader(stream):
            yield int(ip_address(start)) >> shift, int(ip_address(end)) >> shift, rest


def numbered(path: Path, version: int, known: dict[str, int]) -> list[Range]:
    """The ranges of a file; ``known`` gathers its entries. A range that begins within one before it is cut."""
    found: list[Range] = []
    for start, end, rest in rows(path, version):
        name = "\t".join(" ".join(part.split()) for part in rest)
        first = max(start, found[-1][1] + 1) if found else start
        if first <= end:
            found.append((first, end, known.setdefault(name, len(known) + 1)))
    return found


def merged(countries: list[Range], networks: list[Range]) -> Iterator[Range]:
    """(start, country, network) wherever one of the two changes; 0 where a table has no entry."""
    edges = sorted({edge for table in (countries, networks) for start, end, _ in table for edge in (start, end + 1)})
    places = [0, 0]
    before = (0, 0)
    for edge in edges:
        now = []
        for which, table in enumerate((countries, networks)):
            while places[which] < len(table) and table[places[which]][1] < edge:
                places[which] += 1
            held = table[places[which]] if places[which] < len(table) else (edge + 1, 0, 0)
            now.append(held[2] if held[0] <= edge else 0)
        if tuple(now) != before:
            before = (now[0], now[1])
            yield edge, *before


def main(country: Path, asn: Path, date: str, target: Path) -> int:
    """Writes the table and tells its size."""
    countries: dict[str, int] = {}
    networks: dict[str, int] = {}
    columns: list[array[int]] = []
    counts = []
    for version, form in ((4, "I"), (6, "Q")):
        lands = numbered(country / f"geo-whois-asn-country-ipv{version}.csv", version, countries)
        owners = numbered(asn / f"asn-ipv{version}.csv", version, networks)
        starts, of_country, of_network = array(form), array("B"), array("I")
        top = 1 << (32 if version == 4 else 64)
        for start, land, owner in merged(lands, owners):
            if start < top:
                starts.append(start)
                of_country.append(land)
                of_network.append(owner)
        columns += [starts, of_country, of_network]
        counts.append(len(starts))
    head = {"date": date, "attribution": ATTRIBUTION, "counts": counts, "countries": list(countries)}
    if sys.byteorder == "big":
        for column in columns:
            column.byteswap()
    names = "\n".join(networks).encode()
    body = json.dumps(head).encode() + b"\n" + b"".join(column.tobytes() for column in columns) + names
    target.write_bytes(zstandard.ZstdCompressor(level=19).compress(body))
    sys.stderr.write(f"{counts} ranges, {len(networks)} networks, {target.stat().st_size / 1e6:.1f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4])))
