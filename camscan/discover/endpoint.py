"""Which endpoint addresses of WS-Discovery hold the device's MAC, and where.

Many devices end their UUID in their MAC, but a random one ends in twelve digits too, so the tail counts only
where its form says what it is:

* a version 1 UUID, whose node is a MAC (RFC 4122 4.1.6): Hikvision and many others. GeoVision writes a wrong
  variant, so a time between 1970 and 2100 counts as much.
* middles and heads that makers write before a MAC: ``-0000-1000-8000-`` (i-PRO, Sony), ``-5566-7788-99aa-``
  (XiongMai), ``3fa1fe68-b915-4053-a3e1-`` (TP-Link, old Hikvision).
* a tail with colons (Reolink), or in capitals after a head in small letters (Foscam): it was printed on its own.
* Bosch writes the MAC first, then backwards.

Sources: edgexfoundry/device-onvif-camera (its tests of MACs in endpoint addresses), node-onvif README,
r_onvif tests, project-akri/akri, captured answers in public repositories.
"""

from camscan.safe.mac import mac_address
from camscan.safe.pattern import compile_text

_UUID = compile_text(
    r"(?i)^([a-z:]{0,16}?)([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4})-([0-9a-f]{12}|[0-9a-f]{2}(?::[0-9a-f]{2}){5})$"
)
_HEADS = frozenset({"3fa1fe68-b915-4053-a3e1"})
_MIDDLES = frozenset({"0000-1000-8000", "5566-7788-99aa"})
_YEAR_1970, _YEAR_2100 = 0x1B2, 0x23E
"""Upper 12 bits of a version 1 timestamp (100 ns since 15 October 1582) at 1970 and at 2100."""


def endpoint_mac(address: str, stated: frozenset[str]) -> str | None:
    """The MAC within an endpoint ``address`` as sent. ``stated`` are MACs the device names elsewhere."""
    match = _UUID.fullmatch(address)
    if match is None:
        return None
    head, tail = match.group(2) or "", match.group(3) or ""
    mac = mac_address(tail)
    if mac is not None and (mac in stated or _is_mac_tail(head, tail)):
        return mac
    digits = (head + tail).replace("-", "").replace(":", "")
    backwards = "".join(digits[at : at + 2] for at in range(10, -2, -2))
    return mac_address(digits[:12]) if digits[12:24].lower() == backwards.lower() else None


def _is_mac_tail(head: str, tail: str) -> bool:
    lower = head.lower()
    if lower in _HEADS or lower.partition("-")[2] in _MIDDLES or ":" in tail:
        return True
    _low, _middle, high, variant = lower.split("-")
    if high[0] == "1" and (variant[0] in "89ab" or _YEAR_1970 <= int(high[1:], 16) < _YEAR_2100):
        return True
    return head.islower() and tail.isupper()


def endpoint_form(address: str, mac: str | None) -> str | None:
    """``address`` in lower case with every hex digit of its UUID as ``h`` and ``mac`` at its end as ``mac``."""
    match = _UUID.fullmatch(address)
    if match is None:
        return None
    prefix, head, tail = (match.group(1) or "").lower(), match.group(2) or "", match.group(3) or ""
    shown = "mac" if mac is not None and mac_address(tail) == mac else "h" * 12
    return f"{prefix}hhhhhhhh-hhhh-hhhh-hhhh-{shown}" if head else None
