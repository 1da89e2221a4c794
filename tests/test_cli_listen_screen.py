"""What stands on a screen of 80 columns while it listens."""

import io

from listen_makers import CAMERA, Heard, arp, hello
from rich.console import Console
from test_listen_live import Played

from camscan.cli.listen_screen import drawn, shown
from camscan.listen.live import hear


def lines(played: Played, heard: Heard) -> list[str]:
    stream = io.StringIO()
    Console(file=stream, width=80, markup=False).print(drawn(played, heard.listening))
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_what_came_and_who_spoke() -> None:
    played, heard = Played(arp(CAMERA), hello()), Heard()
    assert lines(played, heard)[:2] == [
        "  packets  0, none lost",
        "  heard    0 devices in the scope; which of them are cameras is told at the end",
    ]
    hear(played, heard.listening, lambda: False)
    played.dropped, played.present = 1_234, False
    assert lines(played, heard) == [
        "  packets  2, 1,234 lost",
        "  heard    1 device in the scope; which of them are cameras is told at the end",
        "  The interface is away; nothing is heard until it comes back.",
        "",
    ]


def test_it_is_drawn_on_a_terminal_alone_and_not_for_each_packet() -> None:
    for terminal in (False, True):
        stream = io.StringIO()
        console = Console(file=stream, width=80, markup=False, force_terminal=terminal)
        with shown(console, Played(), Heard().listening) as draw:
            for _ in range(100):
                draw()
        assert ("none lost" in stream.getvalue()) is terminal
        assert stream.getvalue().count("none lost") < 100
