"""The form of ``lists.toml``: official lists, what each covers, whom it binds, and where that was read."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, model_validator

from camscan.identify.format import Slug
from camscan.identify.reach import PLACES, SECTORS
from camscan.identify.tables import Row

Text = Annotated[str, Field(min_length=2, max_length=600)]
Since = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
ListId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{2,59}$")]


class Match(StrEnum):
    """How a list speaks of a maker, the plainest first."""

    NAMED = "named"  # by its name
    SUBSIDIARY = "subsidiary"  # it names a firm of the maker's group
    CLASS = "class"  # it names nobody and covers a class of makers
    PROPOSED = "proposed"  # somebody has asked for it


class Read(StrEnum):
    """How near to its source a list was read."""

    PRIMARY = "primary"  # the list, the law or its publisher's own page
    SECONDARY = "secondary"  # others who quote it
    NOT_READ = "no"


class Source(Row):
    """Where it stands. ``read``: the text there was read; otherwise it is cited as others quote it."""

    url: Annotated[str, Field(pattern=r"^https?://[^\s\"<>]+$", max_length=400)] | None = None
    citation: Text | None = None
    date: str = ""
    quality: Literal["primary", "legal text mirror", "secondary quoting primary", "secondary", "press"]
    read: StrictBool
    note: str = ""

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.url is None and self.citation is None:
            raise ValueError("a source needs a url or a citation")
        return self

    @property
    def primary(self) -> bool:
        """The list itself, its publisher's page, or a copy of the legal text."""
        return self.quality in {"primary", "legal text mirror"}

    @property
    def cited(self) -> str:
        """The source in words, with its date."""
        where = self.citation or self.url or ""
        return f"{where} ({self.date})" if self.date and self.date != "n.d." else where


class Cover(Row):
    """One entry: a firm by its name (``maker`` is its slug), or a class of makers (``of_class``, where one can tell
    which makers belong to it)."""

    match: Match
    entity: Text | None = None
    maker: Slug | None = None
    of_class: Slug | None = None
    text: Text | None = None
    since: Since | None = None
    product: str = ""
    includes: str = ""
    verified: StrictBool = True
    note: str = ""

    @model_validator(mode="after")
    def _names_or_describes(self) -> Self:
        if self.match is Match.CLASS:
            if self.text is None or self.maker is not None or self.entity is not None:
                raise ValueError("a class needs its text, and names nobody")
        elif self.entity is None or self.maker is None or self.of_class is not None:
            raise ValueError("an entry that is no class needs the entity and our slug of the maker")
        return self


class PolicyList(Row):
    """One list. ``places`` are its jurisdictions; ``yes`` and ``no`` the sectors there that it binds or does not, the
    others may be. ``binds = "nobody"``: it binds nobody who merely owns a device (export, investment, surveys)."""

    id: ListId
    places: tuple[str, ...] = Field(min_length=1)
    jurisdiction: Text
    title: Text
    kind: Text
    status: Text
    binds: Literal["owners", "nobody"]
    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    applies_to: Text
    does_not_apply_to: str = ""
    not_covered: str = ""
    note: str = ""
    later: tuple[str, ...] = ()
    covers: tuple[Cover, ...] = ()
    source: tuple[Source, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _known_words(self) -> Self:
        unknown = sorted(set(self.places) - set(PLACES.values()) | (self.yes | self.no) - set(SECTORS.values()))
        if unknown:
            raise ValueError(f"not a place or sector of ours: {', '.join(unknown)}")
        if self.yes & self.no or (self.binds == "nobody" and self.yes):
            raise ValueError("a sector is bound or it is not")
        return self

    @property
    def read(self) -> Read:
        """How near to its source the list was read, at best."""
        if any(source.read and source.primary for source in self.source):
            return Read.PRIMARY
        return Read.SECONDARY if any(source.read for source in self.source) else Read.NOT_READ


class MakerClass(Row):
    """Makers that belong to a class of which several lists speak, and how that is known."""

    id: Slug
    members: tuple[Slug, ...] = Field(min_length=1)
    meaning: Text
    source: Text


class ListFile(Row):
    """The whole file."""

    as_of: dt.date
    of_class: tuple[MakerClass, ...] = ()
    list: tuple[PolicyList, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        ids = [item.id for item in self.list]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"given twice: {', '.join(twice)}")
        classes = {item.id for item in self.of_class}
        for item in self.list:
            for cover in item.covers:
                if cover.of_class is not None and cover.of_class not in classes:
                    raise ValueError(f"{item.id}: no [[of_class]] is called {cover.of_class!r}")
        return self
