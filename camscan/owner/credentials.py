"""The owner's credentials: logins, each bound to addresses and doors. See credential_file for where they come from."""

from dataclasses import dataclass
from typing import Literal

from camscan.errors import CredentialError
from camscan.evidence import IPAddress
from camscan.safe.secrets import Secret
from camscan.scope import IPNetwork

DoorName = Literal["isapi", "dahua-cgi", "onvif"]

DOORS: tuple[DoorName, ...] = ("isapi", "dahua-cgi", "onvif")
"""Ways in that camscan knows: Hikvision's, Dahua's, and the one that many makers share."""


@dataclass(frozen=True, slots=True)
class CredentialSet:
    """One login and where it may be used. ``clear_text`` lets it go over an unencrypted connection, and
    lets the password itself go to a device that asks for nothing better than that."""

    name: str
    username: str
    password: Secret
    networks: tuple[IPNetwork, ...]
    doors: frozenset[DoorName] = frozenset(DOORS)
    clear_text: bool = False

    def closeness(self, ip: IPAddress) -> int:
        """Prefix length of the narrowest network that binds this set to ``ip``; -1 where none does."""
        return max((network.prefixlen for network in self.networks if ip in network), default=-1)


def choose(sets: tuple[CredentialSet, ...], ip: IPAddress, door: DoorName) -> CredentialSet | None:
    """The one set for ``ip`` at ``door``: the most narrowly bound one. A second set is never tried after it."""
    fitting = [item for item in sets if door in item.doors and item.closeness(ip) >= 0]
    return max(fitting, key=lambda item: item.closeness(ip), default=None)


def check_sets(sets: tuple[CredentialSet, ...], source: str) -> tuple[CredentialSet, ...]:
    """``sets``, where they say clearly which of them is for which address.

    Raises CredentialError for two sets of one name, or two that name the same network for the same door.
    """
    taken: dict[tuple[str, IPNetwork], str] = {}
    names: set[str] = set()
    for item in sets:
        if item.name in names:
            raise CredentialError(f"{source}: two sets are named {item.name}. Give each a name of its own.")
        names.add(item.name)
        for key in [(door, network) for door in sorted(item.doors) for network in dict.fromkeys(item.networks)]:
            if key in taken:
                raise CredentialError(
                    f"{source}: the sets {taken[key]} and {item.name} are both for {key[1]} at {key[0]}.\n"
                    "  A device gets one login and no second try; take the network out of one of them."
                )
            taken[key] = item.name
    return sets


def check_username(username: str) -> str:
    """``username``, where it can stand in a header as it is. Raises ValueError."""
    if not username or not all("!" <= char <= "~" for char in username) or set(username) & set('":\\'):
        raise ValueError('a username is plain ASCII without spaces, quotes, ":" and "\\"')
    return username
