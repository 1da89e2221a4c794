"""The command line. Heavy libraries are imported only inside the commands that need them."""

import sys

from camscan.cli.app import app
from camscan.errors import CamscanError

__all__ = ["app", "main"]


def main() -> None:
    """Runs the command line and exits with a code of the table in docs/exit-codes.md."""
    try:
        app()
    except CamscanError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output (head, less) went away; that is not an error, but stdout cannot be flushed.
        sys.stderr.close()
        sys.exit(0)
