"""The rules, each a sentence's worth of code: a contact comes in, and a reason or nothing comes out.

The first rule of RULES that gives a reason decides; upload-volume and fleet look at several contacts (judge.py).
No score: every reason can be checked against the record it came from.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from camscan.egress.addresses import Place
from camscan.egress.baseline import Baseline
from camscan.egress.catalogue import Category, Service
from camscan.egress.contacts import Contact
from camscan.egress.expected import Expected
from camscan.egress.flow import Direction, Mark, Outcome


class Rule(StrEnum):
    """The names of the contract."""

    UNLISTED = "unlisted-destination"
    VENDOR_CLOUD = "vendor-cloud"
    P2P = "p2p"
    WRONG_DNS = "wrong-dns"
    WRONG_NTP = "wrong-ntp"
    DIRECT_TO_IP = "direct-to-ip"
    FLEET = "fleet"
    INBOUND = "inbound"
    PORT_MAPPING = "port-mapping"
    UPLOAD = "upload-volume"
    NEW = "new-since-baseline"


class Severity(StrEnum):
    """How soon somebody should look; docs/egress.md has the table."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


DNS_PORTS = frozenset({53, 853})
"""RFC 1035 and RFC 7858."""

NTP_PORT = 123
"""RFC 5905."""

_P2P_MARKS = {
    Mark.DHGET: "the payload is that of Dahua's peer-to-peer service (DHGET/DHPOST)",
    Mark.PTCP: "the payload is PTCP, which Dahua's peer-to-peer service speaks",
    Mark.PPPP: "the payload is PPPP, a peer-to-peer protocol of many cameras",
    Mark.STUN_INVERTED: "the payload is STUN with its bits inverted, as Dahua's peer-to-peer service sends it",
    Mark.STUN: "the payload is STUN, with which devices find a way in through a firewall",
}


class Case(NamedTuple):
    """One contact with all that a rule may look at.

    ``sees_dns`` says whether this device's lookups and their answers are in the inputs. ``service`` runs under
    ``name``; ``hint`` is one that is known by the port alone.
    """

    contact: Contact
    name: str
    name_source: str
    service: Service | None
    hint: Service | None
    expected: Expected
    sees_dns: bool
    baseline: Baseline | None
    device_keys: frozenset[str]

    @property
    def address(self) -> str:
        """The destination's address, or empty where only a name was looked up."""
        return "" if self.contact.name_only else self.contact.key.peer

    @property
    def outward(self) -> bool:
        """Whether the device started it, or nobody can tell, and it leads off the site."""
        inward = self.contact.key.direction is Direction.IN
        return not inward and self.contact.place in (Place.INTERNET, Place.CARRIER)


class Reason(NamedTuple):
    """Why a contact is a finding. ``because`` is a clause for the sentence, without a final stop."""

    rule: Rule
    severity: Severity
    because: str
    expects: tuple[str, ...] = ()


def port_mapping(case: Case) -> Reason | None:
    """The device asked a router to open a port, or looked for one that would."""
    if Mark.PORT_MAPPING in case.contact.marks:
        return Reason(Rule.PORT_MAPPING, Severity.HIGH, "it asked the router to open a port to it from the internet")
    if Mark.IGD_SEARCH in case.contact.marks:
        return Reason(Rule.PORT_MAPPING, Severity.LOW, "it searched for a router that opens ports on request (UPnP)")
    return None


def inbound(case: Case) -> Reason | None:
    """Somebody on the internet started a connection to the device."""
    contact = case.contact
    if contact.key.direction is not Direction.IN or contact.place is not Place.INTERNET:
        return None
    if contact.outcomes[Outcome.ALLOWED]:
        return Reason(Rule.INBOUND, Severity.HIGH, "the device answered a connection that began on the internet")
    told = "the record does not say whether it was let in" if contact.outcomes[Outcome.UNKNOWN] else "none was answered"
    severity = Severity.MEDIUM if contact.outcomes[Outcome.UNKNOWN] else Severity.LOW
    return Reason(Rule.INBOUND, severity, f"connections that began on the internet were aimed at the device; {told}")


def p2p(case: Case) -> Reason | None:
    """A peer-to-peer service: by its payload, its name, or (less sure) its port."""
    if not case.outward:
        return None
    for mark, because in _P2P_MARKS.items():
        if mark in case.contact.marks:
            severity = Severity.MEDIUM if mark is Mark.STUN and case.service is None else Severity.HIGH
            return Reason(Rule.P2P, severity, because)
    if case.service is not None and case.service.category is Category.P2P:
        return Reason(Rule.P2P, _by_name(case), _service_words(case, case.service))
    if case.hint is not None and case.hint.category is Category.P2P and case.contact.place is Place.INTERNET:
        because = f"no payload or name confirms it, but this is a port of {case.hint.operator}: {case.hint.role}"
        return Reason(Rule.P2P, Severity.MEDIUM, because)
    return None


