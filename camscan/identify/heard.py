"""A device's observations, put in order for judging: each piece of evidence once, with how far it is believed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from camscan.device import HeardEvidence
from camscan.evidence import Evidence, IPAddress, Observation, Outcome, Transport, Via

SPOKE = frozenset(
    {Outcome.OK, Outcome.AUTH_REQUIRED, Outcome.TRUNCATED, Outcome.MALFORMED, Outcome.NOT_THIS_PROTOCOL, Outcome.CLOSED}
)
"""Outcomes after which a TCP connection was set up, so the address is no claim."""

LINK_FIELDS = frozenset({"arp.mac", "neighbour.mac"})
"""Fields that prove an address alive."""


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
    ordered = tuple(sorted(observations, key=_moment))
    hosts = _hosts(ordered)
    doors: dict[tuple[object, ...], int] = {}
    newest: dict[_Key, tuple[Evidence, Observation]] = {}
    said: list[list[_Key]] = []
    for observation, host in zip(ordered, hosts, strict=True):
        if not observation.evidence:
            continue
        door = (host, observation.port, observation.transport, observation.via, observation.probe)
        number = doors.setdefault(door, len(doors))
        keys: list[_Key] = []
        for evidence in observation.evidence:
            key = (number, evidence.name, evidence.value)
            keys.append(key)
            newest.pop(key, None)
            newest[key] = (evidence, observation)
        said.append(keys)
    places = dict(zip(newest, range(len(newest)), strict=True))
    items = tuple(
        HeardEvidence(number, evidence, observation)
        for number, (evidence, observation) in enumerate(newest.values(), 1)
    )
    answers = dict.fromkeys(tuple(sorted({places[key] for key in keys})) for keys in said)
    by_field: dict[str, list[HeardEvidence]] = {}
    for item in items:
        by_field.setdefault(item.evidence.name, []).append(item)
    return Heard(ordered, items, tuple(answers), _proven(ordered, hosts, items), by_field)


def _moment(observation: Observation) -> datetime:
    return observation.at


def _hosts(observations: Sequence[Observation]) -> list[int]:
    """A small number for the address of each observation: addresses are slow to hash, and mostly one object."""
    by_object: dict[int, int] = {}
    by_value: dict[IPAddress, int] = {}
    numbers = []
    for observation in observations:
        number = by_object.get(id(observation.ip))
        if number is None:
            number = by_value.setdefault(observation.ip, len(by_value))
            by_object[id(observation.ip)] = number
        numbers.append(number)
    return numbers


_Key = tuple[int, str, str]
"""Number of the door (address, port, way and probe), field, value."""


def _proven(observations: Sequence[Observation], hosts: list[int], items: Sequence[HeardEvidence]) -> frozenset[int]:
    """Rule 6 of the design: a claim counts once its sender has completed a conversation (over TCP, or by a unicast
    answer from an address that also answered ARP or TCP)."""
    conversed: set[int] = set()
    alive: set[int] = set()
    unicast: set[int] = set()
    for observation, host in zip(observations, hosts, strict=True):
        transport, outcome = observation.transport, observation.outcome
        if observation.via is Via.IMPORTED:
            continue
        if transport is Transport.TCP and observation.via is not Via.PASSIVE:  # which is one side of it, overheard
            if outcome in SPOKE:
                conversed.add(host)
            elif outcome is Outcome.REFUSED:
                alive.add(host)
        elif transport is Transport.UDP:
            if observation.via is Via.UNICAST and observation.evidence:
                unicast.add(host)
        elif any(item.name in LINK_FIELDS for item in observation.evidence):
            alive.add(host)
    proven = conversed | (unicast & alive)
    if not proven:
        return frozenset()
    believed = {
        id(observation)
        for observation, host in zip(observations, hosts, strict=True)
        if host in proven and observation.via is not Via.IMPORTED
    }
    return frozenset(item.id for item in items if id(item.observation) in believed)
