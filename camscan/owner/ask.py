"""Who is asked with which login, and when no more: the policy that keeps accounts from being locked.

A device is visited once in a run, at its maker's own door, with the one set that is bound to it most narrowly. Its
first refusal ends that for good. A set that was refused three times is not used again in this run; and as many logins
are under way at once as may still be refused, so that not even devices asked at the same moment refuse it more often.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from types import MappingProxyType

from camscan.errors import AuditError, CredentialError, OutOfScopeError
from camscan.evidence import IPAddress, Observation, Outcome
from camscan.net.gate import Gate
from camscan.owner import dahua_cgi, isapi, onvif
from camscan.owner.credentials import CredentialSet, DoorName, choose
from camscan.owner.hints import DoorHint
from camscan.owner.visit import Reading, Visit
from camscan.scope import canonical

REFUSALS_PER_SET = 3
"""Refusals after which a set is not used again in a run. Devices lock an account after five and more."""

PORTS_TRIED = 3
"""Ports where a door is looked for; the next one only while no login has gone out."""

MAKERS_DOOR = MappingProxyType[str, DoorName]({"hikvision": "isapi", "dahua": "dahua-cgi"})
"""Makers with a door of their own; devices of all others are asked by ONVIF, where they speak it."""

_DOORS: dict[DoorName, Callable[[Visit], Reading]] = {
    "isapi": isapi.visit,
    "dahua-cgi": dahua_cgi.visit,
    "onvif": onvif.visit,
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A device refused a login. Holds the name of the set, never a secret."""

    ip: IPAddress
    door: DoorName
    credential_set: str
    at: datetime


@dataclass(slots=True)
class _Use:
    """How a set fares in this run."""

    refusals: int = 0
    under_way: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def stopped(self) -> bool:
        return self.refusals >= REFUSALS_PER_SET

    @property
    def settled(self) -> bool:
        """Whether another login may begin, or never will."""
        return self.stopped or self.refusals + self.under_way < REFUSALS_PER_SET


