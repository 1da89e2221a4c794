"""The owner's login against the virtual estate, whose devices count logins and lock accounts."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from gates import gate_over
from lab_tools import fresh_network

from camscan.evidence import IPAddress, Observation
from camscan.lab import Estate, LoopbackEstate
from camscan.lab.place import Place
from camscan.net.gate import Gate
from camscan.owner.ask import MAKERS_DOOR, OwnerRun, Refusal
from camscan.owner.credentials import CredentialSet
from camscan.owner.hints import DoorHint
from camscan.safe.secrets import Secret

Heard = dict[IPAddress, tuple[Observation, ...]]


@pytest.fixture
def running() -> Iterator[LoopbackEstate]:
    with LoopbackEstate(Estate.demo(), fresh_network()) as estate:
        yield estate


def hints(place: Place) -> tuple[DoorHint, ...]:
    """All web ports of a device that has any: a scan would know less, so this asks more than one would."""
    ports = [(place.port(http.port), http.tls is not None) for http in place.device.profile.http]
    if "http" in place.device.mutes:
        return ()
    found = [DoorHint(door, port, tls) for door in MAKERS_DOOR.values() for port, tls in ports]
    services = [http for http in place.device.profile.http if http.onvif]
    return (*found, *(DoorHint("onvif", place.port(http.port), http.tls is not None) for http in services))


def closed_to_all(estate: LoopbackEstate) -> set[IPAddress]:
    """Devices whose profile knows no page behind the login: they refuse whatever comes."""
    return {
        place.ip
        for place in estate.layout.places
        if not any(page.granted for http in place.device.profile.http for page in http.pages)
    }


def ask_all(gate: Gate, estate: LoopbackEstate, password: str) -> tuple[Heard, OwnerRun, list[Refusal]]:
    login = CredentialSet("estate", "auditor", Secret(password), (estate.network,), clear_text=True)
    stored: list[Refusal] = []
    run = OwnerRun((login,), contact="ict@example.gov.uk", record=stored.append)

    async def everybody() -> Heard:
        places = estate.layout.places
        jobs = (run.ask(gate, place.ip, place.truth().maker, hints(place)) for place in places)
        return dict(zip((place.ip for place in places), await asyncio.gather(*jobs), strict=True))

    return asyncio.run(everybody()), run, stored


def test_the_right_login_reads_truly_and_fails_nowhere(running: LoopbackEstate, tmp_path: Path) -> None:
    with gate_over(tmp_path, str(running.network)) as gate:
        heard, run, stored = ask_all(gate, running, "virtual-estate-only")
    stats = running.stats()
    assert (stats.total("failed_logins"), stats.elsewhere, run.stopped) == (0, 0, ())
    assert {refusal.ip for refusal in stored} <= closed_to_all(running)
    wrong = []
    read: dict[str, int] = {}
    for ip, observations in heard.items():
        truth = running.truth[ip]
        told = {item.name: item.value for one in observations for item in one.evidence}
        if "owner.serial" in told:
            read[str(truth.maker)] = read.get(str(truth.maker), 0) + 1
            # A serial number is told with the model before it (Hikvision) or alone.
            if not told["owner.serial"].endswith(truth.serial.removeprefix(truth.model)):
                wrong.append((str(ip), told["owner.serial"], truth.serial))
    assert wrong == []
    assert read.keys() >= set(MAKERS_DOOR)
    assert len(read) >= 3


def test_a_wrong_login_fails_three_times_in_all_and_locks_nobody(running: LoopbackEstate, tmp_path: Path) -> None:
    with gate_over(tmp_path, str(running.network)) as gate:
        _, run, stored = ask_all(gate, running, "wrong-password")
    stats = running.stats()
    assert stats.total("failed_logins") == len(stored) == 3
    assert max(int(device["failed_logins"]) for device in stats.devices.values()) == 1
    assert not any(device["locked"] for device in stats.devices.values())
    assert run.stopped == ("estate",)
    assert stats.elsewhere == 0
