"""What may be touched, by whose authority, until when: the scope file, ``camscan.toml``.

Deny by default: an address is permitted only where a site declares it and does not exclude it.
"""

import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from camscan.errors import OutOfScopeError, ScopeExpiredError, ScopeFileError
from camscan.evidence import IPAddress
from camscan.scope_lines import line_of

IPNetwork = IPv4Network | IPv6Network

ENUMERABLE_V6_PREFIX = 112
"""An IPv6 network is swept address by address only from this prefix length on (65,536 addresses)."""

_MAPPED = IPv6Network("::ffff:0:0/96")
"""IPv4 addresses in IPv6 spelling (RFC 4291, 2.5.5.2): a second spelling could slip past an exclusion."""

_NOWHERE = (IPv4Network("0.0.0.0/8"), IPv6Network("::/128"))
"""Unspecified addresses (RFC 1122, 3.2.1.3); a connection to one ends at this machine."""


def _network(value: object) -> IPNetwork:
    if not isinstance(value, str):
        raise ValueError('write a network as text, for example "10.1.0.0/22"')  # noqa: TRY004 - pydantic wants ValueError
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        raise ValueError(f'"{value}" is not a network; write for example "10.1.0.0/22"') from None
    if ip_address(value.partition("/")[0]) != network.network_address:
        raise ValueError(f'"{value}" has bits set after the prefix; did you mean "{network}"?')
    if isinstance(network, IPv6Network) and network.overlaps(_MAPPED):
        raise ValueError(f'"{value}" is an IPv4 network in IPv6 spelling; write it as IPv4.')
    return network


def _not_too_wide(value: object) -> object:
    """Looked at first: who writes 10.1.0.0/8 is not helped by being told to write 10.0.0.0/8."""
    try:
        network = ip_network(str(value), strict=False)
    except ValueError:
        return value
    widest = 16 if network.version == 4 else 64
    if network.prefixlen < widest:
        raise ValueError(
            f"A network may not be wider than /{widest}. List the parts that hold cameras,\n"
            'for example ["10.1.0.0/22", "10.4.8.0/24"].'
        )
    return value


def _declared(network: IPNetwork) -> IPNetwork:
    holds_none = network.is_multicast or network.is_reserved or network.network_address.is_reserved
    if (holds_none and not network.is_loopback) or any(
        network.version == other.version and network.overlaps(other) for other in _NOWHERE
    ):
        raise ValueError(f"{network} holds no devices (multicast, reserved or unspecified addresses).")
    return network


