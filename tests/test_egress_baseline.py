from datetime import UTC, datetime
from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, cameras, csv_log, judged, only, row, rules

from camscan.egress.baseline import Baseline, Entry, keeping, load, parse, render, without
from camscan.errors import UsageError

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def saved(*entries: Entry) -> Baseline:
    return parse(render(entries, NOW).encode(), "baseline.toml")


def entry(
    host: str = CLOUD, port: int | None = 443, *, approved: bool = False, devices: tuple[str, ...] = (CAMERA,)
) -> Entry:
    return Entry(
        host=host, protocol="tcp", port=port, approved=approved, devices=devices, note='A "note"\nwith é and 🎥'
    )


def test_a_baseline_is_written_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "baseline.toml"
    path.write_text(render([entry(), entry(port=None, approved=True)], NOW), encoding="utf-8")
    read = load(path)
    assert read.entries == (entry(), entry(port=None, approved=True))
    assert read.saved == NOW


def test_saving_approves_nothing(tmp_path: Path) -> None:
    report = judged(tmp_path, csv_log(row(), row(destination="10.1.0.5", port=8000)))
    assert [(one.host, one.approved) for one in report.destinations] == [(CLOUD, False)]


def test_what_is_listed_is_not_new_but_still_a_finding_until_it_is_approved(tmp_path: Path) -> None:
    log = csv_log(row(), row(destination="198.51.100.7"))
    report = judged(tmp_path, log, baseline=saved(entry()))
    assert rules(report) == ["new-since-baseline", "unlisted-destination"]
    assert sorted((one.rule.value, one.new) for one in report.findings) == [
        ("new-since-baseline", True),
        ("unlisted-destination", False),
    ]
    approved = judged(tmp_path, log, baseline=saved(entry(approved=True)))
    assert only(approved).destination.ip == "198.51.100.7"


def test_approval_holds_for_the_devices_and_the_port_it_was_given_for(tmp_path: Path) -> None:
    log = csv_log(row(), row(source="10.1.0.21"), row(port=8443))
    report = judged(tmp_path, log, devices=cameras(2), baseline=saved(entry(approved=True)))
    assert rules(report) == ["new-since-baseline", "new-since-baseline"]
    everybody = saved(entry(approved=True, devices=("*",)))
    assert only(judged(tmp_path, log, devices=cameras(2), baseline=everybody)).port == 8443


def test_a_vendors_cloud_keeps_its_rule_and_says_that_it_is_new(tmp_path: Path) -> None:
    report = judged(tmp_path, csv_log(row(name="dev.hik-connect.com")), baseline=saved(entry()))
    assert (only(report).rule.value, only(report).new) == ("vendor-cloud", False)
    report = judged(tmp_path, csv_log(row(name="dev.hik-connect.com")), baseline=saved())
    assert (only(report).rule.value, only(report).new) == ("vendor-cloud", True)


def test_a_second_saving_keeps_what_the_owner_approved() -> None:
    before = saved(entry(approved=True), entry("old.example.com"))
    kept = keeping([entry(devices=(CAMERA, "10.1.0.21")), entry("new.example.com")], before)
    assert [(one.host, one.approved, one.devices) for one in kept] == [
        (CLOUD, True, (CAMERA,)),
        (CLOUD, False, ("10.1.0.21",)),
        ("new.example.com", False, (CAMERA,)),
    ]
    assert keeping([entry()], None) == (entry(),)


HEAD = b'schema = "camscan.egress-baseline/1"\nsaved = 2026-11-21T00:00:00Z\n'


@pytest.mark.parametrize(
    "content",
    [
        b"\xff",
        b"a = ",
        b'schema = "other/1"\nsaved = 2026-11-21T00:00:00Z',
        b"",
        b"[" * 5_000,
        HEAD + b'[[destination]]\nhost = "a.b"\nprotocol = "tcp"\napproved = "yes please"\ndevices = []',
    ],
)
def test_a_wrong_file_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(UsageError, match=r"baseline\.toml"):
        parse(content, "baseline.toml")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path / "nothing.toml")


def test_devices_can_be_taken_out() -> None:
    both = Entry(host="a.example.net", protocol="tcp", approved=True, devices=("m1", "m2"))
    one = Entry(host="b.example.net", protocol="tcp", devices=("m1",))
    every = Entry(host="c.example.net", protocol="tcp", devices=("*",))
    left = without((both, one, every), {"m1"})
    assert left == (both.model_copy(update={"devices": ("m2",)}), every)


def test_a_note_on_what_is_not_approved_yet_is_kept() -> None:
    plain = Entry(host=CLOUD, protocol="tcp", port=443, devices=(CAMERA,))
    noted = plain.model_copy(update={"note": "asked the supplier"})
    assert keeping([plain], saved(noted)) == (noted,)
    gone = noted.model_copy(update={"host": "a.example.net"})
    assert keeping([plain], saved(gone)) == (plain,)


def test_what_was_approved_in_two_entries_stays_approved_for_the_devices_of_both() -> None:
    first, second = (entry(approved=True, devices=(one,)) for one in (CAMERA, "10.1.0.21"))
    assert keeping([entry(devices=(CAMERA, "10.1.0.21"))], saved(first, second)) == (first, second)
