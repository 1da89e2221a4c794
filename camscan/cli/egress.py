"""camscan egress: what leaves the network, from records that are there already. Nothing is sent."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from camscan.cli.options import DEFAULT_SCOPE, Format, FormatOption, InventoryOption, OutputOption, ScopeOption
from camscan.errors import UsageError

if TYPE_CHECKING:
    from datetime import tzinfo

    from camscan.cli.devices import Judge
    from camscan.device import Device
    from camscan.egress.known import History
    from camscan.egress.places import Gazetteer
    from camscan.egress.report import Report
    from camscan.scope import Scope

app = typer.Typer(help="What leaves the network, from captures and logs. Nothing is sent.", no_args_is_help=True)

FilesArgument = Annotated[
    list[str], typer.Argument(metavar="FILE", help="Captures and logs, folders of them, or - for standard input.")
]
DeviceOption = Annotated[
    list[str] | None,
    typer.Option("--device", metavar="ADDRESS", help="Judge this device, not those of the inventory. May be repeated."),
]
AllOption = Annotated[
    bool, typer.Option("--all", help="Every address in scope; of others only calls to camera services are told.")
]
BaselineOption = Annotated[
    Path | None, typer.Option("--baseline", metavar="FILE", help="A list saved before: what is not in it is new.")
]
ZoneOption = Annotated[
    str, typer.Option("--time-zone", metavar="NAME", help="Zone of log times that have none, such as Europe/London.")
]
FailOption = Annotated[
    str | None,
    typer.Option("--fail-on", metavar="SEVERITY", help="Exit with 1 for findings of this severity or a graver one."),
]

PlacesOption = Annotated[
    list[Path] | None,
    typer.Option("--places", metavar="FILE", help="Your own .mmdb of countries or networks. May be repeated."),
]

_SEVERITIES = ("high", "medium", "low")


@app.command("check", short_help="Judge where the devices went.")
def check(
    files: FilesArgument,
    *,
    device: DeviceOption = None,
    everything: AllOption = False,
    baseline: BaselineOption = None,
    time_zone: ZoneOption = "UTC",
    places: PlacesOption = None,
    fail_on: FailOption = None,
    scope: ScopeOption = DEFAULT_SCOPE,
    inventory: InventoryOption = None,
    output_format: FormatOption = Format.TABLE,
    output: OutputOption = None,
) -> None:
    """Judge where the devices went, and who came to them: docs/egress.md has the rules."""
    if fail_on not in (None, *_SEVERITIES):
        raise UsageError(f"{fail_on} is no severity. Choose one of {', '.join(_SEVERITIES)}.")
    report, _ = _report(files, device or (), (scope, inventory), (everything, baseline, time_zone), places or ())
    _deliver(report, output_format, output)
    graver = _SEVERITIES[: _SEVERITIES.index(fail_on) + 1] if fail_on else ()
    if any(finding.severity.value in graver for finding in report.findings):
        raise typer.Exit(1)
    raise typer.Exit(report.exit_code)


@app.command("baseline", short_help="Save where the devices go today.")
def baseline(
    files: FilesArgument,
    *,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The list to write.")],
    device: DeviceOption = None,
    time_zone: ZoneOption = "UTC",
    scope: ScopeOption = DEFAULT_SCOPE,
    inventory: InventoryOption = None,
) -> None:
    """Save where the devices go today. Nothing is approved until you write so in the file; what you approved in it
    before is kept."""
    from datetime import UTC, datetime

    from camscan.egress import baseline as lists
    from camscan.exchange.files import write_atomically
    from camscan.report.screen import talk

    report, _ = _report(files, device or (), (scope, inventory), (False, None, time_zone))
    entries = lists.keeping(report.destinations, lists.load(output) if output.exists() else None)
    with write_atomically(output) as stream:
        stream.write(lists.render(entries, datetime.now(UTC)))
    approved = sum(entry.approved for entry in entries)
    talk().say(f"{len(entries):,} destinations written to {output}, {approved:,} of them approved by you.")
    raise typer.Exit(report.exit_code)


@app.command("rules", short_help="Print firewall rules for findings, or a MUD file, for review.")
def rules(
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE", help="Captures and logs, as for check. None for mud.")
    ] = None,
    *,
    language: Annotated[
        str, typer.Option("--for", metavar="FIREWALL", help="nftables, pfsense, fortigate, cisco, or mud (RFC 8520).")
    ] = "nftables",
    site: Annotated[str | None, typer.Option("--site", metavar="NAME", help="For mud: whose devices.")] = None,
    mud_url: Annotated[
        str | None, typer.Option("--mud-url", metavar="URL", help="For mud: where you will publish the file.")
    ] = None,
    device: DeviceOption = None,
    baseline: BaselineOption = None,
    time_zone: ZoneOption = "UTC",
    scope: ScopeOption = DEFAULT_SCOPE,
    inventory: InventoryOption = None,
    output: OutputOption = None,
) -> None:
    """Print firewall rules for the devices with findings, to be reviewed by a person. Nothing is applied.

    A MUD file is written from the scope file and what you approved in the baseline, never from what was seen.
    """
    from camscan.cli.mud import LANGUAGE, mud_text
    from camscan.egress.blocks import block_rules

    if language == LANGUAGE:
        from camscan.report.screen import talk
        from camscan.scope import load

        if files:
            talk().say("The files are not read: a MUD file comes from what you allow, never from what was seen.")
        devices, *_ = whom(device or (), (scope, inventory), everything=False)
        _write(mud_text(load(scope), devices, site, mud_url, baseline), output)
        return
    if site is not None or mud_url is not None:
        raise UsageError("--site and --mud-url belong to --for mud.")
    if not files:
        raise UsageError("There is no file to read. Name captures or logs, as for `camscan egress check`.")
    report, declared = _report(files, device or (), (scope, inventory), (False, baseline, time_zone))
    _write(block_rules(language, report, declared), output)
    raise typer.Exit(report.exit_code)


def _report(
    files: Sequence[str],
    addresses: Sequence[str],
    where: tuple[Path, str | None],
    how: tuple[bool, Path | None, str],
    places: Sequence[Path] = (),
) -> "tuple[Report, Scope | None]":
    """The report, and the scope file where there is one."""
    from camscan.egress import baseline as lists
    from camscan.egress.check import check as judge

    everything, baseline_file, zone = how
    devices, history, declared, judging = whom(addresses, where, everything=everything)
    report = judge(
        files,
        devices,
        declared,
        everything=everything,
        baseline=lists.load(baseline_file) if baseline_file else None,
        naming=judging.name,
        zone=_zone(zone),
        places=places_of(places),
        history=history,
    )
    return report, declared


def whom(
    addresses: Sequence[str], where: tuple[Path, str | None], *, everything: bool
) -> "tuple[list[Device], History, Scope | None, Judge]":
    """The devices to judge, those of the inventory unless others are named, and when which device had which address;
    the scope file where there is one; and what makers are called by. ``where`` is scope file and inventory."""
    from camscan.cli.devices import Judge
    from camscan.cli.options import inventory_url
    from camscan.cli.output import scope_if_there
    from camscan.egress.check import device_of

    scope, inventory = where
    declared = scope_if_there(scope)
    judging = Judge.shipped()
    if everything and declared is None:
        raise UsageError(f"--all needs a scope file, and there is no {scope}.")
    devices = [device_of(address) for address in addresses]
    history: History = ()
    if not devices and (inventory is not None or not everything or Path(inventory_url(scope, None)).exists()):
        devices, history = _of_inventory(judging, scope, inventory)
    return devices, history, declared, judging


def places_of(files: Sequence[Path]) -> "Gazetteer | None":
    """The owner's own files before the shipped table; None without any, which leaves that alone."""
    if not files:
        return None
    from camscan.egress.own_places import OwnPlaces
    from camscan.egress.places import shipped_places

    return OwnPlaces(files, shipped_places())


