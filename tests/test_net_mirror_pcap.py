"""What of it only libpcap has; tests/test_net_mirror.py holds the rest."""

import ctypes.util

import pytest
from namespaces import require_root

from camscan.errors import UsageError
from camscan.net._mirror_pcap import open_mirror


def test_an_interface_that_is_not_there_is_told() -> None:
    require_root()
    if ctypes.util.find_library("pcap") is None:
        pytest.skip("libpcap is not installed")
    with pytest.raises(UsageError, match="eth99 cannot be listened to"):
        open_mirror("eth99", sift=True, snaplen=100, local=())


def test_without_the_library_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes.util, "find_library", lambda _name: None)
    with pytest.raises(UsageError, match="needs libpcap"):
        open_mirror("lo", sift=True, snaplen=100, local=())


def test_on_windows_it_says_what_to_do_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    with pytest.raises(UsageError, match="dumpcap"):
        open_mirror("Ethernet 2", sift=True, snaplen=100, local=())
