"""One TCP connection of a simulated device: reading with limits, and writing as awkwardly as the device is."""

import asyncio
from collections.abc import Awaitable

from camscan.lab.model import Awkward

HEAD_LIMIT = 64 * 1024
BODY_LIMIT = 1024 * 1024
HEADERS_LIMIT = 100
IDLE = 15.0
"""Seconds without a byte after which the device hangs up."""

GARBAGE = bytes(range(0x80, 0xC0)) * 2
ENDLESS_CHUNK = b"<!-- and so on -->" * 200
ENDLESS_SECONDS = 60.0


class HangUpError(Exception):
    """The other side went away, was silent for too long, or sent too much."""


class Line:
    """A connection. Methods raise HangUpError once there is nothing more to be had from it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, awkward: Awkward) -> None:
        self._reader, self._writer, self._awkward = reader, writer, awkward
        self._sent = 0

    async def head(self, protocol: str) -> tuple[str, dict[str, str]] | None:
        """The first line of a request and its headers, names in lower case; None, as soon as that is clear, where
        what comes is not a line that ends in ``protocol`` and a version."""
        start = await self._read(self._reader.readexactly(1))
        if not start.isalpha():
            return None
        first = (start + await self._read(self._reader.readuntil(b"\n"))).decode("latin-1").strip()
        if not first.rpartition(" ")[2].startswith(f"{protocol}/"):
            return None
        headers: dict[str, str] = {}
        while line := (await self._read(self._reader.readuntil(b"\n"))).decode("latin-1").strip():
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
            if len(headers) > HEADERS_LIMIT:
                raise HangUpError
        return first, headers

    async def exactly(self, count: int) -> bytes:
        """That many bytes."""
        if count > BODY_LIMIT:
            raise HangUpError
        return await self._read(self._reader.readexactly(count))

    async def some(self, limit: int = 4096, idle: float = IDLE) -> bytes:
        """What comes next; empty where the other side has closed. Raises TimeoutError after ``idle`` seconds."""
        try:
            async with asyncio.timeout(idle):
                return await self._reader.read(limit)
        except (ConnectionError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise HangUpError from error

    async def _read(self, reading: Awaitable[bytes]) -> bytes:
        try:
            async with asyncio.timeout(IDLE):
                return await reading
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, OSError) as error:
            raise HangUpError from error

    async def send(self, data: bytes) -> None:
        """Sends an answer the way this device does: late, after garbage, in drips, or only the start of it."""
        quirks = self._awkward
        if self._sent == 0 and quirks.tcp_garbage_first:
            data = GARBAGE + data
        if quirks.tcp_late:
            await asyncio.sleep(quirks.tcp_late)
        if quirks.tcp_truncate:
            data = data[: max(0, quirks.tcp_truncate - self._sent)]
        try:
            if quirks.tcp_drip:
                for at in range(len(data)):
                    await self._write(data[at : at + 1])
                    await asyncio.sleep(quirks.tcp_drip)
            else:
                await self._write(data)
        except (ConnectionError, OSError) as error:
            raise HangUpError from error
        if quirks.tcp_truncate and self._sent >= quirks.tcp_truncate:
            raise HangUpError

    async def forever(self) -> None:
        """Sends a body that never ends (it does end after a minute, for the sake of the laboratory)."""
        try:
            async with asyncio.timeout(ENDLESS_SECONDS):
                while True:
                    await self._write(ENDLESS_CHUNK)
                    await asyncio.sleep(0.01)
        except (ConnectionError, OSError) as error:
            raise HangUpError from error

    async def _write(self, data: bytes) -> None:
        self._writer.write(data)
        self._sent += len(data)
        await self._writer.drain()
