from camscan.interrogate.ports import CAMERA_PORTS, KNOCK_ONLY, REASONS, SIGN_OF_LIFE_PORTS, knocks


def test_every_port_has_its_reason() -> None:
    assert all(REASONS[port] for port in CAMERA_PORTS)
    assert len(CAMERA_PORTS) == len(set(CAMERA_PORTS))
    assert set(SIGN_OF_LIFE_PORTS) <= set(CAMERA_PORTS)
    assert set(CAMERA_PORTS) >= KNOCK_ONLY


def test_a_knock_says_nothing() -> None:
    made = knocks((80, 37777, 80))
    assert [(knock.name, knock.port, knock.questions, knock.tls) for knock in made] == [
        ("knock", 80, (), False),
        ("knock", 37777, (), False),
    ]
    assert [knock.port for knock in knocks()] == list(CAMERA_PORTS)
