from ipaddress import ip_address

import pytest
from test_scan_reach import interface, scope_of

from camscan.interrogate.plan import SIGN_OF_LIFE_PORTS
from camscan.net.tcp import CONNECT_SECONDS
from camscan.scan.budget import AT_ONCE, budget, life_ports
from camscan.scan.reach import Way, reach


def test_ports_for_a_sign_of_life_depend_on_the_way() -> None:
    assert life_ports(Way.LINK, (), arp=True) == ()
    assert life_ports(Way.LINK, (), arp=False) == (80,)
    assert life_ports(Way.ROUTED, (8081, 80), arp=True) == (*SIGN_OF_LIFE_PORTS, 8081)


@pytest.mark.parametrize(("arp", "life"), [(True, 254), (False, 254)])
def test_one_packet_for_each_address_on_the_wire(arp: bool, life: int) -> None:
    scope = scope_of('networks = ["10.1.0.0/24"]')
    found = reach(scope, [interface("eth0", "10.1.0.9/24")])
    plan = budget(scope, found, scope.addresses(), 10, arp=arp)
    assert (plan.addresses, plan.life, plan.multicast, plan.first_stage) == (254, life, 20, life + 20)


def test_a_routed_address_is_thought_silent_so_that_each_knock_counts_twice() -> None:
    scope = scope_of('networks = ["10.1.0.0/24"]')
    plan = budget(scope, reach(scope, []), [ip_address("10.1.0.1")], 10, arp=True)
    assert plan.first_stage == 3 + 2 * len(SIGN_OF_LIFE_PORTS)
    assert plan.seconds == pytest.approx(len(SIGN_OF_LIFE_PORTS) * CONNECT_SECONDS / AT_ONCE)
