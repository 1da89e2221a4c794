import pytest

from camscan.egress.netflow.domain import SAMPLERS, TEMPLATES, Domain, rate_of
from camscan.egress.netflow.template import V5, Field, Template


@pytest.mark.parametrize(
    ("values", "rate"),
    [
        ({}, 0), ({"sampling": 100}, 100), ({"sampling_random": 64}, 64), ({"sampling_taken": 100}, 100),
        ({"sampling_taken": 1, "sampling_passed": 999}, 1000), ({"sampling_taken": 0, "sampling_passed": 9}, 0),
    ],
)  # fmt: skip
def test_one_in_how_many(values: dict[str, int], rate: int) -> None:
    assert rate_of(values) == rate


def test_the_sampler_of_a_record_counts() -> None:
    domain = Domain()
    assert domain.sampled({}) == 1
    domain.learn({"sampler": 1, "sampling_random": 100})
    assert domain.sampled({}) == 100
    domain.learn({"sampler": 2, "sampling_random": 10})
    assert domain.sampled({}) == 1
    assert domain.sampled({"sampler": 2}) == 10
    assert domain.sampled({"sampler": 0}) == 1
    assert domain.sampled({"sampling": 7}) == 7


def test_memory_is_bounded() -> None:
    domain = Domain()
    for number in range(5_000):
        domain.keep(number, V5)
        domain.learn({"sampler": number, "sampling": 2})
    assert (len(domain.templates), len(domain.samplers)) == (TEMPLATES, SAMPLERS)
    assert 4_999 in domain.templates


def test_another_template_of_the_same_number() -> None:
    domain, short = Domain(), Template([Field("octets", 4)])
    assert not domain.keep(256, V5)
    assert not domain.keep(256, V5)
    assert domain.keep(256, short)
    assert not domain.keep(256, Template([Field("octets", 4)]))


def test_what_is_missing_between_two_messages() -> None:
    domain = Domain()
    assert domain.missing(700, 30) == 0  # where the numbers begin says nothing
    assert domain.missing(730, 30) == 0
    assert domain.missing(790, 30) == 30
    assert domain.missing(760, 30) == -30  # it comes late
    assert domain.missing(820, 30) == 0
    assert domain.missing(5, 30) == 0  # the exporter has started again
    assert domain.missing(35, 30) == 0
    domain = Domain()
    assert domain.missing(2**32 - 10, 30) == 0
    assert domain.missing(25, 30) == 5  # the count goes round
