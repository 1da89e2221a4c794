"""Asking one of the system's own tools: fixed words, no shell, a deadline, and its text or nothing."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

SECONDS = 10.0
"""Longest wait for a tool. They answer in milliseconds; a tool that hangs must not hang us."""


def output_of(argv: Sequence[str], seconds: float = SECONDS) -> str:
    """Standard output of ``argv``, whose first word is an absolute path; empty where it is absent or failed.

    ``argv`` is only ever made of words from our own source and names the system gave for its interfaces. Output
    is read in the console's own encoding (Windows) or UTF-8; bytes that do not fit become U+FFFD.
    """
    try:
        ran = subprocess.run(  # noqa: S603 - fixed absolute path and words, no shell
            list(argv),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
            env={**os.environ, "LC_ALL": "C", "LANG": "C"},
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return ran.stdout.decode("oem" if sys.platform == "win32" else "utf-8", "replace")


def system32(tool: str) -> str:
    """Full path of one of Windows' own tools, so that no file of the same name elsewhere is run."""
    return str(Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", tool))
