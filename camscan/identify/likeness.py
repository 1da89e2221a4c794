"""Which devices must come to the same conclusion? Then one of them is judged, and not a hundred thousand.

Of what a device said, only some values bear on maker, brand, kind and model: those that meet a condition, the
registrant of a MAC, and model names. Two devices that said the same of these, at the same doors, are alike; serial
numbers, addresses and times are passed over.
"""

from collections.abc import Hashable, Iterable, Sequence
from enum import IntEnum

from camscan.evidence import FIELDS, Outcome, Transport, Via
from camscan.identify.attributes import MODEL_SOURCES
from camscan.identify.heard import LINK_FIELDS, SPOKE
from camscan.identify.signature_set import SignatureSet
from camscan.identify.signs import HARDWARE, MAC_FIELDS, MODEL_FIELDS, REALM_FIELDS, SCOPE_FIELD

_SPOKE = frozenset(outcome.value for outcome in SPOKE)
_TCP, _UDP = Transport.TCP.value, Transport.UDP.value
_REFUSED, _UNICAST, _IMPORTED = Outcome.REFUSED.value, Via.UNICAST.value, Via.IMPORTED.value
_PASSIVE = Via.PASSIVE.value
_REALMS, _MACS = frozenset(REALM_FIELDS), frozenset((*MAC_FIELDS, *REALM_FIELDS))
_NAMES = frozenset(name for name in (*MODEL_FIELDS, *MODEL_SOURCES) if name in FIELDS) - _REALMS - {SCOPE_FIELD}

_TELLING = _MACS | _NAMES | {SCOPE_FIELD} | LINK_FIELDS
"""Fields of which a value can tell something though it meets no condition."""


class Life(IntEnum):
    """What an observation proves of its sender by itself (see ``heard``)."""

    NOTHING = 0
    REFUSED = -1
    SPOKE = -2
    UNICAST = -3


def life(transport: str, via: str, outcome: str, *, answered: bool) -> Life:
    """What an observation with these stored words proves; ``answered`` where it yielded evidence."""
    if via == _IMPORTED or (transport == _TCP and via == _PASSIVE):
        return Life.NOTHING
    if transport == _TCP and outcome == _REFUSED:
        return Life.REFUSED
    if transport == _TCP and outcome in _SPOKE:
        return Life.SPOKE
    return Life.UNICAST if transport == _UDP and via == _UNICAST and answered else Life.NOTHING


class Likeness:
    """Numbers for values and for answers, and keys for devices, with regard to one signature set."""

    def __init__(self, signatures: SignatureSet) -> None:
        self._signatures = signatures
        self._numbers: dict[Hashable, int] = {}
        self._names: set[int] = set()
        self._answers: dict[Hashable, int] = {}
        self._naming: dict[int, tuple[int, ...]] = {}
        self.fields = _TELLING.union(signatures.matcher.fields())
        """Fields of which a value can tell something."""

    def of_value(self, name: str, value: str) -> int | None:
        """A number that all values have which tell the same, or None for one that tells nothing."""
        hits = self._signatures.matcher.hits_once(name, value)
        if not hits and name not in _TELLING:
            return None
        told: list[Hashable] = []
        named: str | None = None
        for hit in hits:
            models = tuple(text for group, text in hit.captures if group == "model")
            told.append((hit.condition, models))
            named = named or next(iter(models), None)
        if name in _MACS:
            registrant = self._signatures.oui.find(value)
            if registrant is not None:
                told.append((registrant.role, registrant.maker, registrant.brand))
        if self._names_model(name, value):
            named = value
        if not told and named is None and name not in LINK_FIELDS:
            return None
        number = self._numbers.setdefault((name, tuple(told), named), len(self._numbers))
        if named is not None:
            self._names.add(number)
        return number

    def _names_model(self, name: str, value: str) -> bool:
        if name in _REALMS:
            return self._signatures.models.find(value) is not None
        return name in _NAMES or (name == SCOPE_FIELD and value.startswith(HARDWARE))

    def of_answer(self, door: str, proves: Life, said: Sequence[int]) -> int:
        """A number that all observations have which tell the same at the same door, and 0 for one that tells nothing.

        ``door`` tells transport, port, way, probe and outcome apart and need not be read; ``proves`` is what the
        observation proves where it told nothing; ``said`` are the numbers of ``of_value`` of what it told, in the
        order of the answer.
        """
        if not said and not proves:
            return 0
        number = self._answers.setdefault((door, *said) if said else proves, len(self._answers) + 1)
        naming = tuple(one for one in said if one in self._names)
        if naming:
            self._naming[number] = naming
        return number

    def of_device(self, answers: Iterable[tuple[str, int]]) -> Hashable:
        """A key that is the same only for devices that come to the same maker, brand, kind and model, with the same
        verdicts and signatures. ``answers`` are a device's observations in the order of time: the address of each and
        its number of ``of_answer``."""
        hosts: dict[str, int] = {}
        told = [(hosts.setdefault(ip, len(hosts)), answer) for ip, answer in answers if answer]
        naming = [self._naming[answer] for _host, answer in reversed(told) if answer in self._naming]
        return frozenset(told), tuple(dict.fromkeys(name for names in naming for name in reversed(names)))
