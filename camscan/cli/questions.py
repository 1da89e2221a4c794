"""The questions of `camscan scope new`. An answer that cannot stand is asked for again, with the reason."""

import sys
from collections.abc import Callable, Sequence
from datetime import date
from ipaddress import ip_network
from typing import TypeVar

from rich.table import Table

from camscan.cli.scoping import day
from camscan.errors import UsageError
from camscan.net.interfaces import interfaces
from camscan.net.routes import gateway_of
from camscan.report.screen import talk
from camscan.report.words import plural
from camscan.scope_new import Proposal, ScopeAnswers, proposals, suggested_expiry, write

_T = TypeVar("_T")


def answers() -> ScopeAnswers:
    """What somebody at the terminal, or a script at the other end of a pipe, answers.

    Raises UsageError where the answers end too early, and KeyboardInterrupt.
    """
    offered = offer()
    networks, proof = _networks(offered)
    return ScopeAnswers(
        networks=networks,
        public=bool(proof),
        proof=proof,
        organisation=_ask("Organisation", _filled),
        authorised_by=_ask("Who authorised this audit? (name of the post, change number)", _filled),
        expires=_ask("Until when?", _still_to_come, suggested_expiry(_today()).isoformat()),
        contact=_ask("Whom may a surprised colleague ask? (an address, or nothing)", str.strip, ""),
        site=_ask("Name of the place", _filled, "Main site"),
    )


def offer() -> tuple[Proposal, ...]:
    """Shows the networks that this machine is on, by number."""
    screen = talk()
    known = tuple(i for i in interfaces() if i.is_up)
    offered = proposals(known, {i.name: gateway_of(i) for i in known})
    screen.print()
    if offered:
        screen.say("This machine is connected to")
    rows = Table.grid(padding=(0, 2, 0, 0))
    for number, proposal in enumerate(offered, start=1):
        found = plural(proposal.addresses, "address", "addresses")
        rows.add_row(f"  {number}", f"{proposal.network}", f"{proposal.label} ({found})")
    screen.print(rows)
    return offered


def _networks(offered: Sequence[Proposal]) -> tuple[tuple[str, ...], str]:
    """The networks, and how it is known that public ones among them are the organisation's own."""
    screen = talk()
    screen.say("Which networks does your organisation own, and may you audit?")
    while True:
        answer = _ask("(numbers of the list, or networks such as 10.1.0.0/22)", _filled)
        proof = ""
        try:
            networks = tuple(_network(part, offered) for part in answer.replace(",", " ").split())
            if any(_is_public(network) for network in networks):
                proof = _ask("These are public addresses. How do you know that they are yours?", _filled)
            _check(networks, proof)
        except UsageError as error:
            screen.tell(str(error))
            continue
        return networks, proof


def _network(part: str, offered: Sequence[Proposal]) -> str:
    if part.isdecimal() and 1 <= int(part) <= len(offered):
        return str(offered[int(part) - 1].network)
    if "." in part or ":" in part:
        return part
    raise UsageError(f'"{part}" is neither a number of the list nor a network.')


def _is_public(network: str) -> bool:
    try:
        found = ip_network(network)
    except ValueError:
        return False
    return not (found.is_private or found.is_loopback)


def _check(networks: tuple[str, ...], proof: str) -> None:
    """Raises UsageError where a scope file could not declare ``networks``."""
    write(
        ScopeAnswers(
            organisation="-",
            authorised_by="-",
            expires=_today(),
            networks=networks,
            public=bool(proof),
            proof=proof,
        )
    )


def _ask(question: str, checked: Callable[[str], _T], default: str | None = None) -> _T:
    """The answer, once ``checked`` lets it pass. An empty line means the ``default``, where there is one."""
    while True:
        sys.stderr.write(f"{question}{f' [{default}]' if default else ''}: ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            sys.stderr.write("\n")
            if sys.stdin.isatty():
                raise KeyboardInterrupt
            raise UsageError(
                "The answers ended before the last question, so no scope file was written.\n"
                "  For scripts: camscan scope new --network ... (see --help)"
            )
        answer = line.strip()
        try:
            return checked(answer if answer or default is None else default)
        except UsageError as error:
            talk().tell(str(error))


def _filled(answer: str) -> str:
    if not answer.strip():
        raise UsageError("Somebody has to answer for an audit; please write something here.")
    return answer.strip()


def _still_to_come(answer: str) -> date:
    found = day(answer)
    if found < _today():
        raise UsageError(f"{answer.strip()} is over already. Until which day may this audit be made?")
    return found


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the operator's own calendar
