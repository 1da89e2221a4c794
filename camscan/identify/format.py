"""The form of a signature file: TOML, one file per maker family, checked as it is read.

How to write one stands in ``signatures/README.md``.
"""

import datetime as dt
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, model_validator

from camscan.device import Kind, Strength
from camscan.errors import ParseError
from camscan.evidence import FIELDS
from camscan.safe.pattern import Pattern, compile_text

LITERAL_LIMIT = 400
"""Characters of a literal or a pattern. The longest the shipped set needs is about half of it."""

CAPTURES = frozenset({"model", "firmware", "serial", "hostname"})
"""Names that a pattern's named groups may have; each becomes an attribute of the device."""

OWN_BAND = "own."
"""Every id in the owner's own folder starts with this, and none of ours does."""

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
SignatureId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*){1,4}$", max_length=80)]
Sentence = Annotated[str, Field(min_length=3, max_length=300)]
Literal_ = Annotated[str, Field(min_length=1, max_length=LITERAL_LIMIT)]
FieldName = Annotated[str, Field(max_length=60)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Condition(_Strict):
    """One test of an evidence field, or of any one of several: exactly one of equals, any_of, prefix, contains, regex.

    ``regex`` is RE2 and may match anywhere; anchor it where the whole value is meant.
    """

    field: Annotated[tuple[FieldName, ...], BeforeValidator(_listed), Field(min_length=1, max_length=8)]
    equals: Literal_ | None = None
    any_of: tuple[Literal_, ...] | None = None
    prefix: Literal_ | None = None
    contains: Literal_ | None = None
    regex: Literal_ | None = None
    ignore_case: StrictBool = False

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        for name in self.field:
            if name not in FIELDS:
                raise ValueError(f"there is no evidence field {name!r}")
        given = [
            name for name in ("equals", "any_of", "prefix", "contains", "regex") if getattr(self, name) is not None
        ]
        if len(given) != 1:
            raise ValueError("a condition needs exactly one of equals, any_of, prefix, contains, regex")
        if self.any_of is not None and not self.any_of:
            raise ValueError("any_of is empty")
        if self.regex is not None:
            _checked(self.regex)
        return self

    def words(self) -> str:
        """The test in words: ``http.server is "DNVRS-Webs"``."""
        tests = (("is", self.equals), ("starts with", self.prefix), ("holds", self.contains), ("matches", self.regex))
        told = next((f'{verb} "{text}"' for verb, text in tests if text is not None), None)
        told = told or f"is one of {', '.join(self.any_of or ())}"
        return f"{' or '.join(self.field)} {told}{' (case ignored)' if self.ignore_case else ''}"

    def compiled(self) -> Pattern[str]:
        """The pattern of a ``regex`` condition, ready to search with."""
        return compile_text(f"(?i){self.regex}" if self.ignore_case else f"{self.regex}")


def _checked(source: str) -> None:
    try:
        pattern = compile_text(source)
    except ParseError as error:
        raise ValueError(str(error)) from None
    if pattern.search("") is not None:
        raise ValueError("this pattern matches an empty value, so it would match anything")
    unknown = set(captures_of(source)) - CAPTURES
    if unknown:
        raise ValueError(f"a named group may be called {', '.join(sorted(CAPTURES))}; not {', '.join(sorted(unknown))}")


_GROUP_NAME = compile_text(r"\(\?P<([^>]*)>")


def captures_of(source: str) -> tuple[str, ...]:
    """Names of the named groups of a pattern, in order."""
    return tuple(_GROUP_NAME.findall(source))


def without_names(source: str) -> str:
    """A pattern that matches the same text and captures nothing by name."""
    return _GROUP_NAME.sub("(?:", source)


class PointsTo(_Strict):
    """What a signature says: any of maker, brand and kind; each is an answer of its own."""

    maker: Slug | None = None
    brand: Slug | None = None
    kind: Kind | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.maker is None and self.brand is None and self.kind is None:
            raise ValueError("points_to names neither maker nor brand nor kind")
        return self

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """(axis, value) pairs, maker first."""
        named = (("maker", self.maker), ("brand", self.brand), ("kind", self.kind.value if self.kind else None))
        return tuple((axis, value) for axis, value in named if value is not None)


class Example(_Strict):
    """One answer: evidence fields to their values. ``expect`` holds what the named groups must capture.

    In a file the evidence stands directly: ``{ "http.realm" = "DS-2CD2310FD-I", expect = { model = "..." } }``.
    """

    evidence: tuple[tuple[str, str], ...]
    expect: dict[str, str] = {}
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            raise ValueError("an example is a table of evidence fields and their values")  # noqa: TRY004 - pydantic's
        pairs: list[tuple[str, str]] = []
        rest: dict[str, Any] = {}
        for name, value in data.items():
            if name not in FIELDS:
                rest[name] = value
                continue
            values = value if isinstance(value, list) else [value]
            if not values or not all(isinstance(item, str) for item in values):
                raise ValueError(f"{name} holds a text or a list of texts")
            pairs.extend((name, item) for item in values)
        if "evidence" in rest:
            raise ValueError("there is no evidence field 'evidence'")
        if not pairs:
            raise ValueError("an example holds at least one evidence field")
        return {"evidence": tuple(pairs), **rest}


class Signature(_Strict):
    """What to look for, what it says, how much it says, and who says so.

    ``reason`` is what a person reads; ``{value}`` in it stands for what the device said.
    ``all`` must hold together within one answer (``within = "device"``: within everything the device said);
    none of ``unless`` may hold anywhere in the device. ``cause`` names what the sign rests on: signs with one
    cause count once (left out: the protocol). ``synthetic`` marks a signature whose examples no real device gave.
    """

    id: SignatureId
    strength: Strength
    points_to: PointsTo
    reason: Sentence
    all: tuple[Condition, ...] = Field(min_length=1, max_length=8)
    unless: tuple[Condition, ...] = Field(default=(), max_length=16)
    within: Literal["answer", "device"] = "answer"
    cause: Slug | None = None
    source: Sentence
    date: dt.date
    examples: tuple[Example, ...] = Field(min_length=1)
    counter_examples: tuple[Example, ...] = ()
    synthetic: StrictBool = False
    note: str = ""

    @property
    def points(self) -> tuple[tuple[str, str], ...]:
        """(axis, value) pairs of what it says, maker first."""
        return self.points_to.pairs()

    def captures(self) -> frozenset[str]:
        """Names of all named groups of its conditions."""
        return frozenset(name for item in self.all if item.regex for name in captures_of(item.regex))


class Maker(_Strict):
    """A maker. ``settled_by`` names, as noun phrases, what would raise a verdict about it to confirmed."""

    slug: Slug
    name: Annotated[str, Field(min_length=1, max_length=60)]
    company: str = ""
    note: str = ""
    settled_by: tuple[Sentence, ...] = ()


class Brand(_Strict):
    """A name on the label. A brand is never a maker; ``relation`` is what is known of the two."""

    slug: Slug
    name: Annotated[str, Field(min_length=1, max_length=60)]
    relation: Literal["own-brand", "subsidiary", "former-subsidiary", "affiliate", "oem", "several-makers"]
    note: str = ""
    source: str = ""


class SignatureFile(_Strict):
    """One file: a maker, the brands it makes for, and the signatures of both."""

    maker: Maker | None = None
    brand: tuple[Brand, ...] = ()
    signature: tuple[Signature, ...] = ()
