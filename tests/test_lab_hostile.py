"""The hostile estate, asked by plain sockets: its tricks do happen."""

import asyncio
from collections.abc import Iterator

import pytest
from lab_tools import DN, SADP_QUESTION, ask, device_info, fresh_network, get, probe, udp

from camscan.errors import ParseError
from camscan.lab import Estate, LoopbackEstate
from camscan.lab.place import Place
from camscan.lab.speak.dhip import frame
from camscan.safe.text import neutralise
from camscan.safe.xml import parse_device


@pytest.fixture(scope="module")
def hostile() -> Iterator[LoopbackEstate]:
    with LoopbackEstate(Estate.hostile(), fresh_network()) as running:
        yield running


def at(running: LoopbackEstate, name: str) -> Place:
    return next(place for place in running.layout.places if place.device.profile.name == name)


def reply(to: Place, question: bytes, port: int) -> bytes:
    with udp() as asker:
        asker.sendto(question, (str(to.ip), port))
        return asker.recv(65535)


def test_one_leads_elsewhere_by_every_way(hostile: LoopbackEstate) -> None:
    where = at(hostile, "leads-elsewhere")
    elsewhere = str(where.elsewhere).encode()
    for path in ("/", "/nothing"):
        assert elsewhere in asyncio.run(ask(where, 80, get(path)))
    assert elsewhere in parse_device(reply(where, probe(DN), 3702)).value("XAddrs").encode()
    assert hostile.stats().elsewhere == 0


def test_one_claims_to_be_three_hundred(hostile: LoopbackEstate) -> None:
    where = at(hostile, "claims-to-be-many")
    found: set[str] = set()
    with udp() as asker:
        asker.sendto(probe(DN), (str(where.ip), 3702))
        while len(found) < 40:  # a receive buffer of the usual size may not hold them all
            found.add(parse_device(asker.recv(65535)).value("Address"))
    assert all(item.startswith("urn:uuid:") for item in found)


def test_one_writes_on_screens(hostile: LoopbackEstate) -> None:
    where = at(hostile, "writes-on-screens")
    question = frame(b'{"method": "DHDiscover.search", "params": {"mac": "", "uni": 1}}')
    model = device_info(reply(where, question, 37810))["DeviceType"]
    assert "\x1b" in model
    assert "\x1b" not in neutralise(model)
    assert b"\x1b[2J" in asyncio.run(ask(where, 80, get("/")))


def test_one_sends_a_bomb_that_our_reader_refuses(hostile: LoopbackEstate) -> None:
    with pytest.raises(ParseError, match="document type"):
        parse_device(reply(at(hostile, "xml-bomb"), SADP_QUESTION, 37020))


def test_one_asks_everybody_for_a_login(hostile: LoopbackEstate) -> None:
    assert b'nonce="chosen"' in asyncio.run(ask(at(hostile, "evil-challenge"), 80, get("/")))
