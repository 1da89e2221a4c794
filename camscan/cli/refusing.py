"""What the scope refuses is written down, like everything that is sent."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from camscan.audit import AuditLog, who
from camscan.cli.options import audit_path
from camscan.errors import AuditError, ScopeRefusedError
from camscan.scope import Scope


@contextmanager
def refusals_recorded(scope: Scope, targets: Sequence[str]) -> Iterator[None]:
    """Writes a ScopeRefusedError from within to the audit log, and lets it go on its way."""
    try:
        yield
    except ScopeRefusedError as error:
        path = audit_path(scope.path)
        # The refusal stands whether or not it can be written down.
        with suppress(AuditError), AuditLog.open(path) as audit:
            _give_to_owner_of_folder(path)
            audit.append(
                "scan-refused",
                by=who(),
                scope=scope.sha256,
                targets=list(targets),
                reason=str(error).partition("\n")[0],
            )
        raise


def _give_to_owner_of_folder(log: Path) -> None:
    """Under sudo the log belongs to whom the folder belongs to, who will scan without sudo tomorrow."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return
    owner = log.parent.stat()
    for path in (log, Path(f"{log}.lock")):
        with suppress(OSError):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
