"""benchmarks/accuracy.py runs, and its parts are all there."""

import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parent.parent / "benchmarks" / "accuracy.py"


def test_it_prints_every_part_and_finds_nobody_accused() -> None:
    done = subprocess.run([sys.executable, BENCHMARK], capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    parts = [line for line in done.stdout.splitlines() if line.startswith("===")]
    assert len(parts) == 3
    for title in ("One answer alone, without its source", "With the owner's credentials", "by the strength of a sign"):
        assert title in done.stdout
