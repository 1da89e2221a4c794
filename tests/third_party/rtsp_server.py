"""An RTSP server of GStreamer's, run by Debian's own Python: ``rtsp_server.py PORT [REALM]``.

With a realm it asks for a login (digest). It needs the packages gir1.2-gst-rtsp-server-1.0 and python3-gi.
"""

import sys

import gi  # type: ignore[import-not-found]  # Debian's, beside the virtual environment

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # type: ignore[import-not-found]  # noqa: E402 - versions first

Gst.init(None)
port, *realm = sys.argv[1:]
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(port)
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch("( videotestsrc is-live=true ! video/x-raw,width=64,height=64 ! rtpvrawpay name=pay0 )")
if realm:
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtspServer.RTSPAuth().get_supported_methods().DIGEST)
    auth.set_realm(realm[0])
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("user", "media.factory.access", True)
    factory.set_permissions(permissions)
server.get_mount_points().add_factory("/", factory)
server.attach(None)
GLib.MainLoop().run()
