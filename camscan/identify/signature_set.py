"""A loaded set of signatures, ready to match."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from camscan.evidence import FIELDS
from camscan.identify.format import Brand, Condition, Maker, Signature
from camscan.identify.matching import Matcher
from camscan.identify.models import ModelRules
from camscan.identify.oui import OuiTable


@dataclass(frozen=True, slots=True)
class Loaded:
    """A signature and where it stands (``file:line``); ``own`` marks the owner's folder."""

    signature: Signature
    where: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with the set: where, in which signature (or an empty string), and what."""

    where: str
    signature: str
    reason: str


@dataclass(frozen=True, slots=True)
class Compiled:
    """A signature with its conditions as numbers of the set's matcher."""

    loaded: Loaded
    needs: tuple[int, ...]
    need_set: frozenset[int]
    forbids: frozenset[int]
    everywhere: bool
    """Whether its conditions may hold in different answers of one device."""
    points: tuple[tuple[str, str], ...]
    source: str


@dataclass(frozen=True)
class SignatureSet:
    """Signatures, makers, brands, the MAC table and the model rules; immutable once built.

    ``digest`` is ``sha256:`` and the hash over every file's content; it stands in each inventory.
    """

    signatures: tuple[Loaded, ...]
    makers: Mapping[str, Maker]
    brands: Mapping[str, Brand]
    oui: OuiTable
    models: ModelRules
    digest: str
    matcher: Matcher = field(init=False, repr=False, compare=False)
    compiled: tuple[Compiled, ...] = field(init=False, repr=False, compare=False)
    by_condition: Mapping[int, tuple[int, ...]] = field(init=False, repr=False, compare=False)
    """The first condition of each signature to the places of those signatures in ``compiled``."""

    def __post_init__(self) -> None:
        numbers: dict[Condition, int] = {}
        compiled = tuple(_compile(item, numbers) for item in self.signatures)
        by_condition: dict[int, list[int]] = defaultdict(list)
        for place, item in enumerate(compiled):
            by_condition[item.needs[0]].append(place)
        object.__setattr__(self, "matcher", Matcher(tuple(numbers)))
        object.__setattr__(self, "compiled", compiled)
        object.__setattr__(self, "by_condition", {key: tuple(value) for key, value in by_condition.items()})

    def maker_name(self, slug: str) -> str:
        """How a maker is written, or its slug where the set has no name for it."""
        maker = self.makers.get(slug)
        return maker.name if maker else slug

    def brand_name(self, slug: str) -> str:
        """How a brand is written; a maker's own name is a brand too."""
        brand = self.brands.get(slug)
        return brand.name if brand else self.maker_name(slug)


def _compile(item: Loaded, numbers: dict[Condition, int]) -> Compiled:
    def number(condition: Condition) -> int:
        return numbers.setdefault(condition, len(numbers))

    signature = item.signature
    needs = tuple(number(condition) for condition in signature.all)
    return Compiled(
        loaded=item,
        needs=needs,
        need_set=frozenset(needs),
        forbids=frozenset(number(condition) for condition in signature.unless),
        everywhere=signature.within == "device",
        points=signature.points,
        source=f"{signature.source} ({signature.date.isoformat()})",
    )


_ONE_PROTOCOL = {"isapi": "http", "arp": "link", "neighbour": "link"}
"""Sources that are one protocol: ISAPI's 401 comes from the same web server as the page."""


_PROTOCOLS = {name: _ONE_PROTOCOL.get(name.partition(".")[0], name.partition(".")[0]) for name in FIELDS}


def protocol(field_name: str) -> str:
    """The protocol that carries an evidence field: the default cause of a sign."""
    return _PROTOCOLS[field_name]


def structure(signatures: Iterable[Loaded], makers: Mapping[str, Maker], brands: Mapping[str, Brand]) -> list[Problem]:
    """What makes a set ambiguous: an id given twice, or a slug that no file declares."""
    problems: list[Problem] = []
    first: dict[str, str] = {}
    for item in signatures:
        signature = item.signature
        if signature.id in first:
            problems.append(Problem(item.where, signature.id, f"this id is taken: {first[signature.id]}"))
        first.setdefault(signature.id, item.where)
        points = signature.points_to
        if points.maker is not None and points.maker not in makers:
            problems.append(Problem(item.where, signature.id, f"no [maker] declares the slug {points.maker!r}"))
        if points.brand is not None and points.brand not in brands and points.brand not in makers:
            problems.append(Problem(item.where, signature.id, f"no [[brand]] declares the slug {points.brand!r}"))
    return problems
