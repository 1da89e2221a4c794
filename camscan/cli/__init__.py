"""The command line. Heavy libraries are imported only inside the commands that need them."""

import io
import sys
from collections.abc import Sequence

from camscan.cli.app import app
from camscan.errors import CamscanError

__all__ = ["app", "main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line, of this process or as given, and exits with a code of docs/exit-codes.md."""
    for stream in (sys.stdout, sys.stderr):
        # The name of a file or of a device may hold what this terminal has no character for.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app(args=arguments)
    except CamscanError as error:
        from camscan.report.screen import talk

        talk().tell(str(error))
        sys.exit(error.exit_code)
