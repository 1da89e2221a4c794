"""What a scan could not see, in words for people: an inventory that hides its gaps is wrong."""

from collections import Counter
from collections.abc import Iterable

from camscan.evidence import IPAddress
from camscan.gaps import NotSeen, SiteCoverage, names
from camscan.net.gate import Gate
from camscan.net.pacing import subnet_name
from camscan.scan.reach import Reach, Way
from camscan.scan.state import ScanState
from camscan.scope import ENUMERABLE_V6_PREFIX, Scope, Site


def coverage(
    scope: Scope,
    reach: Reach,
    state: ScanState,
    gate: Gate,
    swept: Iterable[IPAddress],
    *,
    arp: bool,
    interrupted: bool,
    earlier: Iterable[IPAddress] = (),
) -> tuple[SiteCoverage, ...]:
    """One entry for each site. ``swept`` are the addresses that were to be tried, ``arp`` says if ARP could be;
    ``earlier`` answered an interrupted run of the same scan, and were not asked again."""
    answered: Counter[str] = Counter()
    tried: dict[str, Counter[str]] = {site.name: Counter() for site in scope.sites}
    ways: dict[str, set[Way]] = {site.name: set() for site in scope.sites}
    for ip in swept:
        site = scope.site_of(ip)
        if site is not None:
            tried[site.name][subnet_name(ip)] += 1
            ways[site.name].add(reach.way(ip))
    for ip in {*state.hosts, *earlier}:
        site = scope.site_of(ip)
        if site is not None:
            answered[site.name] += 1
            tried[site.name].pop(subnet_name(ip), None)
    common = tuple(_of_the_scan(state, gate, interrupted=interrupted))
    return tuple(
        SiteCoverage(
            site=site.name,
            answered=answered[site.name],
            out_of_scope_answers=len(state.outside),
            kernel_drops=state.kernel_drops,
            not_seen=(
                *_silent(tried[site.name], finished=not interrupted),
                *_of_the_site(scope, site, reach, ways[site.name], arp=arp),
                *common,
            ),
        )
        for site in scope.sites
    )


def _silent(silent: Counter[str], *, finished: bool) -> Iterable[NotSeen]:
    if silent and finished:
        yield NotSeen(
            f"{names(silent)} answered nothing at all",
            "no address there gave a sign of life",
            "Check that it is routed from here and that no firewall stands between; then scan again.",
        )


def _of_the_site(scope: Scope, site: Site, reach: Reach, ways: set[Way], *, arp: bool) -> Iterable[NotSeen]:
    if Way.ROUTED in ways:
        yield NotSeen(
            f"devices at {site.name} that answer only multicast",
            "some of its networks lie behind a router, where multicast does not go",
            "Run camscan once from a machine on that network, or import its switch's or DHCP server's list.",
        )
    wires = [w for w in reach.wires if site in scope.touches(w.network)]
    for wire in wires:
        if not wire.multicast:
            yield NotSeen(
                f"devices on {wire.network} ({wire.interface}) that answer only multicast",
                "the network is only partly in the scope, so no multicast was sent there",
                "Set `multicast = true` on the site if you may audit the whole network.",
            )
    if Way.LINK in ways and not arp:
        yield NotSeen(
            "devices on the same wire that keep silent to everything but ARP",
            "asking ARP needs rights this run did not have",
            "Run `sudo camscan scan` once; it gives the rights up again before it reads any answer.",
        )
    wide = [n for n in site.networks if n.version == 6 and n.prefixlen < ENUMERABLE_V6_PREFIX]
    if wide:
        yield NotSeen(
            f"most of {names(wide)}",
            "an IPv6 network is too wide to try every address; only those in the neighbour table are known",
            "Give the addresses of its cameras one by one, or import a list.",
        )


def _of_the_scan(state: ScanState, gate: Gate, *, interrupted: bool) -> Iterable[NotSeen]:
    if state.unsure:
        yield NotSeen(
            f"whether {names(state.unsure)} is the network of the scope file",
            "neither its gateway's MAC nor its DNS suffix was known to this machine when the scan began",
            "Compare the addresses with what you know of the place.",
        )
    if interrupted:
        untried, unasked = max(0, state.addresses - state.swept), len(state.hosts) - state.asked
        what = [f"{untried:,} address{'es' if untried != 1 else ''}"] if untried else []
        what += [f"the rest of what {unasked:,} device{'s' if unasked != 1 else ''} would have said"] if unasked else []
        yield NotSeen(
            " and ".join(what) or "what was still to come", "the scan was interrupted", "Run `camscan scan --resume`."
        )
    unwell = gate.unwell_hosts()
    if unwell:
        yield NotSeen(
            f"the rest of what {names(unwell)} would have said",
            "they stopped answering, so they were left alone",
            "Look whether they work; then `camscan scan ADDRESS` with profile careful.",
        )
    if state.kernel_drops:
        yield NotSeen(
            f"{state.kernel_drops:,} answers",
            "they came faster than this machine took them",
            "Scan again; `camscan doctor` shows how to give the receive buffer more room.",
        )
    boasting: list[IPAddress] = sorted(state.cut_claims, key=lambda ip: (ip.version, int(ip)))
    if boasting:
        yield NotSeen(
            f"some of what {names(boasting)} claimed",
            "they claimed to be more devices than one address can be",
            "Look at what these machines are.",
        )
    for problem in state.unheard:
        yield NotSeen(
            f"announcements: {problem}",
            "another program holds the port, or the system allows no more",
            "Stop that program and scan again.",
        )
