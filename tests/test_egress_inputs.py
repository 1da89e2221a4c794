import io
from pathlib import Path

from egress_makers import CAMERA, CLOUD, MAC, SYN, arp, csv_log, device, pcap, row, segment, visit

from camscan.egress.contacts import Gathering
from camscan.egress.inputs import EMPTY, NOTHING, OUTSIDE, UNKNOWN, read_all
from camscan.egress.known import Known


def gathering(mac: str | None = None) -> Gathering:
    return Gathering(Known([device(mac=mac)]))


def test_folders_are_gone_through_and_hidden_files_left(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "two").write_bytes(pcap(visit()))
    (tmp_path / "a").write_bytes(csv_log(row()))
    (tmp_path / ".hidden").write_bytes(b"x")
    inputs = read_all([tmp_path], gathering())
    assert [(Path(one.file).name, one.format, one.records) for one in inputs] == [("a", "csv", 1), ("two", "pcap", 4)]


def test_what_cannot_be_read_is_an_error_and_never_silently_empty(tmp_path: Path) -> None:
    contents = {
        "empty": (b"", EMPTY),
        "garbage": (b"\x00\x01garbage", UNKNOWN),
        "nothing": (csv_log("a,b"), NOTHING),
        "header": (pcap([]), NOTHING),
        "link": (pcap(visit(), 127), "link type 127"),
    }
    for name, (content, _) in contents.items():
        (tmp_path / name).write_bytes(content)
    inputs = read_all([*(tmp_path / name for name in contents), tmp_path / "missing"], gathering())
    for one, (_, error) in zip(inputs, [*contents.values(), (b"", "cannot be read")], strict=True):
        assert one.error is not None
        assert error in one.error


def test_captures_are_read_first_because_they_tell_who_holds_an_address(tmp_path: Path) -> None:
    log, capture = tmp_path / "a.csv", tmp_path / "b.pcap"
    log.write_bytes(csv_log(row(5)))
    capture.write_bytes(pcap([arp(CAMERA, "02:00:00:00:00:77")]))
    held = gathering(MAC)
    inputs = read_all([log, capture], held)
    assert [one.format for one in inputs] == ["csv", "pcap"]
    assert not held.contacts
    assert sum(held.unattributed.values()) == 1


def test_standard_input_is_read(tmp_path: Path) -> None:
    (one,) = read_all(["-"], gathering(), io.BytesIO(csv_log(row())))
    assert (one.file, one.records, one.error) == ("standard input", 1, None)
    assert not tmp_path.joinpath("-").exists()


def test_a_log_from_outside_address_translation_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(csv_log(row(source="198.51.100.7", destination=CLOUD)))
    assert read_all([path], gathering())[0].notes == (OUTSIDE,)
    path.write_bytes(pcap([segment("198.51.100.7", CLOUD, (1, 2), SYN)]))
    assert read_all([path], gathering())[0].notes == (OUTSIDE,)
    path.write_bytes(pcap(visit()))
    assert read_all([path], gathering())[0].notes == ()
