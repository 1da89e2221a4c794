"""What the scope file's [site.expects] allows, ready to be asked and to be quoted."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address, ip_network

from camscan.egress.addresses import canonical_text
from camscan.scope import Allow, Expects

KINDS = RECORDER, DNS, NTP = "recorder", "DNS server", "time server"
"""What the words of an expectation begin with, but for those of the allow list."""


class _Places:
    """Addresses, networks and host names of one list."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.addresses: set[str] = set()
        self.names: set[str] = set()
        self.suffixes: list[str] = []
        self.networks = []
        for text in texts:
            word = text.strip().lower().rstrip(".")
            if canonical_text(word):
                self.addresses.add(canonical_text(word))
            elif "/" in word:
                self.networks.append(ip_network(word, strict=False))
            elif word.startswith("*."):
                self.suffixes.append(word[1:])
            elif word:
                self.names.add(word)

    def __contains__(self, place: tuple[str, str]) -> bool:
        address, name = place
        if address in self.addresses or (name and name in self.names):
            return True
        if name and any(name.endswith(suffix) for suffix in self.suffixes):
            return True
        return bool(address and self.networks) and any(ip_address(address) in network for network in self.networks)


def _network_or_name(text: str) -> str:
    """``text``, where it has a slash and is no network: as a name that nothing is called, so that it allows nothing."""
    if "/" in text:
        try:
            ip_network(text.strip(), strict=False)
        except ValueError:
            return ""
    return text


@dataclass(frozen=True)
class Expected:
    """The expectations of one site. Places are given as address and name; either may be empty."""

    expects: Expects

    @cached_property
    def _allow(self) -> tuple[tuple[_Places, int | None], ...]:
        return tuple((_Places([_network_or_name(one.host)]), one.port) for one in self.expects.allow)

    @cached_property
    def _recorders(self) -> _Places:
        return _Places(map(_network_or_name, self.expects.recorders))

    @cached_property
    def _dns(self) -> _Places:
        return _Places(map(_network_or_name, self.expects.dns))

    @cached_property
    def _ntp(self) -> _Places:
        return _Places(map(_network_or_name, self.expects.ntp))

    def allows(self, address: str, name: str, port: int | None) -> bool:
        """Whether the destination is a recorder, or stands in the allow list with this port or with none.

        A name that was only looked up (``port`` None, ``address`` empty) needs only its host to be listed.
        """
        place = (address, name)
        if place in self._recorders:
            return True
        return any(place in places and (allowed in (None, port) or not address) for places, allowed in self._allow)

    def dns(self, address: str, name: str) -> bool | None:
        """Whether this is a declared DNS server; None where the site declares none."""
        return (address, name) in self._dns if self.expects.dns else None

    def ntp(self, address: str, name: str) -> bool | None:
        """Whether this is a declared time server; None where the site declares none."""
        return (address, name) in self._ntp if self.expects.ntp else None

    @cached_property
    def _said(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        return {}

    def words(self, *kinds: str) -> tuple[str, ...]:
        """The expectations as people read them; ``kinds`` picks some of recorder, dns, ntp, allow."""
        if kinds not in self._said:
            self._said[kinds] = self._words(kinds)
        return self._said[kinds]

    def _words(self, kinds: tuple[str, ...]) -> tuple[str, ...]:
        told = {
            "recorder": [f"{RECORDER} {one}" for one in self.expects.recorders],
            "dns": [f"{DNS} {one}" for one in self.expects.dns],
            "ntp": [f"{NTP} {one}" for one in self.expects.ntp],
            "allow": [_allow_words(one) for one in self.expects.allow],
        }
        return tuple(word for kind, some in told.items() if not kinds or kind in kinds for word in some)


def _allow_words(one: Allow) -> str:
    port = f":{one.port}" if one.port else ""
    return f"{one.host}{port}" + (f" ({one.purpose})" if one.purpose else "")
