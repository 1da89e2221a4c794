"""Which evidence belongs to one device, over years in which addresses change hands. Pure functions.

A device is known, from the strongest sign to the weakest, by its serial number, by (site, MAC heard by ARP), by
its ONVIF endpoint, and by (site, address). The first three are *keys*: they may join what was heard at two
addresses. An address alone keeps a device's history together, but never lets old evidence speak for what answers
there today (``speaking``): after a camera was replaced, last year's answers must not accuse its successor.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address

from camscan.evidence import IPAddress, Observation, Outcome, Via
from camscan.inventory.records import ScanKind
from camscan.safe.mac import mac_address
from camscan.safe.pattern import compile_text


class KeyKind(StrEnum):
    """Kinds of key."""

    SERIAL = "serial"
    MAC = "mac"
    ENDPOINT = "endpoint"


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Something only one device should have. ``site`` is empty but for a MAC: MACs are compared within a site."""

    kind: KeyKind
    site: str
    value: str


@dataclass(frozen=True, slots=True, order=True)
class HeardKey:
    """A key and the evidence field that told it: serials are compared field by field."""

    key: Key
    field: str


_MAC_FIELDS = ("arp.mac", "neighbour.mac")
_SERIAL_FIELDS = ("sadp.serial", "dhip.serial", "onvif.serial", "owner.serial", "ssdp.serial")
_ENDPOINT_FIELDS = ("wsd.epr",)

_VIRTUAL_ROUTERS = ("00:00:5e:00:01:", "00:00:5e:00:02:", "00:00:0c:07:ac:", "00:00:0c:9f:f", "00:05:73:a0:")
"""VRRP for IPv4 and IPv6 (RFC 9568 7.3); Cisco's HSRP version 1, version 2, and for IPv6."""

