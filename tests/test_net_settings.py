import sys

import pytest

from camscan.net import _linux_settings
from camscan.net.settings import Firewall, firewalls, open_file_limit, raise_open_files, settings


def test_the_settings_of_this_machine_are_read() -> None:
    found = settings()
    assert found.open_files == open_file_limit()
    assert (found.receive_buffer is None) == (sys.platform != "linux")


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's firewalls")
def test_the_firewalls_are_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    told = (Firewall("ufw", blocks=True),)
    monkeypatch.setattr(_linux_settings, "firewalls", lambda: told)
    assert firewalls() == told


def test_the_limit_of_open_files_is_raised_as_far_as_allowed_and_never_lowered() -> None:
    if sys.platform == "win32":
        pytest.skip("Windows has no such limit")
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(before[1] if before[1] != resource.RLIM_INFINITY else 512, 512)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, wanted), before[1]))
        assert raise_open_files(wanted) == wanted
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (wanted, before[1])
        assert raise_open_files(16) == wanted
        if before[1] != resource.RLIM_INFINITY:
            assert raise_open_files(before[1] + 1) == before[1]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
