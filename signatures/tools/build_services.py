"""Builds signatures/services.toml from a table of known hosts (CSV: vendor, kind, value, proto, port, role, source).

Several values stand in one cell with | between them; numbered and bracketed forms are written out. A value that
cannot be read as a host, suffix, glob, port, address or network is left out and told on standard error, and so is a
port that the table itself marks as doubtful (8666?). Rows from memory are left out.

    python signatures/tools/build_services.py HOSTS.csv DATE > signatures/services.toml
"""  # noqa: INP001 - a script beside the data it builds, not a package

import csv
import json
import re  # noqa: TID251 - a build script over our own table, not over device text
import sys
from dataclasses import dataclass
from pathlib import Path

OPERATORS = {
    "hikvision": ("Hikvision", "hikvision"),
    "hikvision/ezviz": ("Hikvision (EZVIZ)", "hikvision"),
    "dahua": ("Dahua", "dahua"),
    "dahua/imou": ("Dahua (Imou)", "dahua"),
    "xiongmai": ("XiongMai", "xiongmai"),
    "uniview": ("Uniview", "uniview"),
    "tvt": ("TVT", "tvt"),
    "reolink": ("Reolink", "reolink"),
    "tplink/tapo": ("TP-Link (Tapo)", "tp-link"),
    "axis": ("Axis", "axis"),
    "bosch": ("Bosch", "bosch"),
    "yi/generic PPPP": ("PPPP (CS2 and others)", None),
    "dlink": ("D-Link", "d-link"),
    "edimax": ("Edimax", None),
    "generic": ("everybody", None),
}
"""The table's vendor: name of who runs the service, and our maker slug where we have one."""

OVERRIDES = {
    "pool.ntp.org": ("ntp", "public time service", None),
    "members.3322.org": ("ddns", "dynamic DNS", "3322.org"),
    "members.dyndns.org": ("ddns", "dynamic DNS", "Dyn"),
    "dynupdate.no-ip.com": ("ddns", "dynamic DNS", "No-IP"),
    "ntp1.dlink.com": ("ntp", "time service", "D-Link"),
    "signal.mydlink.com": ("vendor-cloud", "signalling", "D-Link"),
    "mp-eu-signal.auto.mydlink.com": ("vendor-cloud", "signalling", "D-Link"),
    "cellphonepush.quickddns.com": ("push", "push relay", "Dahua"),
    "stun.tplinkcloud.com": ("p2p", "STUN", "TP-Link (Tapo)"),
}
"""Values of rows that mix several things, or that everybody uses: category, role, operator."""

CATEGORIES = (
    ("third-party", ("resolvers", "CGNAT")),
    ("ntp", ("NTP",)),
    ("p2p", ("P2P", "STUN", "relay (TURN", "NAT1", "rendezvous")),
    ("ddns", ("DDNS",)),
    ("telemetry", ("telemetry", "upload;", "upload")),
    ("push", ("push",)),
    ("update", ("firmware/cloud",)),
)
"""The first whose word stands in the row's role; else vendor-cloud."""

