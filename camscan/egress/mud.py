"""A MUD file (RFC 8520) for the devices of one site, for a person to review: what the owner allows, and nothing else.

It is never learned from traffic: a profile learned from a device that leaks blesses the leak. What goes in is
[site.expects] of the scope file, and what the owner approved in a baseline for every device of the group.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from urllib.parse import urlsplit

from camscan.device import Device
from camscan.egress.baseline import Baseline
from camscan.egress.flow import domain_name
from camscan.errors import UsageError
from camscan.safe.text import neutralise
from camscan.scope import Expects, Site

IPNetwork = IPv4Network | IPv6Network

CACHE_HOURS = 48
"""The default of RFC 8520 for cache-validity, which may be 1 to 168."""

URL_LIMIT = 255
"""Bytes of a MUD URL: what fits in the DHCP option that announces it (RFC 2132, 2)."""

SYSTEM_INFO_LIMIT = 60
"""Characters that systeminfo should not exceed (RFC 8520, where it defines that node)."""

_NUMBERS = {"tcp": 6, "udp": 17}
_ICMP = {4: 1, 6: 58}
"""Protocol numbers of IANA's registry."""


@dataclass(frozen=True, slots=True)
class MudFile:
    """The text of the file. ``left_out`` says, a sentence each, what is allowed but could not go in."""

    text: str
    entries: int
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Permit:
    """A destination. ``protocol`` None: any, begun by either side; ``port`` None: any."""

    host: str
    protocol: str | None
    port: int | None
    words: str


