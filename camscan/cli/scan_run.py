"""Runs a scan for the command line: opens everything, gives up root, scans, stores, sums up."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from camscan.audit import AuditLog, verify
from camscan.cli import output
from camscan.cli.audit import newest_head
from camscan.cli.devices import Judge
from camscan.cli.options import Format, audit_path, inventory_url
from camscan.cli.refusing import refusals_recorded
from camscan.cli.request import Request, addresses, group_datagrams, left_out, open_arps, place
from camscan.cli.session import Session, unfinished
from camscan.errors import UsageError
from camscan.exchange import nmap_run
from camscan.inventory import Inventory
from camscan.net.gate import Gate
from camscan.owner.credentials import CredentialSet
from camscan.report.screen import talk


def show_plan(request: Request) -> None:
    """Prints what a scan would send, and sends nothing."""
    from camscan.cli import plan

    wanted, here = addresses(request), place(request)
    _say_left_out(request)
    if request.resume:
        url = inventory_url(request.scope.path, request.inventory)
        with Inventory.open(url, create=False) as inventory:
            done = inventory.done_addresses(unfinished(inventory, request.scope).id)
        wanted = tuple(ip for ip in wanted if ip not in done)
    plan.show(request.scope, here.reach, wanted, group_datagrams(request), arp=bool(open_arps(here, close=True)))
    plan.show_extras(request.scope, with_credentials=request.with_credentials, with_nmap=request.with_nmap)


def run(
    request: Request,
    form: Format = Format.TABLE,
    target: Path | None = None,
    then: Callable[[Inventory, Judge], None] | None = None,
) -> int:
    """Scans, stores, prints; returns the exit code. ``then`` may go on with the inventory, which cannot be opened
    again by a process that has given up root."""
    form = output.chosen(form, target)
    with refusals_recorded(request.scope, request.targets):
        wanted, here = addresses(request), place(request)
    _say_left_out(request)
    if request.with_nmap and not nmap_run.available():
        raise UsageError("nmap is not installed here. Install it, or leave --with-nmap out.\n  Nothing was sent.")
    judge = Judge.shipped()
    owner = _credentials(request) if request.with_credentials else None
    log_path = audit_path(request.scope.path)
    url = inventory_url(request.scope.path, request.inventory)
    with Inventory.open(url) as inventory, AuditLog.open(log_path) as audit, ExitStack() as held:
        file = held.enter_context(output.opened(target))
        _say_broken(log_path, newest_head(inventory))
        gate = Gate(request.scope, audit)
        session = Session(request, here, judge, inventory, gate, wanted)
        session.open(held)
        became = session.give_up_root((log_path, Path(f"{log_path}.lock"), *([target] if target else [])))
        status = session.scan(became, owner)
        code = session.finish(status, form, file, advise=then is None)
        if then is not None:
            then(inventory, judge)
        return code


def _say_left_out(request: Request) -> None:
    for sentence in left_out(request):
        talk().say(sentence)


def _say_broken(log_path: Path, head: str | None) -> None:
    """Says where the audit log does not hold together any more; the scan goes on and is recorded after it."""
    result = verify(log_path, head)
    if not result.holds:
        talk().say(
            f"The audit log does not hold together: {log_path}, line {result.broken_at}: {result.reason}.",
            "Keep a copy of it as evidence.",
            "This scan is recorded after it.",
        )


def _credentials(request: Request) -> tuple[CredentialSet, ...]:
    from camscan.owner.credential_file import gather

    return gather(request.scope.path, tuple(network for site in request.scope.sites for network in site.networks))
