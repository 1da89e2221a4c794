"""A whole scan, by the command line, of servers that nobody here wrote."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from namespaces import Namespace, cabled
from servers import running
from test_avahi import announcing
from test_nginx import Ports, prepared
from test_wsdd import serving

SCOPE = """
[authorisation]
organisation = "Tests"
authorised_by = "Tests"
expires = 9999-12-31
[[site]]
name = "Cable"
networks = ["10.77.0.0/24"]
"""


def _folder(parent: Path, name: str) -> Path:
    made = parent / name
    made.mkdir()
    return made


def _scan(near: Namespace, folder: Path) -> dict[str, Any]:
    (folder / "camscan.toml").write_text(SCOPE)
    argv = ["ip", "netns", "exec", near.name, "env", "-C", str(folder), sys.executable, "-m", "camscan"]
    done = subprocess.run([*argv, "scan", "--format", "json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.namespace
def test_what_avahi_announces_as_a_camera_is_probable_and_not_confirmed(tmp_path: Path) -> None:
    with cabled() as (near, far), announcing(far, _folder(tmp_path, "avahi")):
        (device,) = _scan(near, _folder(tmp_path, "scan"))["devices"]
    assert device["ip"] == "10.77.0.2"
    assert (device["maker"], device["verdict"]) == ("axis", "probable")
    assert device["serial"] == "ACCC8E012345"
    assert {"arp", "mdns"} <= {item["source"] for item in device["evidence"]}


@pytest.mark.namespace
def test_a_server_in_the_office_is_nobodys_camera(tmp_path: Path) -> None:
    """A web page that mentions Hikvision, a certificate, a login, and a file server's WS-Discovery."""
    log = tmp_path / "nginx.log"
    with cabled() as (near, far), serving(far, _folder(tmp_path, "wsdd")):
        argv = ["ip", "netns", "exec", far.name, *prepared(_folder(tmp_path, "nginx"), "0.0.0.0", Ports(80, 443))]
        with running(argv, log, lambda: ":443 " in far.run("ss", "-ltn")):
            (device,) = _scan(near, _folder(tmp_path, "scan"))["devices"]
    assert (device["maker"], device["verdict"], device["brand"]) == (None, "unknown", None)
    assert device["kind"] in {"other", "unknown"}
    assert device["conflicts"] == []
    assert {"arp", "http", "tls"} <= {item["source"] for item in device["evidence"]}
    assert "The wiki" in {item["value"] for item in device["evidence"] if item["field"] == "http.title"}
