"""A device's observations, put in order for judging: each piece of evidence once, with how far it is believed."""

from collections.abc import Sequence
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

    def latest(self, name: str) -> HeardEvidence | None:
        """The newest evidence of one field that is not empty."""
        return next((item for item in reversed(self.items) if item.evidence.name == name and item.evidence.value), None)

    def all(self, name: str) -> tuple[HeardEvidence, ...]:
        """All evidence of one field, oldest first."""
        return tuple(item for item in self.items if item.evidence.name == name)


def hear(observations: Sequence[Observation]) -> Heard:
    """Observations of one device in the order of time. Evidence that the same door gave again is numbered once, as
    heard last; every answer still holds all that it said."""
    ordered = tuple(sorted(observations, key=lambda item: item.at))
    newest: dict[_Key, tuple[int, Evidence]] = {}
    for place, observation in enumerate(ordered):
        for evidence in observation.evidence:
            key = _key(observation, evidence)
            newest.pop(key, None)
            newest[key] = (place, evidence)
    places = {key: number for number, key in enumerate(newest)}
    items = tuple(
        HeardEvidence(number, evidence, ordered[place]) for number, (place, evidence) in enumerate(newest.values(), 1)
    )
    answers = dict.fromkeys(
        tuple(sorted({places[_key(observation, evidence)] for evidence in observation.evidence}))
        for observation in ordered
        if observation.evidence
    )
    return Heard(ordered, items, tuple(answers), _proven(ordered, items))


_Key = tuple[IPAddress, int, Transport, Via, str, str, str]


def _key(observation: Observation, evidence: Evidence) -> _Key:
    return (
        observation.ip,
        observation.port,
        observation.transport,
        observation.via,
        observation.probe,
        evidence.name,
        evidence.value,
    )


def _proven(observations: Sequence[Observation], items: Sequence[HeardEvidence]) -> frozenset[int]:
    """Rule 6 of the design: a claim counts once its sender has completed a conversation (over TCP, or by a unicast
    answer from an address that also answered ARP or TCP)."""
    conversed: set[IPAddress] = set()
    alive: set[IPAddress] = set()
    unicast: set[IPAddress] = set()
    for observation in observations:
        if observation.via is Via.IMPORTED:
            continue
        if observation.transport is Transport.TCP:
            if observation.outcome in _SPOKE:
                conversed.add(observation.ip)
            if observation.outcome in _SPOKE or observation.outcome is Outcome.REFUSED:
                alive.add(observation.ip)
        elif observation.transport is Transport.UDP and observation.via is Via.UNICAST and observation.evidence:
            unicast.add(observation.ip)
        if any(item.name in _LINK_FIELDS for item in observation.evidence):
            alive.add(observation.ip)
    proven = conversed | (unicast & alive)
    return frozenset(
        item.id for item in items if item.observation.via is not Via.IMPORTED and item.observation.ip in proven
    )
