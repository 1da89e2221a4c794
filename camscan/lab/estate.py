"""An estate: devices that do not exist, with what is true about them."""

import tomllib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from camscan.errors import UsageError
from camscan.lab.model import Awkward, Credentials, Entry, EstateFile, Profile


@dataclass(frozen=True, slots=True)
class Simulated:
    """One simulated device: its profile, and what is its own. ``host`` is its number within a network."""

    host: int
    profile: Profile
    model: str
    firmware: str
    serial: str
    mac: str
    title: str
    mutes: tuple[str, ...]
    awkward: Awkward
    credentials: Credentials

    def speaks(self, protocol: str) -> bool:
        """Whether it speaks a protocol (the name of a field of Profile)."""
        return protocol not in self.mutes and bool(getattr(self.profile, protocol))


@dataclass(frozen=True)
class Estate:
    """Devices and the login that opens them. The same data always gives the same devices."""

    data: EstateFile

    @classmethod
    def demo(cls) -> "Estate":
        """The hand-made estate of the demonstration: some of everything, awkward devices and decoys included."""
        return cls.load(files("camscan.lab").joinpath("estates/demo.toml").read_text("utf-8"), "demo.toml")

    @classmethod
    def hostile(cls) -> "Estate":
        """Devices that lie, point elsewhere, never stop or send what should not be shown: nothing to find, much to
        survive."""
        return cls.load(files("camscan.lab").joinpath("estates/hostile.toml").read_text("utf-8"), "hostile.toml")

    @classmethod
    def read(cls, path: Path) -> "Estate":
        """An estate from a TOML file. Raises UsageError where it cannot be read or is wrong."""
        try:
            return cls.load(path.read_text("utf-8"), str(path))
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path}: cannot be read: {error}") from None

    @classmethod
    def load(cls, text: str, where: str = "estate") -> "Estate":
        """An estate from TOML text. Raises UsageError that begins with ``where``."""
        return cls(_parse(EstateFile, text, where))

    @classmethod
    def generate(cls, count: int, seed: int = 1) -> "Estate":
        """``count`` devices drawn from the shipped profiles by their weight; the same seed gives the same ones."""
        drawn = [profile for profile in profiles().values() if profile.weight > 0]
        picks = Random(seed).choices(drawn, [profile.weight for profile in drawn], k=count)  # noqa: S311 - no secret
        entries = tuple(Entry(profile=profile.name, host=at) for at, profile in enumerate(picks, 1))
        return cls(EstateFile(name=f"generated-{count}-{seed}", device=entries))

    @classmethod
    def only(cls, *names: str, awkward: Awkward | None = None) -> "Estate":
        """One device of each named profile, on hosts 1, 2, ...; all with the same awkwardness."""
        entries = (Entry(profile=name, host=at, awkward=awkward or Awkward()) for at, name in enumerate(names, 1))
        return cls(EstateFile(name="-".join(names)[:60], device=tuple(entries)))

    @property
    def credentials(self) -> Credentials:
        """The login that opens the devices."""
        return self.data.credentials

    @cached_property
    def devices(self) -> tuple[Simulated, ...]:
        """All devices, in the order of the data. Raises UsageError where the data does not hold together."""
        known = profiles() | {profile.name: profile for profile in self.data.profile}
        taken: set[int] = set()
        done = []
        for entry in self.data.device:
            if entry.profile not in known:
                raise UsageError(f"estate {self.data.name}: no profile is called {entry.profile!r}")
            if entry.host in taken:
                raise UsageError(f"estate {self.data.name}: two devices have host number {entry.host}")
            taken.add(entry.host)
            done.append(self._resolve(entry, known[entry.profile]))
        return tuple(done)

    def _resolve(self, entry: Entry, profile: Profile) -> Simulated:
        random = Random(f"{self.data.name}/{entry.host}/{profile.name}")  # noqa: S311 - repeatable, guards nothing
        model, firmware = random.choice(profile.models), random.choice(profile.firmware)
        drawn, seed = _mac(random, random.choice(profile.mac)), random.getrandbits(64)
        model, mac = entry.model or model, (entry.mac or drawn).lower()
        return Simulated(
            host=entry.host,
            profile=profile,
            model=model,
            firmware=entry.firmware or firmware,
            serial=entry.serial or _serial(Random(seed), profile.serial, model, mac),  # noqa: S311 - as above
            mac=mac,
            title=entry.title,
            mutes=entry.mutes,
            awkward=entry.awkward,
            credentials=self.credentials,
        )


def _mac(random: Random, prefix: str) -> str:
    digits = prefix.lower() + "".join(random.choice("0123456789abcdef") for _ in range(12 - len(prefix)))
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def _serial(random: Random, pattern: str, model: str, mac: str) -> str:
    alphabets = {"#": "0123456789", "%": "0123456789ABCDEF", "@": "ABCDEFGHJK"}
    text = "".join(random.choice(alphabets[char]) if char in alphabets else char for char in pattern)
    date = f"{random.randint(2015, 2024)}{random.randint(1, 12):02d}{random.randint(1, 28):02d}"
    bare = mac.replace(":", "").upper()
    return text.replace("${model}", model).replace("${date}", date).replace("${MAC_BARE}", bare)


class _Library(BaseModel):
    profile: tuple[Profile, ...] = ()


class _Envelopes(BaseModel):
    envelope: dict[str, str]
    soap: dict[str, str]
    operation: dict[str, str]


@lru_cache(maxsize=1)
def profiles() -> dict[str, Profile]:
    """The shipped profiles by name."""
    found: dict[str, Profile] = {}
    for source in sorted(files("camscan.lab").joinpath("profiles").iterdir(), key=lambda item: item.name):
        if not source.name.endswith(".toml") or source.name == "envelopes.toml":
            continue
        for profile in _parse(_Library, source.read_text("utf-8"), source.name).profile:
            if profile.name in found:
                raise UsageError(f"{source.name}: two profiles are called {profile.name!r}")
            found[profile.name] = profile
    return found


@lru_cache(maxsize=1)
def envelopes() -> _Envelopes:
    """The shipped XML envelopes and ONVIF operations by name."""
    text = files("camscan.lab").joinpath("profiles/envelopes.toml").read_text("utf-8")
    return _parse(_Envelopes, text, "envelopes.toml")


_Read = TypeVar("_Read", bound=BaseModel)


def _parse(kind: type[_Read], text: str, where: str) -> _Read:
    try:
        return kind.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{where}: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{where}: {place}: {first['msg']}") from None
