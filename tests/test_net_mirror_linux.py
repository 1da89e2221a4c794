"""What of it only Linux has; tests/test_net_mirror.py holds the rest."""

import sys
from pathlib import Path

import pytest
from namespaces import cabled, require_root

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


TUNNEL = """
import fcntl, json, os, struct, subprocess
from camscan.net._mirror_linux import open_mirror
tunnel = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tunnel, 0x400454CA, struct.pack("16sH22x", b"tun7", 0x1001))  # TUNSETIFF: IFF_TUN, IFF_NO_PI
subprocess.run(["ip", "link", "set", "tun7", "up"], check=True)
packet = bytes.fromhex("45000014 00000000 40fd0000 0a000001 0a000002")
with open_mirror("tun7", sift=True, snaplen=100, local=()) as mirror:
    os.write(tunnel, packet)
    found = next(packet for packet in mirror if packet is not None and packet.data[:1] == b"E")
print(json.dumps([mirror.link, found.data.hex(), found.length]))
"""


def test_a_tunnel_has_packets_without_a_frame() -> None:
    if not Path("/dev/net/tun").exists():
        pytest.skip("this machine has no /dev/net/tun")
    with cabled() as (near, _far):
        link, data, length = near.python(TUNNEL)
    assert (link, data, length) == (101, "450000140000000040fd00000a0000010a000002", 20)
