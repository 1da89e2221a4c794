"""Model, firmware, serial number, names and addresses: which of several statements is taken, in a stated order.

The order of authority is the same everywhere: what the device told its owner, then the makers' own discovery
protocols, then ONVIF, then what a signature's pattern took from an answer, then UPnP descriptions, then an ONVIF scope,
last what an imported list says. Within one source the newest statement wins.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from camscan.device import Conflict, Kind
from camscan.identify.heard import Heard
from camscan.identify.models import clean_model
from camscan.identify.signs import HARDWARE, MAC_FIELDS, SCOPE_FIELD, Capture
from camscan.safe.mac import mac_address
from camscan.safe.pattern import Pattern, compile_text

_CAPTURED = "captured"

MODEL_SOURCES = (
    "owner.model",
    "sadp.model",
    "dhip.model",
    "onvif.model",
    _CAPTURED,
    "ssdp.model_number",
    "ssdp.model",
    SCOPE_FIELD,
    "import.model",
)
"""Where a model is stated, in order of authority."""

_FIRMWARE = ("owner.firmware", "sadp.firmware", "dhip.firmware", "onvif.firmware", _CAPTURED)
_SERIAL = (
    "owner.serial",
    "dhip.serial",
    "sadp.serial",
    "onvif.serial",
    _CAPTURED,
    "ssdp.serial",
    "import.serial",
)
_HOSTNAME = ("onvif.hostname", "mdns.host", "dhcp.hostname", "nmap.hostname", _CAPTURED, "import.hostname")
_HEARD_MAC = ("arp.mac", "neighbour.mac", "nmap.mac")
_CLAIMED_MAC = (*(name for name in MAC_FIELDS if name not in _HEARD_MAC), "import.mac")
_SURE_SERIAL = ("owner.serial", "dhip.serial", "sadp.serial", "onvif.serial")
"""Sources whose serial numbers are comparable: a UPnP serial number is often the MAC."""

_CHANNEL_LIMIT = 4096
"""No recorder known has more; a larger number is a slip or a lie."""

_BUILD: Pattern[str] = compile_text(r"(?i)(?:\b|[0-9])build[ :_]*(\d{2})(\d{2})(\d{2})\b")
_BUILD_ISO: Pattern[str] = compile_text(r"(?i)\bbuild[ :]*(\d{4})-(\d{2})-(\d{2})\b")
_HIKVISION_VERSION: Pattern[str] = compile_text(r"(?i)^(V[0-9][0-9.]*)\s*,?\s*build\s*\d{6}$")
_DAHUA_VERSION: Pattern[str] = compile_text(r"(?i)^([0-9][0-9A-Z.]*),\s*build:\s*\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True)
class Attributes:
    """What is known of the device besides who made it. Device text, hostile as it came."""

    mac: str | None
    mac_heard: bool
    hostname: str | None
    model: str | None
    firmware: str | None
    firmware_date: str | None
    serial: str | None
    endpoint: str | None
    channels: int | None
    conflicts: tuple[Conflict, ...]


def read_attributes(heard: Heard, captures: Sequence[Capture], maker: str | None, kind: Kind) -> Attributes:
    """The attributes, once maker and kind are decided: a pattern of another maker's signature says nothing."""
    usable = [capture for capture in captures if capture.maker in (None, maker)]
    told = _take(heard, usable, _FIRMWARE, "firmware", _plain)
    firmware, firmware_date = split_firmware(told) if told else (None, None)
    stated_date = heard.latest("owner.firmware_date")
    mac, mac_heard = _mac(heard)
    serial = _take(heard, usable, _SERIAL, "serial", _plain)
    hostname = _take(heard, usable, _HOSTNAME, "hostname", _host)
    endpoint = heard.latest("wsd.epr")
    return Attributes(
        mac=mac,
        mac_heard=mac_heard,
        hostname=hostname,
        model=_take(heard, usable, MODEL_SOURCES, "model", clean_model),
        firmware=firmware,
        firmware_date=_iso_date(stated_date.evidence.value) if stated_date else firmware_date,
        serial=serial,
        endpoint=endpoint.evidence.value if endpoint else None,
        channels=_channels(heard, kind),
        conflicts=_serial_conflict(heard),
    )


