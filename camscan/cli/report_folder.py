"""The reports on the periods of a watch: one file each, never half of one, kept for as long as the owner says."""

import json
import time
from collections import deque
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from camscan.egress.report import Report
from camscan.errors import UsageError
from camscan.exchange.files import write_atomically

PENDING = 24
"""Reports that wait for room on the disk; past it the oldest is lost, and that is told."""

PENDING_BYTES = 64 * 1024 * 1024
"""Their size in all."""

MODE = 0o600
"""What they hold is nobody's but the owner's."""

_START, _FORM = "egress-", "%Y%m%dT%H%M%SZ"


class ReportFolder:
    """Writes to one folder. ``trouble`` is a sentence where something could not be written, else empty."""

    def __init__(self, folder: Path, keep_days: int | None) -> None:
        self.folder, self.keep_days = folder, keep_days
        self.trouble = ""
        self.written = self.lost = 0
        self._pending: deque[tuple[Path, str]] = deque()

    def prepare(self) -> None:
        """Makes the folder where there is none, and tries to write there. Raises UsageError."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{self.folder}: this folder cannot be made: {error.strerror}. {_ADVICE}") from None
        attempt = self.folder / f".{_START}attempt"
        try:
            with write_atomically(attempt, MODE):
                pass
            attempt.unlink()
        except (OSError, UsageError):
            raise UsageError(f"{self.folder}: nothing can be written in this folder. {_ADVICE}") from None

    def add(self, report: Report, began: float) -> None:
        """Writes the report on the period that began then, and takes away what is older than it may get."""
        text = json.dumps(report.to_json(), indent=1) + "\n"
        self._pending.append((self._free(time.strftime(_FORM, time.gmtime(began))), text))
        self._write()
        while len(self._pending) > PENDING or (
            len(self._pending) > 1 and sum(len(one) for _, one in self._pending) > PENDING_BYTES
        ):
            self._pending.popleft()
            self.lost += 1
        if self.keep_days is not None:
            self._clean(datetime.now(UTC) - timedelta(days=self.keep_days))

    def _free(self, moment: str) -> Path:
        """A name that no report has: periods that end early may begin within one second."""
        taken = {path for path, _ in self._pending}
        names = (f"{_START}{moment}{f'-{number}' if number else ''}.json" for number in count())
        return next(path for path in map(self.folder.joinpath, names) if path not in taken and not path.exists())

    def close(self) -> None:
        """Tries for the last time; what waits still is lost."""
        self._write()
        self.lost += len(self._pending)
        self._pending.clear()

    def _write(self) -> None:
        self.trouble = ""
        while self._pending:
            path, text = self._pending[0]
            try:
                with write_atomically(path, MODE) as stream:
                    stream.write(text)
            except UsageError as error:
                self.trouble = str(error)
                return
            self._pending.popleft()
            self.written += 1

    def _clean(self, before: datetime) -> None:
        """Takes away reports of ours, and nothing else, whose period began before ``before``."""
        for path in self.folder.glob(f"{_START}*.json"):
            try:
                began = datetime.strptime(path.stem.split("-")[1], _FORM).replace(tzinfo=UTC)
                if began < before:
                    path.unlink()
            except (ValueError, OSError):
                continue


_ADVICE = (
    "Name with --folder one where it can. Started as root, camscan writes as the user who called sudo; "
    "without sudo, as nobody."
)
