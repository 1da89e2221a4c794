"""A device's observations, put in order for judging: each piece of evidence once, with how far it is believed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from camscan.device import HeardEvidence
from camscan.evidence import Evidence, IPAddress, Observation, Outcome, Transport, Via

_SPOKE = frozenset(
    {Outcome.OK, Outcome.AUTH_REQUIRED, Outcome.TRUNCATED, Outcome.MALFORMED, Outcome.NOT_THIS_PROTOCOL, Outcome.CLOSED}
)
"""Outcomes after which a TCP connection was set up, so the address is no claim."""

_LINK_FIELDS = frozenset({"arp.mac", "neighbour.mac"})


@dataclass(frozen=True, slots=True)
class Heard:
    """What a device said. ``answers`` are the pieces of evidence of one observation each, as places in ``items``;
    ``proven`` are the numbers (HeardEvidence.id) of evidence that is more than a claim."""

    observations: tuple[Observation, ...]
    items: tuple[HeardEvidence, ...]
    answers: tuple[tuple[int, ...], ...]
    proven: frozenset[int]
    by_field: Mapping[str, Sequence[HeardEvidence]]
    """The items of each field, oldest first."""

    def latest(self, name: str) -> HeardEvidence | None:
        """The newest evidence of one field that is not empty."""
        return next((item for item in reversed(self.all(name)) if item.evidence.value), None)

    def all(self, name: str) -> Sequence[HeardEvidence]:
        """All evidence of one field, oldest first."""
        return self.by_field.get(name, ())


def hear(observations: Sequence[Observation]) -> Heard:
    """Observations of one device in the order of time. Evidence that the same door gave again is numbered once, as
    heard last; every answer still holds all that it said."""
    ordered = tuple(sorted(observations, key=lambda item: item.at))
    doors: dict[tuple[object, ...], int] = {}
    newest: dict[_Key, tuple[Evidence, Observation]] = {}
    said: list[list[_Key]] = []
    for observation in ordered:
        door = (observation.ip, observation.port, observation.transport, observation.via, observation.probe)
        number = doors.setdefault(door, len(doors))
        keys = [(number, evidence.name, evidence.value) for evidence in observation.evidence]
        for key, evidence in zip(keys, observation.evidence, strict=True):
            newest.pop(key, None)
            newest[key] = (evidence, observation)
        if keys:
            said.append(keys)
    places = {key: place for place, key in enumerate(newest)}
    items = tuple(
        HeardEvidence(number, evidence, observation)
        for number, (evidence, observation) in enumerate(newest.values(), 1)
    )
    answers = dict.fromkeys(tuple(sorted({places[key] for key in keys})) for keys in said)
    by_field: dict[str, list[HeardEvidence]] = {}
    for item in items:
        by_field.setdefault(item.evidence.name, []).append(item)
    return Heard(ordered, items, tuple(answers), _proven(ordered, items), by_field)


_Key = tuple[int, str, str]
"""Number of the door (address, port, way and probe), field, value."""


def _proven(observations: Sequence[Observation], items: Sequence[HeardEvidence]) -> frozenset[int]:
    """Rule 6 of the design: a claim counts once its sender has completed a conversation (over TCP, or by a unicast
    answer from an address that also answered ARP or TCP)."""
    conversed: set[IPAddress] = set()
    alive: set[IPAddress] = set()
    unicast: set[IPAddress] = set()
    for observation in observations:
        transport, outcome = observation.transport, observation.outcome
        if observation.via is Via.IMPORTED:
            continue
        if transport is Transport.TCP:
            if outcome in _SPOKE:
                conversed.add(observation.ip)
            elif outcome is Outcome.REFUSED:
                alive.add(observation.ip)
        elif transport is Transport.UDP:
            if observation.via is Via.UNICAST and observation.evidence:
                unicast.add(observation.ip)
        elif any(item.name in _LINK_FIELDS for item in observation.evidence):
            alive.add(observation.ip)
    proven = conversed | (unicast & alive)
    if not proven:
        return frozenset()
    believed = {id(item) for item in observations if item.via is not Via.IMPORTED and item.ip in proven}
    return frozenset(item.id for item in items if id(item.observation) in believed)
