"""Whose address it is: a device is a MAC during an interval, so an address that changed hands blames nobody else.

Readers ask ``knows`` and drop whatever belongs to no known device.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from camscan.device import Device
from camscan.egress.addresses import Place, canonical_text, place_of
from camscan.egress.flow import Binding
from camscan.inventory import Holding
from camscan.safe.mac import mac_address
from camscan.scope import Scope

History = Sequence[tuple[int | None, Holding]]
"""Times at addresses, each with a device's number among those to be judged; None for another device."""

MOVES = 10_000
"""Addresses beside those of the inventory that devices may have taken, in a watch without end."""

BINDINGS = 64
"""Changes of hand remembered for one address; a capture that claims more keeps the first and the newest."""

HANDED_ON = "the address had been handed on to another device"
NOBODY = "the address had no known device at that time"
ELSEWHERE = "the device that is known at the address was moving, or had another one, at that time"

_OTHER = -1
"""A device of the inventory that is not judged, where it had the address of one that is."""


@dataclass(frozen=True, slots=True)
class _Holding:
    """One device's time at an address: from what it was first to what it was last heard. Before and after that, it is
    believed to have had the address too, unless it is known to have been at another one."""

    device: int
    first: float
    last: float
    from_before: bool = True
    since_then: bool = True

    @property
    def named(self) -> int | str:
        return HANDED_ON if self.device == _OTHER else self.device


def _seconds(moment: datetime | None, otherwise: float) -> float:
    return otherwise if moment is None else moment.timestamp()


