"""Who was heard at an address, when, and what of it is handed over."""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest
from egress_makers import START, packed
from listen_makers import ASKER, CAMERA, MAC, OTHER_MAC, STRANGER, a_scope

from camscan.evidence import Evidence, IPAddress, Observation, Outcome, Transport, Via, observe
from camscan.listen import hosts as module
from camscan.listen.hosts import ANSWERS_PER_PORT, HOLDERS, PRESENCE, PRESENCE_SECONDS, Host, Hosts, moment
from camscan.scan.state import CLAIMS_PER_PROBE

ONE, TWO = bytes.fromhex(MAC.replace(":", "")), bytes.fromhex(OTHER_MAC.replace(":", ""))
Saved = list[tuple[str, int, list[str]]]


def said(value: str, transport: Transport = Transport.UDP, at: float = START, ip: str = CAMERA) -> Observation:
    evidence = (Evidence("sadp.model", value),)
    return observe(ip_address(ip), 80, transport, Via.PASSIVE, "sadp", Outcome.OK, evidence=evidence, at=moment(at))


class Estate:
    def __init__(self) -> None:
        self.hosts = Hosts(a_scope())
        self.saved: Saved = []

    def host(self, address: str = CAMERA, mac: bytes = ONE, at: float = START) -> Host:
        found = self.hosts.heard(packed(address), mac, at)
        assert found is not None
        return found

    def save(self, *, kept: bool = True, last: bool = False) -> Saved:
        def sink(ip: IPAddress, site: str, number: int, observations: tuple[Observation, ...]) -> None:
            values = [value for one in observations for value in one.values("sadp.model") or (one.probe,)]
            assert site == "Town Hall"
            self.saved.append((str(ip), number, values))

        self.hosts.save(lambda _: kept, sink, last=last)
        fresh, self.saved = self.saved, []
        return fresh


def test_only_addresses_of_the_scope_have_an_entry() -> None:
    hosts = Hosts(a_scope())
    assert hosts.heard(packed(STRANGER), ONE, START) is None
    assert hosts.heard(packed(STRANGER), ONE, START) is None
    assert hosts.get(packed(STRANGER)) is None
    assert hosts.outside == {packed(STRANGER)}
    assert hosts.heard(bytes(4), ONE, START) is None  # a machine without an address yet
    assert len(hosts.outside) == 1


def test_an_ipv4_address_in_ipv6_clothes_is_the_same() -> None:
    found = Hosts(a_scope()).get(packed(f"::ffff:{CAMERA}"))
    assert found is not None
    assert str(found.ip) == CAMERA


def test_what_a_camera_said_is_handed_over_once_with_the_times() -> None:
    estate = Estate()
    host = estate.host()
    estate.hosts.add(host, ONE, said("A"))
    assert estate.save() == [(CAMERA, 0, [PRESENCE, "A"])]
    assert estate.save() == []
    estate.host(at=START + 60)
    assert estate.save() == []
    assert estate.save(last=True) == [(CAMERA, 0, [PRESENCE])]


def test_that_a_device_is_still_there_is_told_now_and_then() -> None:
    estate = Estate()
    estate.hosts.add(estate.host(), ONE, said("A"))
    estate.save()
    estate.host(at=START + PRESENCE_SECONDS - 1)
    assert estate.save() == []
    estate.host(at=START + PRESENCE_SECONDS)
    assert estate.save() == [(CAMERA, 0, [PRESENCE])]
    assert estate.save(last=True) == []


def test_what_others_said_waits_for_a_sign() -> None:
    estate = Estate()
    estate.hosts.add(estate.host(), ONE, said("A"))
    assert estate.save(kept=False) == []
    estate.hosts.add(estate.host(), ONE, said("B"))
    assert estate.save() == [(CAMERA, 0, [PRESENCE, "A", "B"])]


def test_the_others_are_judged_again_only_where_they_said_something() -> None:
    estate, judged = Estate(), []

    def kept(observations: Sequence[Observation]) -> bool:
        judged.append(len(observations))
        return False

    estate.hosts.add(estate.host(), ONE, said("A"))
    for _ in range(3):
        estate.hosts.save(kept, lambda *_: None)
    assert judged == [1]


def test_the_others_are_let_go_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PENDING", 10)
    estate = Estate()
    for number in range(10):
        address = f"10.1.1.{number}"
        estate.hosts.add(estate.host(address), ONE, said("A", ip=address))
    assert estate.hosts.pending == 10
    assert estate.save(kept=False) == []
    assert (estate.hosts.pending, estate.hosts.forgotten) == (0, 10)


def test_one_address_is_not_believed_to_be_many_devices() -> None:
    estate = Estate()
    for number in range(40):
        estate.hosts.add(estate.host(), ONE, said(str(number)))
    ((_, _, values),) = estate.save()
    assert len(values) == 1 + CLAIMS_PER_PROBE
    assert estate.hosts.cut == {ip_address(CAMERA)}


def test_of_answers_over_tcp_a_few_are_enough() -> None:
    estate = Estate()
    for number in range(40):
        estate.hosts.add(estate.host(), ONE, said(str(number), Transport.TCP))
    ((_, _, values),) = estate.save()
    assert len(values) == 1 + ANSWERS_PER_PORT
    assert not estate.hosts.cut


def test_what_comes_under_another_mac_than_the_holders_is_nobodys() -> None:
    estate = Estate()
    host = estate.host()
    estate.hosts.add(host, TWO, said("before"))
    assert estate.hosts.held(host, ONE, START)
    estate.hosts.add(host, TWO, said("after"))
    estate.hosts.add(host, b"", said("no link layer"))
    assert estate.save() == [(CAMERA, 0, [PRESENCE, "no link layer"])]
    assert estate.hosts.foreign == 2


def test_each_holder_of_an_address_has_its_own() -> None:
    estate = Estate()
    host = estate.host()
    estate.hosts.held(host, ONE, START)
    estate.hosts.add(host, ONE, said("first"))
    assert estate.hosts.held(host, TWO, START + 60)
    estate.hosts.add(host, TWO, said("second"))
    estate.hosts.add(host, ONE, said("late word of the first"))
    assert estate.save() == [
        (CAMERA, 0, [PRESENCE, "first", "late word of the first"]),
        (CAMERA, 1, [PRESENCE, "second"]),
    ]
    assert estate.hosts.handed_on == {ip_address(CAMERA)}


def test_holders_are_bounded() -> None:
    estate = Estate()
    host = estate.host()
    for number in range(100):
        estate.hosts.held(host, bytes([2, 0, 0, 0, 0, number]), START + number)
    assert len(host.stays) == HOLDERS
    assert estate.hosts.cut == {ip_address(CAMERA)}


def test_addresses_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_HOSTS", 3)
    hosts = Hosts(a_scope())
    assert [hosts.get(packed(f"10.1.0.{number}")) is not None for number in range(5)] == [True] * 3 + [False] * 2
    assert hosts.crowded == 2


def test_how_many_were_met() -> None:
    estate = Estate()
    estate.hosts.add(estate.host(), ONE, said("A"))
    estate.host(ASKER, TWO)
    estate.hosts.get(packed("10.1.0.77"))  # only spoken of
    estate.hosts.save(bool, lambda *_: None, last=True)
    assert estate.hosts.met == {"Town Hall": {True: 1, False: 1}}
