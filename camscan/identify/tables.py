"""Reads one of the tables beside the signatures (lists, advisories, analytics, leads): TOML, checked as it is read."""

import tomllib
from importlib.resources.abc import Traversable
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from camscan.errors import ParseError, SignatureError
from camscan.safe.pattern import compile_text

TABLE_LIMIT = 2 * 1024 * 1024
"""Bytes of one table; the largest of ours has about a tenth of it."""


class Row(BaseModel):
    """A row of a table: frozen, and no key that the program does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


Form = TypeVar("Form", bound=BaseModel)


def read_table(entry: Traversable, where: str, form: type[Form]) -> Form:
    """The table in ``entry``, named ``where`` in messages. Raises SignatureError with the file and the reason."""
    try:
        content = entry.read_bytes()
    except OSError as error:
        raise SignatureError(f"{where}:1", f"the file cannot be read: {error.strerror}") from None
    return parse_table(content, where, form)


def parse_table(content: bytes, where: str, form: type[Form]) -> Form:
    """The table in ``content``. Raises SignatureError."""
    if len(content) > TABLE_LIMIT:
        raise SignatureError(f"{where}:1", f"the file is larger than {TABLE_LIMIT} bytes")
    try:
        return form.model_validate(tomllib.loads(content.decode("utf-8")))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SignatureError(f"{where}:{line}", "not UTF-8 text") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SignatureError(f"{where}:1", f"not valid TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(str(part) for part in first["loc"])
        reason = str(first["msg"]).removeprefix("Value error, ")
        raise SignatureError(f"{where}:1", f"{at}: {reason}") from None


def name_pattern(value: str) -> str:
    """A row's RE2 pattern over a name, as it is. Raises ValueError where RE2 refuses it or it matches any name."""
    try:
        if compile_text(value).search("") is not None:
            raise ValueError("this pattern matches an empty name, so it would match any")
    except ParseError as error:
        raise ValueError(str(error)) from None
    return value
