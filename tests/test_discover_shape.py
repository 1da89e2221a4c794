from camscan.discover.shape import identifier


def test_identifiers_are_fresh_yet_repeatable() -> None:
    assert identifier(1, "a") == identifier(1, "a")
    assert len({identifier(seed, purpose) for seed in (1, 2) for purpose in ("a", "b")}) == 4
