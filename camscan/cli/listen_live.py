"""camscan listen -i: a live interface. Root is given up before a packet is read."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from camscan.cli.listen_run import Run
from camscan.cli.options import audit_path
from camscan.cli.watch_session import length
from camscan.egress.report import Input
from camscan.gaps import NotSeen
from camscan.listen.live import hear
from camscan.net.mirror import Mirror, open_mirror
from camscan.net.privileges import drop_privileges, is_root, preload
from camscan.report.screen import talk
from camscan.report.words import plural

LAYERS = (
    "camscan.egress.*",
    "camscan.egress.readers.*",
    "camscan.listen.*",
    "camscan.identify.*",
    "camscan.inventory.*",
    "camscan.exchange.contract",
    "camscan.cli.*",
    "camscan.report.*",
)
"""What a process that gives up root must have loaded of the upper layers."""


class Ending:
    """Whether it is over: the time, or somebody who presses Ctrl-C."""

    def __init__(self, lasts: float | None) -> None:
        self._until = time.monotonic() + lasts if lasts is not None else float("inf")
        self.asked = False

    def __call__(self) -> bool:
        """Whether it is over now."""
        return self.asked or time.monotonic() >= self._until

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Ctrl-C and SIGTERM end it between two packets; the second time at once."""
        before = {one: signal.signal(one, self._end) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)


@dataclass(frozen=True)
class Where:
    """The interface to listen to. ``unsure`` are networks that could not be told from others with the same numbers;
    ``same_network``: the operator says that it is the right place."""

    interface: str
    unsure: tuple[object, ...] = ()
    same_network: bool = False


def to_interface(run: Run, where: Where, lasts: float | None, target: Path | None) -> int:
    """Listens for so many seconds, or until somebody ends it; returns the exit code."""
    interface = where.interface
    networks = [network for site in run.scope.sites for network in site.networks]
    with open_mirror(interface, local=[one for one in networks if not one.is_private]) as mirror:
        became = _give_up_root(run, target)
        run.listening.hosts.interface = interface
        run.begin(interface=interface, same_network=where.same_network)
        talk().say(
            f"Listening to {interface}.",
            "Nothing is sent.",
            *([f"Root was given up: this runs as {became}."] if became else []),
            f"It ends in {length(lasts)}." if lasts is not None else "Ctrl-C ends it.",
        )
        ending = Ending(lasts)
        with ending.signals():
            tally = hear(mirror, run.listening, ending)
        told = Input(
            file=interface,
            format=tally.kind,
            records=tally.records,
            other=tally.other,
            skipped=tuple(sorted(tally.skipped.items())),
            notes=tuple(tally.notes),
            error=None,
        )
        code = run.finish([told], drops=mirror.dropped, gaps=_gaps(mirror, where.unsure), advise=not became)
    return 130 if ending.asked and lasts is not None else code


def _give_up_root(run: Run, target: Path | None) -> str:
    """Name of the user this process became, or an empty string where it was not root."""
    if not is_root():
        return ""
    preload(LAYERS)
    log = audit_path(run.scope.path)
    files = (log, Path(f"{log}.lock"), *run.inventory.files(), *([target] if target is not None else []))
    return drop_privileges(files).user


def _gaps(mirror: Mirror, unsure: tuple[object, ...]) -> tuple[NotSeen, ...]:
    gaps = []
    if not mirror.present:
        gaps.append(
            NotSeen(
                f"what came to {mirror.interface} while it was down",
                "it was taken away or unplugged",
                "Look at the cable and the switch, and listen again.",
            )
        )
    if unsure:
        gaps.append(
            NotSeen(
                f"whether {', '.join(map(str, unsure))} is the network of the scope file",
                f"{plural(len(unsure), 'gateway')} could not be compared",
                "Compare the addresses with what you know of the place.",
            )
        )
    return tuple(gaps)
