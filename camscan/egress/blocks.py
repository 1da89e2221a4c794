"""Firewall rules from findings, for a person to review: the devices concerned may reach what the scope file expects and
their own site, and nothing else.

Single destinations are not blocked one by one: cameras were measured to go on to the next address and port
(seanblanchfield.com, 2022-05). Nothing is applied.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from camscan.egress.flow import Direction
from camscan.egress.report import Report
from camscan.egress.rules import Rule
from camscan.errors import UsageError
from camscan.safe.text import neutralise
from camscan.scope import Expects, Scope

IPNetwork = IPv4Network | IPv6Network

PRIVATE = tuple(ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10"))
"""RFC 1918, RFC 4193, RFC 4291: traffic inside is not touched."""


@dataclass(frozen=True, slots=True)
class Permit:
    """A destination that stays open. Without a protocol, all of it."""

    network: IPNetwork
    protocol: str | None
    port: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What the rules say, whatever their language. ``by_name`` are expectations that are host names, which a
    firewall rule cannot hold safely."""

    devices: tuple[IPNetwork, ...]
    permits: tuple[Permit, ...]
    by_name: tuple[str, ...]
    reasons: tuple[str, ...]

    def of(self, version: int) -> tuple[list[IPNetwork], list[Permit], list[IPNetwork]]:
        """Devices, permits and private networks of one IP version."""
        return (
            [one for one in self.devices if one.version == version],
            [one for one in self.permits if one.network.version == version],
            [one for one in PRIVATE if one.version == version],
        )


def plan_of(report: Report, scope: Scope | None) -> Plan:
    """The plan for every device with a finding about what it sent out."""
    outward = [
        one for one in report.findings if one.direction is not Direction.IN and one.rule is not Rule.PORT_MAPPING
    ]
    numbers = sorted({number for finding in outward for number in finding.devices})
    devices: dict[IPNetwork, None] = {}
    permits: dict[Permit, None] = {}
    by_name: dict[str, None] = {}
    for number in numbers:
        device = report.devices[number]
        devices |= dict.fromkeys(ip_network(text) for text in (str(device.ip), *device.addresses))
        site = scope.site_of(device.ip) if scope is not None else None
        if site is not None:
            _permits(site.expects, permits, by_name)
    reasons = tuple(neutralise(one.sentence, 300) for one in outward)
    return Plan(tuple(devices), tuple(permits), tuple(by_name), reasons)


def _permits(expects: Expects, permits: dict[Permit, None], by_name: dict[str, None]) -> None:
    wanted: list[tuple[str, str | None, int | None, str]] = []
    wanted += [(host, None, None, "recorder") for host in expects.recorders]
    wanted += [(host, protocol, 53, "DNS") for host in expects.dns for protocol in ("udp", "tcp")]
    wanted += [(host, "udp", 123, "NTP") for host in expects.ntp]
    wanted += [
        (one.host, protocol, one.port, one.purpose or "allowed")
        for one in expects.allow
        for protocol in _protocols(one.port)
    ]
    for host, protocol, port, words in wanted:
        try:
            permits[Permit(ip_network(host, strict=False), protocol, port, _plain(words))] = None
        except ValueError:
            by_name[_plain(f"{host}{f':{port}' if port else ''} ({words})")] = None


def _protocols(port: int | None) -> tuple[str | None, ...]:
    """The scope file gives ports without a protocol: both stay open."""
    return (None,) if port is None else ("tcp", "udp")


def _plain(text: str) -> str:
    """Text that can end no comment and no quotation."""
    return "".join(char if char.isalnum() or char in " .:-_()*" else " " for char in neutralise(text, 80))


def _heading(plan: Plan, mark: str) -> list[str]:
    lines = ["Proposed by camscan for a person to review; nothing has been applied.", "Try it on a few devices first."]
    lines += [f"Not in these rules, because it is a name: {name}" for name in plan.by_name]
    return [f"{mark} {line}" for line in (*lines, *plan.reasons)]


def _nftables(plan: Plan) -> list[str]:
    body: list[str] = []
    chain: list[str] = []
    for version, family, kind in ((4, "ip", "ipv4_addr"), (6, "ip6", "ipv6_addr")):
        devices, permits, private = plan.of(version)
        if not devices:
            continue
        body.append(f"    set devices{version} {{ type {kind}; elements = {{ {_list(devices)} }} }}")
        own = f"        {family} saddr @devices{version}"
        chain.append(f"{own} {family} daddr {{ {_list(private)} }} accept")
        chain += [
            f"{own} {family} daddr {_short(one.network)}{f' {one.protocol} dport {one.port}' if one.protocol else ''}"
            f' accept comment "{one.words}"'
            for one in permits
        ]
        chain.append(f'{own} counter log prefix "camscan " drop')
    head = ["    chain forward {", "        type filter hook forward priority -10; policy accept;"]
    return [*_heading(plan, "#"), "table inet camscan {", *body, *head, *chain, "    }", "}"]


