"""mDNS as avahi-daemon speaks it, announcing a camera's service and a web page."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from namespaces import Namespace, cabled
from servers import program, running

LISTENING = Path(__file__).with_name("listening.py")

CONF = """[server]
host-name=axis-accc8e012345
use-ipv6=no
allow-interfaces=eth7
enable-dbus=no
disallow-other-stacks=no
[publish]
publish-hinfo=no
publish-workstation=no
"""
SERVICE = """<?xml version="1.0" standalone="no"?><!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group><name>{name}</name>
<service><type>{kind}</type><port>80</port><txt-record>{text}</txt-record></service></service-group>"""
CAMERA = "AXIS M3045-V - ACCC8E012345"


@contextmanager
def announcing(far: Namespace, folder: Path) -> Iterator[None]:
    """Runs avahi-daemon at one end of a cable."""
    avahi = program("avahi-daemon", "avahi-daemon")
    folder.chmod(0o755)
    (folder / "avahi.conf").write_text(CONF)
    services = folder / "services"
    services.mkdir()
    axis = SERVICE.format(name=CAMERA, kind="_axis-video._tcp", text="macaddress=ACCC8E012345")
    (services / "axis.service").write_text(axis)
    (services / "web.service").write_text(SERVICE.format(name="Wiki", kind="_http._tcp", text="path=/wiki"))
    # avahi's folders are fixed; "ip netns exec" gives it mounts of its own, so the machine's are left alone.
    start = f"mount --bind {services} /etc/avahi/services && mount -t tmpfs none /run && exec {avahi} --no-chroot"
    argv = ["ip", "netns", "exec", far.name, "sh", "-c", f"{start} --no-drop-root -f {folder}/avahi.conf"]
    log = folder / "log"
    with running(argv, log, lambda: log.read_text(errors="replace").count("successfully established") == 2):
        yield


@pytest.fixture(scope="module")
def near(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Namespace]:
    """The scanner's end of a cable, with avahi-daemon at the other."""
    with cabled() as (near, far), announcing(far, tmp_path_factory.mktemp("avahi")):
        yield near


def _hear(near: Namespace, wanted: str, count: int) -> list[dict[str, Any]]:
    out = near.run(sys.executable, str(LISTENING), "5353", wanted, str(count), "10.77.0.1", "10.77.0.2")
    heard: list[dict[str, Any]] = json.loads(out)
    return heard


@pytest.mark.namespace
def test_services_and_their_texts_are_understood(near: Namespace) -> None:
    heard = _hear(near, "mdns.txt", 2)
    assert {answer["ip"] for answer in heard} == {"10.77.0.2"}
    pairs = {tuple(pair) for answer in heard for pair in answer["evidence"]}
    assert ("mdns.service", "_axis-video._tcp") in pairs
    assert ("mdns.service", "_http._tcp") in pairs
    assert ("mdns.instance", CAMERA) in pairs
    assert ("mdns.instance", "Wiki") in pairs
    assert ("mdns.mac", "ac:cc:8e:01:23:45") in pairs
    assert ("mdns.txt", "path=/wiki") in pairs
    assert ("mdns.host", "axis-accc8e012345.local") in pairs
    assert {name for name, _ in pairs} <= {f"mdns.{part}" for part in ("service", "instance", "host", "txt", "mac")}
