"""What several tasks raise together is told to people as one thing."""

import pytest

from camscan.errors import AuditError, CamscanError, InventoryFullError, UsageError, cause

AUDIT, FULL = AuditError("the log cannot be written"), InventoryFullError("the disk is full")


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (BaseExceptionGroup("", [AUDIT]), AUDIT),
        (BaseExceptionGroup("", [ValueError(), FULL, AUDIT]), FULL),
        (BaseExceptionGroup("", [BaseExceptionGroup("", [BaseExceptionGroup("", [KeyError(), AUDIT])]), FULL]), AUDIT),
        (BaseExceptionGroup("", [BaseExceptionGroup("", [ValueError()]), FULL]), FULL),
        (BaseExceptionGroup("", [ValueError(), BaseExceptionGroup("", [KeyError()])]), None),
    ],
)
def test_the_first_error_of_ours_is_the_cause(
    group: BaseExceptionGroup[BaseException], expected: CamscanError | None
) -> None:
    assert cause(group) is expected


def test_exit_codes_follow_the_tree() -> None:
    assert (UsageError("").exit_code, FULL.exit_code) == (2, 4)
