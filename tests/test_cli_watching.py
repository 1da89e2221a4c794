from pathlib import Path

import pytest
from cli_tools import camscan, scope_of

from camscan.cli.watching import seconds
from camscan.errors import UsageError


@pytest.mark.parametrize(("text", "length"), [("90s", 90), ("10m", 600), ("1h", 3_600), ("2d", 172_800)])
def test_lengths_of_time(text: str, length: float) -> None:
    assert seconds(text) == length


@pytest.mark.parametrize("text", ["", "h", "1", "-1h", "1.5h", "1 h", "0m", "9999999d", "\u0661h", "1H", "1w"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"Write for example 90s, 10m, 1h or 2d\."):
        seconds(text)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--every", "5s"], "a period lasts from 10 seconds to one day"),
        (["--every", "2d"], "a period lasts from 10 seconds to one day"),
        (["--every", "soon"], "is no length of time"),
        (["--format", "csv"], "A watch gives no CSV"),
        (["--device", "camera"], "is not an address"),
        (["--device", "10.1.0.20"], "There is no interface eth99 here. Those of this machine:"),
        (["--all"], "--all needs a scope file"),
    ],
)
def test_what_cannot_be_watched_is_told_beforehand(arguments: list[str], words: str, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    scope = ["--scope", str(tmp_path / "none.toml"), "--folder", str(folder)]
    ran = camscan("egress", "watch", "-i", "eth99", *arguments, *scope)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err.replace("\n", " ").replace("  ", " ")
    assert not folder.exists()


def test_an_empty_inventory_leaves_nothing_to_watch(tmp_path: Path) -> None:
    ran = camscan("egress", "watch", "-i", "lo", "--scope", scope_of(tmp_path))
    assert ran.code == 2
    assert "inventory" in ran.err or "no device to judge" in ran.err
