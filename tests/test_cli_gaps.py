"""What a scan could not see is said at the site where it is."""

from camscan.cli.gaps import added
from camscan.gaps import NotSeen, SiteCoverage

GAP = NotSeen("something", "a reason", "Do this.")


def test_a_gap_stands_at_its_site() -> None:
    before = (SiteCoverage("Town Hall", 4, 0, 0, (GAP,)), SiteCoverage("Library", 2, 0, 0))
    more = NotSeen("more", "why", "What.")
    hall, library = added(before, [("Library", more), ("Nowhere", more)])
    assert hall.not_seen == (GAP,)
    assert library.not_seen == (more,)
