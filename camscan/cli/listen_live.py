"""camscan listen -i: a live interface. Root is given up before a packet is read."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from camscan.cli.ending import Ending
from camscan.cli.listen_run import Run
from camscan.cli.listen_screen import shown
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

NAMED = 5
"""Times when the interface was away that are told one by one."""


@dataclass(frozen=True)
class Where:
    """The interface to listen to. ``unsure`` are networks that could not be told from others with the same numbers;
    ``same_network``: the operator says that it is the right place."""

    interface: str
    unsure: tuple[object, ...] = ()
    same_network: bool = False


class Absences:
    """When the interface was away: looked at after each packet, and each second in which none comes."""

    def __init__(self, mirror: Mirror, clock: Callable[[], float] = time.time) -> None:
        self._mirror, self._clock = mirror, clock
        self._spans: list[tuple[float, float]] = []
        self._since: float | None = None
        self._count = 0

    def look(self) -> None:
        """Takes note."""
        if self._mirror.present:
            if self._since is not None:
                self._keep(self._since)
                self._since = None
        elif self._since is None:
            self._since = self._clock()

    def _keep(self, since: float) -> None:
        self._count += 1
        if len(self._spans) < NAMED:
            self._spans.append((since, self._clock()))

    def told(self) -> str:
        """From when to when, so many times at most; empty where it was there all the time. To be asked at the end."""
        if self._since is not None:
            self._keep(self._since)
            self._since = None
        spans = [f"from {_moment(since)} to {_moment(until)} UTC" for since, until in self._spans]
        more = self._count - len(spans)
        return ", ".join(spans) + (f" and {plural(more, 'more time')}" if more else "")


def _moment(at: float) -> str:
    return time.strftime("%d %b %H:%M:%S", time.gmtime(at))


def to_interface(run: Run, where: Where, lasts: float | None, target: Path | None) -> int:
    """Listens for so many seconds, or until somebody ends it; returns the exit code."""
    interface = where.interface
    networks = [network for site in run.scope.sites for network in site.networks]
    with open_mirror(interface, local=[one for one in networks if not one.is_private]) as mirror:
        became = _give_up_root(run, target)
        run.listening.hosts.interface = interface
        ending = Ending(lasts)
        with ending.signals():
            run.begin(interface=interface, same_network=where.same_network)
            talk().say(
                f"Listening to {interface}.",
                "Nothing is sent.",
                *([f"Root was given up: this runs as {became}."] if became else []),
                f"It ends in {length(lasts)}." if lasts is not None else "Ctrl-C ends it.",
            )
            absences = Absences(mirror)
            with shown(talk(), mirror, run.listening) as draw:

                def over() -> bool:
                    draw()
                    absences.look()
                    return ending()

                tally = hear(mirror, run.listening, over)
        gaps = _gaps(mirror, tally.records, absences, where.unsure)
        code = run.finish([Input.of(interface, tally)], drops=mirror.dropped, gaps=gaps, advise=not became)
    return 130 if ending.asked and lasts is not None else code


def _give_up_root(run: Run, target: Path | None) -> str:
    """Name of the user this process became, or an empty string where it was not root."""
    if not is_root():
        return ""
    preload(LAYERS)
    log = audit_path(run.scope.path)
    files = (log, Path(f"{log}.lock"), *run.inventory.files(), *([target] if target is not None else []))
    return drop_privileges(files).user


def _gaps(mirror: Mirror, packets: int, absences: Absences, unsure: tuple[object, ...]) -> tuple[NotSeen, ...]:
    gaps = []
    if when := absences.told():
        gaps.append(
            NotSeen(
                f"what came to {mirror.interface} {when}",
                "the interface was away or its cable unplugged",
                "Look at the cable and the switch, and listen again.",
            )
        )
    elif not packets:
        gaps.append(
            NotSeen(
                f"anything at all at {mirror.interface}",
                "not one packet came",
                "See that this is the port to which the switch mirrors, and listen again.",
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
