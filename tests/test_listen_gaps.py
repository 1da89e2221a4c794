"""What listening could not hear is said."""

from ipaddress import ip_address
from pathlib import Path

from cli_tools import SCOPE
from listen_makers import CAMERA, PLAIN, Heard, Talk, a_scope, arp, heard, hello
from test_listen_flight import hello as server_hello
from test_listen_flight import records

from camscan import scope
from camscan.egress.report import Input
from camscan.gaps import NotSeen
from camscan.listen.gaps import coverage


def told(found: Heard, *inputs: Input, drops: int = 0) -> dict[str, NotSeen]:
    found.over()
    (site,) = coverage(a_scope(), found.listening, inputs, drops=drops)
    assert all(gap.why and gap.what_to_do.endswith(".") for gap in site.not_seen)
    return {gap.what: gap for gap in site.not_seen}


def read(file: str = "mirror.pcap", error: str | None = None, **changes: object) -> Input:
    given: dict[str, object] = {"format": "pcap", "records": 9, "other": 0, "skipped": (), "notes": (), "error": error}
    return Input(file=file, **{**given, **changes})  # type: ignore[arg-type]  # the tests give what Input takes


def test_that_only_what_speaks_is_heard_is_always_said() -> None:
    assert any("said nothing while this was recorded" in what for what in told(Heard()))


def test_the_numbers_of_a_site() -> None:
    found = heard(arp(CAMERA), hello(), arp("10.1.0.77", "8c:16:45:00:00:01"), hello("10.9.0.1"))
    found.over()
    (site,) = coverage(a_scope(), found.listening, (), drops=3)
    assert (site.site, site.answered, site.out_of_scope_answers, site.kernel_drops) == ("Town Hall", 1, 1, 3)
    assert "what 1 other thing at Town Hall may be" in {gap.what for gap in site.not_seen}


def test_protocols_that_were_not_heard_are_named() -> None:
    assert "announcements by WS-Discovery, DHIP, mDNS, SSDP" in told(heard(hello()))


def test_a_recording_without_arp_proves_little() -> None:
    what = "the MAC addresses of devices, and proof of what they announce"
    assert what in told(heard(hello()))
    assert what not in told(heard(arp(CAMERA)))


def test_hidden_certificates_are_counted() -> None:
    talk = Talk(port=443).opened().asks(b"\x16\x03\x01").answers(records(server_hello(selected=b"\x03\x04")))
    assert told(heard(*talk.frames))["1 certificate"].why == "TLS 1.3 encrypts them"


def test_what_could_not_be_read_is_said() -> None:
    gaps = told(
        Heard(),
        read(skipped=(("cut off", 2),), notes=("It holds tunnels.",)),
        read("other.pcap", skipped=(("cut off", 3),), notes=("It holds tunnels.",)),
        read("third.pcap", "it is empty"),
    )
    assert gaps["5 packets"].why == "cut off"
    assert gaps["all of third.pcap"].why == "it is empty"
    assert gaps["part of the traffic"].why == "It holds tunnels"


def test_the_same_numbers_in_another_place() -> None:
    gateway = "00:1b:21:00:00:01"
    text = SCOPE + f'[[site.link]]\nnetwork = "10.1.0.0/22"\ngateway_mac = "{gateway}"\n'
    remembering = scope.parse(text.encode(), Path("camscan.toml"))
    what = "whether this was 10.1.0.0/22 at Town Hall"
    for frames, doubted in (
        ([hello()], False),
        ([arp(CAMERA)], True),
        ([arp(CAMERA), arp("10.1.0.1", gateway)], False),
    ):
        found = Heard(remembering).frames(frames)
        found.over()
        (site,) = coverage(remembering, found.listening)
        assert (what in {gap.what for gap in site.not_seen}) is doubted


def test_drops_are_said() -> None:
    assert "7 packets" in told(Heard(), drops=7)


def test_bounds_are_said() -> None:
    found = Heard()
    found.listening.hosts.foreign = 2
    found.listening.hosts.crowded = 1
    found.listening.streams.let_go = 1
    found.listening.hosts.cut = {ip_address(f"10.1.0.{number}") for number in range(7)}
    gaps = told(found)
    assert "2 messages in the name of addresses that other devices hold" in gaps
    assert "some of what 10.1.0.0, 10.1.0.1, 10.1.0.2, 10.1.0.3, 10.1.0.4 and 2 more claimed" in gaps
    assert "2 messages" in gaps


def test_nothing_is_missed_that_was_heard() -> None:
    assert not any("certificate" in what for what in told(heard(*Talk().opened().asks(PLAIN).frames)))