class Known:
    """The devices to be judged, by address, MAC and time. ``changes`` grows when an address becomes known.

    With ``everything`` (a scope), each address of that scope is a device of its own as soon as it is met. ``history``
    says when devices had which addresses. ``former`` grows by each address, with its device, that was looked up for a
    time before the device moved.
    """

    def __init__(
        self,
        devices: Sequence[Device],
        everything: Scope | None = None,
        history: History = (),
    ) -> None:
        self.devices = list(devices)
        self.listed = len(self.devices)
        self.changes = 0
        self._everything = everything
        self.former: set[tuple[str, int]] = set()
        self._holders: dict[str, list[_Holding]] = {}
        self._bindings: dict[str, list[Binding]] = {}
        self._answers: dict[str, bool] = {}
        macs: dict[str, list[int]] = {}
        told = self._recall(history)
        for number, device in enumerate(self.devices):
            for text in {str(device.ip), *device.addresses}:
                if (canonical_text(text), number) in told:
                    continue
                holding = _Holding(
                    number, _seconds(device.first_seen, float("-inf")), _seconds(device.last_seen, float("inf"))
                )
                self._holders.setdefault(canonical_text(text), []).append(holding)
            if device.mac:
                macs.setdefault(mac_address(device.mac) or "", []).append(number)
        # A MAC that several devices share (a router's, heard for all behind it) tells nothing.
        self._by_mac = {mac: numbers[0] for mac, numbers in macs.items() if mac and len(numbers) == 1}
        self._shared = {mac for mac, numbers in macs.items() if len(numbers) > 1}
        for holders in self._holders.values():
            holders.sort(key=lambda one: one.first)

    def _recall(self, history: History) -> set[tuple[str, int]]:
        """Takes in who had which address when; returns the addresses and devices that it spoke of."""
        others: dict[str, list[_Holding]] = {}
        told: set[tuple[str, int]] = set()
        for number, one in history:
            address, device = canonical_text(one.ip), _OTHER if number is None else number
            span = one.first.timestamp(), one.last.timestamp()
            holding = _Holding(device, *span, one.from_before, one.since_then)
            if number is None:
                others.setdefault(address, []).append(holding)
            else:
                self._holders.setdefault(address, []).append(holding)
                told.add((address, number))
        for address in others.keys() & self._holders.keys():
            self._holders[address] += others[address]
        return told

    def knows(self, address: str) -> bool:
        """Whether records of ``address`` (canonical) are kept at all."""
        found = self._answers.get(address)
        if found is None:
            found = address in self._holders or address in self._bindings or self._in_scope(address)
            if len(self._answers) > 500_000:
                self._answers.clear()
            self._answers[address] = found
        return found

    def knows_mac(self, mac: str) -> bool:
        """Whether ``mac`` is that of exactly one device."""
        return mac in self._by_mac

    def _in_scope(self, address: str) -> bool:
        return bool(address) and self._everything is not None and self._everything.permits(ip_address(address))

    def learn(self, binding: Binding) -> None:
        """Takes note of who holds an address, where a known address or a known MAC is concerned."""
        if binding.mac in self._shared or not (binding.mac in self._by_mac or self.knows(binding.address)):
            return
        if not self.knows(binding.address):
            self.changes += 1
        kept = self._bindings.setdefault(binding.address, [])
        self._answers.pop(binding.address, None)
        place = bisect_right(kept, binding.at, key=lambda one: one.at)
        if place and kept[place - 1].mac == binding.mac:
            return
        if len(kept) < BINDINGS:
            kept.insert(place, binding)
        elif place == len(kept):
            kept[-1] = binding

    def moved(self, address: str, mac: str, at: float) -> Binding | None:
        """The binding, learnt, where a known MAC sent from an address of the inside that is not known."""
        if not self.knows_mac(mac) or self.knows(address) or not address or place_of(address) is not Place.LOCAL:
            return None
        binding = Binding(address, mac, at)
        self.learn(binding)
        return binding

    def forget(self, before: float) -> None:
        """Lets go of who held an address before ``before``, but for the last who did, for those who watch without end.
        Past MOVES addresses that devices took, those are forgotten that were taken first."""
        for kept in self._bindings.values():
            del kept[: max(bisect_right(kept, before, key=lambda one: one.at) - 1, 0)]
        taken = [address for address in self._bindings if address not in self._holders]
        for address in sorted(taken, key=lambda address: self._bindings[address][-1].at)[: max(len(taken) - MOVES, 0)]:
            del self._bindings[address]
        self._answers.clear()

    def addresses(self) -> frozenset[str] | None:
        """Every address of which records are kept; None where a whole scope is, which is not listed."""
        return None if self._everything is not None else frozenset(self._holders) | frozenset(self._bindings)

    def turns(self, address: str) -> tuple[float, ...]:
        """The times, in order, from each of which on ``who`` may name another device for ``address``: what lies between
        two of them is one device's. Empty where nothing ever changed."""
        turns = {binding.at for binding in self._bindings.get(address, ())[1:]}
        holders = self._holders.get(address, ())
        if len(holders) > 1 or any(not (one.from_before and one.since_then) for one in holders):
            turns |= {one.first for one in holders} | {math.nextafter(one.last, math.inf) for one in holders}
        return tuple(sorted(turn for turn in turns if math.isfinite(turn)))

    def who(self, address: str, at: float) -> int | str:
        """Number of the device that held ``address`` at that time, or the reason why none can be named."""
        holder = self._holder(address, at)
        binding = self._binding(address, at)
        if binding is not None:
            mine = self._by_mac.get(binding.mac)
            if mine is not None:
                return mine
            if isinstance(holder, int) and self.devices[holder].mac not in (None, "", binding.mac):
                return HANDED_ON
        return holder

    def _binding(self, address: str, at: float) -> Binding | None:
        kept = self._bindings.get(address)
        if not kept:
            return None
        return kept[max(bisect_right(kept, at, key=lambda one: one.at) - 1, 0)]

    def _holder(self, address: str, at: float) -> int | str:
        holders = self._holders.get(address)
        if holders is None:
            return self._met(address) if self._in_scope(address) else NOBODY
        if len(holders) == 1 and holders[0].from_before and holders[0].since_then:
            return holders[0].device
        place = bisect_right(holders, at, key=lambda one: one.first) - 1
        held, following = holders[max(place, 0)], holders[place + 1 : place + 2]
        if place < 0:
            return held.named if held.from_before else ELSEWHERE
        if at > held.last and following:
            # Between one device's last sign of life and the next one's first, nobody can be named.
            return ELSEWHERE if following[0].device == held.device else HANDED_ON
        if at > held.last and not held.since_then:
            return ELSEWHERE
        if not held.since_then and held.device != _OTHER:
            self.former.add((address, held.device))
        return held.named

    def _met(self, address: str) -> int:
        self.devices.append(Device(ip=ip_address(address)))
        number = len(self.devices) - 1
        self._holders[address] = [_Holding(number, float("-inf"), float("inf"))]
        return number
