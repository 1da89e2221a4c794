"""Every protocol has one of the two shapes."""

from lab_tools import host

from camscan.lab.estate import profiles
from camscan.lab.serve import doors, speakers
from camscan.lab.speak.shape import Datagram


def test_speakers_answer_rubbish_with_silence() -> None:
    for name in profiles():
        for speaker in speakers(host(name)):
            for data in (b"", b"\0" * 40, b"<a/>", b"{}", bytes(range(256)) * 4):
                assert list(speaker.answer(Datagram(data, ("127.0.0.1", 9), group=True))) == [], (name, speaker.name)


def test_hellos_go_to_the_group_only() -> None:
    for name in profiles():
        for speaker in speakers(host(name)):
            assert all(reply.to == (speaker.group, speaker.port) for reply in speaker.hello()), name


def test_each_port_of_a_device_has_one_door() -> None:
    for name in profiles():
        ports = [door.port for door in doors(host(name))]
        assert len(ports) == len(set(ports)), name
