"""Plans for serving processes."""

from camscan.lab.estate import Estate
from camscan.lab.namespace import NamespaceEstate
from camscan.lab.place import loopback_layout
from camscan.lab.plan import read, write


def test_a_plan_is_one_line_and_comes_back_the_same() -> None:
    estate = Estate.demo()
    places = loopback_layout(estate.devices).places
    line = write(estate, places, (18080,))
    assert "\n" not in line
    plan = read(line)
    assert plan.places == places
    assert plan.elsewhere_ports == (18080,)


def test_a_share_brings_only_its_own_devices() -> None:
    estate = Estate.generate(100, 3)
    places = loopback_layout(estate.devices).places[::4]
    line = write(estate, places)
    assert read(line).places == places
    assert len(line) < len(write(estate, loopback_layout(estate.devices).places)) / 2


def test_interfaces_and_gateways_come_back_too() -> None:
    estate = Estate.generate(6)
    places = NamespaceEstate(estate, routed=2).layout.places
    assert read(write(estate, places)).places == places


def test_own_profiles_come_along() -> None:
    estate = Estate.load(
        'name = "x"\n[[profile]]\nname = "mine"\nkind = "camera"\nmodels = ["M"]\nmac = ["020000"]\nbasis = ["ours"]\n'
        '[[device]]\nprofile = "mine"\nhost = 1\n'
    )
    places = loopback_layout(estate.devices).places
    assert read(write(estate, places)).places == places
