"""Credentials from a TOML file that nobody but its owner can read.

A password goes into a Secret and nowhere else: no message quotes a line of the file, and no error keeps hold of it.
"""

import os
import shlex
import stat
import sys
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from camscan.errors import CredentialError
from camscan.owner.credentials import DOORS, CredentialSet, DoorName, check_sets, check_username
from camscan.owner.sources import Asker, ask_password, ask_set, find_file, from_keyring
from camscan.safe.secrets import Secret
from camscan.scope import Declared, IPNetwork

FILE_LIMIT = 64 * 1024

_EXAMPLE = "docs/credentials.md shows an example."


def _secret(value: object) -> Secret:
    if not isinstance(value, str) or not value:
        raise ValueError("a password is a text that is not empty")
    return Secret(value)


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, hide_input_in_errors=True)

    name: Annotated[str, Field(min_length=1, max_length=80)]
    username: Annotated[str, AfterValidator(check_username)]
    password: Annotated[Secret | None, BeforeValidator(_secret)] = None
    password_from: Literal["keyring", "prompt"] | None = None
    addresses: tuple[Declared, ...] = Field(min_length=1)
    doors: tuple[DoorName, ...] = Field(default=DOORS, min_length=1)
    clear_text: bool = False


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    set: tuple[_Entry, ...] = Field(min_length=1)


def load_file(path: Path, ask: Asker = ask_password) -> tuple[CredentialSet, ...]:
    """The sets in ``path``; passwords that are not in it come from the keyring or from ``ask``, as it says.

    Raises CredentialError where the file is malformed, or where anybody but its owner could read or replace it.
    """
    file = _validated(_content(_read_private(path), path), path)
    return check_sets(tuple(_set(entry, path, ask) for entry in file.set), str(path))


def _set(entry: _Entry, path: Path, ask: Asker) -> CredentialSet:
    if (entry.password is None) == (entry.password_from is None):
        raise CredentialError(
            f'{path}: the set {entry.name} needs either `password` or `password_from = "keyring"` (or "prompt").'
        )
    match entry.password, entry.password_from:
        case Secret() as password, _:
            pass
        case _, "keyring":
            password = from_keyring(entry.username)
        case _:
            password = ask(f"Password of {entry.username} ({entry.name}): ")
    return CredentialSet(
        entry.name, entry.username, password, entry.addresses, frozenset(entry.doors), entry.clear_text
    )


def _read_private(path: Path) -> tuple[bytes, bool]:
    """Content of ``path``, and whether it may hold passwords: not where the system does not say who can read it."""
    try:
        # O_NONBLOCK: opening a pipe would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise CredentialError(f"{path} cannot be read: {error.strerror}.") from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise CredentialError(f"{path} is not a file.")
        private = _require_private(found, path)
        with open(descriptor, "rb", closefd=False) as file:
            raw = file.read(FILE_LIMIT + 1)
    finally:
        os.close(descriptor)
    if len(raw) > FILE_LIMIT:
        raise CredentialError(f"{path} is longer than {FILE_LIMIT // 1024} KiB; that is no file of credentials.")
    return raw, private


def _require_private(found: os.stat_result, path: Path) -> bool:
    if sys.platform == "win32":
        return False
    quoted = shlex.quote(str(path))
    # Under sudo the file belongs to whoever called it.
    caller = os.environ.get("SUDO_UID", "")
    by_sudo = os.geteuid() == 0 and caller.isdecimal() and found.st_uid == int(caller)
    if found.st_uid != os.geteuid() and not by_sudo:
        raise CredentialError(
            f"{path} belongs to another user (uid {found.st_uid}), who could change it, so it was not used.\n"
            f"  Run `sudo chown $(id -u) {quoted}` if it is yours."
        )
    if found.st_mode & 0o077:
        raise CredentialError(
            f"{path} can be read by other users of this machine, so it was not used.\n"
            f"  Run `chmod 600 {quoted}`, and change the passwords in it if somebody may have read them."
        )
    return True


def _content(read: tuple[bytes, bool], path: Path) -> dict[str, Any]:
    raw, private = read
    problem = ""
    content: dict[str, Any] = {}
    try:
        content = tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        problem = "it is not UTF-8 text"
    except tomllib.TOMLDecodeError as error:
        place = str(error).rpartition("(at ")[2].rstrip(")")
        problem = f"it is not valid TOML at {place}"
    except RecursionError:
        problem = "it nests brackets too deeply"
    # Raised only here, because a decoding error keeps hold of the text, passwords included.
    if problem:
        raise CredentialError(f"{path}: {problem}. {_EXAMPLE}")
    sets = content.get("set")
    if not private and isinstance(sets, list) and any(isinstance(item, dict) and "password" in item for item in sets):
        raise CredentialError(
            f"{path}: this system does not tell who can read the file, so passwords do not belong into it.\n"
            '  Write `password_from = "keyring"` there and store each password with `keyring set camscan USERNAME`.'
        )
    return content


def _validated(content: dict[str, Any], path: Path) -> _File:
    problem = ""
    try:
        return _File.model_validate(content)
    except ValidationError as error:
        problem = _explain(error)
    raise CredentialError(f"{path}: {problem} {_EXAMPLE}")


def _explain(error: ValidationError) -> str:
    """What is wrong, without quoting any value: it may be a password at the wrong place."""
    errors = error.errors(include_input=False, include_context=False, include_url=False)
    first = next((item for item in errors if item["type"] == "extra_forbidden"), errors[0])
    number = next((part + 1 for part in first["loc"] if isinstance(part, int)), 0)
    where = f"set number {number}: " if number else ""
    name = next((part for part in reversed(first["loc"]) if isinstance(part, str)), "set")
    known = {*_Entry.model_fields, *_File.model_fields}
    if first["type"] == "missing":
        return f"{where}`{name}` is missing."
    if first["type"] == "extra_forbidden":
        shown = f"`{name}`" if name.isidentifier() and len(name) < 24 else "one name"
        return f"{where}{shown} is not a setting camscan knows."
    if name == "addresses":
        return f"{where}`addresses` is a list of addresses and networks, none wider than /16."
    message = first["msg"].removeprefix("Value error, ")
    return f"{where}`{name if name in known else 'set'}`: {message}."


def gather(scope_path: Path, networks: tuple[IPNetwork, ...], ask: Asker = ask_password) -> tuple[CredentialSet, ...]:
    """All sets for a scan: of the file of credentials where there is one, else one from the terminal for ``networks``.

    Raises CredentialError.
    """
    path = find_file(scope_path)
    return load_file(path, ask) if path is not None else (ask_set(networks, ask),)
