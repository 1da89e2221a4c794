"""Runs devices: one event loop answers for hundreds. Receivers only receive and answer; nothing is computed twice."""

import asyncio
import contextlib
import socket
import struct
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from camscan.lab.host import Host
from camscan.lab.line import GARBAGE, HEAD_LIMIT, HangUpError, Line
from camscan.lab.place import LOOPBACK_ELSEWHERE, Place
from camscan.lab.sockets import Ear, listen, loopback_ear, loopback_group_ear, namespace_ear
from camscan.lab.speak.dhip import DhipSpeaker
from camscan.lab.speak.http import HttpDoor
from camscan.lab.speak.plain import SdkDoor, SilentDoor
from camscan.lab.speak.rtsp import RtspDoor
from camscan.lab.speak.sadp import SadpSpeaker
from camscan.lab.speak.shape import Address, Datagram, Door, Reply, Speaker
from camscan.lab.speak.ssdp import SsdpSpeaker
from camscan.lab.speak.wsd import WsdSpeaker

if TYPE_CHECKING:
    import ssl

_RESET = struct.pack("ii", 1, 0)
"""struct linger that makes closing a connection reset it."""


class Server:
    """Devices that answer. Use it with ``serving``."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.hosts = [Host(place) for place in places]
        self.touched_elsewhere = 0
        """Connections and datagrams that reached the address outside the scope to which awkward devices point."""
        self.multicast = True
        self._loop = asyncio.get_running_loop()
        self._ears: list[Ear] = []
        self._servers: list[asyncio.Server] = []
        self._groups: dict[tuple[str, int], list[tuple[Host, Speaker, Ear]]] = defaultdict(list)
        self._greeters: list[tuple[Host, Speaker, Ear]] = []

    async def start(self, folder: Path) -> None:
        """Opens everything. Raises OSError where an address or port is taken."""
        for host in self.hosts:
            for speaker in speakers(host):
                self._open_ear(host, speaker)
            for door in doors(host):
                await self._open_door(host, door, folder)
        for (group, port), members in self._groups.items():
            ear = loopback_group_ear(group, port)
            if ear is None:
                self.multicast = False
                continue
            self._watch(ear, [(host, speaker, own) for host, speaker, own in members])

    async def watch_elsewhere(self, ports: Sequence[int]) -> None:
        """Listens where awkward devices point to (loopback only): every touch is counted."""
        for port in ports:
            sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            sock.settimeout(0)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sock.bind((str(LOOPBACK_ELSEWHERE), port))
                sock.listen()
            except OSError:
                sock.close()  # another estate on this machine listens there already
                continue
            self._servers.append(await asyncio.start_server(self._elsewhere, sock=sock))

    def hello(self) -> int:
        """All devices announce themselves; the number of datagrams."""
        sent = 0
        for host, speaker, ear in self._greeters:
            for reply in speaker.hello():
                self._transmit(host, ear, reply)
                sent += 1
        return sent

    def report(self) -> dict[str, object]:
        """Counters of all devices by address, and of the address outside."""
        devices = {str(host.place.ip): host.state.report() for host in self.hosts}
        return {"devices": devices, "elsewhere": self.touched_elsewhere}

    def close(self) -> None:
        """Closes everything that is open."""
        for ear in self._ears:
            self._loop.remove_reader(ear.sock)
            ear.sock.close()
        for server in self._servers:
            server.close()

    def _open_ear(self, host: Host, speaker: Speaker) -> None:
        if host.place.interface is not None:
            ear = namespace_ear(host.place, speaker.port, speaker.group)
        else:
            ear = loopback_ear(host.place, speaker.port)
            self._groups[speaker.group, speaker.port].append((host, speaker, ear))
        self._greeters.append((host, speaker, ear))
        self._watch(ear, [(host, speaker, ear)])

    def _watch(self, ear: Ear, listeners: list[tuple[Host, Speaker, Ear]]) -> None:
        def heard(data: bytes, sender: Address, group: bool) -> None:  # noqa: FBT001 - the shape of Heard
            datagram = Datagram(data, sender, group)
            for host, speaker, own in listeners:
                self._hear(host, speaker, own, datagram)

        self._ears.append(ear)
        self._loop.add_reader(ear.sock, ear.read, heard)

    def _hear(self, host: Host, speaker: Speaker, ear: Ear, datagram: Datagram) -> None:
        if host.state.dead:
            return
        replies = speaker.answer(datagram)
        if not replies:
            return
        host.state.ask(f"UDP {speaker.name}")
        quirks = host.awkward
        if quirks.udp_drop and host.random.random() < quirks.udp_drop:
            return
        for reply in replies:
            if quirks.udp_late:
                self._loop.call_later(quirks.udp_late, self._transmit, host, ear, reply)
            else:
                self._transmit(host, ear, reply)

    @staticmethod
    def _transmit(host: Host, ear: Ear, reply: Reply) -> None:
        quirks = host.awkward
        if ear.sock.fileno() < 0:
            return  # closed while a late answer waited
        if quirks.udp_garbage_first:
            ear.send(GARBAGE, reply.to)
        data = reply.data[: quirks.udp_truncate] if quirks.udp_truncate else reply.data
        ear.send(data, reply.to)

    async def _open_door(self, host: Host, door: Door, folder: Path) -> None:
        settings: ssl.SSLContext | None = None
        if door.tls is not None:
            from camscan.lab.certificate import context

            settings = context(host, door.tls, folder)

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            # Where the estate ends in the middle of an answer, asyncio would print that as a failure of ours.
            with contextlib.suppress(asyncio.CancelledError):
                await _converse(host, door, reader, writer)

        sock = listen(host.place, door.port)
        server = await asyncio.start_server(
            accept, sock=sock, ssl=settings, limit=HEAD_LIMIT, ssl_handshake_timeout=20 if settings else None
        )
        self._servers.append(server)

    async def _elsewhere(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.touched_elsewhere += 1
        writer.close()


async def _converse(host: Host, door: Door, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    state, quirks = host.state, host.awkward
    state.connections += 1
    state.talking.add(reader)
    at_once = state.open_now
    state.most_at_once = max(state.most_at_once, at_once)
    try:
        if quirks.dies_at and at_once >= quirks.dies_at:
            state.dead = True
        if state.dead or (quirks.most_connections and at_once > quirks.most_connections):
            state.refused += 1
            _reset(writer)
            return
        line = Line(reader, writer, quirks)
        if quirks.tcp_mute:
            while await line.some():
                state.ask("bytes")
            return
        await door.talk(line)
    except (HangUpError, TimeoutError):
        pass
    finally:
        state.talking.discard(reader)
        writer.close()
        with contextlib.suppress(ConnectionError, OSError, asyncio.CancelledError):
            await writer.wait_closed()


def _reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()


def speakers(host: Host) -> list[Speaker]:
    """The protocols over UDP that a device speaks."""
    profile, device = host.device.profile, host.device
    found: list[Speaker] = []
    if profile.sadp and device.speaks("sadp"):
        found.append(SadpSpeaker(host, profile.sadp))
    if profile.dhip and device.speaks("dhip"):
        found.append(DhipSpeaker(host, profile.dhip))
    if profile.wsd and device.speaks("wsd"):
        found.append(WsdSpeaker(host, profile.wsd))
    if profile.ssdp and device.speaks("ssdp"):
        found.append(SsdpSpeaker(host, profile.ssdp))
    if profile.mdns and device.speaks("mdns"):
        # zeroconf takes 0.15 s to import, and few devices speak mDNS.
        from camscan.lab.speak.mdns import MdnsSpeaker

        found.append(MdnsSpeaker(host, profile.mdns))
    return found


def doors(host: Host) -> list[Door]:
    """The TCP ports that a device opens."""
    profile, device = host.device.profile, host.device
    found: list[Door] = []
    if device.speaks("http"):
        found += [HttpDoor(host, spec) for spec in profile.http]
    if device.speaks("rtsp"):
        found += [RtspDoor(host, spec) for spec in profile.rtsp]
    if profile.sdk and device.speaks("sdk"):
        found.append(SdkDoor(host, profile.sdk.port))
    if device.speaks("silent"):
        found += [SilentDoor(host, port) for port in profile.silent]
    return found


@contextlib.asynccontextmanager
async def serving(places: Sequence[Place]) -> AsyncIterator[Server]:
    """Devices that answer until the block ends. Raises OSError where an address or port is taken."""
    server = Server(places)
    try:
        # The certificates' files are read once: none is left, however this process ends later.
        with tempfile.TemporaryDirectory(prefix="camscan-lab-") as folder:
            await server.start(Path(folder))
        yield server
    finally:
        server.close()