def _pf(plan: Plan) -> list[str]:
    lines = _heading(plan, "#")
    lines.append("# pfSense and OPNsense keep rules in their own configuration: make the table an alias there, and")
    lines.append("# these rules floating ones with Quick, in this order. As they stand they are pf.conf(5).")
    lines.append(f"table <camscan_devices> {{ {_list(plan.devices)} }}")
    lines.append(f"table <camscan_inside> {{ {_list(PRIVATE)} }}")
    lines.append("pass quick from <camscan_devices> to <camscan_inside>")
    for one in plan.permits:
        protocol = f" proto {one.protocol}" if one.protocol else ""
        port = f" port {one.port}" if one.protocol else ""
        lines.append(f"pass quick{protocol} from <camscan_devices> to {_short(one.network)}{port}  # {one.words}")
    return [*lines, "block drop log quick from <camscan_devices> to any"]


def _cisco(plan: Plan) -> list[str]:
    lines = _heading(plan, "!")
    for version, head in ((4, "ip access-list extended CAMSCAN"), (6, "ipv6 access-list CAMSCAN6")):
        devices, permits, private = plan.of(version)
        if not devices:
            continue
        whole = "ip" if version == 4 else "ipv6"
        lines.append(head)
        for device in devices:
            source = f"host {device.network_address}"
            lines += [f" permit {whole} {source} {_wildcard(one)}" for one in private]
            for one in permits:
                port = f" eq {one.port}" if one.protocol else ""
                lines.append(f" permit {one.protocol or whole} {source} {_wildcard(one.network)}{port}")
            lines.append(f" deny {whole} {source} any log")
        lines.append(f" permit {whole} any any")
    return lines


def _fortigate(plan: Plan) -> list[str]:
    devices, permits, private = plan.of(4)
    lines = _heading(plan, "#")
    lines.append("# New policies go to the end of the list: move these above the one that lets the devices out.")
    if any(one.version == 6 for one in plan.devices):
        lines.append("# IPv6 devices are not in here: FortiGate keeps their addresses and policies apart.")
    lines.append("config firewall address")
    names = {
        one: f"camscan-{_short(one).replace('/', '-')}" for one in (*devices, *private, *(p.network for p in permits))
    }
    for network, name in names.items():
        lines += [f'    edit "{name}"', f"        set subnet {network.network_address} {network.netmask}", "    next"]
    lines += ["end", "config firewall addrgrp"]
    for group, members in (("camscan-devices", devices), ("camscan-inside", private)):
        quoted = " ".join(f'"{names[one]}"' for one in members)
        lines += [f'    edit "{group}"', f"        set member {quoted}", "    next"]
    lines += ["end", "config firewall service custom"]
    services = {(one.protocol, one.port): f"camscan-{one.protocol}-{one.port}" for one in permits if one.protocol}
    for (protocol, port), name in services.items():
        lines += [f'    edit "{name}"', f"        set {protocol}-portrange {port}", "    next"]
    lines += ["end", "config firewall policy"]
    lines += _policy("camscan-inside", "camscan-inside", "ALL", "accept")
    for number, one in enumerate(permits, 1):
        service = services.get((one.protocol or "", one.port), "ALL")
        lines += _policy(f"camscan-allow-{number}", names[one.network], service, "accept")
    return [*lines, *_policy("camscan-deny", "all", "ALL", "deny"), "end"]


def _policy(name: str, target: str, service: str, action: str) -> list[str]:
    facts = {
        "name": f'"{name}"', "srcintf": '"any"', "dstintf": '"any"', "srcaddr": '"camscan-devices"',
        "dstaddr": f'"{target}"', "service": f'"{service}"', "schedule": '"always"', "action": action,
        "logtraffic": "all",
    }  # fmt: skip
    return ["    edit 0", *(f"        set {key} {value}" for key, value in facts.items()), "    next"]


def _short(network: IPNetwork) -> str:
    return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)


def _list(networks: Iterable[IPNetwork]) -> str:
    return ", ".join(map(_short, networks))


def _wildcard(network: IPNetwork) -> str:
    """A network as Cisco's access lists write it."""
    if network.prefixlen == network.max_prefixlen:
        return f"host {network.network_address}"
    return str(network) if network.version == 6 else f"{network.network_address} {network.hostmask}"


LANGUAGES: dict[str, Callable[[Plan], Sequence[str]]] = {
    "nftables": _nftables,
    "pfsense": _pf,
    "fortigate": _fortigate,
    "cisco": _cisco,
}
"""Names for ``--for``."""


def block_rules(language: str, report: Report, scope: Scope | None) -> str:
    """Rules in one of LANGUAGES, with the findings they come from as comments. Raises UsageError for another language,
    or where no finding calls for a rule."""
    write = LANGUAGES.get(language)
    if write is None:
        raise UsageError(f"{language}: no such firewall. Choose one of {', '.join(LANGUAGES)}, or mud.")
    plan = plan_of(report, scope)
    if not plan.devices:
        raise UsageError("No finding calls for a rule: no device was found to go where it is not expected to.")
    return "\n".join(write(plan)) + "\n"
