from ipaddress import ip_address

from camscan.device import Device, Kind, Verdict
from camscan.identify.facts import FactTables

CAMERA = Device(
    ip=ip_address("10.1.0.20"),
    kind=Kind.CAMERA,
    kind_verdict=Verdict.CONFIRMED,
    maker="hikvision",
    verdict=Verdict.CONFIRMED,
    model="DS-2CD2385G1-I",
    firmware="V5.6.2build 190701",
    firmware_date="2019-07-01",
)


def test_everything_that_follows_from_a_confirmed_maker() -> None:
    facts = FactTables.load(jurisdiction="GB-ENG", sector="council").of(CAMERA)
    named = {match.id: match for match in facts.lists}
    assert "us-ndaa-889" in named
    assert named["us-ndaa-889"].contract()["applies"] == "no"
    assert facts.advisories
    assert facts.leads == ()


def test_nothing_follows_from_a_maker_that_is_not_known() -> None:
    facts = FactTables.load().of(Device(ip=ip_address("10.1.0.21")))
    assert (facts.lists, facts.advisories, facts.analytics, facts.leads) == ((), (), None, ())
