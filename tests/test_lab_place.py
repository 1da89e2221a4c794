"""Where devices stand, and the words that follow from it."""

from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from camscan.device import Kind
from camscan.errors import UsageError
from camscan.lab import LoopbackEstate, NamespaceEstate, scope_toml, truth_of
from camscan.lab.estate import Estate
from camscan.lab.place import LOOPBACK_NETWORK, Place, loopback_layout, tcp_ports
from camscan.lab.template import Template
from camscan.scope import parse


def words(place: Place, text: str) -> str:
    return Template(text).fill(place.resolver())


@pytest.fixture
def axis() -> Place:
    estate = Estate.load(
        'name = "x"\n[[device]]\nprofile = "axis-camera"\nhost = 5\n'
        'model = "M3106-L Mk II"\nmac = "ac:cc:8e:0a:0b:0c"\n'
    )
    return loopback_layout(estate.devices).places[0]


def test_words_of_the_address(axis: Place) -> None:
    assert words(axis, "${ip} ${mask} ${gateway}") == "127.77.0.5 255.255.255.248 127.77.0.6"
    assert words(axis, "${mac} ${MAC} ${mac_dash} ${MAC_DASH} ${mac_bare} ${MAC_BARE}") == (
        "ac:cc:8e:0a:0b:0c AC:CC:8E:0A:0B:0C ac-cc-8e-0a-0b-0c AC-CC-8E-0A-0B-0C accc8e0a0b0c ACCC8E0A0B0C"
    )
    assert words(axis, "${fe80}") == "fe80::aecc:8eff:fe0a:b0c"


def test_words_of_the_device(axis: Place) -> None:
    assert words(axis, "${model} ${model_quoted} ${serial}") == "M3106-L Mk II M3106-L%20Mk%20II ACCC8E0A0B0C"


def test_ports_below_1024_are_moved_on_loopback(axis: Place) -> None:
    assert words(axis, "${port:80} ${port:8000} ${at:80} ${at:8080} ${ats:443}") == (
        "18080 8000 127.77.0.5:18080 127.77.0.5:8080 127.77.0.5:18443"
    )


def test_the_usual_port_is_left_out_where_it_is_not_moved() -> None:
    place = NamespaceEstate(Estate.only("axis-camera")).layout.places[0]
    assert words(place, "${at:80} ${ats:443} ${at:8080}") == "10.203.0.1 10.203.0.1 10.203.0.1:8080"


def test_drawn_words_stay_the_same(axis: Place) -> None:
    text = "${hex:24:realm} ${HEX:3} ${digits:5} ${uuid} ${uuid:other}"
    assert words(axis, text) == words(axis, text)
    first, second = words(axis, "${uuid}"), words(axis, "${uuid:other}")
    assert first != second
    assert [len(part) for part in first.split("-")] == [8, 4, 4, 4, 12]


def test_the_scope_is_the_smallest_network_that_holds_all() -> None:
    assert loopback_layout(Estate.generate(1).devices).networks == (IPv4Network("127.77.0.0/30"),)
    assert loopback_layout(Estate.generate(6).devices).networks == (IPv4Network("127.77.0.0/29"),)
    assert loopback_layout(Estate.generate(7).devices).networks == (IPv4Network("127.77.0.0/28"),)
    assert loopback_layout(Estate.demo().devices).networks == (IPv4Network("127.77.0.0/27"),)


def test_a_network_that_is_too_small_is_refused() -> None:
    with pytest.raises(UsageError, match="no room for host number 300"):
        loopback_layout(Estate.generate(300).devices, LOOPBACK_NETWORK)
    with pytest.raises(UsageError, match="no room"):
        NamespaceEstate(Estate.generate(300), IPv4Network("10.203.0.0/24"))


def test_truth_is_what_the_data_says() -> None:
    truth = truth_of(Estate.demo())
    recorder = truth[IPv4Address("127.77.0.2")]
    assert (recorder.maker, recorder.kind, recorder.model) == ("hikvision", Kind.RECORDER, "DS-7616NI-I2/16P")
    assert truth[IPv4Address("127.77.0.7")].brand == "annke"
    assert truth[IPv4Address("127.77.0.25")].maker is None


def test_extra_ports_are_where_the_low_ones_went() -> None:
    running = LoopbackEstate(Estate.demo())
    assert running.extra_ports == (18080, 18443, 18554)
    assert NamespaceEstate(Estate.demo()).extra_ports == ()


def test_the_scope_file_is_valid_and_allows_just_the_estate() -> None:
    for running in (LoopbackEstate(Estate.demo()), NamespaceEstate(Estate.generate(40, 1), routed=5)):
        scope = parse(scope_toml(running).encode(), Path("camscan.toml"))
        assert all(scope.permits(ip) for ip in running.truth)
        assert not scope.permits(running.layout.places[0].elsewhere)
        assert scope.limits.extra_ports == running.extra_ports
        assert scope.sites[0].multicast is isinstance(running, LoopbackEstate)
        recorders = {str(ip) for ip, truth in running.truth.items() if truth.kind is Kind.RECORDER}
        assert set(scope.sites[0].expects.recorders) == recorders


def test_routed_devices_stand_in_the_other_network() -> None:
    running = NamespaceEstate(Estate.generate(10), routed=3)
    assert sum(ip in running.routed_network for ip in running.truth) == 3
    assert sum(ip in running.network for ip in running.truth) == 7


def test_ports_of_protocols_it_does_not_speak_are_not_opened() -> None:
    estate = Estate.load('name = "x"\n[[device]]\nprofile = "hikvision-recorder"\nhost = 1\nmutes = ["http", "sdk"]\n')
    assert tcp_ports(estate.devices[0]) == (554,)
    assert set(tcp_ports(Estate.only("dahua-camera-2020").devices[0])) == {80, 443, 554, 37777}
