"""Finding the line of a TOML file that an error is about."""

import pytest

from camscan.scope_lines import line_of

TEXT = """\
[authorisation]
organisation = "Example"  # name = "x"

[[site]]
name = "A"
networks = [
  "10.1.0.0/24",
  "10.9.0.0/8",
]
[site.expects]
dns = ["10.1.0.2"]
[[site.link]]
network = "10.1.0.0/24"

[[ site ]]
"name" = "B"
networks = ["10.2.0.0/8"]
[site.expects]
dns = ["nothing"]

[limits]
extra_ports = [1, 2, 70000]
"""


@pytest.mark.parametrize(
    ("place", "number", "line"),
    [
        (("authorisation", "organisation"), 2, 'organisation = "Example"  # name = "x"'),
        (("site", 0, "name"), 5, 'name = "A"'),
        (("site", 0, "networks", 1), 6, "networks = ["),
        (("site", 1, "name"), 16, '"name" = "B"'),
        (("site", 1, "networks", 0), 17, 'networks = ["10.2.0.0/8"]'),
        (("site", 0, "expects", "dns", 0), 11, 'dns = ["10.1.0.2"]'),
        (("site", 1, "expects", "dns", 0), 19, 'dns = ["nothing"]'),
        (("limits", "extra_ports", 2), 22, "extra_ports = [1, 2, 70000]"),
    ],
)
def test_finds_the_key(place: tuple[str | int, ...], number: int, line: str) -> None:
    assert line_of(TEXT, place) == (number, line)


@pytest.mark.parametrize(
    ("place", "number"),
    [
        (("authorisation", "expires"), 1),
        (("site", 1), 15),
        (("site", 0, "colour"), 4),
        (("site", 1, "colour"), 15),
        (("limits", "profile"), 21),
    ],
)
def test_falls_back_to_the_table_of_a_missing_key(place: tuple[str | int, ...], number: int) -> None:
    assert line_of(TEXT, place)[0] == number


@pytest.mark.parametrize("place", [(), ("nowhere",), ("site", 7), ("nowhere", "at", "all")])
def test_says_nothing_where_there_is_nothing(place: tuple[str | int, ...]) -> None:
    assert line_of(TEXT, place) == (0, "")


def test_takes_any_text() -> None:
    assert line_of("", ("site", 0)) == (0, "")
    assert line_of("[[\n]]\n[\n=\n", ("site", 0, "name")) == (0, "")
