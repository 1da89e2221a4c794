import pytest

from camscan.egress.readers.packet import looks_answered


@pytest.mark.parametrize(
    ("source", "target", "answered"),
    [(53, 50_000, True), (50_000, 53, False), (123, 123, False), (40_000, 8800, False), (None, 50_000, False)],
)
def test_what_an_answer_looks_like(source: int | None, target: int, answered: bool) -> None:
    assert looks_answered(source, target) is answered