class OwnerRun:
    """One run with the owner's credentials. ``refused_before`` are addresses whose refusal is on record, unless the
    owner wants them tried again. ``record`` stores a refusal; it is called before anything else happens.

    ``skipped`` says of each address that was not asked, why: no gap stays hidden.
    """

    def __init__(
        self,
        sets: tuple[CredentialSet, ...],
        *,
        contact: str,
        record: Callable[[Refusal], None],
        refused_before: Collection[IPAddress] = (),
    ) -> None:
        self.skipped: dict[IPAddress, str] = {}
        self.refusals: list[Refusal] = []
        self._sets, self._contact, self._record = sets, contact, record
        self._refused_before = frozenset(canonical(ip) for ip in refused_before)
        self._uses = {item.name: _Use() for item in sets}
        self._visited: set[IPAddress] = set()

    @property
    def stopped(self) -> tuple[str, ...]:
        """Names of the sets that were refused too often to be used again in this run."""
        return tuple(name for name, use in self._uses.items() if use.stopped)

    async def ask(
        self, gate: Gate, device_ip: IPAddress, maker: str | None, door_hints: Sequence[DoorHint]
    ) -> tuple[Observation, ...]:
        """Asks one device, or says in ``skipped`` why not. ``maker`` is a slug of the signature set, or None.

        Every failure is an outcome and never an exception, but for AuditError: without a record nothing is sent.
        """
        ip = canonical(device_ip)
        if ip in self._visited:
            return ()
        door: DoorName = MAKERS_DOOR.get(maker or "", "onvif")
        chosen = choose(self._sets, ip, door)
        heard = [item for item in door_hints if item.door == door]
        places = [item for item in heard if item.tls or (chosen is not None and chosen.clear_text)][:PORTS_TRIED]
        if chosen is None:
            self.skipped[ip] = f"no credentials are bound to it for {door}"
        elif ip in self._refused_before:
            self.skipped[ip] = "it refused a login before; --retry-credentials tries again"
        elif not heard:
            self.skipped[ip] = f"no port was heard where {door} could be"
        elif not places:
            self.skipped[ip] = "only unencrypted ports were heard; clear_text = true in your credentials allows them"
        else:
            self._visited.add(ip)
            return await self._turn(gate, ip, places, chosen)
        return ()

    async def _turn(
        self, gate: Gate, ip: IPAddress, places: Sequence[DoorHint], chosen: CredentialSet
    ) -> tuple[Observation, ...]:
        use = self._uses[chosen.name]
        async with use.changed:
            await use.changed.wait_for(lambda: use.settled)
            if use.stopped:
                self.skipped[ip] = f"the credentials {chosen.name} were refused {REFUSALS_PER_SET} times in this run"
                return ()
            use.under_way += 1
        loop, left = asyncio.get_running_loop(), False

        async def leave() -> None:
            nonlocal left
            if not left:
                left = True
                async with use.changed:
                    use.under_way -= 1
                    use.changed.notify_all()

        def accepted() -> None:
            asyncio.run_coroutine_threadsafe(leave(), loop)

        try:
            return await self._go(gate, ip, places, chosen, accepted)
        finally:
            await leave()

    async def _go(
        self,
        gate: Gate,
        ip: IPAddress,
        places: Sequence[DoorHint],
        chosen: CredentialSet,
        accepted: Callable[[], None],
    ) -> tuple[Observation, ...]:
        from camscan.net.session import gated_session

        await gate.bind()
        door = places[0].door
        session = gated_session(gate, ip, contact=self._contact, purpose=f"owner.{door}")
        visits = [Visit(session, ip, at.port, door, chosen, at.tls, at.path, accepted) for at in places]
        # A thread of its own: many that wait for the gate would block the loop's default ones, which the audit needs.
        thread = ThreadPoolExecutor(1, "camscan-owner")
        with session:
            reading = asyncio.get_running_loop().run_in_executor(thread, _visit_first, visits)
            thread.shutdown(wait=False)
            try:
                done = await asyncio.shield(reading)
            except asyncio.CancelledError:
                # The login may be on its way already; how the device took it must not be lost.
                session.abort()
                self._note(await reading, ip, door, chosen)
                raise
        self._note(done, ip, door, chosen)
        return done.observations

    def _note(self, reading: Reading, ip: IPAddress, door: DoorName, chosen: CredentialSet) -> None:
        if reading.rejected:
            refusal = Refusal(ip, door, chosen.name, datetime.now(UTC))
            self._uses[chosen.name].refusals += 1
            self.refusals.append(refusal)
            self._record(refusal)


def preload() -> None:
    """Imports and reads all that visits need, while this process may still read every file: before it gives up root."""
    import_module("camscan.net.session")
    onvif.preload()


def _visit_first(visits: Sequence[Visit]) -> Reading:
    """Visits the ports in turn, until one turns out to be the right one or a login has gone out."""
    heard: tuple[Observation, ...] = ()
    for visit in visits:
        reading = _visit(visit)
        heard += reading.observations
        if reading.settles_it:
            break
    return Reading(heard, reading.sent, reading.rejected)


def _visit(visit: Visit) -> Reading:
    try:
        return _DOORS[visit.door](visit)
    except OutOfScopeError:
        return Reading((visit.note("visit", Outcome.OUT_OF_SCOPE, "outside the scope; nothing was sent"),))
    except AuditError as error:
        problem = str(error)
    except CredentialError as error:
        return Reading((visit.note("visit", Outcome.CLOSED, str(error)),))
    except Exception as error:  # noqa: BLE001 - one device that confuses us must not end the scan of all others
        what = f"camscan could not make sense of this device ({type(error).__name__})"
        return Reading((visit.note("visit", Outcome.MALFORMED, what),))
    # Raised anew, because the first one keeps hold of the request and its login.
    raise AuditError(problem)
