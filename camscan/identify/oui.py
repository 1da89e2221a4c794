"""Whose MAC address is it? The registry's blocks of 24, 28 and 36 bits, the longest one wins.

An entry is a sign, never a verdict: brands register blocks for cameras that others make, makers' blocks sit in
switches and door stations, and sister firms of camera makers make drives and scales.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from camscan.errors import SignatureError
from camscan.safe.mac import mac_digits

_WIDTHS = (36, 28, 24)
_COLUMNS = ("prefix", "bits", "role", "maker", "brand", "registrant")


class Role(StrEnum):
    """What a registrant is to us."""

    MAKER = "maker"  # makes cameras and little else: a medium sign of the maker
    MIXED = "mixed"  # makes cameras among many other things: a weak sign of the brand, none of a maker of cameras
    BRAND = "brand"  # sells what others make: a weak sign of the brand
    SISTER = "sister"  # a firm of a maker's group that makes no cameras: no sign


@dataclass(frozen=True, slots=True)
class Registrant:
    """One row of the table. ``prefix`` is upper-case hex of ``bits`` / 4 digits."""

    prefix: str
    role: Role
    maker: str | None
    brand: str | None
    name: str


class OuiTable:
    """Prefixes of 24, 28 and 36 bits to their registrants."""

    def __init__(self, rows: Iterable[Registrant]) -> None:
        self._rows: Mapping[str, Registrant] = {row.prefix: row for row in rows}

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self) -> tuple[Registrant, ...]:
        """Every row, in the order of the file."""
        return tuple(self._rows.values())

    def find(self, mac: str) -> Registrant | None:
        """The registrant of ``mac`` (any of the usual spellings), or None.

        None as well for what no registry assigned: group addresses, all zeros, and locally administered ones (IEEE
        802: second lowest bit of the first octet).
        """
        digits = mac_digits(mac)
        if digits is None or int(digits[1], 16) & 0b10:
            return None
        digits = digits.upper()
        for bits in _WIDTHS:
            row = self._rows.get(digits[: bits // 4])
            if row is not None:
                return row
        return None


def parse_oui(where: str, text: str) -> tuple[Registrant, ...]:
    """Rows of a tab-separated table. Raises SignatureError with file and line where one is wrong."""
    rows: list[Registrant] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        if line.split("\t") == list(_COLUMNS):
            continue
        try:
            rows.append(_row(line.split("\t")))
        except ValueError as error:
            raise SignatureError(f"{where}:{number}", str(error)) from None
    return tuple(rows)


def _row(cells: list[str]) -> Registrant:
    if len(cells) != len(_COLUMNS):
        raise ValueError(f"a row has {len(_COLUMNS)} columns, this one {len(cells)}")
    prefix, bits, role, maker, brand, name = cells
    if len(prefix) * 4 != int(bits) or int(bits) not in _WIDTHS or prefix != f"{int(prefix, 16):0{len(prefix)}X}":
        raise ValueError(f"{prefix!r} is not a prefix of {bits} bits in capitals")
    return Registrant(prefix, Role(role), maker or None, brand or None, name)