def wrong_dns(case: Case) -> Reason | None:
    """Names are asked of another server than the site declares."""
    if case.contact.key.port not in DNS_PORTS or case.contact.key.direction is Direction.IN:
        return None
    if case.contact.place is Place.GROUP or case.expected.dns(case.address, case.name) is not False:
        return None
    return Reason(Rule.WRONG_DNS, Severity.LOW, "it is not a DNS server of the site", ("dns",))


def wrong_ntp(case: Case) -> Reason | None:
    """The time is asked of another server than the site declares."""
    by_name = case.contact.name_only and case.service is not None and case.service.category is Category.NTP
    by_port = case.contact.key.port == NTP_PORT and case.contact.key.protocol == "udp"
    if not (by_name or by_port) or case.contact.key.direction is Direction.IN or case.contact.place is Place.GROUP:
        return None
    if case.expected.ntp(case.address, case.name) is not False:
        return None
    runs = f", but one of {case.service.operator}" if case.service is not None else ""
    return Reason(Rule.WRONG_NTP, Severity.LOW, f"it is not a time server of the site{runs}", ("ntp",))


def vendor_cloud(case: Case) -> Reason | None:
    """A service in the catalogue, recognised by its name."""
    service = case.service
    if not case.outward or service is None or service.category is Category.THIRD_PARTY:
        return None
    if service.category is Category.NTP and service.maker is None:
        return None
    # As little as any other server's time: it names the maker, but opens no way in.
    severity = Severity.LOW if service.category is Category.NTP else _by_name(case)
    return Reason(Rule.VENDOR_CLOUD, severity, _service_words(case, service))


def new_since_baseline(case: Case) -> Reason | None:
    """It is not in the list that was saved."""
    if not case.outward or case.baseline is None or case.baseline.lists(case):
        return None
    because = "it is not in the baseline" + _name_note(case) + _hint(case)
    severity = Severity.LOW if case.contact.name_only else Severity.MEDIUM
    return Reason(Rule.NEW, severity, because, ("recorder", "allow"))


def direct_to_ip(case: Case) -> Reason | None:
    """An address that no answer to this device named, although its lookups and their answers are in the inputs.
    A DNS server is always asked by its address."""
    if case.contact.key.port in DNS_PORTS:
        return None
    if not case.outward or case.name or not case.sees_dns or case.contact.place is not Place.INTERNET:
        return None
    because = "no answer to a name lookup gave it that address" + _hint(case)
    return Reason(Rule.DIRECT_TO_IP, Severity.MEDIUM, because, ("recorder", "allow"))


def unlisted(case: Case) -> Reason | None:
    """The base rule: off the site, and not expected."""
    if not case.outward:
        return None
    if case.contact.place is Place.CARRIER:
        because = "the address is in a range between provider and customer (RFC 6598): not the internet, not the site"
    else:
        because = "it is not expected of this site" + _name_note(case) + _hint(case)
    severity = Severity.LOW if case.contact.name_only or case.contact.place is Place.CARRIER else Severity.MEDIUM
    return Reason(Rule.UNLISTED, severity, because, ("recorder", "allow"))


RULES: tuple[Callable[[Case], Reason | None], ...] = (
    port_mapping, inbound, p2p, wrong_dns, wrong_ntp, vendor_cloud, new_since_baseline, direct_to_ip, unlisted,
)  # fmt: skip
"""In this order: what names a service comes before what only says that something is not listed."""


def decide(case: Case) -> Reason | None:
    """The first rule's reason, or None where the contact is expected or no rule speaks of it."""
    if case.expected.allows(case.address, case.name, case.contact.key.port) and not case.contact.marks & {
        Mark.PORT_MAPPING
    }:
        return None
    if case.baseline is not None and case.baseline.approves(case):
        return None
    for rule in RULES:
        reason = rule(case)
        if reason is not None:
            return reason._replace(because=reason.because + _answer_note(case))
    return None


def _by_name(case: Case) -> Severity:
    """An address may be many services': the name that another device was told for it is less sure."""
    return Severity.MEDIUM if case.name_source == "dns-other" else Severity.HIGH


def _service_words(case: Case, service: Service) -> str:
    source = "; the name is from an answer to another device" if case.name_source == "dns-other" else ""
    return f"{service.operator}: {service.role}{source}"


def _hint(case: Case) -> str:
    return f"; the port is one of {case.hint.operator}: {case.hint.role}" if case.hint is not None else ""


def _answer_note(case: Case) -> str:
    """Whether that no connection to a name was seen means anything."""
    if case.sees_dns or not case.contact.name_only:
        return ""
    return "; what it was answered is not in the inputs, so that a connection may be there without the name"


def _name_note(case: Case) -> str:
    """Whether the missing name means anything."""
    return "" if case.name or case.sees_dns else "; what names it was told is not in the inputs"
