"""The TCP ports at which cameras and recorders are looked for. A number is a hint what to ask first, never a sign."""

from collections.abc import Iterable

from camscan.interrogate.shape import Conversation

SIGN_OF_LIFE_PORTS = (80, 443, 554, 8000, 37777)
"""Asked of every address where nothing on the link can tell whether somebody lives there."""

REASONS = {
    80: "web page of nearly every camera and recorder",
    81: "second web port of some recorders",
    88: "web page and ONVIF of Foscam and its rebrands",
    443: "web page over TLS; its certificate often names the maker",
    554: "RTSP",
    2020: "ONVIF of TP-Link Tapo and VIGI",
    5000: "ONVIF of YooSee and similar cameras",
    8000: "Hikvision's SDK; ONVIF of Reolink",
    8080: "second web port of many makers, Uniview's LAPI among them",
    8088: "ONVIF of some cameras",
    8443: "second web port over TLS; Hikvision's SDK over TLS",
    8554: "second RTSP port",
    8899: "ONVIF of XiongMai and its rebrands",
    9000: "Reolink's own protocol; Dahua's DSS server",
    10554: "RTSP of some recorders and of cheap Wi-Fi cameras",
    34567: "XiongMai's own protocol",
    35000: "Dahua's own protocol in the Lorex family",
    37777: "Dahua's own protocol",
    49152: "device description of UPnP (libupnp's default)",
}
"""Why each port is on the list."""

CAMERA_PORTS = tuple(REASONS)
"""The full list, for devices that showed a sign of life only."""

KNOCK_ONLY = frozenset({9000, 34567, 35000, 37777})
"""Makers' own binary protocols, in which a client begins by logging in: no byte is sent there."""


def knocks(ports: Iterable[int] = CAMERA_PORTS) -> tuple[Conversation, ...]:
    """One bare knock per port: does it accept a connection? Nothing is said and the connection is closed at once."""
    return tuple(Conversation("knock", port, ()) for port in dict.fromkeys(ports))
