"""RTSP as GStreamer's server speaks it; newer Axis cameras carry the same one."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conversing import interrogated, values
from servers import accepts, free_port, program, running

from camscan.evidence import Outcome

SERVER = Path(__file__).with_name("rtsp_server.py")


@contextmanager
def _serving(folder: Path, *realm: str) -> Iterator[int]:
    """The port of a running server, or the test is skipped."""
    python = program("python3", "python3")
    tried = subprocess.run(
        [python, "-c", "import gi; gi.require_version('GstRtspServer', '1.0')"], capture_output=True, check=False
    )
    if tried.returncode:
        pytest.skip("GStreamer's RTSP server is not installed (Debian packages gir1.2-gst-rtsp-server-1.0, python3-gi)")
    port = free_port(ending="554")
    environment = ["env", f"XDG_CACHE_HOME={folder}", "GST_REGISTRY_FORK=no"]
    with running([*environment, python, str(SERVER), str(port), *realm], folder / "log", lambda: accepts(port)):
        yield port


def test_an_open_stream_is_described(tmp_path: Path) -> None:
    with _serving(tmp_path) as port:
        heard = interrogated(port, tmp_path)
    assert "GStreamer RTSP server" in values(heard, "rtsp.server")
    assert any("DESCRIBE" in methods for methods in values(heard, "rtsp.public"))
    assert values(heard, "rtsp.sdp_tool") == ["GStreamer"]
    assert "Session streamed with GStreamer" in values(heard, "rtsp.sdp_session")
    assert values(heard, "rtsp.realm") == []


def test_a_login_is_recognised_and_not_attempted(tmp_path: Path) -> None:
    with _serving(tmp_path, "Camera at the gate") as port:
        heard = interrogated(port, tmp_path)
    assert set(values(heard, "rtsp.realm")) == {"Camera at the gate"}
    assert "401" in values(heard, "rtsp.status")
    assert any(challenge.startswith("Digest ") for challenge in values(heard, "rtsp.challenge"))
    assert values(heard, "rtsp.sdp_session") == []
    assert Outcome.AUTH_REQUIRED in {observation.outcome for observation in heard}
