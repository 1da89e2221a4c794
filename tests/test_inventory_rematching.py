"""An inventory is judged anew: as ``assess`` judges each device, and with what changed."""

import gc
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from answer_evidence import arp, heard_from, observation
from answers import answers
from inventory_makers import SITE, opened, start

from camscan.device import Verdict
from camscan.identify import SignatureSet, assess, load
from camscan.inventory import Inventory, ScanStatus
from camscan.inventory.conclusions import Conclusion

OWN = """
[[signature]]
id = "own.gate.title"
strength = "strong"
points_to = { maker = "axis", kind = "camera" }
reason = 'its page is called "{value}"'
all = [{ field = "http.title", equals = "Gate" }]
source = "seen at our own gate"
date = 2026-11-21
examples = [{ "http.title" = "Gate" }]
"""


@cache
def shipped() -> SignatureSet:
    return load()


@pytest.fixture
def inventory(tmp_path: Path) -> Iterator[Inventory]:
    yield from opened(tmp_path)


def fill(inventory: Inventory) -> None:
    """A device of each recorded answer, some of them twice, some with a MAC and a conversation."""
    scan = inventory.begin_scan(start())
    rows = [row for row in answers() if row["protocol"] in {"sadp", "dhip", "ws-discovery", "rtsp", "ssdp", "mdns"}]
    for number, row in enumerate(rows * 2):
        ip = f"10.1.{number // 250}.{number % 250 + 1}"
        heard = [heard_from(row, ip=ip)]
        if number % 3:
            heard += [arp(f"44:19:b6:00:{number // 250:02x}:{number % 250:02x}", ip=ip)]
        if number % 2:
            heard += [observation(("http.title", "Gate"), ip=ip)]
        inventory.save_host(scan, heard[0].ip, SITE, heard)
    inventory.finish_scan(scan, ScanStatus.COMPLETE, 10, True, "head", [])


def by_hand(inventory: Inventory, signatures: SignatureSet) -> dict[int, Conclusion]:
    return {one.device_id: Conclusion.of(assess(one.observations, signatures)) for one in inventory.hosts()}


def test_the_short_way_concludes_what_the_long_way_does(inventory: Inventory) -> None:
    fill(inventory)
    short = {one.device_id: one.conclusion for one in inventory.conclude(shipped())}
    assert short == by_hand(inventory, shipped())


def test_the_first_time_everything_is_fresh_and_then_nothing_changes(inventory: Inventory) -> None:
    fill(inventory)
    first = inventory.rematch(shipped())
    assert (first.devices, len(first.fresh), first.changes) == (first.devices, first.devices, ())
    assert inventory.conclusions() == first.fresh
    again = inventory.rematch(shipped())
    assert (again.devices, again.fresh, again.changes) == (first.devices, {}, ())


def test_a_new_signature_changes_what_it_should_and_says_so(inventory: Inventory, tmp_path: Path) -> None:
    fill(inventory)
    inventory.rematch(shipped())
    own = tmp_path / "own"
    own.mkdir()
    (own / "gate.toml").write_text(OWN)
    better = load((own,))
    trial = inventory.rematch(better, keep=False)
    assert trial.changes
    assert all(change.gained == ("own.gate.title",) and not change.lost for change in trial.changes)
    assert all(change.matters for change in trial.changes if change.before.verdict is Verdict.UNKNOWN)
    kept = inventory.rematch(better)
    assert kept.changes == trial.changes
    assert inventory.conclusions() == by_hand(inventory, better)
    back = inventory.rematch(shipped())
    assert [change.lost for change in back.changes] == [("own.gate.title",)] * len(kept.changes)


def test_the_collector_runs_again_afterwards(inventory: Inventory) -> None:
    assert gc.isenabled()
    inventory.rematch(shipped())
    assert gc.isenabled()


def test_an_empty_inventory(inventory: Inventory) -> None:
    assert inventory.rematch(shipped()).devices == 0
