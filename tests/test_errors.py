"""The error tree: drawn as it is, and with the exit codes that scripts rely on."""

import ast
import inspect

import pytest

from camscan import errors
from camscan.errors import CamscanError, SignatureError

ALL = [item for item in vars(errors).values() if inspect.isclass(item) and issubclass(item, CamscanError)]


def test_the_drawing_names_every_error_below_its_parent() -> None:
    drawing = errors.__doc__ or ""
    indents = {}
    for line in drawing.splitlines():
        for item in ALL:
            if line.lstrip("│ ├└─").startswith(item.__name__ + " ") or line.strip() == item.__name__:
                indents[item] = line.index(item.__name__)
    assert set(indents) == set(ALL)
    for item in ALL:
        if item is not CamscanError:
            assert indents[item] == indents[item.__mro__[1]] + 4, item


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("UsageError", 2),
        ("ScopeFileError", 2),
        ("CredentialError", 2),
        ("InventoryFullError", 4),
        ("ScopeRefusedError", 3),
        ("OutOfScopeError", 3),
        ("ScopeExpiredError", 3),
        ("AnotherNetworkError", 3),
    ],
)
def test_exit_codes(name: str, code: int) -> None:
    assert getattr(errors, name).exit_code == code


def test_the_module_holds_nothing_else() -> None:
    tree = ast.parse(inspect.getsource(errors))
    assert {type(node) for node in tree.body[1:]} <= {ast.ClassDef}


def test_a_signature_error_says_where() -> None:
    error = SignatureError("signatures/x.toml:7", "no example")
    assert str(error) == "signatures/x.toml:7: no example"
    assert (error.where, error.reason) == ("signatures/x.toml:7", "no example")
