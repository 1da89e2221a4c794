"""camscan signatures: the shipped set holds, and a wrong one is told with its place."""

from pathlib import Path

from cli_tools import camscan

OWN = """
[[signature]]
id = "own.example"
strength = "weak"
points_to = {{ maker = "axis" }}
reason = "our own cameras say so"
all = [{{ field = "http.title", equals = "Our camera" }}]
source = "our own test"
date = 2026-11-21
examples = [{{ "http.title" = "{title}" }}]
"""


def own(folder: Path, title: str) -> Path:
    (folder / "own.toml").write_text(OWN.format(title=title), encoding="utf-8")
    return folder


def test_the_shipped_set_holds() -> None:
    ran = camscan("signatures", "check")
    assert (ran.code, ran.err) == (0, "")
    assert "examples: all hold. Set sha256:" in ran.out


def test_the_owners_own_signatures_are_checked_with_them(tmp_path: Path) -> None:
    ran = camscan("signatures", "check", "--own", own(tmp_path, "Our camera"))
    assert (ran.code, ran.err) == (0, "")
    assert "own.example" in camscan("signatures", "list", "--own", tmp_path).out


def test_an_example_that_does_not_match_is_told_with_file_and_line(tmp_path: Path) -> None:
    ran = camscan("signatures", "check", "--own", own(tmp_path, "Another camera"))
    assert (ran.code, ran.out) == (2, "")
    assert "own.toml:2: own.example: example 1 does not match" in ran.err
    assert "1 thing to mend" in ran.err


def test_a_malformed_file_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("[[signature]]\nid = 3\n")
    for command in (("signatures", "check"), ("signatures", "list")):
        ran = camscan(*command, "--own", tmp_path)
        assert (ran.code, ran.out) == (2, "")
        assert "own.toml:" in ran.err


def test_the_list_has_every_signature_with_what_it_points_to() -> None:
    ran = camscan("signatures", "list")
    assert (ran.code, ran.err) == (0, "")
    row = next(line for line in ran.out.splitlines() if line.startswith("hikvision.sadp "))
    assert row.split() == ["hikvision.sadp", "maker", "hikvision", "decisive"]
