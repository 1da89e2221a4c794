"""Why does it say so? The reasons as rows of plain words; whoever shows them decides how."""

from dataclasses import dataclass
from datetime import datetime

from camscan.device import Conflict, Device, HeardEvidence, Kind, Sign, Strength, Verdict
from camscan.evidence import Transport, Via
from camscan.identify.settle import CONVERSATION
from camscan.identify.signature_set import SignatureSet
from camscan.safe.text import neutralise

_VALUE_LIMIT = 60
_KINDS = {
    Kind.CAMERA: "camera",
    Kind.RECORDER: "recorder",
    Kind.INTERCOM: "intercom",
    Kind.ACCESS_CONTROL: "access control",
    Kind.SWITCH: "switch",
    Kind.VMS_SERVER: "video management server",
    Kind.OTHER: "other equipment",
    Kind.UNKNOWN: "class not known",
}
_HOW = {
    Via.CONVERSATION: "",
    Via.UNICAST: "",
    Via.MULTICAST: "by multicast",
    Via.PASSIVE: "overheard",
    Via.IMPORTED: "imported",
}


@dataclass(frozen=True, slots=True)
class ExplanationRow:
    """One sign. Every text is safe to print: device text in it has been neutralised.

    ``value`` is what the device said (shortened), ``heard`` when (UTC) and where: "10:02:14 tcp 554".
    """

    sign: str
    value: str
    points_to: str
    strength: Strength
    heard: str
    heard_at: datetime
    signature: str
    source: str
    evidence: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A device's reasons. ``headline`` is one line; ``why`` says why the maker is not confirmed and what would settle
    it, and is empty where the maker is confirmed."""

    headline: str
    rows: tuple[ExplanationRow, ...]
    conflicts: tuple[str, ...]
    why: str


def explain(device: Device, signatures: SignatureSet) -> Explanation:
    """The reasons for what ``device`` says, strongest sign first."""
    heard = {item.id: item for item in device.evidence}
    return Explanation(
        headline=_headline(device, signatures),
        rows=tuple(_row(sign, heard, signatures) for sign in device.signs if any(i in heard for i in sign.evidence)),
        conflicts=tuple(_conflict(conflict, signatures) for conflict in device.conflicts),
        why=_why(device),
    )


def _headline(device: Device, signatures: SignatureSet) -> str:
    parts: list[str] = []
    if device.maker is not None:
        parts.append(f"{device.verdict.value}: made by {signatures.maker_name(device.maker)}")
    else:
        parts.append("maker unknown")
    model = neutralise(device.model, _VALUE_LIMIT) if device.model else ""
    if device.brand is not None and device.brand != device.maker:
        parts.append(f"sold as {signatures.brand_name(device.brand)} {model}".rstrip())
    elif model:
        parts.append(model)
    return f"{', '.join(parts)} ({_KINDS[device.kind]})"


def _row(sign: Sign, heard: dict[int, HeardEvidence], signatures: SignatureSet) -> ExplanationRow:
    items = [heard[number] for number in sign.evidence if number in heard]
    last = max(items, key=lambda item: item.observation.at)
    return ExplanationRow(
        sign=sign.reason,
        value=neutralise(items[0].evidence.value, _VALUE_LIMIT),
        points_to=", ".join(_point(axis, value, sign, signatures) for axis, value in sign.points_to),
        strength=sign.strength,
        heard=f"{last.observation.at:%H:%M:%S} {_where(last)}",
        heard_at=last.observation.at,
        signature=sign.signature,
        source=sign.source,
        evidence=sign.evidence,
    )


def _point(axis: str, value: str, sign: Sign, signatures: SignatureSet) -> str:
    if axis == "kind":
        return _KINDS[Kind(value)]
    if axis == "brand":
        alone = all(other != "maker" for other, _ in sign.points_to)
        return f"{signatures.brand_name(value)} (brand)" if alone else f"sold as {signatures.brand_name(value)}"
    return signatures.maker_name(value)


def _where(item: HeardEvidence) -> str:
    observation = item.observation
    if observation.transport in {Transport.TCP, Transport.UDP}:
        where = f"{observation.transport.value} {observation.port}"
    else:
        where = item.evidence.source
    return f"{where}, {_HOW[observation.via]}" if _HOW[observation.via] else where


_AXES = {"maker": "the maker", "brand": "the brand", "kind": "the class", "serial": "the serial number"}


def _conflict(conflict: Conflict, signatures: SignatureSet) -> str:
    values = " or ".join(_named(conflict.axis, value, signatures) for value in conflict.values)
    return f"Signs of weight disagree on {_AXES[conflict.axis]}: {values}."


def _named(axis: str, value: str, signatures: SignatureSet) -> str:
    if axis == "kind":
        return _KINDS[Kind(value)]
    if axis == "serial":
        return neutralise(value, _VALUE_LIMIT)
    return signatures.maker_name(value) if axis == "maker" else signatures.brand_name(value)


def _why(device: Device) -> str:
    if device.verdict is Verdict.CONFIRMED:
        return ""
    settle = _settling(device.would_settle)
    if any(conflict.axis == "maker" for conflict in device.conflicts):
        return f"Why not confirmed: the signs disagree on the maker. {settle}"
    if device.maker is None:
        told = "nothing that it said is a sign of a maker we know" if not device.signs else "its signs tell no maker"
        return f"Why not known: {told}. {settle}"
    signs = [sign for sign in device.signs if ("maker", device.maker) in sign.points_to]
    if device.would_settle[:1] == (CONVERSATION,):
        return f"Why not confirmed: so far it is only claimed, and anybody on the network can claim it. {settle}"
    return f"Why not confirmed: {_counted(signs)}. {settle}"


def _counted(signs: list[Sign]) -> str:
    """The strongest signs, those with one cause once: "one strong sign", "two medium signs"."""
    best = min((sign.strength for sign in signs), key=_ORDER.index)
    count = len({sign.cause for sign in signs if sign.strength is best})
    words = {1: "one", 2: "two", 3: "three"}
    return f"{words.get(count, str(count))} {best.value} sign{'s' if count > 1 else ''}"


_ORDER = list(Strength)


def _settling(phrases: tuple[str, ...]) -> str:
    if not phrases:
        return ""
    first = phrases[0][0].upper() + phrases[0][1:]
    if len(phrases) == 1:
        return f"{first} would settle it."
    return f"{', '.join([first, *phrases[1:-1]])}, or {phrases[-1]}, would settle it."
