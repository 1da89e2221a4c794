"""One blocking connection for libraries that bring their own protocol code: a total deadline that does not depend on
them, a cap on every byte that comes, and a record of those bytes as they came."""

import contextlib
import http.client
import io
import socket
import threading
from collections.abc import Callable
from typing import Any, cast

from camscan.net.segments import segments_sent


class Wire:
    """The clock, the cap and the record of one connection. One thread uses it; ``shut`` may come from any.

    ``deadline`` is in seconds and runs from ``hold``; ``byte_cap`` counts heads, bodies and interim answers alike.
    """

    def __init__(self, deadline: float, byte_cap: int) -> None:
        self.heard = bytearray()
        self.late = False
        self.full = False
        self.ended = False
        self._deadline, self._byte_cap = deadline, byte_cap
        self._sock: socket.socket | None = None
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()

    @property
    def held(self) -> bool:
        """Whether a connection stood."""
        return self._timer is not None

    def hold(self, sock: socket.socket) -> None:
        """Starts the clock of a connected socket. A duplicate is kept, because TLS takes the socket itself away."""
        self._sock = sock.dup()
        self._timer = threading.Timer(self._deadline, self._ring)
        self._timer.daemon = True
        self._timer.start()

    def shut(self) -> None:
        """Ends the connection: whoever reads from it finds its end at once."""
        with self._lock:
            self._shut()

    def release(self) -> int | None:
        """Lets go of the connection. The segments that were sent, where the system tells."""
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            if self._sock is None:
                return None
            sent = segments_sent(self._sock)
            self._sock.close()
            self._sock = None
            return sent

    def cut(self) -> str:
        """Why the answer was cut short, or an empty string."""
        if self.late:
            return f"the answer did not end within {self._deadline:g} seconds"
        return f"cut after {self._byte_cap // 1024} KiB" if self.full else ""

    def _ring(self) -> None:
        with self._lock:
            self.late = self._sock is not None
            self._shut()

    def _shut(self) -> None:
        if self._sock is not None:
            with contextlib.suppress(OSError):  # the other side was quicker
                self._sock.shutdown(socket.SHUT_RDWR)

    def read_from(self, source: io.RawIOBase, buffer: memoryview) -> int | None:
        """Reads into ``buffer`` and keeps what came; 0 at the end, or once the cap is reached."""
        room = self._byte_cap - len(self.heard)
        if room <= 0:
            self.full = self.ended = True
            return 0
        count = cast("int | None", source.readinto(buffer[:room]))
        if count:
            self.heard += buffer[:count]
        elif count == 0:
            self.ended = True
        return count


class _Tap(io.RawIOBase):
    """A raw stream that passes everything it reads to a Wire."""

    def __init__(self, source: io.RawIOBase, wire: Wire) -> None:
        self._source, self._wire = source, wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        return self._wire.read_from(self._source, memoryview(buffer).cast("B"))

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    def __init__(self, wire: Wire, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self._wire = wire
        self.fp = io.BufferedReader(_Tap(self.fp.detach(), wire))

    def begin(self) -> None:
        """Reads the head. http.client takes a head that breaks off for a whole one; a challenge or a status must
        not be believed then."""
        super().begin()
        if self._wire.ended:
            raise http.client.RemoteDisconnected("the head of the answer broke off")


def answers(wire: Wire) -> Callable[..., http.client.HTTPResponse]:
    """What http.client may use as ``response_class`` so that it reads through ``wire``."""

    def answer(sock: socket.socket, *args: Any, **kwargs: Any) -> http.client.HTTPResponse:
        return _Answer(wire, sock, *args, **kwargs)

    return answer