def _take(
    heard: Heard, captures: Sequence[Capture], order: Sequence[str], name: str, clean: Callable[[str], str | None]
) -> str | None:
    return next((value for text in _statements(heard, captures, order, name) if (value := clean(text))), None)


def _statements(heard: Heard, captures: Sequence[Capture], order: Sequence[str], name: str) -> Iterator[str]:
    for source in order:
        if source == _CAPTURED:
            yield from (capture.value for capture in captures if capture.name == name)
        elif source == SCOPE_FIELD:
            scopes = (item.evidence.value for item in reversed(heard.all(SCOPE_FIELD)))
            yield from (scope.removeprefix(HARDWARE) for scope in scopes if scope.startswith(HARDWARE))
        else:
            yield from (item.evidence.value for item in reversed(heard.all(source)))


def _plain(text: str) -> str | None:
    value = text.strip().strip('"').strip()
    return None if value.casefold() in {"", "-", "n/a", "none", "null", "unknown", "(not stated)"} else value


def _host(text: str) -> str | None:
    value = _plain(text)
    return value.removesuffix(".").removesuffix(".local") or None if value else None


def _mac(heard: Heard) -> tuple[str | None, bool]:
    for fields, is_heard in ((_HEARD_MAC, True), (_CLAIMED_MAC, False)):
        for name in fields:
            item = heard.latest(name)
            mac = mac_address(item.evidence.value) if item else None
            if mac:
                return mac, is_heard
    return None, False


@lru_cache(maxsize=4096)
def split_firmware(text: str) -> tuple[str, str | None]:
    """A firmware text as version and build date (ISO 8601), where it holds one.

    Hikvision writes ``V5.6.2 build 190701`` or ``V5.6.2build 190701`` (year, month, day), Dahua's owner door
    ``2.800.0000000.13.R,build:2020-11-17``; Dahua's discovery answer gives no date.
    """
    built = _build_date(text)
    short = _HIKVISION_VERSION.search(text) or _DAHUA_VERSION.search(text)
    version = short.group(1) if short and built else None
    return version or text, built


def _build_date(text: str) -> str | None:
    iso = _BUILD_ISO.search(text)
    if iso is not None:
        return _iso_date(f"{iso.group(1)}-{iso.group(2)}-{iso.group(3)}")
    short = _BUILD.search(text)
    if short is None:
        return None
    return _iso_date(f"20{short.group(1)}-{short.group(2)}-{short.group(3)}")


def _iso_date(text: str) -> str | None:
    try:
        return date.fromisoformat(text.strip()[:10]).isoformat()
    except ValueError:
        return None


def _channels(heard: Heard, kind: Kind) -> int | None:
    """Channels of a recorder (its own inputs and the cameras it takes over the network), or of a camera's sensors."""
    sadp = _number(heard, "sadp.channels_digital"), _number(heard, "sadp.channels_analog")
    dhip = _number(heard, "dhip.channels_remote"), _number(heard, "dhip.channels")
    known = [total for total in (sum(sadp), max(dhip)) if total]
    if not known or kind in {Kind.SWITCH, Kind.ACCESS_CONTROL}:
        return None
    return known[0]


def _number(heard: Heard, name: str) -> int:
    item = heard.latest(name)
    text = item.evidence.value.strip() if item else ""
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        return 0
    return int(text) if int(text) <= _CHANNEL_LIMIT else 0


def _serial_conflict(heard: Heard) -> tuple[Conflict, ...]:
    """Different serial numbers from sources of weight. Hikvision's long form ends with the short one."""
    newest = [item.evidence.value.strip() for name in _SURE_SERIAL if (item := heard.latest(name))]
    serials = [serial for serial in dict.fromkeys(newest) if _plain(serial)]
    distinct = [
        serial
        for serial in serials
        if not any(other != serial and (other.endswith(serial) or other.startswith(serial)) for other in serials)
    ]
    return (Conflict("serial", tuple(distinct)),) if len(distinct) > 1 else ()
