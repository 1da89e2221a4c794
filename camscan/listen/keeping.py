"""Who is kept: what shows a sign of being a camera or one of its kin. Computers of staff and visitors show none."""

from collections.abc import Sequence

from camscan.device import Device
from camscan.evidence import Observation
from camscan.identify import SignatureSet, assess
from camscan.identify.oui import Role
from camscan.listen.hosts import Kept
from camscan.report.words import is_video

_BLOCKS = frozenset({Role.MAKER, Role.BRAND})
"""A block of addresses that is registered to a maker of much else besides is no sign."""


def keeper(signatures: SignatureSet) -> Kept:
    """Judges by ``signatures``."""

    def kept(observations: Sequence[Observation]) -> bool:
        device = assess(observations, signatures)
        return is_video(device) or _has_brand(device) or _has_block(device, signatures)

    return kept


def _has_brand(device: Device) -> bool:
    points = [axis for sign in device.signs if not sign.signature.startswith("oui.") for axis, _ in sign.points_to]
    return "brand" in points


def _has_block(device: Device, signatures: SignatureSet) -> bool:
    registrant = signatures.oui.find(device.mac) if device.mac else None
    return registrant is not None and registrant.role in _BLOCKS
