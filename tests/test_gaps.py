from camscan.gaps import NotSeen, SiteCoverage, names


def test_a_gap_is_a_value() -> None:
    gap = NotSeen("10.1.2.0/24 answered nothing", "no sign of life", "Is it routed from here?")
    assert SiteCoverage("Town Hall", 1, 0, 0, (gap,)) == SiteCoverage("Town Hall", 1, 0, 0, (gap,))
    assert SiteCoverage("Town Hall", 1, 0, 0).not_seen == ()


def test_long_lists_are_cut_and_counted() -> None:
    assert names([]) == ""
    assert names(["a", "b"]) == "a, b"
    assert names(iter("abcdefg")) == "a, b, c, d, e and 2 more"
