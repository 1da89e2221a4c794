"""camscan scope new and camscan scope check."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from camscan.cli.options import DEFAULT_SCOPE, ScopeOption, program, scope_option
from camscan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from camscan.scope import IPNetwork
    from camscan.scope_new import ScopeAnswers

app = typer.Typer(help="Declare which networks you may audit.", no_args_is_help=True)


@app.command("new", short_help="Write a scope file: by questions, or by options.")
def new(
    *,
    network: Annotated[
        list[str] | None,
        typer.Option("--network", metavar="NETWORK", help="A network you may audit, e.g. 10.1.0.0/22."),
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option("--exclude", metavar="ADDRESS|NETWORK", help="Never to be touched.")
    ] = None,
    organisation: Annotated[str, typer.Option(metavar="TEXT", help="Who owns the networks.")] = "",
    authorised_by: Annotated[str, typer.Option(metavar="TEXT", help="Who allowed this audit.")] = "",
    reference: Annotated[str, typer.Option(metavar="TEXT", help="Number of the change or letter.")] = "",
    expires: Annotated[str, typer.Option(metavar="DATE", help="Last day, e.g. 2027-03-31.")] = "",
    contact: Annotated[str, typer.Option(metavar="TEXT", help="Whom a surprised colleague may ask.")] = "",
    site: Annotated[str, typer.Option(metavar="TEXT", help="Name of the place.")] = "Main site",
    scope: ScopeOption = DEFAULT_SCOPE,
) -> None:
    """Write a scope file: by questions, or by options where --network is given (for scripts)."""
    from camscan.scope_new import ScopeAnswers

    if scope.exists():
        raise UsageError(f"{scope} is there already. Change it with an editor, or name another with --scope.")
    if not network:
        ask_for_scope(scope)
        return
    needed = {"--organisation": organisation, "--authorised-by": authorised_by, "--expires": expires}
    missing = [option for option, value in needed.items() if not value.strip()]
    if missing:
        raise UsageError(f"Also needed: {', '.join(missing)}. Somebody has to answer for an audit.")
    _write(
        scope,
        ScopeAnswers(
            organisation=organisation,
            authorised_by=authorised_by,
            reference=reference,
            expires=day(expires),
            contact=contact,
            site=site,
            networks=tuple(network),
            exclude=tuple(exclude or ()),
        ),
    )


def ask_for_scope(path: Path) -> None:
    """Asks for everything a scope file needs and writes it to ``path``. Raises UsageError where nobody answers."""
    from camscan.cli.questions import answers
    from camscan.report.screen import talk

    talk().say(f"No scope file {path} yet.", "camscan only touches networks that you declare you may audit.")
    _write(path, answers())


def day(text: str) -> date:
    """A day that an operator wrote. Raises UsageError."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f'"{text}" is not a day. Write for example 2027-03-31.') from None


def _write(path: Path, answers: "ScopeAnswers") -> None:
    from camscan.net.interfaces import interfaces
    from camscan.net.routes import dns_suffix, gateway_of
    from camscan.report.screen import talk
    from camscan.scope import parse
    from camscan.scope_new import links_of, write

    known = tuple(i for i in interfaces() if i.is_up)
    links = links_of(
        answers.networks, known, {i.name: gateway_of(i) for i in known}, {i.name: dns_suffix(i) for i in known}
    )
    text = write(replace(answers, links=links))
    parse(text.encode(), path)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}. Name another file with --scope.") from None
    screen = talk()
    screen.say(f"Written: {path}. To see every packet that a scan would send:")
    screen.command(program(), "scan --dry-run", scope_option(path))
    screen.say("To start it:")
    screen.command(program(), "scan", scope_option(path))


@app.command("check", short_help="Say in plain words what a scope file allows.")
def check(*, scope: ScopeOption = DEFAULT_SCOPE) -> None:
    """Say in plain words what a scope file allows. Sends nothing."""
    from camscan.report.screen import out
    from camscan.report.words import plural
    from camscan.scope import load

    declared = load(scope)
    who = declared.authorisation
    screen = out()
    screen.say(f"{scope} is valid.")
    until = who.expires
    screen.say(
        f"{who.organisation} may be audited until {until.day} {until:%B %Y},",
        f"authorised by {who.authorised_by}" + (f" ({who.reference})." if who.reference else "."),
    )
    for site in declared.sites:
        screen.print()
        screen.say(site.name)
        for network in site.networks:
            screen.say(str(network), indent=2)
        for excluded in site.exclude:
            inside = any(_touches(one.networks, excluded) for one in declared.sites)
            doubt = "" if inside else " - which lies in none of the networks; is that a slip of the pen?"
            screen.say(f"never {excluded}{doubt}", indent=2)
        screen.say(
            "multicast: "
            + ("allowed on the whole network" if site.multicast else "only where all of a network is declared"),
            indent=2,
        )
        for link in site.link:
            screen.say(
                f"{link.network} is known by its gateway {link.gateway_mac or '(not recorded)'}",
                f"and its DNS suffix {link.dns_suffix or '(not recorded)'}",
                indent=2,
            )
    total, subnet, host = declared.limits.rates
    screen.print()
    screen.say(
        f"{plural(declared.count(), 'address', 'addresses')} in all; profile {declared.limits.profile}:",
        f"at most {total:,} packets a second,",
        f"{subnet:,} to one /24, {host} to one device.",
    )
    declared.require_valid_on(date.today())  # noqa: DTZ011 - the operator's own calendar


def _touches(networks: "Iterable[IPNetwork]", excluded: "IPNetwork") -> bool:
    return any(network.version == excluded.version and network.overlaps(excluded) for network in networks)