def _of_inventory(judging: "Judge", scope: Path, inventory: str | None) -> "tuple[list[Device], History]":
    """The cameras and their kin in the inventory, and which device, of these or another, had which address when."""
    from camscan.cli.options import inventory_url
    from camscan.inventory import Inventory
    from camscan.report.words import is_video

    devices: list[Device] = []
    numbers: dict[int, int] = {}
    with Inventory.open(inventory_url(scope, inventory), create=False) as opened:
        for host in opened.hosts():
            device = judging.device(host)
            if is_video(device):
                numbers[host.device_id] = len(devices)
                devices.append(device)
        return devices, [(numbers.get(one.device_id), one) for one in opened.holdings()]


def _zone(name: str) -> "tzinfo":
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f'"{name}" is no time zone. Write for example Europe/London.') from None


def _deliver(report: "Report", form: Format, target: Path | None) -> None:
    """Writes the report: sentences for people, or the contract's document, its findings a line each, or a table."""
    import json

    from camscan.report.screen import out, talk

    document = report.to_json()
    if form is Format.TABLE and target is None:
        for line in report.summary():
            talk().tell(line)
        for line in (*report.told(), report.absence()):
            out().tell(line)
    elif form is Format.TABLE:
        _write("\n".join(report.sentences()) + "\n", target)
    elif form is Format.JSON:
        _write(json.dumps(document, indent=1) + "\n", target)
    elif form is Format.JSONL:
        _write("".join(json.dumps(finding) + "\n" for finding in report.rows()), target)
    else:
        _write(_csv(report), target)


def _csv(report: "Report") -> str:
    """The findings, a row each."""
    import csv
    import io

    from camscan.safe.text import csv_cell

    columns = (
        "severity", "rule", "devices", "destination_ip", "destination_name", "protocol", "port", "connections",
        "allowed", "denied", "unanswered", "bytes_out", "bytes_in", "first_seen", "last_seen", "sentence",
    )  # fmt: skip
    text = io.StringIO()
    rows = csv.writer(text, quoting=csv.QUOTE_ALL)
    rows.writerow(columns)
    for finding in report.rows():
        flat = finding | finding["outcomes"]
        flat["devices"] = " ".join(device["ip"] for device in finding["devices"])
        flat["destination_ip"], flat["destination_name"] = finding["destination"]["ip"], finding["destination"]["name"]
        rows.writerow(["" if flat[name] is None else csv_cell(str(flat[name])) for name in columns])
    return text.getvalue()


def _write(text: str, target: Path | None) -> None:
    """To a file that is replaced as a whole, or to standard output."""
    from camscan.exchange.files import write_atomically

    if target is None:
        typer.echo(text, nl=False)
        return
    with write_atomically(target) as stream:
        stream.write(text)
