"""What the scope refuses is written down; the refusal stands all the same."""

import json
import os
import sys
from pathlib import Path

import pytest
from cli_tools import SCOPE

from camscan.audit import AuditLog, verify
from camscan.cli.refusing import refusals_recorded
from camscan.errors import OutOfScopeError, ScopeExpiredError, UsageError
from camscan.scope import Scope, parse


def scope_in(folder: Path) -> Scope:
    return parse(SCOPE.encode(), folder / "camscan.toml")


def lines(folder: Path) -> list[dict[str, object]]:
    path = folder / "camscan.audit.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_a_refusal_is_recorded_with_its_reason(tmp_path: Path) -> None:
    scope = scope_in(tmp_path)
    for error in (OutOfScopeError("10.9.0.4 is not in the scope.\n  Nothing was sent."), ScopeExpiredError("Over.")):
        with pytest.raises(type(error)), refusals_recorded(scope, ["10.9.0.4"]):
            raise error
    first, second = lines(tmp_path)
    assert (first["event"], first["reason"]) == ("scan-refused", "10.9.0.4 is not in the scope.")
    assert (first["targets"], first["scope"]) == (["10.9.0.4"], scope.sha256)
    assert second["reason"] == "Over."
    assert verify(tmp_path / "camscan.audit.jsonl").holds


def test_nothing_is_recorded_where_nothing_was_refused(tmp_path: Path) -> None:
    scope = scope_in(tmp_path)
    with refusals_recorded(scope, []):
        pass
    with pytest.raises(UsageError), refusals_recorded(scope, []):
        raise UsageError("a wrong option")
    assert lines(tmp_path) == []


def test_a_refusal_stands_though_it_cannot_be_written_down(tmp_path: Path) -> None:
    scope = scope_in(tmp_path)
    another = AuditLog.open(tmp_path / "camscan.audit.jsonl")
    with another, pytest.raises(OutOfScopeError), refusals_recorded(scope, ["10.9.0.4"]):
        raise OutOfScopeError("no")
    assert lines(tmp_path) == []


def test_under_sudo_the_log_belongs_to_the_owner_of_the_folder(tmp_path: Path) -> None:
    if sys.platform == "win32" or os.geteuid() != 0:
        pytest.skip("only root can leave files that are root's")
    os.chown(tmp_path, 65534, 65534)
    with pytest.raises(OutOfScopeError), refusals_recorded(scope_in(tmp_path), ["10.9.0.4"]):
        raise OutOfScopeError("no")
    assert {path.stat().st_uid for path in tmp_path.iterdir()} == {65534}