Excluded = Annotated[IPNetwork, BeforeValidator(_network)]
Declared = Annotated[IPNetwork, BeforeValidator(_network), BeforeValidator(_not_too_wide), AfterValidator(_declared)]
"""The validator that stands last before the value sees it first."""
Mac = Annotated[str, Field(pattern=r"^[0-9a-f]{2}(:[0-9a-f]{2}){5}$")]
Port = Annotated[int, Field(ge=1, le=65535)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Authorisation(_Model):
    """Who allowed this audit. ``contact`` goes into the User-Agent, for colleagues who wonder."""

    organisation: str = Field(min_length=1)
    authorised_by: str = Field(min_length=1)
    reference: str = ""
    expires: date
    contact: str = ""
    jurisdiction: str | None = None
    sector: str | None = None


class Allow(_Model):
    """A destination that cameras of a site may talk to."""

    host: str
    port: Port | None = None
    purpose: str = ""


class Expects(_Model):
    """Whom the cameras of a site may talk to."""

    recorders: tuple[str, ...] = ()
    dns: tuple[str, ...] = ()
    ntp: tuple[str, ...] = ()
    allow: tuple[Allow, ...] = ()


class Link(_Model):
    """A network seen on a wire when the scope was written: private numbers are no proof of place."""

    network: Declared
    gateway_mac: Mac | None = None
    dns_suffix: str | None = None


class Site(_Model):
    """A place with its networks."""

    name: str = Field(min_length=1)
    networks: tuple[Declared, ...] = Field(min_length=1)
    exclude: tuple[Excluded, ...] = ()
    interface: str | None = None
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    address: str | None = None
    type: str | None = None
    ward: str | None = None
    multicast: bool = False
    public: bool = False
    proof: str | None = None
    expects: Expects = Expects()
    link: tuple[Link, ...] = ()

    @model_validator(mode="after")
    def _public_needs_proof(self) -> "Site":
        outside = [n for n in self.networks if not (n.is_private or n.is_loopback or n.is_link_local)]
        if outside and not (self.public and self.proof):
            raise ValueError(
                f"{outside[0]} is a public network. If it is yours, add to this site\n"
                'public = true and proof = "one sentence that says how you know".'
            )
        return self


PROFILES: dict[str, tuple[int, int, int]] = {
    "careful": (200, 100, 10),
    "normal": (1_000, 800, 40),
    "fast": (10_000, 5_000, 100),
}
"""Packets a second that a profile sends at most: in total, to one /24, to one host."""


class Limits(_Model):
    """How gently. Rates are in packets a second. Unset rates follow the profile."""

    profile: Literal["careful", "normal", "fast"] = "normal"
    extra_ports: tuple[Port, ...] = Field(default=(), max_length=16)
    packets_per_second: int | None = Field(default=None, ge=1, le=10_000)
    per_subnet: int | None = Field(default=None, ge=1, le=10_000)
    per_host: int | None = Field(default=None, ge=1, le=100)
    connections_per_host: int = Field(default=2, ge=1, le=4)
    upload_alert_bytes: int = Field(default=100_000_000, ge=1)

    @property
    def rates(self) -> tuple[int, int, int]:
        """Packets a second in total, to one /24, and to one host."""
        total, subnet, host = PROFILES[self.profile]
        return (self.packets_per_second or total, self.per_subnet or subnet, self.per_host or host)


class _File(_Model):
    authorisation: Authorisation
    site: tuple[Site, ...] = Field(min_length=1)
    limits: Limits = Limits()


@dataclass(frozen=True)
class Scope:
    """A valid scope. ``sha256`` is of the file's bytes and stands in the audit log and every report."""

    authorisation: Authorisation
    sites: tuple[Site, ...]
    limits: Limits
    path: Path
    sha256: str
    _starts: dict[int, list[int]]
    _ranges: dict[int, list[tuple[int, Site]]]
    _excluded: dict[int, tuple[IPNetwork, ...]]

    def site_of(self, ip: IPAddress) -> Site | None:
        """The site that declares ``ip`` and does not exclude it, or None: then nothing may be sent to it."""
        starts, ranges = self._starts[ip.version], self._ranges[ip.version]
        place = bisect_right(starts, int(ip)) - 1
        if place < 0 or ranges[place][0] < int(ip):
            return None
        # Exclusions win, whichever site they were written down for.
        return None if any(ip in network for network in self._excluded[ip.version]) else ranges[place][1]

    def permits(self, ip: IPAddress) -> bool:
        """Whether a packet may go to ``ip``."""
        return self.site_of(ip) is not None

    def require(self, ip: IPAddress) -> Site:
        """The site of ``ip``. Raises OutOfScopeError with a sentence for people where there is none."""
        site = self.site_of(ip)
        if site is None:
            holder = next((s for s in self.sites if any(ip in n for n in s.exclude)), None)
            if holder is not None and any(ip in n for s in self.sites for n in s.networks):
                raise OutOfScopeError(
                    f"{ip} is excluded by {self.path.name} ({holder.name}).\n"
                    "  Nothing was sent. Take it out of `exclude` if you may audit it."
                )
            declared = "; ".join(f"{s.name}: {', '.join(map(str, s.networks))}" for s in self.sites[:4])
            raise OutOfScopeError(
                f"{ip} is not in the scope of {self.path.name} ({declared}).\n"
                "  Nothing was sent. Add its network to a [[site]] if you may audit it."
            )
        return site

    def covers(self, network: IPNetwork) -> bool:
        """Whether the whole of ``network`` is declared by sites and nothing of it is excluded."""
        ranges, starts = self._ranges[network.version], self._starts[network.version]
        first, last = int(network.network_address), int(network.broadcast_address)
        place = bisect_right(starts, first) - 1
        # Neighbouring networks may cover together what none of them covers alone.
        while 0 <= place < len(ranges) and starts[place] <= first <= last:
            first = max(first, ranges[place][0] + 1)
            place += 1
        return first > last and not any(network.overlaps(other) for other in self._excluded[network.version])

    def touches(self, network: IPNetwork) -> tuple[Site, ...]:
        """Sites that declare any part of ``network``."""
        return tuple(
            s for s in self.sites if any(n.version == network.version and n.overlaps(network) for n in s.networks)
        )

    def addresses(self) -> Iterator[IPAddress]:
        """Every address that may be swept, site by site: hosts of the declared networks less exclusions.

        An IPv6 network wider than /112 cannot be swept; its devices are found by multicast and neighbours.
        """
        for site in self.sites:
            for network in site.networks:
                if network.version == 6 and network.prefixlen < ENUMERABLE_V6_PREFIX:
                    continue
                for ip in network.hosts():
                    if self.site_of(ip) is site and (network is site.networks[0] or not _earlier(site, network, ip)):
                        yield ip

    def count(self) -> int:
        """Number of addresses that ``addresses`` yields."""
        return sum(1 for _ in self.addresses())

    def require_valid_on(self, today: date) -> None:
        """Raises ScopeExpiredError where the authorisation ended before ``today``."""
        if today > self.authorisation.expires:
            raise ScopeExpiredError(
                f"The authorisation in {self.path.name} ended on {_day(self.authorisation.expires)}.\n"
                "  Nothing was sent. Ask for a new one, then change `expires` and `reference` in [authorisation]."
            )


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def load(path: Path) -> Scope:
    """The scope of ``path``. Raises ScopeFileError, naming the line and what to write instead."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ScopeFileError(
            f"There is no scope file {path}. camscan only touches networks that you declare you may audit.\n"
            "  Run `camscan scope new` to write one."
        ) from None
    except OSError as error:
        raise ScopeFileError(f"{path} cannot be read: {error.strerror}.") from None
    return parse(raw, path)


def parse(raw: bytes, path: Path) -> Scope:
    """The scope in ``raw``, the content of ``path``. Raises ScopeFileError."""
    try:
        text = raw.decode("utf-8")
        content = tomllib.loads(text)
    except UnicodeDecodeError:
        raise ScopeFileError(f"{path} is not UTF-8 text. Save it as UTF-8 and try again.") from None
    except tomllib.TOMLDecodeError as error:
        raise ScopeFileError(
            f"{path}: {error}\n  The file is not valid TOML there; compare docs/scope-file.md."
        ) from None
    except RecursionError:
        raise ScopeFileError(f"{path} nests brackets too deeply; compare docs/scope-file.md.") from None
    try:
        file = _File.model_validate(content)
    except ValidationError as error:
        raise _explain(error, text, path) from None
    ranges = _merged(file, path)
    return Scope(
        authorisation=file.authorisation,
        sites=file.site,
        limits=file.limits,
        path=path,
        sha256=sha256(raw).hexdigest(),
        _starts={version: [r[1] for r in ranges if r[0] == version] for version in (4, 6)},
        _ranges={version: [(r[2], r[3]) for r in ranges if r[0] == version] for version in (4, 6)},
        _excluded={v: tuple(n for s in file.site for n in s.exclude if n.version == v) for v in (4, 6)},
    )


def _merged(file: _File, path: Path) -> list[tuple[int, int, int, Site]]:
    """(version, first, last, site) of what each site declares, in order, nothing twice."""
    merged: list[tuple[int, int, int, Site]] = []
    declared = (
        (network.version, int(network.network_address), int(network.broadcast_address), site)
        for site in file.site
        for network in site.networks
    )
    for version, first, last, site in sorted(declared, key=lambda item: item[:3]):
        if merged and merged[-1][0] == version and first <= merged[-1][2]:
            before = merged[-1]
            if before[3] is not site:
                raise ScopeFileError(
                    f"{path}: the sites {before[3].name} and {site.name} declare the same addresses.\n"
                    "  An address belongs to one site; take it out of one of them."
                )
            merged[-1] = (version, before[1], max(before[2], last), site)
        else:
            merged.append((version, first, last, site))
    return merged


def _explain(error: ValidationError, text: str, path: Path) -> ScopeFileError:
    errors = error.errors()
    # A misspelt setting is also a missing one; its own line is the one to look at.
    first = next((item for item in errors if item["type"] == "extra_forbidden"), errors[0])
    place: tuple[Any, ...] = tuple(part for part in first["loc"] if not str(part).startswith("function-"))
    number, line = line_of(text, place)
    name = ".".join(str(part) for part in place if isinstance(part, str))
    kind = first["type"]
    if kind == "missing":
        says = f"`{name}` is missing. Add it; docs/scope-file.md shows an example."
    elif kind == "extra_forbidden":
        says = f"`{name}` is not a setting camscan knows. Check its spelling in docs/scope-file.md."
    elif kind == "tuple_type":
        says = "This should be a list in square brackets, even for one thing: [ ... ]."
    elif kind == "too_short":
        says = "This list may not be empty."
    else:
        says = first["msg"].removeprefix("Value error, ").replace("Input should", "This should")
    where = f"{path}, line {number}: {line.strip()}" if number else f"{path}:"
    return ScopeFileError(f"{where}\n  " + says.replace("\n", "\n  "))


def _earlier(site: Site, network: IPNetwork, ip: IPAddress) -> bool:
    """Whether a network listed before ``network`` holds ``ip`` too, so that it is not swept twice."""
    return any(ip in other for other in site.networks[: site.networks.index(network)])


def canonical(ip: IPAddress) -> IPAddress:
    """An IPv4-mapped IPv6 address as IPv4 (RFC 4291, 2.5.5.2), so that no spelling escapes the scope; others as is."""
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    return ip
