from ipaddress import ip_address

from camscan.evidence import Evidence, Observation, Outcome, Transport, Via, observe
from camscan.scan.state import CLAIMS_PER_PROBE, Host, ScanState, Stage

IP = ip_address("10.1.0.20")


def answer(raw: bytes, probe: str = "sadp") -> Observation:
    evidence = (Evidence("sadp.answer", "yes"), Evidence("sadp.serial", raw.decode()))
    return observe(IP, 37020, Transport.UDP, Via.MULTICAST, probe, Outcome.OK, raw=raw, evidence=evidence)


def test_the_same_answer_is_kept_once() -> None:
    host = Host(IP)
    assert host.add(answer(b"a"))
    assert host.add(answer(b"a"))
    assert len(host.observations) == 1
    assert host.heard_by("sadp")
    assert not host.heard_by("dhip")


def test_an_answer_that_differs_only_in_its_message_number_is_kept_once() -> None:
    host = Host(IP)
    evidence = (Evidence("wsd.types", "Device"),)
    for number in (b"1", b"2"):
        host.add(observe(IP, 3702, Transport.UDP, Via.MULTICAST, "w", Outcome.OK, raw=number, evidence=evidence))
        host.add(observe(IP, 3702, Transport.UDP, Via.MULTICAST, "w", Outcome.MALFORMED, raw=number))
    assert [(o.outcome, o.raw) for o in host.observations] == [
        (Outcome.OK, b"1"),
        (Outcome.MALFORMED, b"1"),
        (Outcome.MALFORMED, b"2"),
    ]


def test_one_address_that_claims_to_be_five_hundred_devices_is_cut_short() -> None:
    host = Host(IP)
    kept = [host.add(answer(str(number).encode())) for number in range(500)]
    assert kept.count(True) == CLAIMS_PER_PROBE
    assert len(host.observations) == CLAIMS_PER_PROBE


def test_what_was_taken_is_let_go_of_and_what_comes_late_is_taken_too() -> None:
    host = Host(IP)
    host.add(answer(b"a"))
    assert len(host.take()) == 1
    host.add(answer(b"a"))
    host.add(answer(b"b"))
    assert [o.raw for o in host.take()] == [b"b"]
    assert host.take() == ()


def test_every_scan_has_identifiers_of_its_own() -> None:
    assert ScanState().seed != ScanState().seed


def test_hosts_that_are_done_are_counted() -> None:
    state = ScanState()
    state.hosts = {IP: Host(IP, stage=Stage.DONE), ip_address("10.1.0.21"): Host(ip_address("10.1.0.21"))}
    assert state.asked == 1
