"""camscan scope new and camscan scope check."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from camscan.cli.options import DEFAULT_SCOPE, ScopeOption
from camscan.errors import UsageError

app = typer.Typer(help="Declare which networks you may audit.", no_args_is_help=True)


@app.command("new")
def new(
    *,
    network: Annotated[
        list[str] | None,
        typer.Option("--network", metavar="NETWORK", help="A network you may audit, e.g. 10.1.0.0/22."),
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option("--exclude", metavar="ADDRESS|NETWORK", help="Never to be touched.")
    ] = None,
    organisation: Annotated[str, typer.Option(help="Who owns the networks.")] = "",
    authorised_by: Annotated[str, typer.Option(help="Who allowed this audit.")] = "",
    reference: Annotated[str, typer.Option(help="Number of the change or letter.")] = "",
    expires: Annotated[str, typer.Option(metavar="DATE", help="Last day, e.g. 2027-03-31.")] = "",
    contact: Annotated[str, typer.Option(help="Whom a surprised colleague may ask.")] = "",
    site: Annotated[str, typer.Option(help="Name of the place.")] = "Main site",
    scope: ScopeOption = DEFAULT_SCOPE,
) -> None:
    """Write a scope file: by questions, or by options where --network is given (for scripts)."""
    if scope.exists():
        raise UsageError(f"{scope} is there already. Change it with an editor, or name another with --scope.")
    if not network:
        ask_for_scope(scope)
        return
    needed = {"--organisation": organisation, "--authorised-by": authorised_by, "--expires": expires}
    missing = [option for option, value in needed.items() if not value]
    if missing:
        raise UsageError(f"Also needed: {', '.join(missing)}. Somebody has to answer for an audit.")
    _write(
        scope,
        networks=tuple(network),
        exclude=tuple(exclude or ()),
        organisation=organisation,
        authorised_by=authorised_by,
        reference=reference,
        expires=_day(expires),
        contact=contact,
        site=site,
    )


def ask_for_scope(path: Path) -> None:
    """Asks for everything a scope file needs and writes it to ``path``."""
    from camscan.net.interfaces import interfaces
    from camscan.net.routes import gateway_of
    from camscan.report.screen import talk
    from camscan.scope_new import proposals, suggested_expiry

    console = talk()
    console.print("camscan only touches networks that you declare you may audit.\n")
    known = tuple(i for i in interfaces() if i.is_up)
    offered = proposals(known, {i.name: gateway_of(i) for i in known})
    if offered:
        console.print("This machine is connected to")
    for number, proposal in enumerate(offered, start=1):
        console.print(f"  {number}  {proposal.network!s:<18} {proposal.label}  ({proposal.addresses:,} addresses)")
    networks: list[str] = []
    while not networks:
        answer = typer.prompt(
            "Which of these does your organisation own, and may you audit?\n(numbers, or networks such as 10.1.0.0/22)",
            err=True,
        )
        for part in answer.replace(",", " ").split():
            if part.isdigit() and 1 <= int(part) <= len(offered):
                networks.append(str(offered[int(part) - 1].network))
            elif "/" in part:
                networks.append(part)
            else:
                console.print(f'"{part}" is neither a number of the list nor a network.')
    organisation = typer.prompt("Organisation", err=True)
    authorised_by = typer.prompt("Who authorised this audit? (name of the post, change number)", err=True)
    default = suggested_expiry(date.today())  # noqa: DTZ011 - the operator's own calendar
    expires = typer.prompt("Until when?", default=default.isoformat(), err=True)
    contact = typer.prompt("Whom may a surprised colleague ask? (an address, or empty)", default="", err=True)
    site = typer.prompt("Name of the place", default="Main site", err=True)
    _write(
        path,
        networks=tuple(networks),
        exclude=(),
        organisation=organisation,
        authorised_by=authorised_by,
        reference="",
        expires=_day(expires),
        contact=contact,
        site=site,
    )


def _write(
    path: Path,
    *,
    networks: tuple[str, ...],
    exclude: tuple[str, ...],
    organisation: str,
    authorised_by: str,
    reference: str,
    expires: date,
    contact: str,
    site: str,
) -> None:
    from camscan.net.interfaces import interfaces
    from camscan.net.routes import dns_suffix, gateway_of
    from camscan.report.screen import talk
    from camscan.scope import parse
    from camscan.scope_new import ScopeAnswers, links_of, write

    known = tuple(i for i in interfaces() if i.is_up)
    text = write(
        ScopeAnswers(
            organisation=organisation,
            authorised_by=authorised_by,
            reference=reference,
            expires=expires,
            contact=contact,
            site=site,
            networks=networks,
            exclude=exclude,
            links=links_of(
                networks, known, {i.name: gateway_of(i) for i in known}, {i.name: dns_suffix(i) for i in known}
            ),
        )
    )
    parse(text.encode(), path)
    path.write_text(text, encoding="utf-8")
    talk().print(
        f"Written: {path}. Run `camscan scan` to start, or\n`camscan scan --dry-run` to see every packet it would send."
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f'"{text}" is not a day. Write for example 2027-03-31.') from None


@app.command("check")
def check(*, scope: ScopeOption = DEFAULT_SCOPE) -> None:
    """Say in plain words what a scope file allows. Sends nothing."""
    from camscan.report.screen import out
    from camscan.report.words import plural
    from camscan.scope import load

    declared = load(scope)
    who = declared.authorisation
    console = out()
    console.print(f"{scope} is valid.")
    until = who.expires
    console.print(
        f"{who.organisation} may be audited until {until.day} {until:%B %Y}, authorised by {who.authorised_by}"
        + (f" ({who.reference})." if who.reference else ".")
    )
    for site in declared.sites:
        console.print(f"\n{site.name}")
        for network in site.networks:
            console.print(f"  {network}")
        for excluded in site.exclude:
            console.print(f"  never {excluded}")
        console.print(
            "  multicast: "
            + ("allowed on the whole network" if site.multicast else "only where all of a network is declared")
        )
        for link in site.link:
            console.print(
                f"  known by gateway {link.gateway_mac or '(not recorded)'} and DNS suffix "
                f"{link.dns_suffix or '(not recorded)'}"
            )
    total, subnet, host = declared.limits.rates
    console.print(
        f"\n{plural(declared.count(), 'address', 'addresses')} in all; profile {declared.limits.profile}: at most "
        f"{total:,} packets a second,\n{subnet:,} to one /24, {host} to one device."
    )
    declared.require_valid_on(date.today())  # noqa: DTZ011 - the operator's own calendar