HOST = re.compile(r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")
GLOB = re.compile(r"^[a-z0-9*-]+(\.[a-z0-9*-]+)+$")
NETWORK = re.compile(r"^[0-9.]+(/[0-9]+)?$")


@dataclass(frozen=True)
class Row:
    """One row of the catalogue."""

    operator: str
    maker: str | None
    match: str
    values: tuple[str, ...]
    transports: tuple[str, ...]
    ports: tuple[int, ...]
    category: str
    role: str
    source: str


def values_of(text: str) -> list[str]:
    """The values of one cell, brackets and counts written out."""
    text = re.sub(r"\s+\([^)]*\)", "", text)
    braces = re.search(r"(\S*)\{([^}]*)\}([^|]*)", text)
    if braces:
        written = "|".join(braces[1] + part + braces[3] for part in braces[2].split("|"))
        text = text.replace(braces[0], written)
    found = []
    for value in text.split("|"):
        several = re.fullmatch(r"([a-z0-9]+)(\.[a-z0-9.-]+?)\.\.\1(\d+)\2", value)
        optional = re.fullmatch(r"(\S*)\(([a-z]+)\)(\S*)", value)
        if several:
            found += [f"{several[1]}{number or ''}{several[2]}" for number in [0, *range(1, int(several[3]) + 1)]]
        elif optional:
            found += [optional[1] + optional[3], optional[1] + optional[2] + optional[3]]
        else:
            found.append(value.replace("NNN", "*"))
    return found


def ports_of(text: str, complain: list[str]) -> tuple[int, ...]:
    """Every port of one cell; doubtful ones (8666?) are left out."""
    found = []
    for part in re.split(r"[|/]", re.sub(r"\([^)]*\)", "", text)):
        word = part.split()[0] if part.split() else ""
        if word.isdigit():
            found.append(int(word))
        elif word:
            complain.append(f"port {word}")
    return tuple(found)


def kind_of(kind: str, value: str) -> str | None:
    """How a value is matched, or None where it cannot be."""
    if value == "*":
        return "port"
    if NETWORK.match(value):
        return "network" if "/" in value else "address"
    if HOST.match(value):
        return "suffix" if kind == "suffix" else "host"
    return "glob" if GLOB.match(value) and "*" in value else None


def convert(path: Path) -> tuple[list[Row], list[str]]:
    """The catalogue's rows, and what was left out and why."""
    rows: list[Row] = []
    left_out: list[str] = []
    with path.open(encoding="utf-8", newline="") as stream:
        for number, given in enumerate(csv.DictReader(stream), 2):
            operator, maker = OPERATORS[given["vendor"]]
            complain: list[str] = []
            ports = ports_of(given["port"], complain)
            transports = tuple(part for part in ("tcp", "udp") if part in given["proto"])
            category = next(
                (name for name, words in CATEGORIES if any(word in given["role"] for word in words)), "vendor-cloud"
            )
            by_kind: dict[tuple[str, str, str, str], list[str]] = {}
            for value in values_of(given["value"]):
                matched = kind_of(given["kind"], value)
                if matched is None:
                    complain.append(f"value {value}")
                    continue
                if "unverified" in given["source"] and not value.endswith("pool.ntp.org"):
                    complain.append(f"value {value} (from memory)")
                    continue
                if value.endswith("pool.ntp.org"):
                    group = (matched, "ntp", "public time service", "the NTP Pool")
                elif value in OVERRIDES:
                    special, role, runs = OVERRIDES[value]
                    group = (matched, special, role, runs or operator)
                else:
                    group = (matched, category, given["role"], operator)
                by_kind.setdefault(group, []).append(value)
            for (matched, special, role, runs), values in by_kind.items():
                own = maker if runs.split(" ")[0] == operator.split(" ")[0] and matched != "address" else None
                source = (
                    "ntppool.org"
                    if "unverified" in given["source"]
                    else given["source"].replace("same;", "seanblanchfield.com;", 1)
                )
                row = Row(runs, own, matched, tuple(values), transports, ports, special, role, source)
                if not any(
                    row.values == other.values and row.match == other.match for other in rows if special == "ntp"
                ):
                    rows.append(row)
            left_out += [f"row {number}: {what}" for what in complain]
    return rows, left_out


def main(path: Path, date: str) -> int:
    """Writes the catalogue to standard output, what was left out to standard error."""
    rows, left_out = convert(path)
    write = sys.stdout.write
    write("# Services that cameras are known to call. Built by tools/build_services.py: do not edit.\n")
    write(f"# {len(left_out)} doubtful or unreadable entries of the table were left out.\n\ndate = {date}\n")
    for row in rows:
        write("\n[[service]]\n")
        pairs: dict[str, object] = {"operator": row.operator, "maker": row.maker, "match": row.match}
        if row.match != "port":
            pairs["values"] = list(row.values)
        pairs |= {"transports": list(row.transports), "ports": list(row.ports)}
        pairs |= {"category": row.category, "role": row.role, "source": row.source}
        for key, value in pairs.items():
            if value:
                write(f"{key} = {json.dumps(value, ensure_ascii=False)}\n")
    for line in left_out:
        sys.stderr.write(f"left out: {line}\n")
    sys.stderr.write(f"{len(rows)} rows, {sum(len(row.values) for row in rows)} values, {len(left_out)} left out\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
