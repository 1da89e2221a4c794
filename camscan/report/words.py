"""Names for people: slugs of the signature set as they are written."""

from camscan.device import Device, Kind

_KINDS = {
    Kind.CAMERA: "camera",
    Kind.RECORDER: "recorder",
    Kind.INTERCOM: "intercom",
    Kind.ACCESS_CONTROL: "access control",
    Kind.SWITCH: "switch",
    Kind.VMS_SERVER: "video server",
    Kind.OTHER: "other",
    Kind.UNKNOWN: "not known",
}


def kind_name(kind: Kind) -> str:
    """The kind in words."""
    return _KINDS[kind]


def plural(count: int, singular: str, more: str | None = None) -> str:
    """``1 device``, ``2 devices``, ``1,024 addresses``."""
    return f"{count:,} {singular if count == 1 else more or singular + 's'}"


def is_video(device: Device) -> bool:
    """Whether a device belongs in a list of cameras and what goes with them: its kind is one of theirs, or one of
    the makers of such equipment is at least suspected."""
    video = (Kind.CAMERA, Kind.RECORDER, Kind.INTERCOM, Kind.ACCESS_CONTROL, Kind.VMS_SERVER)
    return device.kind in video or device.maker is not None
