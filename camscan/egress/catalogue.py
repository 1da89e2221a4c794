"""The catalogue of services that cameras are known to call: ``signatures/services.toml``, each row with its source."""

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib.resources.abc import Traversable
from ipaddress import ip_address, ip_network
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from camscan.identify.loader import shipped
from camscan.identify.tables import Row, read_table

FILE = "services.toml"


class Category(StrEnum):
    """What a service is for."""

    VENDOR_CLOUD = "vendor-cloud"
    P2P = "p2p"
    PUSH = "push"
    NTP = "ntp"
    DDNS = "ddns"
    UPDATE = "update"
    TELEMETRY = "telemetry"
    THIRD_PARTY = "third-party"


Port = Annotated[int, Field(ge=1, le=65535)]
Value = Annotated[str, Field(pattern=r"^[a-z0-9*.:/-]{3,253}$")]


class Service(Row):
    """One row. ``ports`` are those that were seen or documented; a host matches on any port, a ``port`` row only on
    them. ``operator`` runs the service; ``maker`` is its slug where the signature set has one."""

    operator: str = Field(min_length=2, max_length=60)
    maker: str | None = None
    match: Literal["host", "suffix", "glob", "port", "address", "network"]
    values: tuple[Value, ...] = ()
    transports: tuple[Literal["tcp", "udp"], ...] = ()
    ports: tuple[Port, ...] = ()
    category: Category
    role: str = Field(min_length=2, max_length=200)
    source: str = Field(min_length=3, max_length=300)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.match == "port":
            if not self.ports or not self.transports or self.values:
                raise ValueError("a port row has ports and transports, and no values")
        elif not self.values:
            raise ValueError("values are missing")
        for value in self.values:
            if self.match == "address":
                ip_address(value)
            elif self.match == "network":
                ip_network(value)
            elif self.match == "glob" and ("*" not in value or value.strip("*.").count(".") < 1):
                raise ValueError(f"{value}: a glob has a star and a domain of two parts")
            elif self.match in ("host", "suffix") and ("*" in value or "." not in value):
                raise ValueError(f"{value}: a host or suffix is a whole domain name")
        return self

    @property
    def clear(self) -> bool:
        """Whether a match names the service. A port alone may be anybody's."""
        return self.match in ("host", "suffix", "glob")


class _File(Row):
    date: date
    service: tuple[Service, ...] = Field(min_length=1)


class Catalogue:
    """The rows, ready to be asked. The most exact row for a name wins: host, then glob, then suffix."""

    def __init__(self, services: Iterable[Service], day: date) -> None:
        self.services = tuple(services)
        self.date = day
        self._hosts: dict[str, list[Service]] = {}
        self._suffixes: dict[str, list[Service]] = {}
        self._globs: list[tuple[str, Service]] = []
        self._ports: dict[tuple[str, int], Service] = {}
        for service in self.services:
            for value in service.values:
                if service.match == "host":
                    self._hosts.setdefault(value, []).append(service)
                elif service.match == "suffix":
                    self._suffixes.setdefault(value, []).append(service)
                elif service.match == "glob":
                    self._globs.append((value, service))
            if service.match == "port":
                for transport in service.transports:
                    for port in service.ports:
                        self._ports.setdefault((transport, port), service)
        self.by_name = lru_cache(maxsize=200_000)(self._by_name)

    def _by_name(self, name: str, protocol: str = "", port: int | None = None) -> Service | None:
        """The service that runs under ``name``; among rows for one host, the one that knows the port comes first."""
        found = list(self._candidates(name))
        if not found:
            return None
        return next(
            (one for one in found if port in one.ports and (not protocol or protocol in one.transports)), found[0]
        )

    def _candidates(self, name: str) -> Iterator[Service]:
        yield from self._hosts.get(name, ())
        yield from (service for pattern, service in self._globs if fnmatchcase(name, pattern))
        parent = name
        while parent:
            yield from self._suffixes.get(parent, ())
            parent = parent.partition(".")[2]

    def by_port(self, protocol: str, port: int | None) -> Service | None:
        """A service that is known by this port. A hint, never a proof."""
        return None if port is None else self._ports.get((protocol, port))


@cache
def shipped_catalogue() -> Catalogue:
    """The catalogue that came with camscan. Raises SignatureError where it is damaged."""
    return read_catalogue(shipped() / FILE)


def read_catalogue(entry: Traversable) -> Catalogue:
    """The catalogue in a file. Raises SignatureError."""
    read = read_table(entry, FILE, _File)
    return Catalogue(read.service, read.date)
