"""From what was heard to signs: the signatures that match, the MAC table and the model names."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from camscan.device import HeardEvidence, Sign, Strength
from camscan.evidence import Evidence
from camscan.identify.heard import Heard
from camscan.identify.matching import Captures, Hit
from camscan.identify.models import ModelRule, ModelRules, clean_model
from camscan.identify.oui import Registrant, Role
from camscan.identify.signature_set import Compiled, SignatureSet, protocol
from camscan.safe.mac import mac_address
from camscan.safe.text import neutralise

MAC_FIELDS = (
    "arp.mac",
    "neighbour.mac",
    "nmap.mac",
    "owner.mac",
    "sadp.mac",
    "dhip.mac",
    "onvif.mac",
    "mdns.mac",
    "wsd.mac",
    "dhcp.mac",
)
"""Fields that hold a device's MAC, heard ones first, then claimed ones in order of authority."""

REALM_FIELDS = ("rtsp.realm", "http.realm", "isapi.realm")
"""Realms: where one is a bare MAC, the registry says whose (mediamtx #4660: the habit is not one maker's)."""

MODEL_FIELDS = (
    "owner.model",
    "sadp.model",
    "dhip.model",
    "onvif.model",
    "ssdp.model_number",
    "ssdp.model",
    "http.realm",
    "isapi.realm",
    "rtsp.realm",
)
"""Fields whose value can be a model name as the device states it."""

SCOPE_FIELD, HARDWARE = "wsd.scope", "hardware/"
"""The ONVIF scope that holds a model name."""

_SHOWN = 32
"""Characters of device text within a reason."""

_ROLE_STRENGTH = {Role.MAKER: Strength.MEDIUM, Role.MIXED: Strength.WEAK, Role.BRAND: Strength.WEAK}


@dataclass(frozen=True, slots=True)
class Capture:
    """Text that a named group of ``signature`` took from evidence number ``evidence``; that signature's weight."""

    name: str
    value: str
    evidence: int
    signature: str
    strength: Strength
    maker: str | None


@dataclass(frozen=True, slots=True)
class Matched:
    """All signs of a device, strongest first, and what their patterns captured."""

    signs: tuple[Sign, ...]
    captures: tuple[Capture, ...]


_RANK = {strength: rank for rank, strength in enumerate(Strength)}


def match(heard: Heard, signatures: SignatureSet) -> Matched:
    """Every sign in what was heard. A signature that matches in several protocols yields a sign for each."""
    found: dict[tuple[int, str], set[int]] = defaultdict(set)
    said: dict[tuple[int, str], HeardEvidence] = {}
    captures: dict[Capture, None] = {}
    for place, hits in _matches(heard, signatures):
        signature = signatures.compiled[place].loaded.signature
        first = heard.items[hits[0][0]]
        cause = signature.cause or protocol(first.evidence.name)
        said[(place, cause)] = first
        for item, captured in hits:
            evidence = heard.items[item].id
            found[(place, cause)].add(evidence)
            for name, value in captured:
                captures[
                    Capture(name, value, evidence, signature.id, signature.strength, signature.points_to.maker)
                ] = None
    signs = [
        _sign(signatures.compiled[place], cause, ids, said[(place, cause)]) for (place, cause), ids in found.items()
    ]
    signs += _mac_signs(heard, signatures)
    named = {value for sign in signs for axis, value in sign.points_to if axis == "maker"}
    signs += _model_signs(heard, signatures, list(captures), named)
    signs.sort(key=lambda sign: (_RANK[sign.strength], sign.points_to[0][0] != "maker", sign.signature, sign.cause))
    taken = sorted(captures, key=lambda capture: (_RANK[capture.strength], -capture.evidence))
    return Matched(tuple(signs), tuple(taken))


_ItemHits = list[tuple[int, Captures]]


def _matches(heard: Heard, signatures: SignatureSet) -> Iterator[tuple[int, _ItemHits]]:
    """(place of a signature, what made it match), once per answer that matches."""
    hits_of = signatures.matcher.hits
    telling = {
        place: hits
        for place, item in enumerate(heard.items)
        if (hits := hits_of(item.evidence.name, item.evidence.value))
    }
    everywhere = _by_condition(telling.items())
    for answer in heard.answers:
        here = _by_condition((place, telling[place]) for place in answer if place in telling)
        for condition in here:
            for place in signatures.by_condition.get(condition, ()):
                compiled = signatures.compiled[place]
                scope = everywhere if compiled.everywhere else here
                if scope.keys() >= compiled.need_set and everywhere.keys().isdisjoint(compiled.forbids):
                    yield place, [pair for need in compiled.needs for pair in scope[need]]


def _by_condition(hits: Iterable[tuple[int, tuple[Hit, ...]]]) -> dict[int, _ItemHits]:
    met: dict[int, _ItemHits] = {}
    for item, several in hits:
        for hit in several:
            met.setdefault(hit.condition, []).append((item, hit.captures))
    return met


