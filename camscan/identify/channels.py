"""Cameras behind recorders: how many channels of a recorder have no camera that was seen.

A recorder's cameras often hang on a network of its own, where no scan reaches them. Whose camera is whose cannot be
told from outside, so every camera seen at a site may be any recorder's there, and a number stands only where that
leaves no choice. It counts channels, not cameras: a channel may be free.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from camscan.device import Device, Kind
from camscan.gaps import NotSeen, names

Sited = tuple[str, Device]
"""A device with the name of its site."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """``channels`` stands in the order of the devices given: how many channels of a recorder have no camera that was
    seen, None for everything else and where it cannot be told. ``gaps`` are (site, sentence) pairs."""

    channels: tuple[int | None, ...]
    gaps: tuple[tuple[str, NotSeen], ...]


def hidden_channels(devices: Sequence[Sited]) -> Hidden:
    """What recorders hide, from all devices of the sites concerned: with some left out, too much seems hidden."""
    found: dict[int, int] = {}
    gaps: list[tuple[str, NotSeen]] = []
    for site in dict.fromkeys(name for name, _ in devices):
        here = [(place, device) for place, (name, device) in enumerate(devices) if name == site]
        recorders = {place: device for place, device in here if device.kind is Kind.RECORDER and device.channels}
        seen = sum(_taken(device) for _, device in here if device.kind is Kind.CAMERA)
        total = sum(device.channels or 0 for device in recorders.values())
        each = {place: max(0, (device.channels or 0) - seen) for place, device in recorders.items()}
        if sum(each.values()) == max(0, total - seen):
            found |= each
            gaps += [(site, _alone(recorders[place], seen)) for place, hidden in each.items() if hidden]
        else:
            gaps.append((site, _together(list(recorders.values()), total, seen)))
    return Hidden(tuple(found.get(place) for place in range(len(devices))), tuple(gaps))


def _taken(camera: Device) -> int:
    """Channels that a camera fills: one with several sensors takes one for each."""
    return max(1, camera.channels or 1)


def _alone(recorder: Device, seen: int) -> NotSeen:
    return NotSeen(
        f"{recorder.ip} is a recorder for {_counted(recorder.channels or 0, 'camera')}; {_seen(seen)} at this site",
        _why([recorder]),
        "Compare with the list of cameras in the recorder's own menu.",
    )


def _together(recorders: list[Device], total: int, seen: int) -> NotSeen:
    shown = names(f"{device.ip} ({device.channels})" for device in recorders)
    return NotSeen(
        f"{shown} are recorders for {_counted(total, 'camera')} together; {_seen(seen)} at this site",
        f"{_why(recorders)}; which camera is whose cannot be told from outside",
        "Compare with the lists of cameras in the recorders' own menus.",
    )


def _why(recorders: list[Device]) -> str:
    analogue = sum(_analogue(device) for device in recorders)
    it = "it" if len(recorders) == 1 else "them"
    why = f"the rest may be behind {it} on a network of {'its' if it == 'it' else 'their'} own, or not connected"
    if analogue:
        are = "is" if analogue == 1 else "are"
        why += f"; {_counted(analogue, 'channel')} {are} for analogue cameras, which have no address"
    return why


def _analogue(recorder: Device) -> int:
    """Inputs for analogue cameras, as Hikvision's recorders state them."""
    stated = [item.evidence.value for item in recorder.evidence if item.evidence.name == "sadp.channels_analog"]
    last = stated[-1].strip() if stated else ""
    count = int(last) if last.isascii() and last.isdigit() and len(last) < 6 else 0
    return min(count, recorder.channels or 0)


def _seen(count: int) -> str:
    return "none was seen" if count == 0 else f"{count:,} {'was' if count == 1 else 'were'} seen"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
