"""What a scan could not see is said at the site where it is."""

from ipaddress import ip_address

from camscan.cli.gaps import added, behind_recorders, names
from camscan.device import Device, Kind
from camscan.gaps import NotSeen, SiteCoverage

GAP = NotSeen("something", "a reason", "Do this.")


def device(last: int, kind: Kind, channels: int | None = None, site: str = "Town Hall") -> tuple[str, Device]:
    return site, Device(ip_address(f"10.1.0.{last}"), kind=kind, channels=channels)


def test_a_gap_stands_at_its_site() -> None:
    before = (SiteCoverage("Town Hall", 4, 0, 0, (GAP,)), SiteCoverage("Library", 2, 0, 0))
    more = NotSeen("more", "why", "What.")
    hall, library = added(before, [("Library", more), ("Nowhere", more)])
    assert hall.not_seen == (GAP,)
    assert library.not_seen == (more,)


def test_a_recorder_with_more_channels_than_cameras_hides_some() -> None:
    devices = [device(5, Kind.RECORDER, 16), *(device(last, Kind.CAMERA) for last in range(20, 29))]
    ((site, gap),) = behind_recorders(devices)
    assert site == "Town Hall"
    assert gap.what == "cameras behind the recorder 10.1.0.5 (16 channels)"
    assert gap.why.startswith("9 cameras were seen at this site")


def test_recorders_of_a_site_are_taken_together() -> None:
    devices = [device(5, Kind.RECORDER, 4), device(6, Kind.RECORDER, 4), device(20, Kind.CAMERA)]
    ((_, gap),) = behind_recorders(devices)
    assert "recorders 10.1.0.5 (4 channels), 10.1.0.6 (4 channels)" in gap.what
    assert gap.why.startswith("1 camera was seen")


def test_where_no_camera_was_seen_it_is_said() -> None:
    ((_, gap),) = behind_recorders([device(5, Kind.RECORDER, 8), device(9, Kind.CAMERA, site="Library")])
    assert gap.why.startswith("no camera was seen")


def test_where_every_channel_may_be_a_camera_that_was_seen_there_is_no_gap() -> None:
    assert behind_recorders([device(5, Kind.RECORDER, 2), *(device(last, Kind.CAMERA) for last in (20, 21))]) == ()
    assert behind_recorders([device(5, Kind.RECORDER), device(6, Kind.CAMERA, 4)]) == ()
    assert behind_recorders([]) == ()


def test_long_lists_are_cut_and_counted() -> None:
    assert names([]) == ""
    assert names(["a", "b"]) == "a, b"
    assert names(list("abcdefg")) == "a, b, c, d, e and 2 more"