def mud_file(
    site: Site,
    devices: Sequence[Device],
    url: str,
    baseline: Baseline | None = None,
    now: datetime | None = None,
) -> MudFile:
    """The MUD file that stands at ``url`` for ``devices``, which all belong to ``site``.

    An approval in the ``baseline`` counts only where it covers all of them. Raises UsageError for an address that
    cannot be a MUD URL, and where there is no device.
    """
    if not devices:
        raise UsageError(f"No device of {site.name} is known. Scan first, or name some with --device ADDRESS.")
    _require_url(url)
    left_out: list[str] = []
    permits = dict.fromkeys((*_expected(site.expects), *_approved(baseline, devices, left_out)))
    usable = [one for one in permits if _has_place(one, left_out)]
    name = f"mud-{sha256(url.encode()).hexdigest()[:8]}"
    policies, lists = {}, []
    for policy, end, outward in (("from-device-policy", "fr", True), ("to-device-policy", "to", False)):
        policies[policy] = {"access-lists": {"access-list": [{"name": f"{name}-v{v}{end}"} for v in (4, 6)]}}
        lists += [_access_list(f"{name}-v{version}{end}", version, usable, outward=outward) for version in (4, 6)]
    document = {
        "ietf-mud:mud": {
            "mud-version": 1,
            "mud-url": url,
            "last-update": (now or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            "cache-validity": CACHE_HOURS,
            "is-supported": True,
            "systeminfo": neutralise(f"CCTV devices, {site.name}", SYSTEM_INFO_LIMIT),
            **policies,
        },
        "ietf-access-control-list:acls": {"acl": lists},
    }
    return MudFile(json.dumps(document, indent=2) + "\n", len(usable), tuple(left_out))


def _require_url(url: str) -> None:
    """RFC 8520: the scheme is https. The rest keeps it to what every MUD manager can fetch."""
    try:
        parts = urlsplit(url)
        fits = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        fits = False
    if not fits or len(url) > URL_LIMIT or not all("!" <= char <= "~" and char not in '"<>\\^`{|}' for char in url):
        raise UsageError(
            f'--mud-url: "{neutralise(url, 80)}" cannot be the address of a MUD file.\n'
            "  Write where you will publish it, for example https://mud.example.gov.uk/town-hall.json"
        )


def _expected(expects: Expects) -> Iterator[_Permit]:
    """The scope file gives ports without a protocol: both stay open."""
    yield from (_Permit(host, None, None, "recorder") for host in expects.recorders)
    yield from (_Permit(host, protocol, 53, "dns") for host in expects.dns for protocol in ("udp", "tcp"))
    yield from (_Permit(host, "udp", 123, "ntp") for host in expects.ntp)
    for one in expects.allow:
        yield from (_Permit(one.host, protocol, one.port, one.purpose or "allowed") for protocol in ("tcp", "udp"))


def _approved(baseline: Baseline | None, devices: Sequence[Device], left_out: list[str]) -> Iterator[_Permit]:
    approved: dict[tuple[str, str, int | None], set[str]] = {}
    for entry in baseline.entries if baseline is not None else ():
        if entry.approved:
            approved.setdefault((entry.host, entry.protocol, entry.port), set()).update(entry.devices)
    keys = [{str(one.ip), *one.addresses, *([one.mac] if one.mac else [])} for one in devices]
    for (host, protocol, port), named in approved.items():
        permit = _Permit(host, protocol, port, "approved")
        concerned = [key for key in keys if "*" in named or key & named]
        if len(concerned) == len(keys):
            if protocol in _NUMBERS and port is None:
                left_out.append(f"{_told(permit)}: the baseline has no port, and a rule without one would open all")
            elif protocol in _NUMBERS or protocol == "icmp":
                yield permit
            else:
                left_out.append(f"{_told(permit)}: a MUD file has no word for this protocol")
        elif concerned:
            left_out.append(f"{_told(permit)}: approved for {len(concerned):,} of {len(keys):,} devices only")


def _told(permit: _Permit) -> str:
    parts = (neutralise(permit.host, 80), permit.protocol, permit.port, f"({neutralise(permit.words, 80)})")
    return " ".join(str(one) for one in parts if one is not None)


def _has_place(permit: _Permit, left_out: list[str]) -> bool:
    if _network(permit.host) is not None or _name(permit.host):
        return True
    left_out.append(f"{_told(permit)}: this is neither an address, nor a network, nor one whole name")
    return False


def _network(host: str) -> IPNetwork | None:
    try:
        return ip_network(host.strip(), strict=False)
    except ValueError:
        return None


def _name(host: str) -> str:
    """``host`` in the form of domain-name in RFC 6991, 4; empty where it has another, a leading ``*.`` for example."""
    name = domain_name(host.strip())
    return name if all(_label(part) for part in name.split(".")) else ""


def _label(part: str) -> bool:
    return 0 < len(part) <= 63 and part[0] != "-" and part[-1] not in "-_"


def _access_list(name: str, version: int, permits: Iterable[_Permit], *, outward: bool) -> dict[str, Any]:
    """One access list. Whatever it does not name is denied (RFC 8520, default behaviour)."""
    side = "frdev" if outward else "todev"
    # What stays on the site is not judged by camscan, so the file does not forbid it either.
    aces = [_ace(f"local-networks-{side}", {"ietf-mud:mud": {"local-networks": [None]}})]
    for number, permit in enumerate(permits, 1):
        matches = _matches(permit, version, outward=outward)
        if matches is not None:
            aces.append(_ace(f"{_slug(permit.words)}-{number}-{side}", matches))
    return {"name": name, "type": f"ipv{version}-acl-type", "aces": {"ace": aces}}


def _ace(name: str, matches: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "matches": matches, "actions": {"forwarding": "accept"}}


def _slug(words: str) -> str:
    """Words as part of a name, which may have 64 characters in all (RFC 8519, 4.1)."""
    plain = "".join(char if char.isascii() and char.isalnum() else " " for char in words.lower())
    return "-".join(plain.split())[:40].strip("-") or "allowed"


def _matches(permit: _Permit, version: int, *, outward: bool) -> dict[str, Any] | None:
    """What a packet to the destination looks like, or one from it; None where the destination has the other version."""
    network = _network(permit.host)
    if network is not None and network.version != version:
        return None
    end, short = ("destination", "dst") if outward else ("source", "src")
    ip: dict[str, Any] = {}
    if network is not None:
        ip[f"{end}-ipv{version}-network"] = str(network)
    else:
        ip[f"ietf-acldns:{short}-dnsname"] = _name(permit.host)
    matches: dict[str, Any] = {f"ipv{version}": ip}
    if permit.protocol == "icmp":
        ip["protocol"] = _ICMP[version]
    elif permit.protocol is not None:
        ip["protocol"] = _NUMBERS[permit.protocol]
        transport: dict[str, Any] = {}
        if permit.port is not None:
            transport[f"{end}-port"] = {"operator": "eq", "port": permit.port}
        if permit.protocol == "tcp":
            transport["ietf-mud:direction-initiated"] = "from-device"
        if transport:
            matches[permit.protocol] = transport
    return matches
