"""One way to write a MAC address."""

_HEX = frozenset("0123456789abcdef")
_SEPARATORS = str.maketrans("", "", ":-.")


def mac_address(text: str) -> str | None:
    """``text`` as a MAC address in lower case with colons, or None where it is none.

    Devices write ``44-19-B6-00-00-01``, ``44:19:b6:00:00:01``, ``4419.b600.0001`` and ``4419B6000001``. All
    zeros and group addresses (IEEE 802: lowest bit of the first octet) are no device's address.
    """
    digits = mac_digits(text)
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2)) if digits else None


def mac_digits(text: str) -> str | None:
    """As ``mac_address``, without the colons."""
    digits = text.strip().lower().translate(_SEPARATORS)
    if len(digits) != 12 or not _HEX.issuperset(digits):
        return None
    if digits == "0" * 12 or int(digits[1], 16) & 1:
        return None
    return digits
