"""Running devices: datagrams and connections as awkward as real ones, and counters that tell."""

import asyncio
import socket
from functools import partial

import pytest
from lab_tools import DHIP_QUESTION, SADP_QUESTION, ask, get, place, udp, until, with_server

from camscan.lab.line import GARBAGE
from camscan.lab.model import Awkward
from camscan.lab.place import Place
from camscan.lab.serve import Server


async def exchange(where: Place, question: bytes, port: int, count: int = 1) -> list[bytes]:
    """``count`` datagrams that come back."""

    def run() -> list[bytes]:
        with udp() as asker:
            asker.sendto(question, (str(where.ip), port))
            return [asker.recv(65535) for _ in range(count)]

    return await asyncio.to_thread(run)


def test_unicast_is_answered_by_unicast() -> None:
    where = place("dahua-camera-2020")
    (answer,) = with_server([where], lambda _: exchange(where, DHIP_QUESTION, 37810))
    assert where.device.serial.encode() in answer


def test_multicast_reaches_all_devices() -> None:
    places = [place("dahua-camera-2020"), place("amcrest-camera"), place("dahua-recorder")]

    expected = {str(item.ip) for item in places}

    async def body(server: Server) -> set[str]:
        assert server.multicast

        def run() -> set[str]:
            found: set[str] = set()  # an estate that somebody else runs answers too
            with udp() as asker:
                asker.sendto(DHIP_QUESTION, ("239.255.255.251", 37810))
                while not expected <= found:
                    found.add(asker.recvfrom(65535)[1][0])
            return found

        return await asyncio.to_thread(run)

    assert expected <= with_server(places, body)


def test_garbage_may_come_before_the_answer() -> None:
    where = place("dahua-camera-2020", awkward=Awkward(udp_garbage_first=True))
    first, second = with_server([where], lambda _: exchange(where, DHIP_QUESTION, 37810, 2))
    assert first == GARBAGE
    assert where.device.serial.encode() in second


def test_a_datagram_may_be_cut() -> None:
    where = place("dahua-camera-2020", awkward=Awkward(udp_truncate=60))
    (answer,) = with_server([where], lambda _: exchange(where, DHIP_QUESTION, 37810))
    assert len(answer) == 60


def test_a_datagram_may_be_late() -> None:
    where = place("dahua-camera-2020", awkward=Awkward(udp_late=0.1))
    (answer,) = with_server([where], lambda _: exchange(where, DHIP_QUESTION, 37810))
    assert where.device.serial.encode() in answer


def test_a_late_answer_of_a_closed_laboratory_is_none() -> None:
    where = place("dahua-camera-2020", awkward=Awkward(udp_late=0.01))

    async def body(server: Server) -> None:
        with udp() as asker:
            asker.sendto(DHIP_QUESTION, (str(where.ip), 37810))
            await until(lambda: bool(server.hosts[0].state.asked))

    with_server([where], body)


def test_a_share_of_datagrams_may_be_dropped() -> None:
    where = place("dahua-camera-2020", awkward=Awkward(udp_drop=0.5))

    async def body(server: Server) -> int:
        state = server.hosts[0].state

        def more(before: int) -> bool:
            return state.asked["UDP dhip"] > before

        with udp() as asker:
            asker.settimeout(0)
            for _ in range(100):
                before = state.asked["UDP dhip"]
                asker.sendto(DHIP_QUESTION, (str(where.ip), 37810))
                await until(partial(more, before))
            await asyncio.sleep(0)
            answers = 0
            while True:
                try:
                    asker.recv(65535)
                except BlockingIOError:
                    return answers
                answers += 1

    assert 25 < with_server([where], body) < 75


def test_a_fifth_connection_is_refused() -> None:
    where = place("wiki", awkward=Awkward(most_connections=4))

    async def body(server: Server) -> int:
        address = (str(where.ip), where.port(80))
        held = [await asyncio.open_connection(*address) for _ in range(4)]
        await until(lambda: server.hosts[0].state.open_now == 4)
        reader, fifth = await asyncio.open_connection(*address)
        with pytest.raises(ConnectionResetError):
            await reader.read()
        fifth.close()
        for _, writer in held:
            writer.close()
        await until(lambda: not server.hosts[0].state.open_now)
        assert (await ask(where, 80, get("/"))).startswith(b"HTTP/1.1 200")
        return server.hosts[0].state.refused

    assert with_server([where], body) == 1


def test_a_fragile_device_dies_and_stays_dead() -> None:
    where = place("hikvision-camera-2021", awkward=Awkward(dies_at=2))

    async def body(server: Server) -> bool:
        address = (str(where.ip), where.port(80))
        _, first = await asyncio.open_connection(*address)
        _, second = await asyncio.open_connection(*address)
        await until(lambda: server.hosts[0].state.dead)
        first.close()
        second.close()
        assert await ask(where, 80, get("/")) == b""
        with udp(timeout=0) as asker:
            asker.sendto(SADP_QUESTION, (str(where.ip), 37020))
            await ask(where, 8000, bytes(16))
            with pytest.raises(BlockingIOError):
                asker.recv(100)
        return server.hosts[0].state.dead

    assert with_server([where], body)


def test_counters_tell_what_was_asked() -> None:
    where = place("dahua-camera-2020")

    async def body(server: Server) -> dict[str, object]:
        await exchange(where, DHIP_QUESTION, 37810)
        await ask(where, 80, get("/favicon.ico"))
        return server.report()

    report = with_server([where], body)
    devices = report["devices"]
    assert isinstance(devices, dict)
    counted = devices[str(where.ip)]
    assert counted["asked"] == {"UDP dhip": 1, "HTTP GET /favicon.ico": 1}
    assert counted["connections"] == counted["most_at_once"] == 1
    assert report["elsewhere"] == 0


def test_who_is_sent_elsewhere_is_counted() -> None:
    async def body(server: Server) -> int:
        await server.watch_elsewhere([18079])
        reader, writer = await asyncio.open_connection("127.88.0.1", 18079)
        await reader.read()
        writer.close()
        await server.watch_elsewhere([18079])  # taken: it stays with who has it
        return server.touched_elsewhere

    assert with_server([place("wiki")], body) == 1


def test_a_port_that_is_taken_says_so_and_leaves_nothing_open() -> None:
    where = place("wiki")
    with socket.socket() as taken:
        taken.bind((str(where.ip), where.port(80)))
        taken.listen()

        async def body(_: Server) -> None: ...

        with pytest.raises(OSError, match="in use"):
            with_server([where], body)


def test_all_can_announce_themselves() -> None:
    async def body(server: Server) -> int:
        return server.hello()

    assert with_server([place("hikvision-camera-2017"), place("axis-camera")], body) == 2 + 4
