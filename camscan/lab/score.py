"""How well a scan did against an estate whose truth is known: found, right, and above all, wrongly accused."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from camscan.device import Device, Verdict
from camscan.evidence import IPAddress
from camscan.lab.place import Truth

SHOWN = 12
"""Missed addresses that are listed; wrong accusations are all listed."""


@dataclass(frozen=True, slots=True)
class Accusation:
    """A device that was called another maker's than its own, at whatever verdict."""

    ip: IPAddress
    said: str
    verdict: Verdict
    truth: str | None


@dataclass(frozen=True, slots=True)
class MakerScore:
    """One maker: devices there are, devices called so, and how many of them rightly."""

    maker: str
    there: int
    said: int
    right: int

    @property
    def recall(self) -> float:
        """Share of its devices that were named (1 where there are none)."""
        return self.right / self.there if self.there else 1.0

    @property
    def precision(self) -> float:
        """Share of what was called so that is so (1 where nothing was)."""
        return self.right / self.said if self.said else 1.0


@dataclass(frozen=True, slots=True)
class Score:
    """The comparison. ``found`` counts devices of the estate, ``strangers`` addresses that are none of it.

    Brand, kind and model are counted among the devices found: (right, of how many whose truth is known).
    """

    devices: int
    found: int
    missed: tuple[IPAddress, ...]
    strangers: tuple[IPAddress, ...]
    makers: tuple[MakerScore, ...]
    wrong: tuple[Accusation, ...]
    unnamed: int
    """Devices found whose maker is known in truth and was not named."""
    brand: tuple[int, int]
    kind: tuple[int, int]
    model: tuple[int, int]

    @property
    def recall(self) -> float:
        """Share of the devices with a known maker that were found and named rightly."""
        there = sum(maker.there for maker in self.makers)
        return sum(maker.right for maker in self.makers) / there if there else 1.0

    @property
    def precision(self) -> float:
        """Share of the makers named that are right."""
        said = sum(maker.said for maker in self.makers)
        return sum(maker.right for maker in self.makers) / said if said else 1.0


def score(truth: Mapping[IPAddress, Truth], devices: Sequence[Device]) -> Score:
    """Compares conclusions with the truth. A verdict of ``suspected`` or better that names a maker counts as said;
    a device that answers under several addresses is counted at each of them."""
    heard = _by_address(truth, devices)
    known = {ip: device for ip, device in heard.items() if ip in truth}
    said = {ip: device.maker for ip, device in known.items() if device.maker and device.verdict is not Verdict.UNKNOWN}
    wrong = tuple(
        Accusation(ip, maker, known[ip].verdict, truth[ip].maker)
        for ip, maker in sorted(said.items())
        if maker != truth[ip].maker
    )
    there = Counter(item.maker for item in truth.values() if item.maker)
    calls = Counter(said.values())
    right = Counter(maker for ip, maker in said.items() if maker == truth[ip].maker)
    return Score(
        devices=len(truth),
        found=len(known),
        missed=tuple(sorted(ip for ip in truth if ip not in heard)),
        strangers=tuple(sorted(ip for ip in heard if ip not in truth)),
        makers=tuple(
            MakerScore(maker, there[maker], calls[maker], right[maker]) for maker in sorted(there.keys() | calls.keys())
        ),
        wrong=wrong,
        unnamed=sum(1 for ip in known if truth[ip].maker and ip not in said),
        brand=_share([(truth[ip].brand, device.brand) for ip, device in known.items()]),
        kind=_share([(str(truth[ip].kind), str(device.kind)) for ip, device in known.items()]),
        model=_share([(truth[ip].model if truth[ip].maker else None, device.model) for ip, device in known.items()]),
    )


def _by_address(truth: Mapping[IPAddress, Truth], devices: Sequence[Device]) -> dict[IPAddress, Device]:
    named = {str(ip): ip for ip in truth}
    heard: dict[IPAddress, Device] = {}
    for device in devices:
        heard[device.ip] = device
        heard.update({named[text]: device for text in device.addresses if text in named})
    return heard


def _share(pairs: Sequence[tuple[str | None, str | None]]) -> tuple[int, int]:
    known = [(true, said) for true, said in pairs if true is not None]
    return sum(1 for true, said in known if true == said), len(known)


def render(result: Score) -> tuple[str, ...]:
    """The comparison as lines of plain text; every accusation that is wrong has one of its own."""
    lines = [f"found {result.found} of {result.devices} devices"]
    if result.missed:
        more = f" and {len(result.missed) - SHOWN} more" if len(result.missed) > SHOWN else ""
        lines.append(f"  missed: {', '.join(str(ip) for ip in result.missed[:SHOWN])}{more}")
    width = max((len(maker.maker) for maker in result.makers), default=5)
    lines.append(f"{'maker':<{width}}  there  named  right  recall  precision")
    lines += [
        f"{maker.maker:<{width}}  {maker.there:>5}  {maker.said:>5}  {maker.right:>5}"
        f"  {maker.recall:>5.0%}   {maker.precision:>7.0%}"
        for maker in result.makers
    ]
    lines.append(
        f"all makers: recall {result.recall:.0%}, precision {result.precision:.0%}; {result.unnamed} not named"
    )
    for name, (right, of) in (("brand", result.brand), ("kind", result.kind), ("model", result.model)):
        lines.append(f"{name} right: {right} of {of}")
    lines.append(f"wrong accusations: {len(result.wrong)}")
    lines += [
        f"  {item.ip} was called {item.said} ({item.verdict}), in truth {item.truth or 'nobody knows whose'}"
        for item in result.wrong
    ]
    if result.strangers:
        lines.append(f"addresses that are none of the estate: {', '.join(str(ip) for ip in result.strangers)}")
    return tuple(lines)
