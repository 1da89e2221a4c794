"""Where newer data is kept that the owner has installed: one folder of the user's, by the custom of the system."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "CAMSCAN_DATA"


def is_shut(folder: Path) -> bool:
    """Whether this user may not look into ``folder``, so that nobody can tell what is in it. No, where there is
    none."""
    try:
        os.scandir(folder).close()
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def data_folder(
    environ: Mapping[str, str] | None = None, platform: str = sys.platform, home: Path | None = None
) -> Path:
    """The folder, which need not exist.

    ``CAMSCAN_DATA`` where it is set; else ``%LOCALAPPDATA%\\camscan`` on Windows, ``~/Library/Application
    Support/camscan`` on macOS, and ``$XDG_DATA_HOME/camscan`` or ``~/.local/share/camscan`` elsewhere (XDG Base
    Directory Specification 0.8; a relative path there is ignored, as it says).
    """
    environ = os.environ if environ is None else environ
    home = home or Path.home()
    if environ.get(VARIABLE):
        return Path(environ[VARIABLE]).expanduser()
    if platform == "win32":
        local = environ.get("LOCALAPPDATA")
        return (Path(local) if local else home / "AppData" / "Local") / "camscan"
    if platform == "darwin":
        return home / "Library" / "Application Support" / "camscan"
    shared = environ.get("XDG_DATA_HOME", "")
    return (Path(shared) if shared.startswith("/") else home / ".local" / "share") / "camscan"
