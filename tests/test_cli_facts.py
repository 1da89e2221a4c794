import io
from ipaddress import ip_address

from camscan.cli import facts
from camscan.device import Device, Kind, Verdict
from camscan.identify.facts import FactTables
from camscan.report.screen import Screen

HIKVISION = Device(
    ip=ip_address("10.1.0.20"),
    kind=Kind.CAMERA,
    kind_verdict=Verdict.CONFIRMED,
    maker="hikvision",
    verdict=Verdict.CONFIRMED,
    model="DS-2CD2347G2-LSU/SL",
)
TABLES = FactTables.load(jurisdiction="GB-ENG", sector="council")


def said(devices: list[Device]) -> str:
    screen = Screen(file=io.StringIO(), width=80)
    facts.after_scan(screen, devices, TABLES)
    text = screen.file.getvalue()  # type: ignore[attr-defined]
    assert isinstance(text, str)
    return text


def test_a_device_by_a_named_maker_says_so_in_facts_and_never_in_slogans() -> None:
    rows = list(facts.of_device(TABLES.of(HIKVISION)))
    text = " ".join(sentence for _heading, sentence in rows)
    entity = "US BIS Entity List (15 CFR 744 Supplement 4) - names the maker; does not bind you"
    assert ("Official list", entity) in rows
    assert "banned" not in text
    assert "illegal" not in text
    assert any(heading == "Analytics" and sentence.endswith("capable by series") for heading, sentence in rows)


def test_what_was_not_heard_is_not_known_rather_than_left_out() -> None:
    rows = dict(facts.of_device(TABLES.of(Device(ip=ip_address("10.1.0.21"), kind=Kind.CAMERA))))
    assert rows["Analytics"].startswith("not known")


def test_what_would_tell_which_lists_bind() -> None:
    nowhere = FactTables.load()
    binds = [
        sentence.rpartition("; ")[2]
        for heading, sentence in facts.of_device(nowhere.of(HIKVISION))
        if "list" in heading
    ]
    assert binds == sorted(binds, reverse=True)  # what may bind stands before what does not
    for tables, expected in ((nowhere, True), (TABLES, False)):
        screen = Screen(file=io.StringIO(), width=80)
        facts.hint(screen, tables.of(HIKVISION), tables)
        assert ("jurisdiction and sector" in screen.file.getvalue()) is expected  # type: ignore[attr-defined]  # a StringIO


def test_the_summary_counts_devices_and_says_whether_a_list_binds() -> None:
    text = said([HIKVISION, Device(ip=ip_address("10.1.0.21"))])
    assert "official lists: 1 device;" in text
    assert "none is known to bind you" in text


def test_nothing_is_said_where_nothing_follows() -> None:
    assert said([Device(ip=ip_address("10.1.0.21"), kind=Kind.CAMERA)]) == ""


def test_the_lists_are_told_with_their_day_and_source() -> None:
    screen = Screen(file=io.StringIO(), width=80)
    facts.lists(screen, TABLES.lists)
    text = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "us-ndaa-889" in text
    assert str(TABLES.lists.as_of) in text
    assert "Source: http" in text