_PLACEHOLDERS = frozenset(
    {"NONE", "NULL", "UNKNOWN", "DEFAULT", "SERIAL", "SERIALNUMBER", "NOTAVAILABLE", "TOBEFILLED"}
)
_COUNTING = "01234567890123456789"
_UUID_DIGITS = compile_text(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")

_V6_ADDRESSES = 8
"""More IPv6 addresses than this behind one key are not one device's (link-local, stable, temporary ones)."""

_SUFFIX = 8
"""A serial that ends another one counts as the same from this length on: Hikvision tells ``DS-...AAWR123456789``
at one door and ``123456789`` at another."""


IMPORT_AGE = timedelta(days=30)
"""What another tool heard longer than this before our newest scan says nothing about today's device."""


def usable_mac(text: str) -> str | None:
    """``text`` as a MAC that can identify a device, or None: malformed, a group address, locally administered
    (IEEE 802 second-lowest bit of the first octet: virtual or random), or a virtual router's."""
    mac = mac_address(text)
    if mac is None or int(mac[1], 16) & 2 or mac.startswith(_VIRTUAL_ROUTERS):
        return None
    return mac


def usable_serial(text: str) -> str | None:
    """``text`` as a serial number that can identify a device, or None for the placeholders that firmware ships."""
    serial = "".join(text.split()).upper()
    plain = "".join(char for char in serial if char.isalnum())
    if not 6 <= len(plain) <= len(serial) <= 128 or len(set(plain)) < 3:
        return None
    if plain in _PLACEHOLDERS or plain in _COUNTING or plain in _COUNTING[::-1]:
        return None
    return serial


def usable_endpoint(text: str) -> str | None:
    """``text`` as an ONVIF endpoint that can identify a device: it must hold a UUID that is not a pattern."""
    endpoint = text.strip().lower()
    found = _UUID_DIGITS.search(endpoint[:256])
    digits = (found.group() or "").replace("-", "") if found else ""
    return endpoint if len(endpoint) <= 256 and len(set(digits)) >= 4 else None


def keys_of(site: str, observations: Iterable[Observation]) -> frozenset[HeardKey]:
    """The keys that the observations of one address hold, the contradicting ones left out.

    Imported evidence gives none: another tool's file cannot join devices.
    """
    keys: set[HeardKey] = set()
    for observation in observations:
        if observation.via is Via.IMPORTED:
            continue
        for item in observation.evidence:
            if item.name in _MAC_FIELDS and (mac := usable_mac(item.value)):
                keys.add(HeardKey(Key(KeyKind.MAC, site, mac), item.name))
            elif item.name in _SERIAL_FIELDS and (serial := usable_serial(item.value)):
                keys.add(HeardKey(Key(KeyKind.SERIAL, "", serial), item.name))
            elif item.name in _ENDPOINT_FIELDS and (endpoint := usable_endpoint(item.value)):
                keys.add(HeardKey(Key(KeyKind.ENDPOINT, "", endpoint), item.name))
    return consistent(keys)


def consistent(keys: Collection[HeardKey]) -> frozenset[HeardKey]:
    """``keys`` of one address without those that contradict each other: two MACs, or two serials in one field."""
    macs = _of(KeyKind.MAC, keys)
    serials = _serials(keys)
    return frozenset(
        heard
        for heard in keys
        if (heard.key.kind is not KeyKind.MAC or len(macs) == 1)
        and (heard.key.kind is not KeyKind.SERIAL or len(serials[heard.field]) == 1)
    )


def serials_differ(mine: Iterable[HeardKey], theirs: Iterable[HeardKey]) -> bool:
    """Whether one field told different serials: proof of two devices."""
    ours, others = _serials(mine), _serials(theirs)
    return any(
        not any(_same_serial(one, two) for one in ours[field] for two in others[field])
        for field in ours.keys() & others.keys()
    )


def may_join(mine: Iterable[HeardKey], theirs: Iterable[HeardKey]) -> bool:
    """Whether what was heard at two addresses may be joined: never where serials differ, in one field or, with no
    pair that agrees, between fields."""
    mine, theirs = tuple(mine), tuple(theirs)
    ours, others = _serials(mine), _serials(theirs)
    if not ours or not others:
        return True
    return not serials_differ(mine, theirs) and _serials_agree(ours, others)


def continues(known: Collection[HeardKey], seen: Collection[HeardKey]) -> bool:
    """Whether what is heard at an address now may be the device that was known there.

    Different serials, or with no key in common different MACs, say no. A changed endpoint alone says nothing:
    some firmware makes a new one at every start.
    """
    if serials_differ(known, seen):
        return False
    if shares_key(known, seen) or _serials_agree(_serials(known), _serials(seen)):
        return True
    return not (_of(KeyKind.MAC, known) and _of(KeyKind.MAC, seen))


def shares_key(known: Iterable[HeardKey], seen: Iterable[HeardKey]) -> bool:
    """Whether two sets of keys have one in common."""
    return not {heard.key for heard in known}.isdisjoint(heard.key for heard in seen)


def answers_for_several(addresses: Collection[IPAddress]) -> bool:
    """Whether a key heard at these addresses at one time belongs to no single device (a router, a proxy, clones).

    One device may well have an IPv4 address, a link-local one beside it (RFC 3927), and some of IPv6.
    """
    fours = {one for one in addresses if isinstance(one, IPv4Address) and not one.is_link_local}
    sixes = [one for one in addresses if not isinstance(one, IPv4Address)]
    return len(fours) > 1 or len(sixes) > _V6_ADDRESSES


@dataclass(frozen=True, slots=True)
class Known:
    """A device that was heard at an address before. ``moved``: since then it was heard at another one."""

    id: int
    moved: bool
    keys: frozenset[HeardKey]


def choose(here: Sequence[Known], seen: Collection[HeardKey]) -> int | None:
    """Which of the devices known at an address, newest first, is heard there now, if any.

    The newest, unless it contradicts or has moved away; another one only where a key proves that it is back.
    """
    for place, known in enumerate(here):
        back = shares_key(known.keys, seen) and not serials_differ(known.keys, seen)
        stayed = place == 0 and not known.moved
        if back or (stayed and continues(known.keys, seen)):
            return known.id
    return None


def components(members: Collection[int], merges: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Each member with the lowest member that ``merges`` connect it to."""
    root = {member: member for member in members}

    def find(member: int) -> int:
        while root[member] != member:
            root[member] = root[root[member]]
            member = root[member]
        return member

    for one, two in merges:
        if one in root and two in root:
            low, high = sorted((find(one), find(two)))
            root[high] = low
    return {member: find(member) for member in members}


def proves_life(observation: Observation) -> bool:
    """Whether something was there at all: silence proves nothing, nor does a question that was never sent."""
    return observation.outcome not in (Outcome.TIMED_OUT, Outcome.OUT_OF_SCOPE)


def proves_presence(observation: Observation) -> bool:
    """Whether the device was heard on the network then. What a list merely states is no sighting."""
    stated = observation.via is Via.IMPORTED and all(item.source == "import" for item in observation.evidence)
    return proves_life(observation) and not stated


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one scan heard at one address of a device.

    ``order`` counts scans upwards by when they began; ``kind`` is what brought it in; ``heard`` where anything
    answered or was stated;
    ``seen`` is when the device was last heard on the network, None where a list merely states it.
    """

    id: int
    order: int
    ip: IPAddress
    heard: bool
    kind: ScanKind
    seen: datetime | None
    keys: frozenset[Key]


def latest(sightings: Collection[Sighting]) -> tuple[Sighting, ...]:
    """The sightings of the newest scan or listening that heard the device; of the newest import where none did."""
    heard = [one for one in sightings if one.heard]
    return _newest([one for one in heard if one.kind is not ScanKind.IMPORT] or heard)


def speaking(sightings: Collection[Sighting]) -> tuple[Sighting, ...]:
    """The sightings whose evidence speaks for the device as it is today, newest first.

    Those are the newest scan's, older ones that a key ties to it, and imports, unless another tool heard them more
    than IMPORT_AGE before. Where the newest only listened, which asks nothing, the scan before it speaks as well.
    """
    anchor = latest(sightings)
    if any(one.kind is ScanKind.LISTEN for one in anchor):
        places = {one.ip for one in anchor}
        scanned = [one for one in sightings if one.kind is ScanKind.SCAN and one.heard and one.ip in places]
        anchor += _newest(scanned)
    keys = frozenset(key for one in anchor for key in one.keys)
    oldest = min((one.seen for one in anchor if one.seen), default=datetime.min.replace(tzinfo=UTC) + IMPORT_AGE)

    def speaks(one: Sighting) -> bool:
        if one.kind is ScanKind.IMPORT:
            return one.seen is None or one.seen >= oldest - IMPORT_AGE
        return not keys.isdisjoint(one.keys)

    chosen = [one for one in sightings if one in anchor or speaks(one)]
    return tuple(sorted(chosen, key=lambda one: (one.order, one.id), reverse=True))


def _newest(sightings: Collection[Sighting]) -> tuple[Sighting, ...]:
    newest = max((one.order for one in sightings), default=None)
    return tuple(one for one in sightings if one.order == newest)


def addresses_of(sightings: Collection[Sighting]) -> tuple[IPAddress, ...]:
    """The addresses a device had when last heard: IPv4 first, then global, then link-local ones."""
    return tuple(sorted({one.ip for one in latest(sightings)}, key=lambda ip: (ip.version, ip.is_link_local, int(ip))))


def _of(kind: KeyKind, keys: Iterable[HeardKey]) -> set[Key]:
    return {heard.key for heard in keys if heard.key.kind is kind}


def _serials(keys: Iterable[HeardKey]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for heard in keys:
        if heard.key.kind is KeyKind.SERIAL:
            found.setdefault(heard.field, set()).add(heard.key.value)
    return found


def _serials_agree(ours: Mapping[str, set[str]], others: Mapping[str, set[str]]) -> bool:
    return any(
        _same_serial(one, two) for some in ours.values() for one in some for more in others.values() for two in more
    )


def _same_serial(one: str, two: str) -> bool:
    short, long = sorted((one, two), key=len)
    return short == long or (len(short) >= _SUFFIX and long.endswith(short))
