from ipaddress import ip_network

import pytest

from camscan.discover import PROBES
from camscan.discover.shape import DatagramProbe
from camscan.errors import ParseError

EVERY = pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)


def test_names_are_unique() -> None:
    assert len({probe.name for probe in PROBES}) == len(PROBES)


@EVERY
def test_requests_are_small_and_repeatable(probe: DatagramProbe) -> None:
    for ask in filter(None, (probe.requests, probe.again)):
        assert ask(3) == ask(3)
        assert 1 <= len(ask(3)) <= 4
        # One Ethernet frame each, so that no fragment is ever sent.
        assert all(0 < len(request) <= 1472 for request in ask(3))


@EVERY
def test_groups_stay_on_the_link(probe: DatagramProbe) -> None:
    allowed = [ip_network("224.0.0.0/24"), ip_network("239.255.0.0/16")]
    assert probe.groups
    assert all(any(group in network for network in allowed) for group in probe.groups)


@EVERY
@pytest.mark.parametrize("seed", [0, 1, -1, 2**64])
def test_our_own_requests_are_never_answers(probe: DatagramProbe, seed: int) -> None:
    for ask in filter(None, (probe.requests, probe.again)):
        for request in ask(seed):
            for reader in PROBES:
                with pytest.raises(ParseError):
                    reader.parse(request)
