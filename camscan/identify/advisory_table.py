"""The form of the files under ``advisories/``: weaknesses by model and firmware, and which vendors are which makers."""

import datetime as dt
from typing import Annotated, Self

from pydantic import Field, StrictBool, field_validator, model_validator

from camscan.device import Kind
from camscan.errors import ParseError
from camscan.identify.cve_id import cve_id
from camscan.identify.firmware import parse_firmware
from camscan.identify.format import LITERAL_LIMIT, Slug
from camscan.identify.globs import compile_glob
from camscan.identify.tables import Row
from camscan.safe.pattern import compile_text

Text = Annotated[str, Field(min_length=2, max_length=600)]
Url = Annotated[str, Field(pattern=r"^https://[^\s\"<>]+$", max_length=400)]


class Affected(Row):
    """Models and the versions of theirs that are affected.

    ``models`` are series as advisories write them, ``pattern`` a regular expression (RE2, case ignored) where that is
    not enough; both empty means that the advisory names no models. ``first`` and ``last`` are affected themselves,
    ``before`` is not; without any of them nothing can be told. ``some``: the advisory says "certain models" of them.
    """

    models: tuple[str, ...] = ()
    pattern: Annotated[str, Field(min_length=3, max_length=LITERAL_LIMIT)] | None = None
    first: str | None = None
    last: str | None = None
    before: str | None = None
    some: StrictBool = False

    @field_validator("models")
    @classmethod
    def _series(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for glob in value:
            try:
                compile_glob(glob)
            except ParseError as error:
                raise ValueError(f"{glob}: {error}") from None
        return value

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        try:
            if value is not None and compile_text(value).search("") is not None:
                raise ValueError("this pattern matches an empty name, so it would match any")
        except ParseError as error:
            raise ValueError(str(error)) from None
        return value

    @field_validator("first", "last", "before")
    @classmethod
    def _version(cls, value: str | None) -> str | None:
        try:
            if value is not None:
                parse_firmware(value)
        except ParseError as error:
            raise ValueError(f"{value}: {error}") from None
        return value


class Advisory(Row):
    """One weakness. ``maker`` is who made what is affected, ``brand`` where only devices of one brand are meant.

    ``kinds`` are the classes of device it is about (none: any). ``kev`` is the day CISA listed it as exploited.
    ``unknown`` is the reason, as a half sentence, why the files of this set cannot decide it at all.
    """

    id: str
    maker: Slug
    brand: Slug | None = None
    title: Text
    kinds: tuple[Kind, ...] = ()
    published: dt.date | None = None
    kev: dt.date | None = None
    kev_source: str = ""
    unknown: Text | None = None
    affected: tuple[Affected, ...] = ()
    url: Url | None = None
    source: Text
    as_of: dt.date | None = None

    @field_validator("id")
    @classmethod
    def _cve(cls, value: str) -> str:
        try:
            return cve_id(value)
        except ParseError as error:
            raise ValueError(str(error)) from None

    @model_validator(mode="after")
    def _decides_or_says_why(self) -> Self:
        if not self.affected and self.unknown is None:
            raise ValueError("an advisory without affected rows says in `unknown` why it cannot decide")
        return self


class AdvisoryFile(Row):
    """One file, as of one day."""

    as_of: dt.date
    source: Text
    advisory: tuple[Advisory, ...] = ()


class Vendor(Row):
    """A vendor as CISA or a CVE record names it (lower case), and which maker of ours it is. ``products``: only where
    the product's name holds one of these words (lower case), for vendors of many other things."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9 .,&-]{1,60}$")]
    maker: Slug
    brand: Slug | None = None
    products: tuple[str, ...] = ()


class VendorFile(Row):
    """The whole file."""

    source: Text
    vendor: tuple[Vendor, ...]
