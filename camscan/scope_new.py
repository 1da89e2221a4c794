"""A first scope file: which networks this machine could propose, and the text that the operator's answers make.

Nothing is declared by itself: every network is named by a person, and no question about ownership has a default.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from ipaddress import IPv4Network, ip_network

from camscan.errors import UsageError
from camscan.net.link import Gateway, Interface, InterfaceKind
from camscan.scope import IPNetwork, Link

_WIDEST = 16
"""An IPv4 network wider than this is not declared whole (the scope file refuses it)."""

_ORDER = tuple(InterfaceKind)
"""Cables first, then Wi-Fi, tunnels, virtual networks."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A network of this machine that the operator may or may not own.

    ``label`` says what it hangs on, in words for people. ``addresses`` counts those that devices can have.
    ``gateway_mac`` and ``dns_suffix`` are how the network is recognised again, as far as known. ``parts`` are
    examples of what to declare instead where the network is too wide to be declared whole; else empty.
    """

    network: IPv4Network
    interface: str
    label: str
    addresses: int
    gateway_mac: str | None = None
    dns_suffix: str | None = None
    parts: tuple[IPv4Network, ...] = ()


@dataclass(frozen=True, slots=True)
class ScopeAnswers:
    """What a person answered. Networks are as written; ``links`` comes from ``links_of``."""

    organisation: str
    authorised_by: str
    expires: date
    networks: tuple[str, ...]
    reference: str = ""
    contact: str = ""
    site: str = "Main site"
    exclude: tuple[str, ...] = ()
    links: tuple[Link, ...] = field(default=())
    public: bool = False
    proof: str = ""


def proposals(
    interfaces: Iterable[Interface],
    gateways: Mapping[str, Gateway | None],
    suffixes: Mapping[str, str | None] | None = None,
) -> tuple[Proposal, ...]:
    """The IPv4 networks that this machine is on, cables first; ``gateways`` and ``suffixes`` are by interface name.

    Left out are loopback, interfaces that are down, self-assigned addresses (RFC 3927) and networks without room
    for a second device.
    """
    found: dict[IPv4Network, Proposal] = {}
    for interface in sorted(interfaces, key=lambda each: _ORDER.index(each.kind)):
        if not interface.is_up or interface.is_loopback:
            continue
        gateway = gateways.get(interface.name)
        for address in interface.ipv4:
            network = address.network
            if not isinstance(network, IPv4Network) or network.prefixlen > 30 or network.is_link_local:
                continue
            parts: tuple[IPv4Network, ...] = ()
            if network.prefixlen < _WIDEST:
                parts = (
                    IPv4Network((int(address.ip), 24), strict=False),
                    IPv4Network((int(address.ip), 16), strict=False),
                )
            proposal = Proposal(
                network=network,
                interface=interface.name,
                label=_label(interface, network, parts),
                addresses=network.num_addresses - 2,
                gateway_mac=gateway.mac if gateway and gateway.ip in network else None,
                dns_suffix=(suffixes or {}).get(interface.name),
                parts=parts,
            )
            found.setdefault(network, proposal)
    return tuple(found.values())


def _label(interface: Interface, network: IPv4Network, parts: tuple[IPv4Network, ...]) -> str:
    label = interface.label
    if not network.is_private:
        label += ", public addresses"
    if parts:
        label += f", too wide to declare whole: name parts, such as {parts[0]}"
    return label


def links_of(
    networks: Iterable[str],
    interfaces: Iterable[Interface],
    gateways: Mapping[str, Gateway | None],
    suffixes: Mapping[str, str | None],
) -> tuple[Link, ...]:
    """How each declared network that this machine is on is recognised again: by its gateway's MAC, its DNS suffix.

    A link names the whole network on the wire, or the declared part where that is too wide. Networks that are not
    on a wire here, and wires of which nothing is known, have none. Text that is no network is left to ``write``.
    """
    declared = [network for text in networks if (network := _network(text)) is not None]
    offered = proposals(interfaces, gateways, suffixes)
    found: dict[IPNetwork, Link] = {}
    for network in declared:
        for wire in offered:
            if network.version != 4 or not network.overlaps(wire.network) or not (wire.gateway_mac or wire.dns_suffix):
                continue
            known = network if wire.parts else wire.network
            link = {"network": str(known), "gateway_mac": wire.gateway_mac, "dns_suffix": wire.dns_suffix}
            if known.prefixlen >= _WIDEST:
                found.setdefault(known, Link.model_validate(link))
    return tuple(found.values())


def suggested_expiry(today: date) -> date:
    """The end of the British financial year, of the next one where this one ends within four weeks."""
    end = date(today.year, 3, 31)
    return end if end - today >= timedelta(weeks=4) else date(today.year + 1, 3, 31)


def write(answers: ScopeAnswers) -> str:
    """The text of a scope file: valid TOML, with comments for whoever opens it next.

    An ``authorised_by`` such as "Head of ICT, CHG-1234" gives the reference too where that is empty. Raises
    UsageError, saying what to answer instead, where something is missing or a network cannot be declared.
    """
    if not answers.organisation.strip() or not answers.authorised_by.strip():
        raise UsageError("A scope needs an organisation and somebody who authorised the audit.")
    networks = _declared(answers)
    excluded = _excluded(answers, networks)
    by, reference = _authority(answers.authorised_by.strip(), answers.reference.strip())
    lines = [
        "# What camscan may touch, by whose authority, and until when.",
        "# Nothing is ever sent to an address that is not listed here. `camscan scope check` explains this file.",
        "",
        "[authorisation]",
        f"organisation  = {_text(answers.organisation.strip())}",
        f"authorised_by = {_text(by)}",
        f"reference     = {_text(reference)}  # number of the change or letter",
        f"expires       = {answers.expires.isoformat()}  # after this day camscan refuses to send",
        f"contact       = {_text(answers.contact.strip())}  # shown to the devices, for a colleague who wonders",
        "",
        "[[site]]",
        f"name     = {_text(answers.site.strip() or 'Main site')}",
        f"networks = {_list(networks)}",
        f"exclude  = {_list(excluded)}  # never touched, whatever `networks` says",
    ]
    if answers.public:
        lines += ["public   = true", f"proof    = {_text(answers.proof.strip())}  # how you know that these are yours"]
    lines += [
        "",
        "# Whom the cameras here may talk to; everything else is reported by `camscan egress check`.",
        "# [site.expects]",
        '# recorders = ["10.1.0.5"]',
        '# dns = ["10.1.0.2"]',
        '# ntp = ["10.1.0.2"]',
    ]
    lines += _link_lines(answers.links)
    lines += ["", "# Another place: repeat [[site]] with its own name and networks.", "", "[limits]"]
    lines += ['profile = "normal"  # "careful" is slower and gentler still', ""]
    return "\n".join(lines)


def _link_lines(links: tuple[Link, ...]) -> list[str]:
    if not links:
        return []
    lines = [
        "",
        "# How the network is recognised. The same numbers are used in many places: behind another gateway",
        "# camscan stops and asks. Correct this when the gateway is replaced.",
    ]
    for link in links:
        lines += ["[[site.link]]", f"network     = {_text(str(link.network))}"]
        if link.gateway_mac:
            lines.append(f"gateway_mac = {_text(link.gateway_mac)}")
        if link.dns_suffix:
            lines.append(f"dns_suffix  = {_text(link.dns_suffix)}")
        lines.append("")
    return lines[:-1]


def _declared(answers: ScopeAnswers) -> tuple[IPNetwork, ...]:
    if not answers.networks:
        raise UsageError("A scope needs at least one network that you may audit, for example 10.1.0.0/22.")
    networks: dict[IPNetwork, None] = {}
    for text in answers.networks:
        network = _network(text)
        if network is None:
            raise UsageError(f"{_text(text)} is not a network. Write for example {_meant(text) or '10.1.0.0/22'}.")
        if network.version == 4 and network.prefixlen < _WIDEST:
            raise UsageError(
                f"{network} is wider than /{_WIDEST}. List the parts that hold cameras, for example\n"
                f"  {IPv4Network((int(network.network_address), 22))}, "
                f"{IPv4Network((int(network.network_address) + 0x10000, 24))}."
            )
        if not (network.is_private or network.is_loopback) and not (answers.public and answers.proof.strip()):
            raise UsageError(
                f"{network} is a public network. If it is yours, edit the scope file by hand and add\n"
                '  public = true and proof = "one sentence that says how you know" to its [[site]].'
            )
        networks[network] = None
    return tuple(networks)


def _excluded(answers: ScopeAnswers, networks: tuple[IPNetwork, ...]) -> tuple[IPNetwork, ...]:
    excluded: list[IPNetwork] = []
    for text in answers.exclude:
        network = _network(text)
        if network is None:
            raise UsageError(f"{_text(text)} is not an address or a network. Write for example 10.1.3.10.")
        if not any(network.version == each.version and network.overlaps(each) for each in networks):
            raise UsageError(
                f"{network} is in none of the networks you declared, so to exclude it changes nothing.\n"
                "  Is it written as you meant it?"
            )
        excluded.append(network)
    return tuple(excluded)


def _network(text: str) -> IPNetwork | None:
    try:
        return ip_network(text.strip())
    except ValueError:
        return None


def _meant(text: str) -> IPNetwork | None:
    """The network of an address with a prefix, such as 10.1.0.9/22."""
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def _authority(by: str, reference: str) -> tuple[str, str]:
    first, _, last = (part.strip() for part in by.rpartition(","))
    if not reference and first and any(char.isdigit() for char in last):
        return first, last
    return by, reference


def _list(networks: Iterable[IPNetwork]) -> str:
    shown = (str(n.network_address) if n.prefixlen == n.max_prefixlen else str(n) for n in networks)
    return f"[{', '.join(map(_text, shown))}]"


def _text(value: str) -> str:
    """``value`` as a TOML basic string (TOML 1.0, section "String")."""
    return f'"{"".join(map(_char, value))}"'


def _char(char: str) -> str:
    if char in ('"', "\\"):
        return f"\\{char}"
    if char < " " or "\x7f" <= char <= "\x9f" or "\ud800" <= char <= "\udfff":
        return "\\uFFFD" if "\ud800" <= char <= "\udfff" else f"\\u{ord(char):04X}"
    return char
