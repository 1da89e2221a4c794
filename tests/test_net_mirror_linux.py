"""What of it only Linux has; tests/test_net_mirror.py holds the rest."""

import sys

import pytest
from namespaces import require_root

if sys.platform != "linux":
    pytest.skip("AF_PACKET is Linux's own", allow_module_level=True)

from camscan.errors import UsageError
from camscan.net._mirror_linux import open_mirror


def test_an_interface_that_goes_before_it_is_bound_is_told() -> None:
    require_root()
    with pytest.raises(UsageError, match=r"eth99 cannot be listened to: No such device\."):
        open_mirror("eth99", sift=True, snaplen=100, local=())
    with pytest.raises(UsageError, match="cannot be listened to"):
        open_mirror("a-name-that-is-too-long-for-linux", sift=True, snaplen=100, local=())


def test_closing_twice_does_no_harm() -> None:
    require_root()
    mirror = open_mirror("lo", sift=False, snaplen=100, local=())
    mirror.close()
    mirror.close()
