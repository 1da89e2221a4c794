"""How fast a Zeek conn.log is judged: rows a second and memory, beside DuckDB alone and a plain read of the lines
in the same run.

DuckDB alone reads the same columns of the same file, keeps the cameras' rows and groups them, without the numbers of
the records and without looking whether a line is damaged.

python benchmarks/egress_zeek.py [MILLIONS OF ROWS] [FOLDER]
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from ipaddress import IPv4Address
from pathlib import Path

from camscan.device import Device

CAMERAS = 200
FIELDS = (
    "ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "service", "duration", "orig_bytes",
    "resp_bytes", "conn_state", "local_orig", "local_resp", "missed_bytes", "history", "orig_pkts", "orig_ip_bytes",
    "resp_pkts", "resp_ip_bytes", "tunnel_parents",
)  # fmt: skip


def write_log(path: Path, rows: int) -> None:
    """One row in ten is a camera's, as on a network that it shares with an office."""
    chance = random.Random(7)  # noqa: S311 - reproducible traffic, no secret
    tails = []
    for number in range(20_000):
        camera = number % 10 == 0
        host = f"10.1.1.{1 + number // 10 % CAMERAS}" if camera else f"10.2.{number % 64}.{number % 250 + 1}"
        peer = f"203.0.113.{chance.randrange(250)}"
        state = chance.choice(("SF", "SF", "S0", "REJ", "RSTO"))
        tails.append(
            f"C{number:06}abcdefghij\t{host}\t{chance.randrange(30_000, 60_000)}\t{peer}\t443\ttcp\tssl\t1.25"
            f"\t{number}\t900\t{state}\tT\tF\t0\tShADadFf\t12\t3456\t14\t7890\t-\n"
        )
    with path.open("w", encoding="ascii") as out:
        out.write("#separator \\x09\n#set_separator\t,\n#path\tconn\n#fields\t" + "\t".join(FIELDS) + "\n")
        for start in range(0, rows, 10_000):
            clock = 1_795_000_000 + start / 1_000
            lines = chance.choices(tails, k=10_000)
            out.write("".join(f"{clock + place / 10_000:.6f}\t{line}" for place, line in enumerate(lines)))


def measure(path: Path) -> dict[str, float]:
    """Judges the log in this process."""
    from camscan.egress.check import check

    devices = [Device(ip=IPv4Address(f"10.1.1.{number + 1}")) for number in range(CAMERAS)]
    began = time.perf_counter()
    report = check([path], devices)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "rows": report.inputs[0].records, "peak_mb": peak, "seen": len(report.seen)}


def duckdb_alone(path: Path) -> dict[str, float]:
    """The same groups by DuckDB alone, with both processors."""
    import duckdb

    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(FIELDS)))
    began = time.perf_counter()
    with duckdb.connect(config={"threads": 2, "memory_limit": "400MB"}) as connection:
        connection.execute("CREATE TABLE known AS SELECT '10.1.1.' || i AS address FROM range(1, 201) AS t (i)")
        groups = connection.execute(
            f"""SELECT c2, c4, c6, c5, c11, COUNT(*), MIN(TRY_CAST(c0 AS DOUBLE)),
                MAX(TRY_CAST(c0 AS DOUBLE) + COALESCE(TRY_CAST(c8 AS DOUBLE), 0)),
                SUM(TRY_CAST(c9 AS BIGINT)), SUM(TRY_CAST(c10 AS BIGINT))
            FROM read_csv('{path}', columns = {{{columns}}}, delim = '\t', quote = '', escape = '', header = false,
                skip = 4, auto_detect = false)
            WHERE c2 IN (SELECT address FROM known) OR c4 IN (SELECT address FROM known)
            GROUP BY ALL"""  # noqa: S608 - a path that this benchmark made
        ).fetchall()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": time.perf_counter() - began, "groups": len(groups), "peak_mb": peak}


def best(way: str, path: Path) -> dict[str, float]:
    """The fastest of three runs, each in a process of its own."""
    command = [sys.executable, __file__, way, str(path)]
    runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(3)]
    return min(runs, key=lambda run: run["seconds"])


WAYS = {"--measure": measure, "--alone": duckdb_alone}


def main(arguments: list[str]) -> int:
    """Writes the log, measures, prints the best of three."""
    if arguments[:1] and arguments[0] in WAYS:
        print(json.dumps(WAYS[arguments[0]](Path(arguments[1]))))
        return 0
    rows = int(float(arguments[0] if arguments else "50") * 1_000_000)
    with tempfile.TemporaryDirectory(dir=arguments[1] if len(arguments) > 1 else None) as folder:
        path = Path(folder) / "conn.log"
        write_log(path, rows)
        began = time.perf_counter()
        with path.open("rb") as stream:
            lines = sum(1 for _ in stream)
        plain = time.perf_counter() - began
        judged, alone = best("--measure", path), best("--alone", path)
        size = path.stat().st_size
    rate, other = (rows / run["seconds"] / 1e6 for run in (judged, alone))
    print(f"{judged['rows']:,.0f} rows, {size / 1e9:.2f} GB, {judged['seen']:.0f} cameras seen")
    print(f"judged in {judged['seconds']:.2f} s: {rate:.2f} million rows/s, peak {judged['peak_mb']:.0f} MB")
    print(f"DuckDB alone {alone['seconds']:.2f} s: {other:.2f} million rows/s, peak {alone['peak_mb']:.0f} MB")
    print(f"judging goes at {rate / other:.2f} of DuckDB's pace")
    print(
        f"{lines:,} lines merely counted in {plain:.2f} s: judging takes {judged['seconds'] / plain:.1f} times as long"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
