"""A device that runs: where it stands, what it remembers, and how its templates get their last words."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count
from random import Random
from uuid import UUID

from camscan.lab.place import Place
from camscan.lab.state import State
from camscan.lab.template import Template


class Host:
    """One running device. Everything that answers for it shares this object."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.device = place.device
        self.awkward = place.device.awkward
        self.state = State(lockout=place.device.profile.lockout)
        self.random = Random(place.device.mac)  # noqa: S311 - decides which datagrams are dropped, repeatably
        self._resolve = place.resolver()
        self._counter = count(1)

    def now(self) -> datetime:
        """UTC as the device's clock has it."""
        return datetime.now(UTC) + timedelta(seconds=self.device.profile.clock_offset)

    def compile(self, text: str) -> Template:
        """A template with all that is fixed for this device filled in."""
        return Template(text).bind(self._resolve)

    def fixed(self, text: str) -> str:
        """Text in which nothing is open."""
        return Template(text).fill(self._resolve)

    def fill(self, template: Template, words: Mapping[str, str] | None = None) -> str:
        """The text of an answer: ``words`` are those of the question; times, nonces and fresh identifiers are new."""
        known = words or {}
        fresh: dict[str, Callable[[str], str]] = {
            "nonce": lambda form: self.state.nonce(form or "32"),
            "fresh_uuid": lambda _: str(UUID(int=self.random.getrandbits(128), version=4)),
            "counter": lambda _: str(next(self._counter)),
            "date": lambda _: format_datetime(self.now(), usegmt=True),
            "utc": lambda form: self.now().strftime(form),
        }

        def resolve(name: str, argument: str) -> str | None:
            if name in known:
                return known[name]
            return fresh[name](argument) if name in fresh else None

        return template.fill(resolve)
