"""One serving process: ``python -m camscan.lab.worker``, started by ``workers``.

It reads its plan from the first line of standard input, prints ``{"ready": true, ...}``, then answers the commands
``stats`` and ``hello`` with one line of JSON each, until standard input ends. So it never outlives who started it.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
import threading

from camscan.errors import UsageError
from camscan.lab.plan import read
from camscan.lab.serve import serving

FAILED = 2
_CHUNK = 65536


def main() -> int:
    """Serves until standard input ends. Returns 2 where it could not start; the reason was printed as JSON."""
    _more_files()
    # Ctrl-C reaches the whole process group; whoever started this process ends it in good order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The event loop that is the default on Windows cannot wait for datagrams this way; elsewhere this is the default.
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        try:
            return runner.run(_serve())
        except (UsageError, OSError) as error:
            _say({"error": str(error)})
            return FAILED


async def _serve() -> int:
    loop = asyncio.get_running_loop()
    commands: asyncio.Queue[bytes] = asyncio.Queue()
    # A thread reads, because Windows' event loops cannot read a pipe. It ends with the process.
    threading.Thread(target=_read_lines, args=(loop, commands), daemon=True).start()
    with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers in its event loops
        loop.add_signal_handler(signal.SIGTERM, commands.put_nowait, b"")
    plan = read((await commands.get()).decode())
    async with serving(plan.places) as server:
        await server.watch_elsewhere(plan.elsewhere_ports)
        _say({"ready": True, "multicast": server.multicast})
        while command := await commands.get():
            match command.strip():
                case b"stats":
                    _say(server.report())
                case b"hello":
                    _say({"hello": server.hello()})
                case other:
                    _say({"error": f"no such command: {other!r}"})
    return 0


def _read_lines(loop: asyncio.AbstractEventLoop, lines: "asyncio.Queue[bytes]") -> None:
    """Hands each line of standard input over; an empty one stands for its end.

    It reads the file itself, not Python's buffer: that has a lock, which would be held when the process ends.
    """
    rest = b""
    with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
        while chunk := os.read(0, _CHUNK):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                loop.call_soon_threadsafe(lines.put_nowait, line + b"\n")
        loop.call_soon_threadsafe(lines.put_nowait, b"")


def _say(content: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(content) + "\n")
    sys.stdout.flush()


def _more_files() -> None:
    """A device needs about ten sockets; many systems start a process with 1,024 allowed."""
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    sys.exit(main())
