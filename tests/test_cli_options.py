"""Options that several commands share."""

from pathlib import Path

import pytest

from camscan.cli.options import DEFAULT_SCOPE, Format, audit_path, inventory_url, program, scope_option


def test_inventory_and_audit_log_lie_beside_the_scope_file() -> None:
    assert inventory_url(Path("audit/camscan.toml"), None) == "audit/camscan.db"
    assert inventory_url(Path("audit/camscan.toml"), "postgresql://user@server/name") == "postgresql://user@server/name"
    assert audit_path(Path("audit/camscan.toml")) == Path("audit/camscan.audit.jsonl")


def test_a_further_command_names_the_scope_file_only_where_it_must() -> None:
    assert scope_option(DEFAULT_SCOPE) == ""
    assert scope_option(Path("my audit/camscan.toml")) == "--scope 'my audit/camscan.toml'"


def test_the_program_is_called_by_its_name_where_that_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "camscan"
    installed.write_text("#!/bin/sh\n")
    installed.chmod(0o755)
    monkeypatch.setattr("sys.argv", [".venv/bin/camscan"])
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program() == "camscan"
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert program() == ".venv/bin/camscan"
    monkeypatch.setattr("sys.argv", ["/usr/lib/python3/camscan/__main__.py"])
    assert program() == "camscan"


def test_the_forms_are_those_of_the_contract() -> None:
    assert [form.value for form in Format] == ["table", "json", "jsonl", "csv"]