def _sign(compiled: Compiled, cause: str, evidence: set[int], first: HeardEvidence) -> Sign:
    signature = compiled.loaded.signature
    reason = signature.reason
    if "{value}" in reason:
        reason = reason.replace("{value}", neutralise(_without_segment(first.evidence), _SHOWN))
    return Sign(
        signature=signature.id,
        strength=signature.strength,
        points_to=compiled.points,
        evidence=tuple(sorted(evidence)),
        cause=cause,
        reason=reason,
        source=compiled.source,
    )


def _without_segment(evidence: Evidence) -> str:
    """What a scope says, without the word that says of what: ``name/HD IPC`` is "HD IPC"."""
    head, slash, rest = evidence.value.partition("/")
    return rest if slash and rest and evidence.name == SCOPE_FIELD and head.isalpha() else evidence.value


def _mac_signs(heard: Heard, signatures: SignatureSet) -> list[Sign]:
    """One sign per registered MAC. All have one cause: however many MACs, the registry alone is never a verdict."""
    owners: dict[str, tuple[Registrant, list[int]]] = {}
    for item in (item for name in (*MAC_FIELDS, *REALM_FIELDS) for item in heard.all(name)):
        mac = mac_address(item.evidence.value)
        registrant = signatures.oui.find(mac) if mac else None
        if mac and registrant:
            owners.setdefault(mac, (registrant, []))[1].append(item.id)
    return [sign for owner, ids in owners.values() for sign in _mac_sign(owner, ids)]


def _mac_sign(owner: Registrant, ids: list[int]) -> Iterator[Sign]:
    strength = _ROLE_STRENGTH.get(owner.role)
    named = (("maker", owner.maker), ("brand", owner.brand))
    if owner.role is Role.MIXED:
        named = (("maker", None), ("brand", owner.brand or owner.maker))
    points = [(axis, value) for axis, value in named if value]
    if strength is None or not points:
        return
    yield Sign(
        signature=f"oui.{owner.maker or owner.brand}",
        strength=strength,
        points_to=tuple(points),
        evidence=tuple(sorted(ids)),
        cause="oui",
        reason=f"MAC {_block(owner.prefix)} is registered to {owner.name}",
        source="IEEE registry of MAC address blocks",
    )


def _block(prefix: str) -> str:
    return ":".join(prefix[at : at + 2] for at in range(0, len(prefix), 2)).lower()


def _model_signs(heard: Heard, signatures: SignatureSet, captures: list[Capture], makers: set[str]) -> list[Sign]:
    """Signs from model names, per protocol that named the model: a name has the weight of what carried it.

    ``makers`` are those that other signs name: where several firms use a form of name, it says something only
    beside such a sign.
    """
    named: dict[tuple[str, str], list[int]] = defaultdict(list)
    for name in MODEL_FIELDS:
        for item in heard.all(name):
            named[(protocol(name), item.evidence.value)].append(item.id)
    for item in heard.all(SCOPE_FIELD):
        if item.evidence.value.startswith(HARDWARE):
            named[(protocol(SCOPE_FIELD), item.evidence.value.removeprefix(HARDWARE))].append(item.id)
    for capture in captures:
        if capture.name == "model":
            source = protocol(heard.items[capture.evidence - 1].evidence.name)
            ids = named[(source, capture.value)]
            if capture.evidence not in ids:
                ids.append(capture.evidence)
    rules = signatures.models
    return [sign for (source, model), ids in named.items() for sign in _model_sign(source, model, ids, rules, makers)]


def _model_sign(source: str, model: str, ids: list[int], rules: ModelRules, makers: set[str]) -> Iterator[Sign]:
    found = rules.find(model)
    name = clean_model(model)
    if found is None or name is None:
        return
    rule, names_maker = found
    if rule.confidence is not Strength.STRONG and rule.maker not in makers:
        return
    for axis, value, strength in _model_points(rule, names_maker=names_maker):
        yield Sign(
            signature=f"model.{axis}.{value}",
            strength=strength,
            points_to=((axis, value),),
            evidence=tuple(ids),
            cause=source,
            reason=f'model name "{neutralise(name, _SHOWN)}" is of the series: {rule.series}',
            source=rule.source,
        )


def _model_points(rule: ModelRule, *, names_maker: bool) -> Iterator[tuple[str, str, Strength]]:
    if rule.kind is not None:
        yield "kind", rule.kind.value, rule.confidence
    brand = rule.brand or (rule.maker if names_maker else None)
    if brand is not None:
        # Some sellers keep the maker's model names under their own label.
        yield "brand", brand, Strength.WEAK
    if names_maker and rule.maker is not None:
        yield "maker", rule.maker, Strength.MEDIUM
