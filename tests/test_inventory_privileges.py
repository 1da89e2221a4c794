"""An inventory that root has opened works on after root is given up, in a folder that only root may enter."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from inventory_makers import address

from camscan.inventory import Inventory, ScanStatus

CODE = """
import os, sys
sys.path.insert(0, sys.argv[2])
from inventory_makers import SITE, address, heard, start
from camscan.inventory import Inventory, ScanStatus
inventory = Inventory.open(sys.argv[1])
scan_id = inventory.begin_scan(start())
os.setgroups([]), os.setgid(65534), os.setuid(65534)
try:
    open(sys.argv[1])
except PermissionError:
    pass
else:
    raise SystemExit("the file is open to everybody: this proves nothing")
before = set(sys.modules)
for n in range(1, 201):
    ip = f"10.1.0.{n}"
    keys = ("arp.mac", "44:19:b6:00:00:%02x" % n), ("sadp.serial", "SERIAL-%05d" % n)
    inventory.save_host(scan_id, address(ip), SITE, [heard(ip, *keys, raw=bytes([n]) * 9000)], done=False)
    inventory.save_host(scan_id, address(ip), SITE, [heard(ip, ("http.title", str(n)))])
inventory.record_rejection(address("10.1.0.1"), SITE, "isapi", "cameras")
assert len(list(inventory.hosts(scan_id, with_raw=True))) == 200
assert inventory.find(address("10.1.0.7")) is not None
inventory.finish_scan(scan_id, ScanStatus.COMPLETE, 1, True, "head", [])
assert inventory.scans()[0].status is ScanStatus.COMPLETE
print("NEW", sorted(set(sys.modules) - before))
inventory.close()
"""


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can give up root")
def test_it_goes_on_when_root_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    path = folder / "camscan.db"
    helpers = str(Path(__file__).parent)
    done = subprocess.run([sys.executable, "-c", CODE, str(path), helpers], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "NEW []\n"  # nothing is loaded late: a Python below /root could not be read any more
    with Inventory.open(path, create=False) as inventory:
        assert len(list(inventory.hosts())) == 200
        assert inventory.scans()[0].status is ScanStatus.COMPLETE
        assert [one.ip for one in inventory.rejections()] == [address("10.1.0.1")]
        inventory._database.check()
