import pytest

from camscan.egress.readers.syslog import split


@pytest.mark.parametrize(
    ("line", "when"),
    [
        ("Nov 21 10:00:00 fw filterlog[12]: a,b", "Nov 21 10:00:00"),
        ("Nov  1 10:00:00 filterlog[12]: a,b", "Nov 1 10:00:00"),
        ("<134>Nov 21 10:00:00 fw filterlog: a,b", "Nov 21 10:00:00"),
        ("<134>1 2026-11-21T10:00:00.5+00:00 fw filterlog 12 - - a,b", "2026-11-21T10:00:00.5+00:00"),
        ("2026-11-21T10:00:00Z fw filterlog[12]: a,b", "2026-11-21T10:00:00Z"),
        ("2026-11-21 10:00:00 fw filterlog[12]: a,b", "2026-11-21 10:00:00"),
    ],
)
def test_time_and_message_are_parted(line: str, when: str) -> None:
    assert split(line, "filterlog") == (when, "a,b")


@pytest.mark.parametrize(
    "line", ["", "Nov 21 10:00:00 fw sshd[1]: hello", "filterlog", "filterlog[1]: a", "x" * 300 + "filterlog: a"]
)
def test_lines_of_others_are_none(line: str) -> None:
    assert split(line, "filterlog") is None
