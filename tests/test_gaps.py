from camscan.gaps import NotSeen, SiteCoverage


def test_a_gap_is_a_value() -> None:
    gap = NotSeen("10.1.2.0/24 answered nothing", "no sign of life", "Is it routed from here?")
    assert SiteCoverage("Town Hall", 1, 0, 0, (gap,)) == SiteCoverage("Town Hall", 1, 0, 0, (gap,))
    assert SiteCoverage("Town Hall", 1, 0, 0).not_seen == ()
