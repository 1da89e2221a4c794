"""Where a password comes from besides a file: the system's keyring, or whoever sits at the terminal."""

import getpass
import os
import sys
from collections.abc import Callable
from pathlib import Path

from camscan.errors import CredentialError
from camscan.owner.credentials import CredentialSet, check_username
from camscan.safe.secrets import Secret
from camscan.scope import IPNetwork

SERVICE = "camscan"
"""Name under which the keyring keeps our passwords."""

VARIABLE = "CAMSCAN_CREDENTIALS"
"""Environment variable that names the file of credentials. It holds a path, never a password."""

FILE_NAME = "camscan-credentials.toml"
"""The file of credentials beside the scope file."""

Asker = Callable[[str], Secret]


def find_file(scope_path: Path) -> Path | None:
    """The file of credentials: what CAMSCAN_CREDENTIALS names, else the one beside the scope file, if there is one."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    beside = scope_path.with_name(FILE_NAME)
    return beside if beside.exists() else None


def from_keyring(username: str) -> Secret:
    """The password that the keyring holds for ``username``. Raises CredentialError where there is none."""
    import keyring
    from keyring.errors import KeyringError

    problem = ""
    try:
        found = keyring.get_password(SERVICE, username)
    except (KeyringError, RuntimeError, OSError) as error:
        found, problem = None, type(error).__name__
    if problem:
        raise CredentialError(
            f"The keyring of this system cannot be read ({problem}).\n"
            '  Without a desktop, write `password_from = "prompt"` or keep it in the file; see docs/credentials.md.'
        )
    if not found:
        raise CredentialError(
            f"The keyring holds no password of {username}.\n  Run `keyring set {SERVICE} {username}` first."
        )
    return Secret(found)


def require_terminal() -> None:
    """Raises CredentialError where nobody could answer; getpass would read from a pipe then, and show the password."""
    if not sys.stdin.isatty():
        raise CredentialError(
            "Credentials are asked for at a terminal, and this is none.\n"
            f"  Use the keyring or a file, named by {VARIABLE}; see docs/credentials.md."
        )


def ask_password(prompt: str) -> Secret:
    """Asks at the terminal, without showing what is typed. Raises CredentialError where nobody sits there."""
    require_terminal()
    try:
        typed = getpass.getpass(prompt, stream=sys.stderr)
    except EOFError:
        typed = ""
    if not typed:
        raise CredentialError("No password was given, so no credentials are used.")
    return Secret(typed)


def ask_set(networks: tuple[IPNetwork, ...], ask: Asker = ask_password) -> CredentialSet:
    """One set from the terminal, bound to ``networks``. Raises CredentialError."""
    require_terminal()
    sys.stderr.write("User name on your devices: ")
    sys.stderr.flush()
    problem = ""
    try:
        username = check_username(sys.stdin.readline().strip())
    except ValueError as error:
        username, problem = "", str(error)
    if problem:
        raise CredentialError(f"That is not a user name: {problem}.")
    return CredentialSet("prompt", username, ask(f"Password of {username}: "), networks)
