"""What an operator asks of a scan is checked against the scope before a socket is opened."""

from ipaddress import IPv4Address, ip_address
from pathlib import Path

import pytest
from cli_tools import SCOPE
from test_scan_reach import interface

from camscan.cli import request as module
from camscan.cli.request import Request, addresses, group_datagrams, left_out, open_arps, place
from camscan.errors import AnotherNetworkError, OutOfScopeError, UsageError
from camscan.net.link import Gateway
from camscan.scope import parse

LINK = """
[[site.link]]
network = "10.1.0.0/22"
gateway_mac = "00:00:5e:00:53:01"
"""


def request(*targets: str, more: str = "", same_network: bool = False) -> Request:
    scope = parse((SCOPE + more).encode(), Path("camscan.toml"))
    return Request(scope, targets=targets, same_network=same_network)


def test_without_targets_the_whole_scope_is_meant_less_its_exclusions() -> None:
    wanted = addresses(request())
    assert len(wanted) == 1021
    assert ip_address("10.1.3.10") not in wanted


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (("10.1.0.20",), ["10.1.0.20"]),
        (("10.1.0.20", "10.1.0.20"), ["10.1.0.20"]),
        (("10.1.0.20/32",), ["10.1.0.20"]),
        (("10.1.0.20/30",), ["10.1.0.21", "10.1.0.22"]),
        (("10.1.3.8/29",), [f"10.1.3.{last}" for last in (9, 11, 12, 13, 14)]),
        (("::ffff:10.1.0.20",), ["10.1.0.20"]),
    ],
)
def test_targets_are_taken_once_and_only_inside(targets: tuple[str, ...], expected: list[str]) -> None:
    assert [str(ip) for ip in addresses(request(*targets))] == expected


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("10.1.0.0/24", ()),
        ("10.1.0.20", ()),
        ("10.1.3.8/29", ("Of 10.1.3.8/29, 1 address is outside the scope or excluded, and will not be scanned.",)),
        ("10.1.2.0/22", ("Of 10.1.0.0/22, 1 address is outside the scope or excluded, and will not be scanned.",)),
        (
            "10.1.0.0/21",
            ("Of 10.1.0.0/21, 1,024 addresses are outside the scope or excluded, and will not be scanned.",),
        ),
    ],
)
def test_what_was_named_and_is_not_in_the_scope_is_said(target: str, told: tuple[str, ...]) -> None:
    assert left_out(request(target)) == told


@pytest.mark.parametrize("target", ["10.9.0.4", "10.1.3.10", "8.8.8.8", "10.9.0.0/24", "127.0.0.1", "::1", "fe80::1"])
def test_a_target_outside_the_scope_stops_everything(target: str) -> None:
    with pytest.raises(OutOfScopeError, match="Nothing was sent"):
        addresses(request("10.1.0.20", target))


@pytest.mark.parametrize("target", ["camera.example", "10.1.0", "", "10.1.0.0/33", "10.1.0.20;ls"])
def test_what_is_no_address_is_said(target: str) -> None:
    with pytest.raises(UsageError, match="neither an address nor a network"):
        addresses(request(target))


@pytest.mark.parametrize("target", ["10.0.0.0/8", "fd00::/64"])
def test_more_than_can_be_tried_is_refused(target: str) -> None:
    with pytest.raises(UsageError, match="too many addresses"):
        addresses(request(target))


def here(monkeypatch: pytest.MonkeyPatch, gateway_mac: str | None) -> None:
    """This machine is on the Town Hall's wire, behind a gateway with this MAC."""
    gateway = Gateway(IPv4Address("10.1.0.1"), gateway_mac) if gateway_mac else None
    wires = (interface("eth7", "10.1.0.9/22"), interface("eth8", "10.8.0.9/24", up=False))
    monkeypatch.setattr(module, "interfaces", lambda: wires)
    monkeypatch.setattr(module, "neighbours", lambda _known: ())
    monkeypatch.setattr(module, "gateway_of", lambda _interface, _table: gateway)
    monkeypatch.setattr(module, "dns_suffix", lambda _interface: None)


def test_where_this_machine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    here(monkeypatch, "00:00:5e:00:53:01")
    found = place(request(more=LINK))
    assert [interface.name for interface in found.interfaces] == ["eth7"]
    assert [(wire.interface, mac) for wire, mac, _suffix in found.gateways] == [("eth7", "00:00:5e:00:53:01")]
    assert found.unsure == ()


def test_the_same_numbers_behind_another_gateway_are_another_network(monkeypatch: pytest.MonkeyPatch) -> None:
    here(monkeypatch, "02:00:00:00:00:99")
    with pytest.raises(AnotherNetworkError, match="--same-network"):
        place(request(more=LINK))
    assert place(request(more=LINK, same_network=True)).unsure == ()


def test_a_gateway_that_is_not_known_leaves_a_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    here(monkeypatch, None)
    assert [str(network) for network in place(request(more=LINK)).unsure] == ["10.1.0.0/22"]


def test_groups_are_called_only_where_no_address_was_named() -> None:
    assert group_datagrams(request()) >= 10
    assert group_datagrams(request("10.1.0.20")) == 0


def test_arp_is_asked_on_wires_of_the_scope_only(monkeypatch: pytest.MonkeyPatch) -> None:
    here(monkeypatch, None)
    opened = []

    class Arp:
        closed = False

        def close(self) -> None:
            self.closed = True

    def opening(wire: object) -> Arp:
        opened.append(wire)
        return Arp()

    monkeypatch.setattr(module, "open_arp", opening)
    found = open_arps(place(request()), close=True)
    assert list(found) == ["eth7"]
    assert found["eth7"].closed  # type: ignore[attr-defined]  # the Arp above
    monkeypatch.setattr(module, "open_arp", lambda _wire: None)
    assert open_arps(place(request())) == {}


def test_no_arp_on_this_machine_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "interfaces", lambda: (interface("lo", "127.0.0.1/8"),))
    monkeypatch.setattr(module, "open_arp", lambda _wire: pytest.fail("asked on the loopback interface"))
    scope = parse(SCOPE.replace("10.1.0.0/22", "127.5.0.0/24").replace("10.1.3.10", "127.5.0.9").encode(), Path("x"))
    assert open_arps(place(Request(scope))) == {}
