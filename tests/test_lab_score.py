"""Scores: what counts as found, right, and wrongly accused."""

from ipaddress import IPv4Address

from camscan.device import Device, Kind, Verdict
from camscan.evidence import IPAddress
from camscan.lab import Truth, render, score

A, B, C, D, E = (IPv4Address(f"10.0.0.{number}") for number in range(1, 6))


def truth(maker: str | None, brand: str | None = None, kind: Kind = Kind.CAMERA, model: str = "M") -> Truth:
    return Truth(maker, brand or maker, kind, model, "serial", "02:00:00:00:00:01")


def device(ip: IPv4Address, maker: str | None, verdict: Verdict = Verdict.CONFIRMED, **more: object) -> Device:
    given: dict[str, object] = {"kind": Kind.CAMERA, "model": "M", "brand": maker} | more
    return Device(ip=ip, maker=maker, verdict=verdict, **given)  # type: ignore[arg-type]  # fields by name


KNOWN: dict[IPAddress, Truth] = {
    A: truth("hikvision"),
    B: truth("hikvision", "annke"),
    C: truth("dahua"),
    D: truth(None),
}


def test_all_right() -> None:
    result = score(KNOWN, [device(A, "hikvision"), device(B, "hikvision"), device(C, "dahua"), device(D, None)])
    assert (result.found, result.devices, result.missed, result.strangers) == (4, 4, (), ())
    assert (result.recall, result.precision, result.unnamed, result.wrong) == (1.0, 1.0, 0, ())
    assert result.brand == (2, 3)
    assert result.kind == (4, 4)
    assert result.model == (3, 3)


def test_a_device_that_was_not_found_lowers_recall_only() -> None:
    result = score(KNOWN, [device(A, "hikvision")])
    assert result.missed == (B, C, D)
    assert result.recall == 1 / 3
    assert result.precision == 1.0


def test_a_maker_that_was_not_named_is_no_accusation() -> None:
    result = score(KNOWN, [device(A, None, Verdict.UNKNOWN), device(C, "dahua", Verdict.UNKNOWN)])
    assert result.unnamed == 2
    assert result.wrong == ()
    assert result.precision == 1.0


def test_any_verdict_against_another_maker_is_a_wrong_accusation() -> None:
    result = score(KNOWN, [device(C, "hikvision", Verdict.SUSPECTED)])
    (wrong,) = result.wrong
    assert (wrong.ip, wrong.said, wrong.verdict, wrong.truth) == (C, "hikvision", Verdict.SUSPECTED, "dahua")
    assert result.precision == 0.0


def test_naming_anybody_for_what_nobody_can_know_is_one_too() -> None:
    result = score(KNOWN, [device(D, "dahua", Verdict.PROBABLE)])
    assert [wrong.truth for wrong in result.wrong] == [None]
    assert next(maker for maker in result.makers if maker.maker == "dahua").precision == 0.0


def test_each_maker_has_its_own_figures() -> None:
    result = score(KNOWN, [device(A, "hikvision"), device(C, "hikvision"), device(D, "axis")])
    rows = {maker.maker: (maker.there, maker.said, maker.right) for maker in result.makers}
    assert rows == {"axis": (0, 1, 0), "dahua": (1, 0, 0), "hikvision": (2, 2, 1)}
    assert [maker.recall for maker in result.makers] == [1.0, 0.0, 0.5]


def test_a_device_counts_at_each_of_its_addresses() -> None:
    result = score(KNOWN, [device(A, "hikvision", addresses=(str(A), str(B), "fe80::1"))])
    assert result.found == 2
    assert result.strangers == ()


def test_addresses_outside_the_estate_are_listed() -> None:
    assert score(KNOWN, [device(E, None)]).strangers == (E,)


def test_the_lines_name_every_wrong_accusation() -> None:
    lines = render(score(KNOWN, [device(C, "hikvision"), device(D, "axis"), device(E, None)]))
    text = "\n".join(lines)
    assert "found 2 of 4 devices" in text
    assert "missed: 10.0.0.1, 10.0.0.2" in text
    assert "wrong accusations: 2" in text
    assert "10.0.0.3 was called hikvision (confirmed), in truth dahua" in text
    assert "10.0.0.4 was called axis (confirmed), in truth nobody knows whose" in text
    assert "none of the estate: 10.0.0.5" in text
    assert all(len(line) <= 100 for line in lines)


def test_an_empty_scan_of_an_empty_estate() -> None:
    result = score({}, [])
    assert (result.recall, result.precision) == (1.0, 1.0)
    assert render(result)[0] == "found 0 of 0 devices"


def test_a_long_list_of_missed_devices_is_cut() -> None:
    many: dict[IPAddress, Truth] = {IPv4Address(0x0A000000 + number): truth(None) for number in range(1, 31)}
    (line,) = [line for line in render(score(many, [])) if "missed" in line]
    assert line.endswith("10.0.0.12 and 18 more")
