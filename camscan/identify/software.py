"""Software of camera makers, by the name it has in a list of installed programs.

For what no network fingerprint knows (iVMS-4200, HikCentral, SmartPSS): such a list, of the owner's own, is then the
only evidence. It says that a program is installed on a computer, and nothing about any device.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.resources.abc import Traversable
from typing import Annotated

from pydantic import Field, StrictBool, field_validator

from camscan.identify.format import LITERAL_LIMIT, SignatureId, Slug
from camscan.identify.loader import shipped
from camscan.identify.tables import Row, name_pattern, read_table
from camscan.safe.pattern import Pattern, compile_text

SOFTWARE_FILE = "software.toml"

NAME_LIMIT = 200
"""Characters of a program's name that are looked at."""

_PREFIXES = ("hikvision ", "dahua ")
"""Names of makers that some installers put before the product's."""

Text = Annotated[str, Field(min_length=2, max_length=400)]


class SoftwareRole(StrEnum):
    """What a program does."""

    CLIENT = "client"  # looks at cameras and recorders
    SERVER = "server"  # a video management server
    TOOL = "tool"  # finds and sets up devices


class Product(Row):
    """A product. ``pattern`` is RE2, case ignored; ``fingerprint`` names the signatures that know it on the network,
    ``verified`` is false where the name was not seen in a source."""

    id: SignatureId
    name: Text
    maker: Slug
    role: SoftwareRole
    pattern: Annotated[str, Field(min_length=4, max_length=LITERAL_LIMIT)]
    fingerprint: tuple[SignatureId, ...] = ()
    verified: StrictBool = True
    source: Text

    _compiles = field_validator("pattern")(name_pattern)


class SoftwareFile(Row):
    """The whole file."""

    as_of: dt.date
    product: tuple[Product, ...]


@dataclass(frozen=True)
class Catalogue:
    """The products. A client is told before its server, whose pattern may fit its name as well."""

    as_of: dt.date
    products: tuple[Product, ...]
    _compiled: Sequence[tuple[Pattern[str], Product]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ordered = sorted(self.products, key=lambda product: product.role is SoftwareRole.SERVER)
        compiled = [(compile_text(f"(?i){product.pattern}"), product) for product in ordered]
        object.__setattr__(self, "_compiled", compiled)

    def find(self, name: str) -> Product | None:
        """The product that a program's name means, or None."""
        text = " ".join(name[:NAME_LIMIT].split())
        spelt = (text, *(text[len(prefix) :] for prefix in _PREFIXES if text.casefold().startswith(prefix)))
        return next(
            (product for pattern, product in self._compiled if any(pattern.search(form) for form in spelt)), None
        )


def load_software(folder: Traversable | None = None) -> Catalogue:
    """The products of the shipped set, or of ``folder``. Raises SignatureError where the file is wrong."""
    table = read_table((folder or shipped()) / SOFTWARE_FILE, SOFTWARE_FILE, SoftwareFile)
    return Catalogue(table.as_of, table.product)
