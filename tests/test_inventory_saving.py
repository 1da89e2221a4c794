"""What goes in comes out as it was, however hostile."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from inventory_makers import SITE, address, heard, start

from camscan.evidence import FIELDS, RAW_LIMIT, VALUE_LIMIT, Evidence, Observation, Outcome, Transport, Via, observe
from camscan.inventory import Inventory, schema
from camscan.inventory.saving import chunks

HOST = address("10.1.0.20")


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inventory]:
    with Inventory.open(tmp_path_factory.mktemp("saving") / "camscan.db") as opened:
        yield opened


def stored(inventory: Inventory, *observations: Observation) -> list[Observation]:
    """The observations as they come back, in the order in which they were given."""
    scan_id = inventory.begin_scan(start())
    inventory.save_host(scan_id, HOST, SITE, observations)
    found = []
    for one in inventory.observations():
        found.append(one)
        if len(found) == len(observations):
            break
    return found[::-1]


OBSERVATIONS = st.builds(
    observe,
    st.one_of(st.ip_addresses(), st.just(address("fe80::1%eth0"))),
    st.integers(0, 65535),
    st.sampled_from(Transport),
    st.sampled_from(Via),
    st.sampled_from(["sadp", "http", "wsd"]),
    st.sampled_from(Outcome),
    raw=st.binary(max_size=200),
    evidence=st.lists(st.builds(Evidence, st.sampled_from(sorted(FIELDS)), st.text(max_size=60)), max_size=5).map(
        tuple
    ),
    interface=st.none() | st.sampled_from(["eth0", "Wi-Fi"]),
    detail=st.sampled_from(["", "the connection was reset"]),
    at=st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the zone is beside
)


@given(st.lists(OBSERVATIONS, min_size=1, max_size=6))
def test_observations_come_back_as_they_were(inventory: Inventory, observations: list[Observation]) -> None:
    assert stored(inventory, *observations) == observations


@pytest.mark.parametrize(
    "value",
    [
        "",
        "\x00",
        "\ud800",
        "'; DROP TABLE device; --",
        "\x1b]0;pwned\x07",
        "é漢字😀",
        "x" * VALUE_LIMIT,
        "漢" * VALUE_LIMIT,
    ],
)
def test_hostile_values_are_kept(inventory: Inventory, value: str) -> None:
    one = heard("10.1.0.20", ("http.title", value))
    assert stored(inventory, one) == [one]


def test_the_longest_answer_is_kept_whole(inventory: Inventory) -> None:
    one = heard("10.1.0.20", raw=bytes(range(256)) * (RAW_LIMIT // 256))
    assert stored(inventory, one)[0].raw == one.raw


def test_many_values_at_once(inventory: Inventory) -> None:
    one = heard("10.1.0.20", *(("http.header", f"x-{n}: 1") for n in range(1234)))
    assert stored(inventory, one) == [one]


def test_equal_answers_and_values_are_kept_once(tmp_path: Path) -> None:
    with Inventory.open(tmp_path / "camscan.db") as inventory:
        scan_id = inventory.begin_scan(start())
        for n in range(5):
            ip = f"10.1.0.{n}"
            one = heard(ip, ("http.title", "same"), ("http.title", "same"), raw=b"the same body")
            inventory.save_host(scan_id, address(ip), SITE, [one, one])
        with inventory._database.read() as connection:
            counts = [
                connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
                for table in (schema.raw, schema.value, schema.evidence, schema.observation)
            ]
    assert counts == [1, 1, 20, 10]


def test_a_host_that_cannot_be_saved_leaves_nothing_behind(tmp_path: Path) -> None:
    with Inventory.open(tmp_path / "camscan.db") as inventory:
        scan_id = inventory.begin_scan(start())
        good, bad = heard("10.1.0.20", ("http.title", "x")), heard("10.1.0.20", port=80)
        object.__setattr__(bad, "probe", None)
        with pytest.raises(Exception, match="probe"):
            inventory.save_host(scan_id, HOST, SITE, [good, bad])
        assert list(inventory.hosts()) == []
        assert inventory.done_addresses(scan_id) == frozenset()
        assert list(inventory.distinct_evidence()) == []
        inventory.save_host(scan_id, HOST, SITE, [good])
        assert len(list(inventory.hosts())) == 1


def test_chunks_leave_nothing_out() -> None:
    assert [list(some) for some in chunks([1, 2, 3, 4, 5], 2)] == [[1, 2], [3, 4], [5]]
    assert list(chunks([], 2)) == []
