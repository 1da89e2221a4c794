"""Tables beside the signatures: read, checked, refused with file and reason."""

from pathlib import Path

import pytest

from camscan.errors import SignatureError
from camscan.identify.tables import TABLE_LIMIT, Row, parse_table, read_table


class _Sample(Row):
    name: str
    count: int = 0


def test_a_table_is_read(tmp_path: Path) -> None:
    (tmp_path / "sample.toml").write_text('name = " a "\ncount = 2\n', encoding="utf-8")
    assert read_table(tmp_path / "sample.toml", "sample.toml", _Sample) == _Sample(name="a", count=2)


@pytest.mark.parametrize(
    ("content", "where", "reason"),
    [
        (b'name = "a"\nother = 1\n', "sample.toml:1", "other"),
        (b"count = 1\n", "sample.toml:1", "name"),
        (b'name = "a\n', "sample.toml:1", "not valid TOML"),
        (b"# one\n# two\nname = '\xff'\n", "sample.toml:3", "not UTF-8"),
        (b"a" * (TABLE_LIMIT + 1), "sample.toml:1", "larger than"),
        (b"x = " + b"[" * 5_000, "sample.toml:1", "not valid TOML"),
    ],
)
def test_a_wrong_table_is_refused_with_file_and_reason(content: bytes, where: str, reason: str) -> None:
    with pytest.raises(SignatureError, match=reason) as caught:
        parse_table(content, "sample.toml", _Sample)
    assert caught.value.where == where


def test_a_table_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(SignatureError, match="cannot be read"):
        read_table(tmp_path / "none.toml", "none.toml", _Sample)
